/**
 * Trino over the published Parquet, which it is told of; or (as Presto is) over tables that somebody keeps there, called as the
 * published ones with a column `plant` more.
 */
import {type CompanyTable, type Engine, EngineError, type Kind, sqlName, sqlText} from './dialect.ts';
import {TrinoClient, type TrinoServer} from './trino-client.ts';
import {columnsOf, inSlices, registerTables} from './trino-tables.ts';

const TYPES: Record<Kind, string> = {text: 'varchar', number: 'double', integer: 'bigint', time: 'bigint'};

/** Older ones lack functions that are asked for. */
const OLDEST = 400;

export interface TrinoSettings extends TrinoServer {
  /** The place as Trino sees it, where it is to read the published files itself: a schema of a Hive catalog, kept for them. */
  place?: string;
}

/** @throws EngineError for one that cannot be reached or is too old */
export async function trinoEngine(server: TrinoSettings): Promise<Engine> {
  const client = new TrinoClient(server);
  const isPresto = server.headerPrefix === 'X-Presto';
  const {rows} = await client.run('select node_version from system.runtime.nodes where coordinator = true');
  const version = String(rows[0]?.[0] ?? '');
  if (!isPresto && Number.parseInt(version, 10) < OLDEST)
    throw new EngineError(`Trino ${version} is too old: ${OLDEST} is the oldest that can be asked`);
  return {
    name: `${isPresto ? 'Presto' : 'Trino'} ${version}`,
    // query.max-length by default.
    longestQuery: 1_000_000,
    async open(tables) {
      const {catalog, schema, place} = server;
      if (place === undefined) await mustBeRegistered(client, server, tables);
      else await registerTables(client, {catalog, schema, place}, tables);
    },
    table: (table, columns) => relation(server, table, columns),
    nothing: kind => `cast(null as ${TYPES[kind]})`,
    joined: sql => `array_join(array_sort(array_agg(${sql})), ' + ')`,
    // A text in quotes has no escapes but the doubled quote, and a number is written out: nothing else can be said by a value.
    value: (_values, value) => (typeof value === 'number' ? double(value) : sqlText(value)),
    ask: (sql, _values, signal) => client.run(sql, signal),
    close: async () => undefined,
  };
}

const double = (value: number): string => (/e/.test(String(value)) ? String(value) : `${value}e0`);

/** A table of all plants, of which those are asked that are named. */
function relation(
  {catalog, schema, place}: TrinoSettings,
  {name, columns: has, slices}: CompanyTable,
  columns: readonly string[],
): string {
  const told = columns.map(column => {
    const kind = has.get(column);
    const own = `f.${sqlName(column)}`;
    const value =
      kind === undefined
        ? `cast(null as ${TYPES.text})`
        : kind === 'time'
          ? `cast(round(to_unixtime(${own}) * 1e6) as bigint)`
          : own;
    return `${value} as ${sqlName(column)}`;
  });
  const plants = [...new Set(slices.map(({plant}) => plant))].map(sqlText).join(', ');
  const asked = place === undefined ? `f.plant in (${plants})` : inSlices(slices);
  return `(select ${['f.plant as plant', ...told].join(', ')}
    from ${[catalog, schema, name].map(sqlName).join('.')} f where ${asked})`;
}

/** What is asked of a table that is not there, or is of other snapshots, would be answered wrongly or in the midst of a question. */
async function mustBeRegistered(
  client: TrinoClient,
  {catalog, schema}: TrinoServer,
  tables: readonly CompanyTable[],
): Promise<void> {
  const there = await columnsOf(client, {catalog, schema});
  const hint = 'register the published tables: warehouse/engines/README.md';
  for (const {name, columns} of tables) {
    const has = there.get(name.toLowerCase());
    if (has === undefined) throw new EngineError(`Trino has no table ${catalog}.${schema}.${name}`, {hint});
    const lacking = ['plant', ...columns.keys()].find(column => !has.has(column.toLowerCase()));
    if (lacking !== undefined)
      throw new EngineError(`Trino's table ${catalog}.${schema}.${name} has no column ${lacking}`, {hint});
  }
}
