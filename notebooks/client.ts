/** The warehouse as a notebook asks it: the routes of the API on the server that this page came from, all at one position. */
import {type DataType, type Table, Type, tableFromIPC} from 'apache-arrow';
import type {
  AgreementAnswer,
  AgreementQuestion,
  FindingAnswer,
  ParetoAnswer,
  ParetoQuestion,
  Plant,
  ScreenAnswer,
  ScreenQuestion,
  TraceAnswer,
} from '../api/schemas.ts';

const MOST_ROWS = 1_000_000;

/** What SQL takes in the place of `${...}`. */
type SqlValue = string | number | boolean | null | Date;
type SqlRow = Record<string, unknown>;

/** The warehouse at one position: what arrives meanwhile changes no answer. */
export type Fishbone = Awaited<ReturnType<typeof connect>>;

/**
 * Each answer is the one that the pages and the command line get.
 * @param position as it stands in an address; the newest where there is none
 * @throws Error that says what the server said, as every question does
 */
export async function connect(position: string | number | null = null) {
  const plant = await json<Plant>('/plant');
  const asOf = position === null ? plant.asOf : Number(position);
  if (!Number.isInteger(asOf) || asOf < 0) throw new Error(`asOf=${position} is no position: it is a whole number`);
  return {
    plant,
    asOf,
    pareto: (question: ParetoQuestion = {}) => json<ParetoAnswer>(`/pareto${queryOf({asOf, ...question})}`),
    screen: (question: ScreenQuestion) => json<ScreenAnswer>('/screen', {asOf, ...question}),
    finding: (id: string) => json<FindingAnswer>(`/findings/${encodeURIComponent(id)}`),
    agreement: (question: AgreementQuestion = {}) => json<AgreementAnswer>(`/agreement${queryOf({asOf, ...question})}`),
    trace: (id: string, {kind = 'any'}: {kind?: 'part' | 'lot' | 'work_order' | 'any'} = {}) =>
      json<TraceAnswer>(`/trace/${kind}/${encodeURIComponent(id)}${queryOf({asOf})}`),

    /**
     * One SELECT over the canonical tables; what stands in `${...}` is bound, never pasted. SQL cells call it.
     * @returns one object a row; integers as numbers, times as Date
     * @throws if there are more rows than can be sent at once
     */
    sql: (strings: TemplateStringsArray, ...values: SqlValue[]): Promise<SqlRow[]> => answerSql(strings, values, asOf),

    /** The first rows of a canonical table, for a look at them. */
    rows: async (name: string, {limit = 8}: {limit?: number} = {}) => (await rows(name, limit, asOf)).table,

    /** All rows of a canonical table, as Arrow. @throws if there are too many to send at once: part of them is no basis for a count */
    table: async (name: string): Promise<Table> => {
      const {table, isAll} = await rows(name, MOST_ROWS, asOf);
      if (!isAll) throw new Error(`${name} has more than ${MOST_ROWS} rows`);
      return table;
    },
  };
}

async function answerSql(strings: TemplateStringsArray, values: SqlValue[], asOf: number): Promise<SqlRow[]> {
  const sql = strings.reduce((text, piece, k) => `${text}$v${k}${piece}`);
  const params = Object.fromEntries(
    values.map((value, k) => [`v${k + 1}`, value instanceof Date ? value.toISOString() : value]),
  );
  const response = await ask('/query', {sql, params, asOf, limit: MOST_ROWS}, 'application/vnd.apache.arrow.stream');
  if (response.headers.get('fishbone-truncated') !== 'false') {
    throw new Error('the answer is too long to be sent at once: part of it is no basis for a count');
  }
  return plainRows(tableFromIPC(new Uint8Array(await response.arrayBuffer())));
}

/** Arrow's rows as plain objects, for charts and tables. */
function plainRows(table: Table): SqlRow[] {
  const columns = table.schema.fields.map(({name, type}, k) => ({
    name,
    column: table.getChildAt(k),
    plain: plainOf(type),
  }));
  return Array.from({length: table.numRows}, (_, row) =>
    Object.fromEntries(
      columns.map(({name, column, plain}) => {
        const value: unknown = column?.get(row) ?? null;
        return [name, value === null ? null : plain(value)];
      }),
    ),
  );
}

/** A sum of integers comes as a decimal without digits behind the point. */
function plainOf(type: DataType): (value: unknown) => unknown {
  if (type.typeId === Type.Timestamp || type.typeId === Type.Date) return value => new Date(Number(value));
  if (type.typeId === Type.Decimal) {
    const {scale} = type as unknown as {scale: number};
    return value => Number(String(value)) / 10 ** scale;
  }
  return value => (typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value);
}

async function rows(name: string, limit: number, asOf: number | undefined): Promise<{table: Table; isAll: boolean}> {
  const response = await ask(`/tables/${encodeURIComponent(name)}.arrows${queryOf({limit, asOf})}`);
  const isAll = response.headers.get('fishbone-truncated') === 'false';
  return {table: tableFromIPC(new Uint8Array(await response.arrayBuffer())), isAll};
}

async function json<T>(path: string, body?: unknown): Promise<T> {
  return (await (await ask(path, body)).json()) as T;
}

async function ask(path: string, body?: unknown, accept = 'application/json'): Promise<Response> {
  // The key that the pages keep for this tab, where the server wants one.
  const key = sessionStorage.getItem('fishbone-key');
  const response = await fetch(`/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key ? {authorization: `Bearer ${key}`} : {}),
      ...(body === undefined ? {} : {'content-type': 'application/json', accept}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {detail?: string; hint?: string};
  const said = problem.detail ?? `the server answered ${response.status} to /v1${path}`;
  throw new Error(problem.hint ? `${said} (${problem.hint})` : said);
}

function queryOf(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
