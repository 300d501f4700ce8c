/** What a feed is, and what it may do: it takes from a peer what comes, and lets go of it when it is on the disk. */
import type {Raised} from '../../warehouse/alerts.ts';
import type {Receipt} from '../../warehouse/data-answers.ts';
import type {Meter, Outcome} from './state.ts';

/** The ways in. What they resolve with is durable: only then may a feed acknowledge. */
export interface Door {
  /** One file; one that cannot be used has a receipt `rejected` with the reason in its notices. */
  file(path: string, how: FileReading & {source: string}): Promise<Receipt>;
  /**
   * Rows of canonical tables as they come, in one batch. Rows that are not right go into quarantine, and so does what says
   * a `reason`; rows that are known are duplicates.
   */
  rows(sent: readonly Sent[], source: string): Promise<Receipt>;
  /** Lines of a format that says itself what its tables are, in one batch. */
  lines(lines: readonly string[], source: string): Promise<Receipt>;
  /**
   * What `POST /v1/inspections` takes, one request: all of it is recorded, or none.
   * @throws an error with code CONFLICT, FILE_UNUSABLE or USAGE when it is wrong, anything else when it could not be done
   */
  inspections(body: unknown): Promise<Outcome>;
  /**
   * One image, judged by a model. What it cannot judge has a receipt `rejected` with the reason in its notices; unless the
   * image may still be written (`isWhole` false): then nothing is recorded, and the receipt has no digest.
   */
  image(path: string, how: ImageReading & {source: string; isWhole: boolean}): Promise<Receipt>;
  /** Whether a file of these bytes was refused whole since then. */
  wasRefused(sha256: string, sinceMs: number): boolean;
  /** The time of the newest reading of a parameter, with microseconds, in UTC. */
  newestReading(station: string, parameter: string): Promise<string | null>;
  /** Tells people that something is odd about what comes. */
  alert(alert: Raised): Promise<void>;
}

interface FileReading {
  /** A mapping's name, or its path. */
  mapping?: string;
  table?: string;
  wide?: boolean;
  timeZone?: string;
}

interface ImageReading {
  model: string;
  fileNames?: string;
  sidecar?: 'json';
  keep: boolean;
}

/** A row of a canonical table, or something that came and cannot be one. */
export type Sent =
  | {table: string; row: Readonly<Record<string, unknown>>; topic?: string}
  /** `table`: under which of them the quarantine lists it. */
  | {table: string; reason: string; text: string; topic?: string};

/** What a feed works with. */
export interface Surroundings {
  name: string;
  door: Door;
  meter: Meter;
  /** A folder of its own for what it must remember: `W/feeds/NAME`. It is not part of a backup. */
  memory: string;
  /** The plant's id. */
  plant: string;
  /** Of the warehouse: what relative paths of the configuration are relative to. */
  home: string;
}

export interface Running {
  /** Takes nothing more, settles what was taken, lets go of the peer. */
  stop(): Promise<void>;
}

/**
 * Starts a feed of one kind.
 * @throws when it cannot start: it is tried again, with longer and longer pauses. Once it runs, it reconnects by itself
 */
export type Open<Settings> = (settings: Settings, around: Surroundings) => Promise<Running>;
