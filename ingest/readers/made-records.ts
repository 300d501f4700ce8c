import {randomUUID} from 'node:crypto';
import {closeSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type {RecordSource} from '../../warehouse/load-plan.ts';

const BUFFER_CHARACTERS = 1 << 20;
const TEXT_CHARACTERS = 500;

/**
 * Flat records made from a file whose own are not flat: written to a file of their own as they are found, so that memory
 * stays flat. Each bears the line (or number) that its original has, which is what the quarantine names.
 */
export class MadeRecords {
  readonly source: RecordSource;
  /** How many records are right so far, by their column `record`. */
  readonly counts = new Map<string, number>();
  firstFault: {line: number; reason: string} | undefined;
  readonly #file: number;
  #waiting = '';

  constructor(into: string, columns: readonly string[]) {
    const path = join(into, `${randomUUID()}.ndjson`);
    this.source = {format: 'ndjson', path, columns: ['record', ...columns], made: true};
    this.#file = openSync(path, 'wx', 0o600);
  }

  put(record: string, line: number, fields: Record<string, string | undefined>): void {
    this.counts.set(record, (this.counts.get(record) ?? 0) + 1);
    this.#write({$line: line, record, ...fields});
  }

  /** What cannot be a record goes into quarantine, with the reason. */
  refuse(line: number, reason: string, text: string): void {
    this.firstFault ??= {line, reason};
    this.#write({$line: line, $reason: reason, $text: text.slice(0, TEXT_CHARACTERS)});
  }

  close(): void {
    writeSync(this.#file, this.#waiting);
    closeSync(this.#file);
  }

  #write(fields: Record<string, unknown>): void {
    // DuckDB's JSON knows no NUL.
    this.#waiting += `${JSON.stringify(fields).replaceAll('\\u0000', '\ufffd')}\n`;
    if (this.#waiting.length < BUFFER_CHARACTERS) return;
    writeSync(this.#file, this.#waiting);
    this.#waiting = '';
  }
}
