/** The warehouse as a notebook asks it: the routes of the API on the server that this page came from. */
import {type Table, tableFromIPC} from 'apache-arrow';
import type {
  FindingAnswer,
  ParetoAnswer,
  ParetoQuestion,
  Plant,
  ScreenAnswer,
  ScreenQuestion,
  TraceAnswer,
} from '../api/schemas.ts';

const MOST_ROWS = 1_000_000;

/** Each answer is the one that the pages and the command line get. @throws Error that says what the server said */
export const fishbone = {
  plant: () => json<Plant>('/plant'),
  pareto: (question: ParetoQuestion = {}) => json<ParetoAnswer>(`/pareto${queryOf(question)}`),
  screen: (question: ScreenQuestion) => json<ScreenAnswer>('/screen', question),
  finding: (id: string) => json<FindingAnswer>(`/findings/${encodeURIComponent(id)}`),
  trace: (id: string, {kind = 'any', asOf}: {kind?: 'part' | 'lot' | 'work_order' | 'any'; asOf?: number} = {}) =>
    json<TraceAnswer>(`/trace/${kind}/${encodeURIComponent(id)}${queryOf({asOf})}`),

  /** The first rows of a canonical table, for a look at them. */
  rows: async (name: string, {limit = 8, asOf}: {limit?: number; asOf?: number} = {}) =>
    (await rows(name, limit, asOf)).table,

  /** All rows of a canonical table, as Arrow. @throws if there are too many to send at once: part of them is no basis for a count */
  table: async (name: string, {asOf}: {asOf?: number} = {}): Promise<Table> => {
    const {table, isAll} = await rows(name, MOST_ROWS, asOf);
    if (!isAll) throw new Error(`${name} has more than ${MOST_ROWS} rows`);
    return table;
  },
};

async function rows(name: string, limit: number, asOf: number | undefined): Promise<{table: Table; isAll: boolean}> {
  const response = await ask(`/tables/${encodeURIComponent(name)}.arrows${queryOf({limit, asOf})}`);
  const isAll = response.headers.get('fishbone-truncated') === 'false';
  return {table: tableFromIPC(new Uint8Array(await response.arrayBuffer())), isAll};
}

async function json<T>(path: string, body?: unknown): Promise<T> {
  return (await (await ask(path, body)).json()) as T;
}

async function ask(path: string, body?: unknown): Promise<Response> {
  // The key that the pages keep for this tab, where the server wants one.
  const key = sessionStorage.getItem('fishbone-key');
  const response = await fetch(`/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key ? {authorization: `Bearer ${key}`} : {}),
      ...(body === undefined ? {} : {'content-type': 'application/json'}),
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
