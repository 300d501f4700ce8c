import {z} from 'zod';
import type {Receipt} from '../../warehouse/data-answers.ts';
import {Troubles} from '../../warehouse/troubles.ts';

const Count = z.number().int().nonnegative();

/** What is told of a feed. Counts begin anew when the server starts; what was accepted is in the ledger. */
export const FeedState = z.object({
  name: z.string(),
  kind: z.string(),
  from: z.string().describe('the folder, broker or server that it takes from'),
  state: z
    .enum(['not running', 'starting', 'connected', 'disconnected', 'stopped'])
    .describe('"disconnected": tried again by itself'),
  since: z.string().nullable().describe('of the state'),
  lastAt: z.string().nullable().describe('when the last message (or file) came'),
  received: Count.describe('messages or files'),
  behind: Count.describe('messages or files that came and are not recorded yet'),
  accepted: Count.describe('rows'),
  duplicates: Count.describe('rows that were known'),
  rejected: Count.describe('rows, messages and files that were refused: see the quarantine'),
  ignored: Count.describe('messages that hold nothing for the warehouse, such as a heartbeat'),
  errors: Count,
  lastError: z.object({at: z.string(), message: z.string()}).nullable(),
  gaps: Count.describe('stretches of which values may be missing for good; each is an alert, feed.gap'),
  lastGap: z.object({from: z.string(), to: z.string(), text: z.string()}).nullable(),
});
export type FeedState = z.infer<typeof FeedState>;

/** What became of something that was taken. */
export type Outcome = Partial<Record<'accepted' | 'duplicates' | 'rejected' | 'ignored', number>>;

export function outcomeOf({tables}: Receipt): Outcome {
  const sum = (what: 'accepted' | 'duplicates' | 'rejected') => tables.reduce((all, table) => all + table[what], 0);
  return {accepted: sum('accepted'), duplicates: sum('duplicates'), rejected: sum('rejected')};
}

/** Counts what one feed does. */
export class Meter {
  readonly #told: FeedState;
  readonly #log: (line: string) => void;
  readonly #troubles: Troubles;

  constructor({name, kind, from}: {name: string; kind: string; from: string}, log: (line: string) => void) {
    this.#told = {name, kind, from, ...NOTHING_YET};
    this.#log = line => log(`feed ${name}: ${line}`);
    this.#troubles = new Troubles(this.#log);
  }

  get told(): FeedState {
    return {...this.#told};
  }

  is(state: FeedState['state']): void {
    if (this.#told.state === state) return;
    this.#told.state = state;
    this.#told.since = new Date().toISOString();
    if (state === 'connected') this.#troubles.over('peer', `connected to ${this.#told.from} again`);
  }

  /** Something came; until it is `settled` the feed is behind by it. */
  took(messages = 1): void {
    this.#told.received += messages;
    this.#told.behind += messages;
    this.#told.lastAt = new Date().toISOString();
  }

  settled({accepted = 0, duplicates = 0, rejected = 0, ignored = 0}: Outcome, messages = 1): void {
    this.#told.accepted += accepted;
    this.#told.duplicates += duplicates;
    this.#told.rejected += rejected;
    this.#told.ignored += ignored;
    this.#told.behind -= messages;
  }

  /** What came is given back unrecorded: whoever sent it sends it again. */
  gaveBack(messages: number): void {
    this.#told.behind -= messages;
  }

  /** Values may be missing for good. */
  lacks(gap: NonNullable<FeedState['lastGap']>, gaps = 1): void {
    this.#told.gaps += gaps;
    this.#told.lastGap = gap;
  }

  /** The peer is not to be reached, or refuses; the console hears of it once, until it is connected again. */
  failed(error: unknown): void {
    const message = this.#counted(error);
    const {from, name} = this.#told;
    const advice = `it is tried again by itself: see that ${from} is there and lets us in, or correct "${name}" under "feeds" in fishbone.json`;
    this.#troubles.began('peer', message, `${message}; ${advice}`);
  }

  /** What came cannot be recorded, as with a full disk; the console hears of it once, until it `goesOn`. */
  isHeldUp(error: unknown): void {
    const message = this.#counted(error);
    // A file is told by its name, and all of them wait for the same.
    const why = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const {hint} = why as {hint?: string};
    const advice = `nothing is let go of before it is recorded; it is tried again by itself${hint ? `: ${hint}` : ''}`;
    this.#troubles.began('recording', why instanceof Error ? why.message : message, `${message}; ${advice}`);
  }

  goesOn(): void {
    this.#troubles.over('recording', 'what came is recorded again');
  }

  /** One thing that came is refused: that is no trouble of the feed, and the console hears of each. */
  refused(message: string): void {
    this.#log(this.#counted(new Error(message)));
  }

  #counted(error: unknown): string {
    const {message} = error instanceof Error ? error : new Error(String(error));
    this.#told.errors++;
    this.#told.lastError = {at: new Date().toISOString(), message};
    return message;
  }
}

const NOTHING_YET: Omit<FeedState, 'name' | 'kind' | 'from'> = {
  state: 'not running',
  since: null,
  lastAt: null,
  received: 0,
  behind: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  ignored: 0,
  errors: 0,
  lastError: null,
  gaps: 0,
  lastGap: null,
};
