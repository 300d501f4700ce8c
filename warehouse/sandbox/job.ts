/** What goes into the process for people's SQL, and what comes out of it. */
import type {QUERY_FORMS, QueryHead, QueryQuestion} from '../query-answers.ts';

export type QueryForm = (typeof QUERY_FORMS)[number];

export interface Job {
  sql: string;
  params: NonNullable<QueryQuestion['params']>;
  form: QueryForm;
  /** The database file that is read, and the position that is looked from. */
  database: string;
  asOf: number;
  timeZone: string;
  /** Whom pseudonyms stand for, where whoever asks may see it. */
  names: [person: string, name: string][];
  maxRows: number;
  maxBytes: number;
  memoryLimitMb: number;
  temporaryFolder: string;
  maxTemporaryMb: number;
}

/** The first line that the process writes: it is up, and what it could do to itself. */
export interface Ready {
  /** Null when there is a limit on its address space. */
  unconfined: string | null;
}

/** The first line of its answer; the body follows. */
export type Told =
  | {head: QueryHead; rows: number; bytes: number}
  | {refused: {message: string; hint?: string; position: number | null}}
  | {stopped: {message: string; hint: string}};
