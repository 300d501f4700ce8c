/** One query of people's: settings, checks, answer. Every step is here because something got through without it. */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBListValue,
  type DuckDBPreparedStatement,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  SQLNULL,
  StatementType,
  VARCHAR,
} from '@duckdb/node-api';
import type {Session} from '../duckdb.ts';
import {checkTree, Refusal} from './check.ts';
import {bodyOf} from './forms.ts';
import type {Job, Told} from './job.ts';
import {type Opened, openReadOnly} from './open.ts';
import {explained} from './plain-errors.ts';

type Param = Job['params'][string];

export async function answer(job: Job): Promise<{told: Told; body: Buffer[]}> {
  let opened: Opened | null = null;
  try {
    opened = await openReadOnly(job);
    const sql = await checked(opened.session, job.sql);
    return await run(opened.session.connection, sql, job);
  } catch (error) {
    return {told: explained(error, job), body: []};
  } finally {
    opened?.instance.closeSync();
  }
}

/** @returns what may be run: the query, or the explanation of one. @throws Refusal */
async function checked(session: Session, text: string): Promise<{select: string; explain: boolean}> {
  const {connection} = session;
  // The plan of a query that is allowed says nothing that the query does not; with ANALYZE it would be run.
  const [, explain, select] = /^(\s*explain\s+(?!analyze\b|\())?(.*)$/is.exec(text)!;
  // First of all it is parsed and nothing else: the engine carries some pragmas out while it extracts statements.
  const [{tree}] = await session.rows<{tree: string}>('select json_serialize_sql($select::varchar) as tree', {select});
  const statement = onlyStatement(parsed(tree), select);
  const tables = await session.rows<{name: string}>(
    "select lower(view_name) as name from duckdb_views() where database_name = 'warehouse' and schema_name = 'main' and not internal",
  );
  checkTree(statement, new Set(tables.map(({name}) => name)));
  const statements = await connection.extractStatements(select);
  const prepared = await statements.prepare(0);
  if (statements.count !== 1 || prepared.statementType !== StatementType.SELECT) throw onlySelect();
  return {select, explain: explain !== undefined};
}

/** What `json_serialize_sql` says. */
interface Parsed {
  error: boolean;
  error_type?: string;
  error_message?: string;
  position?: string;
  statements?: unknown[];
}

/** A number beyond what a double holds is told as Infinity, which is no JSON. @throws Refusal */
function parsed(tree: string): Parsed {
  try {
    return JSON.parse(tree) as Parsed;
  } catch {
    throw new Refusal('it has a number that is too large', "numbers end at 1.8e308; infinity is 'infinity'::double");
  }
}

function onlyStatement(
  {error, error_type: type, error_message: message, position, statements = []}: Parsed,
  sql: string,
) {
  if (error && type === 'parser')
    throw new Refusal(message ?? 'syntax error', 'it is the SQL of DuckDB', position ? Number(position) : null);
  if (error && /\bpivot\b/i.test(sql))
    throw new Refusal(
      'a PIVOT has to name its values',
      "write them out: pivot ... on product in ('A', 'B') using count(*)",
    );
  if (error) throw onlySelect();
  if (statements.length !== 1)
    throw new Refusal(`there are ${statements.length} statements`, 'send one SELECT at a time');
  return statements[0];
}

const onlySelect = () =>
  new Refusal('only a SELECT is answered', 'nothing can be written, set, attached or installed here');

async function run(
  connection: DuckDBConnection,
  {select, explain}: {select: string; explain: boolean},
  job: Job,
): Promise<{told: Told; body: Buffer[]}> {
  const own = await connection.prepare(select);
  const names = Array.from({length: own.parameterCount}, (_, k) => own.parameterName(k + 1));
  refuseOtherParameters(names, Object.keys(job.params));
  const bounded = explain
    ? `explain ${select}`
    : `select * from (\n${await withoutEnd(connection, select)}\n) limit ${job.maxRows + 1}`;
  const prepared = await connection.prepare(bounded);
  for (const [k, name] of names.entries()) bind(prepared, k + 1, job.params[name]);
  const result = await prepared.run();
  const columnNames = result.deduplicatedColumnNames();
  const types = result.columnTypes();
  const body = await bodyOf(job.form, columnNames, types);
  let rows = 0;
  let cut: string | null = null;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0 && !cut; chunk = await result.fetchChunk()) {
    for (const row of chunk.getRows()) {
      if (rows === job.maxRows) cut = `cut after ${job.maxRows} rows: ask for fewer, or with a higher limit`;
      else if (body.bytes > job.maxBytes) cut = `cut after ${rows} rows, at ${job.maxBytes / 1e6} MB: ask for less`;
      if (cut) break;
      body.add(row);
      rows++;
    }
  }
  const head = {
    asOf: job.asOf,
    columns: columnNames.map((name, c) => ({name, type: String(types[c])})),
    truncated: cut !== null,
    notes: cut === null ? [] : [cut],
  };
  const pieces = body.finish(head);
  return {told: {head, rows, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0)}, body: pieces};
}

function refuseOtherParameters(wanted: readonly string[], given: readonly string[]): void {
  const missing = wanted.filter(name => !given.includes(name));
  if (missing.length > 0) throw new Refusal(`no value for $${missing.join(', $')}`, 'give it in params (--param k=v)');
  const unknown = given.filter(name => !wanted.includes(name));
  if (unknown.length > 0)
    throw new Refusal(`the query has no $${unknown.join(', $')}`, 'leave it out, or write $name in the query');
}

function bind(prepared: DuckDBPreparedStatement, index: number, param: Param): void {
  const type = typeOf(param);
  prepared.bindValue(index, bindable(param, type), type);
}

function typeOf(param: Param): DuckDBType {
  if (param === null) return SQLNULL;
  if (typeof param === 'string') return VARCHAR;
  if (typeof param === 'boolean') return BOOLEAN;
  if (typeof param === 'number') {
    if (!Number.isSafeInteger(param)) return DOUBLE;
    return Math.abs(param) < 2 ** 31 ? INTEGER : BIGINT;
  }
  const types = param.filter(item => item !== null).map(typeOf);
  const widest = [DOUBLE, BIGINT, INTEGER].find(type => types.includes(type));
  if (types.every(type => type === types[0])) return LIST(types[0] ?? VARCHAR);
  if (widest && !types.includes(VARCHAR) && !types.includes(BOOLEAN)) return LIST(widest);
  throw new Refusal('a list of a parameter holds values of different types', 'send texts, or numbers, or booleans');
}

function bindable(param: Param, type: DuckDBType): DuckDBValue {
  if (Array.isArray(param)) {
    const {valueType} = type as ReturnType<typeof LIST>;
    return new DuckDBListValue(param.map(item => bindable(item, valueType)));
  }
  return type === BIGINT && param !== null ? BigInt(param as number) : param;
}

/**
 * A query that another may be put around: without the semicolon at its end and the comments there. What is left has to
 * mean the same, as the parser sees it.
 */
async function withoutEnd(connection: DuckDBConnection, select: string): Promise<string> {
  const told = async (text: string) => {
    const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [text]);
    return String(reader.getRows()[0][0]);
  };
  const wanted = await told(select);
  let rest = select;
  for (;;) {
    const shorter = withoutLast(rest);
    if (shorter === rest || (await told(shorter)) !== wanted) return rest;
    rest = shorter;
  }
}

/** Without the semicolon or comment, or what looks like one, that comes last. */
function withoutLast(text: string): string {
  const trimmed = text.trimEnd();
  if (trimmed.endsWith(';')) return trimmed.slice(0, -1);
  if (trimmed.endsWith('*/')) return trimmed.slice(0, trimmed.lastIndexOf('/*'));
  const comment = trimmed.lastIndexOf('--');
  return comment > trimmed.lastIndexOf('\n') ? trimmed.slice(0, comment) : trimmed;
}
