/** The HTTP protocol of Trino, and of Presto, which says the same under headers of another name. */
import {EngineError, type Rows, wholeNumber} from './dialect.ts';

export interface TrinoServer {
  /** Of the coordinator. */
  url: string;
  user?: string;
  password?: string;
  catalog: string;
  schema: string;
  /** 'X-Trino' or 'X-Presto'. */
  headerPrefix?: string;
  /** So long an answer may take. */
  timeoutMs?: number;
}

interface Page {
  id: string;
  nextUri?: string;
  columns?: {name: string; type: string}[];
  data?: (string | number | boolean | null)[][];
  error?: {message: string; errorName: string};
  updateType?: string;
}

const TIMEOUT_MS = 600_000;
const WAITED_MS = [50, 100, 200, 400, 800, 1600, 3200];

export class TrinoClient {
  readonly #server: TrinoServer;
  readonly #prefix: string;

  constructor(server: TrinoServer) {
    this.#server = server;
    this.#prefix = server.headerPrefix ?? 'X-Trino';
  }

  /**
   * Runs one statement to its end: all of its rows, or an error. What a page holds counts only once the last has come.
   * @throws EngineError; AbortError once `signal` says so, when the coordinator has been told to stop
   */
  async run(sql: string, signal?: AbortSignal): Promise<Rows> {
    signal?.throwIfAborted();
    const {url, timeoutMs = TIMEOUT_MS} = this.#server;
    const until = Date.now() + timeoutMs;
    let page = await this.#page(`${url}/v1/statement`, {method: 'POST', body: sql});
    const {id} = page;
    const rows: Rows['rows'] = [];
    let names: string[] = [];
    let readers: ((value: string | number | boolean) => string | number)[] = [];
    let bytesReturned = 0;
    for (;;) {
      if (page.error) throw errorOf(page.error);
      if (page.columns && names.length === 0) {
        names = page.columns.map(column => column.name);
        readers = page.columns.map(column => readerOf(column.type));
      }
      for (const row of page.data ?? []) rows.push(row.map((value, k) => (value === null ? null : readers[k](value))));
      if (page.nextUri === undefined) break;
      if (signal?.aborted || Date.now() > until) {
        await this.#fetch(page.nextUri, {method: 'DELETE'}).catch(() => undefined);
        signal?.throwIfAborted();
        throw new EngineError(`Trino took longer than ${timeoutMs} ms, and was told to stop`);
      }
      page = await this.#page(page.nextUri, {method: 'GET'}, size => {
        bytesReturned += size;
      });
    }
    return {names, rows, counters: {...(await this.#counters(id)), bytesReturned}};
  }

  /** What the coordinator counted; a query that it has forgotten counts as not told. */
  async #counters(id: string): Promise<Omit<Rows['counters'], 'bytesReturned'>> {
    const nothing = {bytesRead: null, rowsRead: null, bytesShuffled: null};
    const response = await this.#fetch(`${this.#server.url}/v1/query/${id}`, {method: 'GET'}).catch(() => null);
    if (!response?.ok) return nothing;
    const {queryStats} = (await response.json()) as {queryStats?: Record<string, string | number>};
    if (queryStats === undefined) return nothing;
    return {
      bytesRead: bytesOf(queryStats.physicalInputDataSize) || bytesOf(queryStats.processedInputDataSize),
      rowsRead: Number(queryStats.processedInputPositions ?? queryStats.rawInputPositions ?? 0),
      bytesShuffled: bytesOf(queryStats.internalNetworkInputDataSize),
    };
  }

  async #page(url: string, request: RequestInit, told?: (bytes: number) => void): Promise<Page> {
    for (const wait of [...WAITED_MS, null]) {
      const response = await this.#fetch(url, request);
      const text = await response.text();
      if (response.ok) {
        told?.(Buffer.byteLength(text));
        return JSON.parse(text) as Page;
      }
      // It is busy, or still starting.
      const isBusy =
        response.status === 502 || response.status === 503 || response.status === 504 || response.status === 429;
      if (!isBusy || wait === null)
        throw new EngineError(`Trino answers ${response.status}: ${text.slice(0, 500)}`, {
          hint: response.status === 401 ? 'engine.user and engine.passwordFile say who asks' : undefined,
        });
      await new Promise(resolve => setTimeout(resolve, wait));
    }
    throw new Error('unreachable');
  }

  async #fetch(url: string, request: RequestInit): Promise<Response> {
    const {user = 'fishbone', password, catalog, schema, timeoutMs = TIMEOUT_MS} = this.#server;
    const own: Record<string, string> = {
      User: user,
      Source: 'fishbone',
      Catalog: catalog,
      Schema: schema,
      'Time-Zone': 'UTC',
      // Joins of which 150 stages, its own limit, are too few; and what nobody waits for any longer ends there too.
      Session: `query_max_stage_count=1000,query_max_run_time=${Math.ceil(timeoutMs / 1000)}s`,
    };
    const headers: Record<string, string> = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [`${this.#prefix}-${name}`, value]),
    );
    if (password !== undefined)
      headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    try {
      return await fetch(url, {...request, headers});
    } catch (cause) {
      throw new EngineError(`Trino cannot be reached at ${new URL(url).origin}`, {
        hint: 'is its coordinator running, and is engine.url right?',
        cause,
      });
    }
  }
}

/** What it says when something is wrong, in words of this program where it is known what to do. */
const KNOWN: Record<string, [string, string]> = {
  EXCEEDED_LOCAL_MEMORY_LIMIT: [
    'is short of memory for this question',
    'narrow it with product, from and to, or plants',
  ],
  EXCEEDED_GLOBAL_MEMORY_LIMIT: [
    'is short of memory for this question',
    'narrow it with product, from and to, or plants',
  ],
  CLUSTER_OUT_OF_MEMORY: ['is short of memory for this question', 'narrow it with product, from and to, or plants'],
  TABLE_NOT_FOUND: ['lacks a table', 'the published tables have to be registered there'],
  SCHEMA_NOT_FOUND: ['lacks the schema', 'engine.schema says which'],
  CATALOG_NOT_FOUND: ['lacks the catalog', 'engine.catalog says which'],
  NO_NODES_AVAILABLE: ['has no workers', 'are they running?'],
};

function errorOf({message, errorName}: {message: string; errorName: string}): EngineError {
  const known = KNOWN[errorName];
  return new EngineError(known ? `Trino ${known[0]}: ${message}` : `Trino: ${message} (${errorName})`, {
    hint: known?.[1],
  });
}

function readerOf(type: string): (value: string | number | boolean) => string | number {
  if (/^(bigint|integer|smallint|tinyint)/.test(type)) return value => wholeNumber(value as number);
  if (type.startsWith('decimal')) return value => Number(value);
  if (/^(double|real)/.test(type)) return value => (value === 'Infinity' ? Number.POSITIVE_INFINITY : Number(value));
  if (type === 'boolean') return Number;
  return String;
}

const UNITS: Record<string, number> = {B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40};

/** "1.5MB" as it says sizes. */
function bytesOf(size: string | number | undefined): number {
  const match = /^([\d.]+)([A-Za-z]+)$/.exec(String(size ?? ''));
  return match ? Math.round(Number(match[1]) * (UNITS[match[2]] ?? 1)) : 0;
}
