/** Records as text, exactly as they were sent, in a temporary table `staged` whose rowid is the record's ordinal. */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Expression, LoadPlan, RecordSource, TablePlan} from './load-plan.ts';

/** A record that the reader could not take apart. `byte` is where it starts in the file (0 = first), if known. */
export interface BrokenRecord {
  line: number | null;
  byte: number | null;
  reason: string;
  text: string;
}

/** Reads all records of a source into `staged`. @returns the records that could not be taken apart */
export async function stage(session: Session, source: RecordSource): Promise<BrokenRecord[]> {
  await session.run('drop table if exists staged');
  if (source.format === 'csv') return stageCsv(session, source);
  if (source.format === 'ndjson') return stageNdjson(session, source);
  const columns = source.columns.map(c => `${quoteName(c)}::varchar as ${quoteName(c)}`);
  await session.run(
    `create temp table staged as select ${columns.join(', ')} from read_parquet(${quoteText(source.path)})`,
  );
  return [];
}

/** Column names of a Parquet file, in its order. */
export async function parquetColumns(session: Session, path: string): Promise<string[]> {
  const rows = await session.rows<{column_name: string}>(`describe select * from read_parquet(${quoteText(path)})`);
  return rows.map(r => r.column_name);
}

async function stageCsv(session: Session, source: RecordSource & {format: 'csv'}): Promise<BrokenRecord[]> {
  const columns = source.columns.map(c => `${quoteText(c)}: 'VARCHAR'`).join(', ');
  await session.run(`create temp table staged as select * from read_csv(${quoteText(source.path)},
    auto_detect = false, header = false, skip = ${source.headerLines}, delim = ${quoteText(source.delimiter)},
    quote = ${quoteText(source.quote)}, escape = ${quoteText(source.quote)}, columns = {${columns}},
    max_line_size = 16777216, store_rejects = true, strict_mode = true)`);
  const broken = await session.rows<{byte: number; reason: string; text: string}>(
    `select max(line_byte_position) - 1 as byte, first(error_message order by column_idx) as reason, first(csv_line) as text
     from reject_errors group by line_byte_position order by line_byte_position`,
  );
  await session.run('drop table if exists reject_errors');
  await session.run('drop table if exists reject_scans');
  return broken.map(({byte, reason, text}) => ({
    line: null,
    byte,
    reason: `not a record of ${source.columns.length} fields: ${reason.split('\n')[0]}`,
    text,
  }));
}

/** One record a line; a line that is not a JSON object is broken, an empty line is nothing. */
async function stageNdjson(session: Session, source: RecordSource & {format: 'ndjson'}): Promise<BrokenRecord[]> {
  await session.run(`create or replace temp table lines as select * from read_csv(${quoteText(source.path)},
    auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', columns = {'line': 'VARCHAR'},
    max_line_size = 16777216)`);
  const usable = "line is not null and trim(line) <> ''";
  const isObject = "coalesce(try(json_type(line)) = 'OBJECT', false)";
  const columns = source.columns.map(c => `line ->> ${quoteText(jsonPath(c))} as ${quoteName(c)}`);
  await session.run(
    `create temp table staged as select ${columns.join(', ')}, rowid + 1 as "$line" from lines
     where ${usable} and case when json_valid(line) then ${isObject} else false end order by rowid`,
  );
  const broken = await session.rows<{line: number; text: string}>(
    `select rowid + 1 as line, line as text from lines
     where ${usable} and not case when json_valid(line) then ${isObject} else false end order by rowid`,
  );
  await session.run('drop table lines');
  return broken.map(({line, text}) => ({line, byte: null, reason: 'not a JSON object', text: text.slice(0, 500)}));
}

const jsonPath = (key: string) => `$."${key.replaceAll('"', '\\"')}"`;

/** SQL for one value as text, null when missing. `s` is the staged record. */
export function textOf(expression: Expression, plan: LoadPlan): string {
  switch (expression.from) {
    case 'column': {
      const column = `s.${quoteName(expression.column)}`;
      const missing = plan.missing.filter(text => text !== '');
      if (missing.length === 0) return `nullif(${column}, '')`;
      return `case when ${column} in ('', ${missing.map(quoteText).join(', ')}) then null else ${column} end`;
    }
    case 'constant':
      return quoteText(expression.value);
    case 'line':
      return `${lineOf(plan.records)}::varchar`;
    case 'occurrence': {
      const columns = expression.of.map(c => `s.${quoteName(c)}`).join(', ');
      return `(row_number() over (partition by ${columns} order by s.rowid))::varchar`;
    }
    case 'split': {
      const column = textOf({from: 'column', column: expression.column}, plan);
      const index = expression.take >= 0 ? expression.take + 1 : expression.take;
      return `nullif(trim(str_split(${column}, ${quoteText(expression.separator)})[${index}]), '')`;
    }
    case 'map': {
      const column = `s.${quoteName(expression.column)}`;
      const cases = Object.entries(expression.values).map(
        ([sent, value]) =>
          `when coalesce(${column}, '') = ${quoteText(sent)} then ${value === null ? 'null' : quoteText(value)}`,
      );
      const otherwise =
        typeof expression.otherwise === 'object'
          ? expression.otherwise.value === null
            ? 'null'
            : quoteText(expression.otherwise.value)
          : textOf({from: 'column', column: expression.column}, plan);
      return `case ${cases.join(' ')} else ${otherwise} end`;
    }
    case 'join': {
      const pieces = expression.pieces.map(p => textOf(p, plan));
      return `(${pieces.join(` || ${quoteText(expression.separator)} || `)})`;
    }
  }
}

/** SQL that is true where a value cannot be made from the record (a value that its look-up does not list). */
export function unmappable(expression: Expression, plan: LoadPlan): string | null {
  if (expression.from === 'join') {
    const conditions = expression.pieces.map(p => unmappable(p, plan)).filter(c => c !== null);
    return conditions.length ? `(${conditions.join(' or ')})` : null;
  }
  if (expression.from !== 'map' || expression.otherwise !== 'reject') return null;
  const value = textOf({from: 'column', column: expression.column}, plan);
  const listed = Object.keys(expression.values).filter(v => v !== '');
  return listed.length ? `(${value} is not null and ${value} not in (${listed.map(quoteText).join(', ')}))` : null;
}

/** SQL condition for the records that a table takes. */
export function taken(table: TablePlan): string {
  const conditions = (table.only ?? []).map(({column, values}) => {
    const texts = values.filter(v => v !== null).map(quoteText);
    const name = `nullif(s.${quoteName(column)}, '')`;
    const listed = texts.length ? `${name} in (${texts.join(', ')})` : 'false';
    return values.includes(null) ? `(${name} is null or ${listed})` : `coalesce(${listed}, false)`;
  });
  return conditions.length ? conditions.join(' and ') : 'true';
}

/** SQL for the record's line in the file, where no field holds a line break; the exact line is found for rejects. */
function lineOf(records: RecordSource): string {
  if (records.format === 'ndjson') return 's."$line"';
  return records.format === 'csv' ? `(s.rowid + ${records.headerLines + 1})` : '(s.rowid + 1)';
}
