import type {RecordSource} from '../../warehouse/load-plan.ts';
import {MadeLines} from './made-lines.ts';

/**
 * Flat records made from a file whose own are not flat: written to a file of their own as they are found, so that memory
 * stays flat. Each bears the line (or number) that its original has, which is what the quarantine names.
 */
export class MadeRecords {
  readonly source: RecordSource;
  /** How many records are right so far, by their column `record`. */
  readonly counts = new Map<string, number>();
  firstFault: {line: number; reason: string} | undefined;
  readonly #lines: MadeLines;

  constructor(into: string, columns: readonly string[]) {
    this.#lines = new MadeLines(into);
    this.source = {format: 'ndjson', path: this.#lines.path, columns: ['record', ...columns], made: true};
  }

  put(record: string, line: number, fields: Record<string, string | undefined>): void {
    const fault = this.#lines.write({$line: line, record, ...fields});
    if (fault === null) this.counts.set(record, (this.counts.get(record) ?? 0) + 1);
    else this.refuse(line, fault, Object.values(fields).join(' '));
  }

  /** What cannot be a record goes into quarantine, with the reason. */
  refuse(line: number, reason: string, text: string): void {
    this.firstFault ??= {line, reason};
    this.#lines.refuse(line, reason, text);
  }

  close(): void {
    this.#lines.close();
  }
}
