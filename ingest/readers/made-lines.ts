import {randomUUID} from 'node:crypto';
import {closeSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';

const BUFFER_CHARACTERS = 1 << 20;
const TEXT_CHARACTERS = 500;
/** A little less than what is read of a line. */
const LINE_CHARACTERS_MAX = 8_000_000;

/** A file of JSON lines that are written as they are found, so that memory stays flat. */
export class MadeLines {
  readonly path: string;
  readonly #file: number;
  #waiting = '';

  constructor(into: string) {
    this.path = join(into, `${randomUUID()}.ndjson`);
    this.#file = openSync(this.path, 'wx', 0o600);
  }

  /** @returns whether it was written: not if it is too long to be read again */
  write(fields: Record<string, unknown>): boolean {
    // DuckDB's JSON knows no NUL.
    let line = JSON.stringify(fields);
    if (line.includes('\\u0000')) line = JSON.stringify(fields, withoutNul);
    if (line.length > LINE_CHARACTERS_MAX) return false;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length < BUFFER_CHARACTERS) return true;
    writeSync(this.#file, this.#waiting);
    this.#waiting = '';
    return true;
  }

  /** What cannot be a record goes into quarantine, with the reason. */
  refuse(line: number, reason: string, text: string): void {
    this.write({$line: line, $reason: reason, $text: text.slice(0, TEXT_CHARACTERS)});
  }

  close(): void {
    writeSync(this.#file, this.#waiting);
    closeSync(this.#file);
  }
}

const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
