/**
 * What rows say, whatever their order: how many there are and the sum of their hashes, with text ids, so that what the
 * database holds can be compared with what was archived, and a rebuilt database with the one before.
 */
import {missingOf, withAllColumns} from './all-columns.ts';
import {type Column, columnsOf} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {HeldFile} from './holdings.ts';
import {isItem} from './items.ts';
import {factTable, stepTables} from './step-tables.ts';

export interface Content {
  rows: number;
  /** Sum of the rows' 64-bit hashes, as text; null without rows. */
  sum: string | null;
}

/** Of a canonical table in the database, by batch; a database that lacks a column yet is silent about it. */
export async function storedContent(session: Session, table: string): Promise<Map<number, Content>> {
  const columns = columnsOf(table);
  const joins = columns
    .filter(isItem)
    .map(c => `left join fact.items ${alias(c)} on ${alias(c)}.item = f.${quoteName(c.name)}`);
  const made = await session.rows<{name: string}>(
    "select column_name as name from duckdb_columns() where schema_name = 'fact' and table_name = $table",
    {table},
  );
  const has = new Set(made.map(({name}) => name));
  const values = columns.map(c =>
    isItem(c) ? `${alias(c)}.id` : has.has(c.name) ? `f.${quoteName(c.name)}` : missingOf(c),
  );
  return byBatch(
    session,
    `select f.batch, count(*) as rows, ${sumOf(values)} as sum from fact.${table} f ${joins.join(' ')} group by f.batch`,
  );
}

/** Of measured values in the database, single values, whether they stand in a wide row or by themselves. */
export async function storedMeasurements(session: Session): Promise<Map<number, Content>> {
  const wide = (await stepTables(session))
    .filter(t => t.parameters.length > 0)
    .map(t => {
      const names = t.parameters.map(p => quoteText(p.parameter));
      const values = t.parameters.map(p => p.column);
      return `select * from (select batch, part, ${quoteText(t.step)} as step, run, unnest([${names.join(', ')}]) as parameter,
        unnest([${values.join(', ')}]) as value, null::varchar as text_value, null::varchar as qualifier
        from ${factTable(t)}) where value is not null`;
    });
  const single = 'select batch, part, step, run, parameter, value, text_value, qualifier from fact.cells';
  return byBatch(
    session,
    `select m.batch, count(*) as rows, ${sumOf(['i.id', ...VALUE.map(v => `m.${v}`)])} as sum
     from (${[...wide, single].join('\nunion all\n')}) m join fact.items i on i.item = m.part
     group by m.batch`,
  );
}

/**
 * Of an archived file: of measured values single values, of other tables rows.
 * @returns by ledger entry of the batch for a merged file, under null for a batch's own
 */
export async function archivedContent(session: Session, file: HeldFile): Promise<Map<number | null, Content>> {
  const from = `read_parquet(${quoteText(file.path)})`;
  const seq = file.merged ? 'seq' : 'null::integer';
  if (file.table !== 'measurements') {
    const values = columnsOf(file.table).map(c => quoteName(c.name));
    return bySeq(
      session,
      `select ${seq} as seq, count(*) as rows, ${sumOf(values)} as sum from ${withAllColumns(file.table, from)} group by 1`,
    );
  }
  return bySeq(
    session,
    `select seq, count(*) as rows, ${sumOf(['part', ...VALUE])} as sum
     from (${file.form === 'long' ? `select ${seq} as seq, ${LONG} from ${from}` : await unpivoted(session, from, seq)})
     group by seq`,
  );
}

/** Of several files together. */
export function plus(some: Content | undefined, more: Content): Content {
  if (!some || some.sum === null) return more;
  return {rows: some.rows + more.rows, sum: String(BigInt(some.sum) + BigInt(more.sum ?? 0))};
}

const LONG = "part, coalesce(step, '') as step, run, parameter, value, text_value, qualifier";

async function unpivoted(session: Session, from: string, seq: string): Promise<string> {
  const columns = await session.rows<{column_name: string}>(`describe select * from ${from}`);
  const parameters = columns.map(c => c.column_name).filter(name => name.startsWith('p:'));
  return `select * from (select ${seq} as seq, part, coalesce(step, '') as step, run,
    unnest([${parameters.map(p => quoteText(p.slice(2))).join(', ')}]) as parameter,
    unnest([${parameters.map(quoteName).join(', ')}]) as value, null::varchar as text_value, null::varchar as qualifier
    from ${from}) where value is not null`;
}

/** Of every table of facts as it is stored, keys included: equal for databases that were made from the same ledger. */
export async function checksums(session: Session): Promise<Record<string, Content>> {
  const tables = await session.rows<{name: string}>(
    "select table_name as name from duckdb_tables() where schema_name = 'fact' order by table_name",
  );
  const sums: Record<string, Content> = {};
  for (const {name} of tables) {
    sums[name] = await session.row<Content & Record<string, unknown>>(
      `select count(*) as rows, ${sumOf(['f'])} as sum from fact.${quoteName(name)} f`,
    );
  }
  return sums;
}

const VALUE = ['step', 'run', 'parameter', 'value', 'text_value', 'qualifier'];

const alias = (column: Column) => quoteName(`i_${column.name}`);

const sumOf = (values: readonly string[]) => `sum(hash(${values.join(', ')})::hugeint)::varchar`;

async function bySeq(session: Session, sql: string): Promise<Map<number | null, Content>> {
  const rows = await session.rows<Content & {seq: number | null} & Record<string, unknown>>(sql);
  return new Map(rows.map(({seq, rows: count, sum}) => [seq, {rows: count, sum}]));
}

async function byBatch(session: Session, sql: string): Promise<Map<number, Content>> {
  const rows = await session.rows<Content & {batch: number} & Record<string, unknown>>(sql);
  return new Map(rows.map(({batch, rows: count, sum}) => [batch, {rows: count, sum}]));
}
