import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {BatchBody} from '../warehouse/project.ts';
import {showQuarantine} from '../warehouse/quarantine.ts';
import type {App} from './app.ts';

const BATCHES = 20;
const LINES_MAX = 50_000;

const known = new WeakMap<App, Map<string, Promise<RefusedLines>>>();

/**
 * What was refused of a source lately, by its content. Accepted rows that come again are known by their keys; refused ones
 * have none, and a peer that sends again what it had no answer to would fill the quarantine.
 */
export class RefusedLines {
  readonly #app: App;
  readonly #source: string;
  readonly #digests = new Set<string>();

  private constructor(app: App, source: string) {
    this.#app = app;
    this.#source = source;
  }

  /** Begins with what the ledger and the archive say. */
  static of(app: App, source: string): Promise<RefusedLines> {
    const sources = known.get(app) ?? new Map<string, Promise<RefusedLines>>();
    known.set(app, sources);
    const found = sources.get(source) ?? RefusedLines.#read(app, source);
    sources.set(source, found);
    return found;
  }

  static async #read(app: App, source: string): Promise<RefusedLines> {
    const lines = new RefusedLines(app, source);
    const refusing = app.warehouse.entries().filter(({kind, body}) => {
      const batch = body as BatchBody;
      return kind === 'batch' && batch.source === source && batch.replays === undefined && rejectedIn(batch.tables) > 0;
    });
    for (const {seq, body} of refusing.slice(-BATCHES)) {
      const {batch, digest} = body as BatchBody;
      const raw = await app.warehouse.lendRaw(digest, path => readFile(path, 'utf8'));
      // A line bears its number where it was made here: see `recordRows`.
      const sent = raw?.split('\n').map(line => line.replace(/^\{"\$line":\d+,/, '{'));
      if (sent) await lines.#take(batch === null ? `r${seq}` : String(batch), sent);
    }
    return lines;
  }

  has(line: string): boolean {
    return this.#digests.has(digestOf(line));
  }

  /** @param lines of the file that the receipt is of */
  async add({digest, tables}: Receipt, lines: readonly string[]): Promise<void> {
    if (rejectedIn(tables) === 0) return;
    const entry = this.#app.warehouse.entries().findLast(({kind, body}) => {
      const batch = body as BatchBody;
      return kind === 'batch' && batch.source === this.#source && batch.digest === digest;
    });
    if (!entry) return;
    const {batch} = entry.body as BatchBody;
    await this.#take(batch === null ? `r${entry.seq}` : String(batch), lines);
  }

  async #take(id: string, lines: readonly string[]): Promise<void> {
    for (const {line} of (await showQuarantine(this.#app.warehouse, id)).rows) {
      const text = line === null ? undefined : lines[line - 1];
      if (text !== undefined) this.#digests.add(digestOf(text));
    }
    // The oldest go first: a peer sends again what it sent last.
    for (const digest of this.#digests) {
      if (this.#digests.size <= LINES_MAX) break;
      this.#digests.delete(digest);
    }
  }
}

const digestOf = (line: string) => createHash('sha256').update(line).digest('base64');

function rejectedIn(tables: Receipt['tables']): number {
  return tables.reduce((sum, {rejected}) => sum + rejected, 0);
}
