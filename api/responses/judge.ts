import {spanMs} from './period.ts';
import type {FailTrigger, Rule} from './settings.ts';

/** Something that a rule may fire on. */
export interface Trigger {
  id: string;
  /** When it happened; never later than it came. */
  atMs: number;
  cameMs: number;
  batch: number | null;
  keys: Record<string, string>;
  about: Record<string, unknown>;
}

export type Verdict =
  | {is: 'fires'}
  /** `limit` is what held it back. */
  | {is: 'withheld'; limit: 'once' | 'budget' | 'late'; why: string}
  /** It was judged before. */
  | {is: 'known'}
  /** One of so many that are needed, and not yet the last. */
  | {is: 'counted'}
  /** Fails are counted by a place that this one does not name. */
  | {is: 'placeless'};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Decides on one trigger after the other: the same for what happens now and for history. All limits go by when things
 * happened, so that the answer does not depend on when somebody asks. What comes out of order is held against what
 * fired shortly after it as well as before.
 */
export class Judge {
  readonly #limits: Rule['limits'];
  readonly #atLeast: FailTrigger['atLeast'];
  /** @param freshOnly withhold what was old already when it came; a dry run takes everything as come in time */
  readonly #freshOnly: boolean;
  readonly #known = new Set<string>();
  readonly #fired = new Times();
  readonly #firedFor = new Map<string, Times>();
  /** Fails that no firing has used yet, by place. */
  readonly #counted = new Map<string, Times>();

  constructor(rule: Rule, {freshOnly}: {freshOnly: boolean}) {
    this.#limits = rule.limits;
    this.#atLeast = rule.when.fail?.atLeast;
    this.#freshOnly = freshOnly;
  }

  /** What was decided before. */
  remember({id, atMs, keys}: Pick<Trigger, 'id' | 'atMs' | 'keys'>, fired: boolean): void {
    this.#known.add(id);
    if (!fired) return;
    this.#fired.add(atMs);
    const key = this.#onceKey(keys, id);
    if (key !== null) this.#firedFor.set(key, (this.#firedFor.get(key) ?? new Times()).add(atMs));
  }

  /** Counts a trigger that was judged before, without judging it again. */
  recount(trigger: Trigger): void {
    const place = this.#placeOf(trigger);
    if (place === null) return;
    if (this.#known.has(trigger.id)) this.#counted.delete(place);
    else this.#count(place, trigger.atMs);
  }

  judge(trigger: Trigger): Verdict {
    if (this.#known.has(trigger.id)) return {is: 'known'};
    if (this.#atLeast) {
      const place = this.#placeOf(trigger);
      if (place === null) return {is: 'placeless'};
      if (!this.#count(place, trigger.atMs)) return {is: 'counted'};
      this.#counted.delete(place);
    }
    const verdict = this.#withinLimits(trigger);
    this.remember(trigger, verdict.is === 'fires');
    return verdict;
  }

  #withinLimits({id, atMs, cameMs, keys}: Trigger): Verdict {
    const {once, budget, freshWithin} = this.#limits;
    if (this.#freshOnly && cameMs - atMs > spanMs(freshWithin)) {
      const why = `it happened ${iso(atMs)} and came ${iso(cameMs)}: that is not within ${freshWithin}`;
      return {is: 'withheld', limit: 'late', why};
    }
    const key = this.#onceKey(keys, id);
    const last = once && key !== null ? this.#firedFor.get(key)?.near(atMs, spanMs(once.within)) : undefined;
    if (once && last !== undefined) {
      const why = `once per ${once.per} within ${once.within}: it fired for ${iso(last)}`;
      return {is: 'withheld', limit: 'once', why};
    }
    for (const [most, ms, words] of [
      [budget.perHour, HOUR_MS, 'an hour'],
      [budget.perDay, DAY_MS, 'a day'],
    ] as const) {
      if (this.#fired.within(atMs, ms) >= most)
        return {is: 'withheld', limit: 'budget', why: `the budget of ${most} ${words} is used up`};
    }
    return {is: 'fires'};
  }

  /** What has none of what it is to be told apart by is told apart by itself. */
  #onceKey(keys: Trigger['keys'], id: string): string | null {
    const per = this.#limits.once?.per;
    if (per === undefined) return null;
    if (per === 'rule') return 'rule';
    return per in keys ? JSON.stringify([per, keys[per]]) : id;
  }

  #placeOf({keys}: Trigger): string | null {
    return this.#atLeast ? (keys[this.#atLeast.per] ?? null) : null;
  }

  /** @returns whether so many as are needed lie within the time, this one among them */
  #count(place: string, atMs: number): boolean {
    const {fails, within} = this.#atLeast!;
    const times = this.#counted.get(place) ?? new Times();
    this.#counted.set(place, times.add(atMs));
    return times.hasRun(fails, atMs, spanMs(within));
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Moments in order, most of which come in order. */
class Times {
  readonly #ms: number[] = [];

  add(ms: number): this {
    this.#ms.splice(this.#above(ms), 0, ms);
    return this;
  }

  /** How many lie less than a span away, before or after. */
  within(ms: number, spanMs: number): number {
    return this.#above(ms + spanMs - 1) - this.#above(ms - spanMs);
  }

  /** The latest that lies less than a span away. */
  near(ms: number, spanMs: number): number | undefined {
    const k = this.#above(ms + spanMs - 1) - 1;
    return k >= 0 && this.#ms[k] > ms - spanMs ? this.#ms[k] : undefined;
  }

  /** Whether `n` moments lie within less than a span, one of them `ms`. */
  hasRun(n: number, ms: number, spanMs: number): boolean {
    const from = this.#above(ms - spanMs);
    const to = this.#above(ms + spanMs - 1);
    for (let k = from; k + n <= to; k++) {
      const [first, last] = [this.#ms[k], this.#ms[k + n - 1]];
      if (first <= ms && ms <= last && last - first < spanMs) return true;
    }
    return false;
  }

  /** The place of the first moment that is later. */
  #above(ms: number): number {
    let [low, high] = [0, this.#ms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ms[middle] <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
