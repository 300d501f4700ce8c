/**
 * The published Parquet as tables of a Hive catalog of Trino: of every plant's snapshot a folder is a partition, called by
 * plant, snapshot and month. Partitions are only ever added, so that whoever asks about another snapshot is not disturbed;
 * a question names the ones that it is about, which are those of the manifests.
 */
import {type CompanyTable, EngineError, type Kind, type Slice, sqlName, sqlText} from './dialect.ts';
import type {TrinoClient} from './trino-client.ts';

const TYPES: Record<Kind, string> = {text: 'varchar', number: 'double', integer: 'bigint', time: 'timestamp(6)'};
/** What a published table has no column of. */
const PARTITION = ['plant', 'fishbone_snapshot', 'fishbone_month'] as const;

/** Where the tables are, and where their files lie as Trino sees them. */
export interface Lake {
  catalog: string;
  schema: string;
  place: string;
}

/**
 * Makes the schema, tables, columns and partitions that are not there yet.
 * @throws EngineError for one that is there in another shape
 */
export async function registerTables(client: TrinoClient, lake: Lake, tables: readonly CompanyTable[]): Promise<void> {
  await client.run(`create schema if not exists ${sqlName(lake.catalog)}.${sqlName(lake.schema)}`);
  const there = await columnsOf(client, lake);
  for (const table of tables) {
    const name = table.name.toLowerCase();
    const has = there.get(name);
    if (has === undefined) await make(client, lake, table);
    else await widen(client, lake, table, has);
    // Two of a name are one to Trino, which then finds what the other has.
    there.set(name, new Map([...table.columns].map(([column, kind]) => [column.toLowerCase(), TYPES[kind]])));
    await addPartitions(client, lake, table);
  }
}

/** SQL of a condition on rows `f`: of these folders, and no others. */
export function inSlices(slices: readonly Slice[]): string {
  const months = new Map<string, string[]>();
  for (const slice of slices) {
    const [plant, snapshot, month] = partitionOf(slice).map(sqlText);
    const of = `f.plant = ${plant} and f.fishbone_snapshot = ${snapshot}`;
    months.set(of, [...(months.get(of) ?? []), month]);
  }
  if (months.size === 0) return 'false';
  return [...months].map(([of, some]) => `(${of} and f.fishbone_month in (${some.join(', ')}))`).join(' or ');
}

/** The table of every column, by lower-case names as Trino has them. */
export async function columnsOf(
  client: TrinoClient,
  {catalog, schema}: Pick<Lake, 'catalog' | 'schema'>,
): Promise<Map<string, Map<string, string>>> {
  const {rows} = await client.run(
    `select table_name, column_name, data_type from ${sqlName(catalog)}.information_schema.columns
     where table_schema = ${sqlText(schema)}`,
  );
  const there = new Map<string, Map<string, string>>();
  for (const [table, column, type] of rows.map(row => row.map(String)))
    there.set(table, (there.get(table) ?? new Map<string, string>()).set(column, type));
  return there;
}

const tableOf = ({catalog, schema}: Lake, name: string): string => [catalog, schema, name].map(sqlName).join('.');

async function make(client: TrinoClient, lake: Lake, {name, columns}: CompanyTable): Promise<void> {
  const own = [...columns].map(([column, kind]) => `${sqlName(column)} ${TYPES[kind]}`);
  const keys = PARTITION.map(column => `${column} varchar`);
  // Its own location is read by nobody: each partition says its folder.
  await client.run(
    `create table if not exists ${tableOf(lake, name)} (${[...own, ...keys].join(', ')})
     with (format = 'PARQUET', external_location = ${sqlText(lake.place)}, partitioned_by = array[${PARTITION.map(sqlText).join(', ')}])`,
  );
}

async function widen(
  client: TrinoClient,
  lake: Lake,
  {name, columns}: CompanyTable,
  has: ReadonlyMap<string, string>,
): Promise<void> {
  const where = `Trino's table ${lake.catalog}.${lake.schema}.${name}`;
  const hint = 'drop it: it is made anew, and no published file goes';
  for (const column of PARTITION)
    if (!has.has(column)) throw new EngineError(`${where} was not made by this program: it has no ${column}`, {hint});
  for (const [column, kind] of columns) {
    const type = has.get(column.toLowerCase());
    if (type === undefined)
      await client.run(`alter table ${tableOf(lake, name)} add column if not exists ${sqlName(column)} ${TYPES[kind]}`);
    else if (type !== TYPES[kind])
      throw new EngineError(`${where} has ${column} as ${type}, and plants publish ${TYPES[kind]}`, {hint});
  }
}

async function addPartitions(client: TrinoClient, lake: Lake, {name, slices}: CompanyTable): Promise<void> {
  const known = `${sqlName(lake.catalog)}.${sqlName(lake.schema)}.${sqlName(`${name}$partitions`)}`;
  const {rows} = await client.run(`select ${PARTITION.join(', ')} from ${known}`);
  const there = new Set(rows.map(row => row.join('/')));
  for (const slice of slices) {
    const partition = partitionOf(slice);
    if (there.has(partition.join('/'))) continue;
    const columns = PARTITION.map(sqlText).join(', ');
    await client
      .run(
        `call ${sqlName(lake.catalog)}.system.register_partition(schema_name => ${sqlText(lake.schema)},
           table_name => ${sqlText(name.toLowerCase())}, partition_columns => array[${columns}],
           partition_values => array[${partition.map(sqlText).join(', ')}], location => ${sqlText(`${lake.place}/${slice.folder}`)})`,
      )
      .catch((error: unknown) => {
        // Another question was faster.
        if (!(error instanceof Error && /already (exists|registered)/i.test(error.message))) throw error;
      });
  }
}

function partitionOf({plant, folder, month}: Slice): [string, string, string] {
  return [plant, folder.split('/')[1], month];
}
