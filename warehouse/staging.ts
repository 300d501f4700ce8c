/** Records of a file as a relation whose fields are texts exactly as they were sent, or the file's own types (Parquet). */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {LoadPlan, RecordSource} from './load-plan.ts';
import type {Scratch} from './scratch.ts';
import {needsOrdinal} from './texts.ts';

/** A record that the reader could not take apart. `byte` is where it starts in the file (0 = first), if known. */
export interface BrokenRecord {
  line: number | null;
  byte: number | null;
  reason: string;
  text: string;
}

export interface Records {
  /** SQL of the relation. */
  relation: string;
  /** SQL of a record's ordinal (0 = first), of row `s`; null when it is the rowid of a table that takes all records. */
  ordinal: string | null;
  /** SQL of a record's line where it is known without looking at the file again. */
  line: string;
  /** Columns that arrive as numbers or times rather than as texts, with DuckDB's name of the type. */
  types: ReadonlyMap<string, string>;
  /** What could not be taken apart; to be asked after the relation was read. */
  broken(): Promise<BrokenRecord[]>;
}

/**
 * Opens the records of a file. A CSV file that fills one table is read straight into it; one that fills several is first
 * staged as text. Parquet is read anew for each table, as few of its columns as that takes.
 */
export async function openRecords(scratch: Scratch, plan: LoadPlan): Promise<Records> {
  const {records} = plan;
  if (records.format === 'ndjson') return stageNdjson(scratch, records);
  if (records.format === 'parquet') return openParquet(scratch, records);
  const broken = () => brokenCsv(scratch.session, records);
  await scratch.session.run('drop table if exists reject_errors; drop table if exists reject_scans');
  const [table] = plan.tables;
  if (plan.tables.length === 1 && !table.only && !table.present && !Object.values(table.columns).some(needsOrdinal)) {
    return {relation: csvRelation(records), ordinal: null, line: 'null::integer', types: new Map(), broken};
  }
  const relation = await scratch.table('staged', `select * from ${csvRelation(records)}`);
  return {relation, ordinal: 's.rowid', line: 'null::integer', types: new Map(), broken};
}

/** The first records of a file, as texts; what cannot be taken apart is left out. */
export async function openSample(scratch: Scratch, records: RecordSource, most: number): Promise<Records> {
  const texts = (from: string) => records.columns.map(c => `${from}.${quoteName(c)}::varchar as ${quoteName(c)}`);
  const fields = records.columns.map(c => `line ->> ${quoteText(jsonPath(c))} as ${quoteName(c)}`);
  const isObject = "case when json_valid(line) then coalesce(try(json_type(line)) = 'OBJECT', false) else false end";
  const isMade = records.format === 'ndjson' && records.made;
  const isRecord = isMade ? `line ->> ${quoteText(jsonPath('$reason'))} is null` : isObject;
  const query = {
    csv: () => `select * from ${csvRelation(records as RecordSource & {format: 'csv'})}`,
    parquet: () => `select ${texts('p').join(', ')} from read_parquet(${quoteText(records.path)}) p`,
    ndjson: () => `select ${fields.join(', ')} from ${linesRelation(records.path)} where ${isRecord}`,
  }[records.format]();
  if (records.format === 'csv')
    await scratch.session.run('drop table if exists reject_errors; drop table if exists reject_scans');
  const relation = await scratch.table('sampled', `${query} limit ${most}`);
  return {relation, ordinal: 's.rowid', line: 'null::integer', types: new Map(), broken: async () => []};
}

const ROW_NUMBER = 'file_row_number';

async function openParquet(
  scratch: Scratch,
  {path, columns, paths}: RecordSource & {format: 'parquet'},
): Promise<Records> {
  const broken = async () => [];
  const own = [...columns, ...(paths ?? []).map(([first]) => first)];
  if (own.some(c => c.toLowerCase() === ROW_NUMBER)) {
    const texts = columns.map((c, i) => `${fieldAt(paths?.[i] ?? [c])}::varchar as ${quoteName(c)}`);
    const relation = await scratch.table('staged', `select ${texts.join(', ')} from read_parquet(${quoteText(path)})`);
    return {relation, ordinal: 's.rowid', line: '(s.rowid + 1)', types: new Map(), broken};
  }
  const numbered = `read_parquet(${quoteText(path)}, file_row_number = true)`;
  const flat = paths?.map((names, i) => `${fieldAt(names)} as ${quoteName(columns[i])}`);
  const relation = flat ? `(select ${flat.join(', ')}, ${ROW_NUMBER} from ${numbered})` : numbered;
  const described = await scratch.session.rows<{column_name: string; column_type: string}>(
    `describe select * from ${relation}`,
  );
  return {
    relation,
    ordinal: `s.${ROW_NUMBER}`,
    line: `(s.${ROW_NUMBER} + 1)`,
    types: new Map(described.map(d => [d.column_name, d.column_type])),
    broken,
  };
}

/** A column, or a field in its structs. */
const fieldAt = ([column, ...fields]: readonly string[]): string =>
  fields.reduce((from, field) => `struct_extract(${from}, ${quoteText(field)})`, quoteName(column));

function csvRelation(source: RecordSource & {format: 'csv'}): string {
  const columns = source.columns.map(c => `${quoteText(c)}: 'VARCHAR'`).join(', ');
  return `read_csv(${quoteText(source.path)},
    auto_detect = false, header = false, skip = ${source.headerLines}, delim = ${quoteText(source.delimiter)},
    quote = ${quoteText(source.quote)}, escape = ${quoteText(source.quote)}, columns = {${columns}},
    max_line_size = 16777216, buffer_size = 33554432, store_rejects = true, strict_mode = true)`;
}

async function brokenCsv(session: Session, source: RecordSource): Promise<BrokenRecord[]> {
  const broken = await session.rows<{byte: number; reason: string; text: string}>(
    `select max(line_byte_position) - 1 as byte, first(error_message order by column_idx) as reason, first(csv_line) as text
     from reject_errors group by line_byte_position order by line_byte_position`,
  );
  return broken.map(({byte, reason, text}) => ({
    line: null,
    byte,
    reason: `not a record of ${source.columns.length} fields: ${reason.split('\n')[0]}`,
    text,
  }));
}

const linesRelation = (path: string): string => `read_csv(${quoteText(path)},
    auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', columns = {'line': 'VARCHAR'},
    max_line_size = 16777216, buffer_size = 33554432)`;

/** One record a line; a line that is not a JSON object is broken, an empty line is nothing. */
async function stageNdjson(scratch: Scratch, source: RecordSource & {format: 'ndjson'}): Promise<Records> {
  await scratch.table('lines', `select * from ${linesRelation(source.path)}`);
  if (source.made) return stageMade(scratch, source);
  const usable = "line is not null and trim(line) <> ''";
  const isObject = "coalesce(try(json_type(line)) = 'OBJECT', false)";
  const relation = await scratch.table(
    'staged',
    `select ${fieldsOf(source.columns)}, "$line" from (
       select ${extracted(source.columns)} as "$fields", rowid + 1 as "$line" from lines
       where ${usable} and case when json_valid(line) then ${isObject} else false end order by rowid)`,
  );
  const broken = async () => {
    const rows = await scratch.session.rows<{line: number; text: string}>(
      `select rowid + 1 as line, line as text from lines
       where ${usable} and not case when json_valid(line) then ${isObject} else false end order by rowid`,
    );
    return rows.map(({line, text}) => ({line, byte: null, reason: 'not a JSON object', text: text.slice(0, 500)}));
  };
  return {relation, ordinal: 's.rowid', line: 's."$line"', types: new Map(), broken};
}

/** Lines that were made from another file say themselves where they stand in it, and which of them are no records. */
async function stageMade(scratch: Scratch, source: RecordSource): Promise<Records> {
  const field = (key: string) => `line ->> ${quoteText(jsonPath(key))}`;
  const line = `(${field('$line')})::integer`;
  const told = ['$line', '$reason', ...source.columns.filter(c => c !== '$line' && c !== '$reason')];
  const relation = await scratch.table(
    'staged',
    `select ${fieldsOf(told, source.columns)}, "$fields"[1]::integer as "$line" from (
       select ${extracted(told)} as "$fields" from lines order by rowid) where "$fields"[2] is null`,
  );
  const broken = async () => {
    const rows = await scratch.session.rows<{line: number; reason: string; text: string}>(
      `select ${line} as line, ${field('$reason')} as reason, ${field('$text')} as text from lines
       where (${field('$reason')}) is not null order by rowid`,
    );
    return rows.map(row => ({...row, byte: null}));
  };
  return {relation, ordinal: 's.rowid', line: 's."$line"', types: new Map(), broken};
}

/** SQL of all fields of a line in one list: taken one by one, each would read the line again. */
const extracted = (columns: readonly string[]): string =>
  `json_extract_string(line, [${columns.map(c => quoteText(jsonPath(c))).join(', ')}])`;

const fieldsOf = (columns: readonly string[], wanted = columns): string =>
  wanted.map(c => `"$fields"[${columns.indexOf(c) + 1}] as ${quoteName(c)}`).join(', ');

/** A JSON Pointer (RFC 6901): unlike a path, it takes any key for what it is. */
const jsonPath = (key: string) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
