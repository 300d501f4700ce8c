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

  /** @returns why it was not written, as it could not be read again; null where it was */
  write(fields: Record<string, unknown>): string | null {
    const line = JSON.stringify(fields);
    // DuckDB's JSON knows none.
    if (line.includes('\\u0000') && Object.values(fields).some(holdsNul)) return 'it holds a NUL character';
    if (line.length > LINE_CHARACTERS_MAX) return 'it is longer than 8 million characters';
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= BUFFER_CHARACTERS) {
      writeSync(this.#file, this.#waiting);
      this.#waiting = '';
    }
    return null;
  }

  /** What cannot be a record goes into quarantine, with the reason. */
  refuse(line: number, reason: string, text: string): void {
    this.write({$line: line, $reason: reason, $text: text.slice(0, TEXT_CHARACTERS).replaceAll('\0', '\ufffd')});
  }

  close(): void {
    writeSync(this.#file, this.#waiting);
    closeSync(this.#file);
  }
}

export const holdsNul = (value: unknown): boolean => typeof value === 'string' && value.includes('\0');
