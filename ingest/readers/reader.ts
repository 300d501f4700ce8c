import type {RecordSource} from '../../warehouse/load-plan.ts';

/** What reading a file finds out: how to take records out of it, and what is worth saying on the receipt. */
export interface Reading {
  records: RecordSource;
  notices: string[];
}

/** One format. `recognises` looks at the first bytes only; `read` may go through the file but keeps none of it. */
export interface Reader {
  format: RecordSource['format'];
  /** As a person calls it. */
  name: string;
  /** Of file names, with the dot, in lower case. */
  extensions: readonly string[];
  recognises(head: Buffer): boolean;
  /**
   * @param names of the columns of a file that does not name them itself
   * @throws IngestError
   */
  read(path: string, names?: readonly string[]): Promise<Reading>;
}
