import type {App} from './app.ts';

/** What kept answers may take. */
const KEPT_BYTES = 64 * 2 ** 20;

/** What an answer can know of: the ledger's last entry, and the last batch that the database has taken over from it. */
export interface State {
  seq: number;
  position: number;
}

export const stateOf = ({warehouse}: App): State => ({seq: warehouse.ledger.head.seq, position: warehouse.position});

export const isBehind = (a: State, b: State): boolean => a.seq < b.seq || a.position < b.position;

export interface Allowed {
  maxAge: number;
  maxStale: number;
}

interface Answer {
  /** When it was asked. */
  state: State;
  askedMs: number;
  body: Promise<Buffer>;
  /** Once it is there. */
  bytes: number | null;
}

/**
 * Answers to what pages ask, kept as long as they are right, and a while longer for those who would rather have an old
 * answer than wait. The same question asked by many is worked out once.
 */
export class RecentAnswers {
  readonly #ready = new Map<string, Answer>();
  readonly #coming = new Map<string, Answer>();
  #bytes = 0;
  #isRenewing = false;
  #forgotten = 0;

  /** How often all was forgotten: what was answered before is recognised by nobody any more. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** What retention took away is not told from here either. */
  forget(): void {
    this.#forgotten++;
    this.#bytes = 0;
    this.#ready.clear();
    this.#coming.clear();
  }

  /**
   * @param now what was asked then or later is right
   * @param allowed seconds that an answer may be behind; beyond `maxAge` a newer one is begun behind it
   */
  find(key: string, now: State, allowed: Allowed, make: () => Promise<Buffer>): Answer {
    const ready = this.#ready.get(key);
    const coming = this.#coming.get(key);
    if (ready && !isBehind(ready.state, now)) return this.#used(key, ready);
    const isWithin = (answer: Answer, seconds: number) => Date.now() - answer.askedMs <= seconds * 1000;
    const mostS = allowed.maxAge + allowed.maxStale;
    if (ready && isWithin(ready, mostS)) {
      if (!coming && !isWithin(ready, allowed.maxAge)) this.#renew(key, now, make);
      return this.#used(key, ready);
    }
    if (coming && (!isBehind(coming.state, now) || isWithin(coming, mostS))) return coming;
    return this.#begin(key, now, make);
  }

  /**
   * Behind the back of those who wait for an answer: one at a time, the others when somebody asks for them again. Then as long
   * as that took nothing is renewed, so that half of the machine is for those who do wait, and for what is being recorded.
   */
  #renew(key: string, now: State, make: () => Promise<Buffer>): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const begun = performance.now();
    const rest = () => {
      setTimeout(() => {
        this.#isRenewing = false;
      }, performance.now() - begun).unref();
    };
    this.#begin(key, now, make).body.then(rest, rest);
  }

  #begin(key: string, state: State, make: () => Promise<Buffer>): Answer {
    const answer: Answer = {state, askedMs: Date.now(), body: make(), bytes: null};
    this.#coming.set(key, answer);
    const done = () => {
      if (this.#coming.get(key) === answer) this.#coming.delete(key);
    };
    const {forgotten} = this;
    answer.body.then(({length}) => {
      done();
      if (forgotten === this.#forgotten) this.#keep(key, answer, length);
    }, done);
    return answer;
  }

  #keep(key: string, answer: Answer, bytes: number): void {
    const before = this.#ready.get(key);
    if ((before && isBehind(answer.state, before.state)) || bytes > KEPT_BYTES / 4) return;
    this.#drop(key);
    answer.bytes = bytes;
    this.#bytes += bytes;
    this.#ready.set(key, answer);
    for (const oldest of this.#ready.keys()) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#ready.get(key)?.bytes ?? 0;
    this.#ready.delete(key);
  }

  /** What was asked for last goes last. */
  #used(key: string, answer: Answer): Answer {
    this.#ready.delete(key);
    this.#ready.set(key, answer);
    return answer;
  }
}
