import {IngestError} from '../error.ts';
import {twinsIn} from './csv-head.ts';
import {MadeLines} from './made-lines.ts';
import type {Reading} from './reader.ts';

const COLUMNS_MAX = 10_000;
/** How the lines say where they stand and what they are. */
const KEPT_NAMES = new Set(['$line', '$reason', '$text']);

/** The records of a table that DuckDB does not read itself, written as flat text: columns may turn up on the way. */
export class MadeTable {
  records = 0;
  readonly #path: string;
  readonly #lines: MadeLines;
  readonly #columns: Set<string>;
  #firstFault: {line: number; reason: string} | undefined;

  /** @param path names the original in errors */
  constructor(path: string, into: string, columns: Iterable<string> = []) {
    this.#path = path;
    this.#lines = new MadeLines(into);
    this.#columns = new Set(columns);
  }

  addColumns(names: Iterable<string>): void {
    for (const name of names) this.#learn(name, 0);
  }

  put(line: number, fields: Record<string, string>): void {
    for (const name in fields) if (!this.#columns.has(name)) this.#learn(name, line);
    const fault = this.#lines.write({...fields, $line: line});
    if (fault === null) this.records++;
    else this.refuse(line, fault, Object.values(fields).join(' '));
  }

  refuse(line: number, reason: string, text: string): void {
    this.#firstFault ??= {line, reason};
    this.#lines.refuse(line, reason, text);
  }

  close(): void {
    this.#lines.close();
  }

  /** @throws IngestError if there are no columns, or some that cannot be told apart */
  reading(notices: string[]): Reading {
    const columns = [...this.#columns];
    if (columns.length === 0) {
      const {line = 0, reason = ''} = this.#firstFault ?? {};
      throw new IngestError(`${this.#path}: has no record${line > 0 ? `: line ${line}: ${reason}` : ''}`);
    }
    const twins = twinsIn(columns);
    if (twins) throw new IngestError(`${this.#path}: ${twins}: rename one of them`);
    const none = this.records === 0 && !this.#firstFault ? [`${this.#path}: has columns but no records`] : [];
    return {
      records: {format: 'ndjson', path: this.#lines.path, columns, made: true},
      notices: [...notices, ...none],
    };
  }

  #learn(name: string, line: number): void {
    if (KEPT_NAMES.has(name) || name.includes('\0'))
      throw new IngestError(`${this.#path}: a column cannot be called ${JSON.stringify(name)}: rename it`);
    this.#columns.add(name);
    if (this.#columns.size > COLUMNS_MAX)
      throw new IngestError(`${this.#path}: up to line ${line} its records have more than ${COLUMNS_MAX} columns`);
  }
}
