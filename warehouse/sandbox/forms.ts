/** An answer in the form that was asked for, row by row, until it is as large as it may be. */
import type {DuckDBType, DuckDBValue} from '@duckdb/node-api';
import type {QueryHead} from '../query-answers.ts';
import type {QueryForm} from './job.ts';
import {asJson} from './values.ts';

export interface Body {
  /** What was added so far. */
  readonly bytes: number;
  add(row: readonly DuckDBValue[]): void;
  finish(head: QueryHead): Buffer[];
}

export async function bodyOf(form: QueryForm, names: readonly string[], types: readonly DuckDBType[]): Promise<Body> {
  if (form === 'json') return new Json(names);
  if (form === 'csv') return new Csv(names);
  // Loaded by those who ask for it only: it takes a tenth of a second.
  const {Arrows} = await import('./arrows.ts');
  return new Arrows(names, types);
}

/** Texts are joined in pieces: one row a buffer would cost more than the row. */
class Texts {
  bytes = 0;
  readonly #pieces: Buffer[] = [];
  #open: string[] = [];
  #openLength = 0;

  add(text: string): void {
    this.#open.push(text);
    this.#openLength += text.length;
    this.bytes += Buffer.byteLength(text);
    if (this.#openLength > 1_000_000) this.#close();
  }

  all(): Buffer[] {
    this.#close();
    return this.#pieces;
  }

  #close(): void {
    this.#pieces.push(Buffer.from(this.#open.join('')));
    this.#open = [];
    this.#openLength = 0;
  }
}

class Json implements Body {
  readonly #names: readonly string[];
  readonly #texts = new Texts();

  constructor(names: readonly string[]) {
    this.#names = names.map(name => JSON.stringify(name));
  }

  get bytes(): number {
    return this.#texts.bytes;
  }

  add(row: readonly DuckDBValue[]): void {
    const fields = row.map((value, c) => `${this.#names[c]}:${JSON.stringify(asJson(value))}`);
    this.#texts.add(`${this.#texts.bytes === 0 ? '' : ','}{${fields.join(',')}}`);
  }

  finish({asOf, columns, truncated, notes}: QueryHead): Buffer[] {
    const [before, after] = [JSON.stringify({asOf, columns}), JSON.stringify({truncated, notes})];
    return [Buffer.from(`${before.slice(0, -1)},"rows":[`), ...this.#texts.all(), Buffer.from(`],${after.slice(1)}`)];
  }
}

/** CSV by RFC 4180. A text that a spreadsheet would run as a formula gets a quote mark in front (OWASP, CSV injection). */
class Csv implements Body {
  readonly #texts = new Texts();

  constructor(names: readonly string[]) {
    this.#texts.add(`${names.map(csvCell).join(',')}\r\n`);
  }

  get bytes(): number {
    return this.#texts.bytes;
  }

  add(row: readonly DuckDBValue[]): void {
    this.#texts.add(`${row.map(value => csvCell(asJson(value))).join(',')}\r\n`);
  }

  finish(): Buffer[] {
    return this.#texts.all();
  }
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A negative number that is told as text (a decimal) is no formula.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
