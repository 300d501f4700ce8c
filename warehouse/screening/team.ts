/** The threads that answer a question together: each has its share of the factors, and the lead has the last word. */
import {grouped} from '../grouped.ts';
import type {Tested} from './candidate.ts';
import type {Classes} from './classes.ts';
import type {Entry} from './given.ts';
import type {Ground} from './ground.ts';
import type {PlainPair, TestPairs} from './interactions.ts';
import type {Direction} from './likeness.ts';
import {type Alike, entriesOf, revived, Share, type Task, type Tests, type Told} from './share.ts';

/** Something alike to a direction. */
export type AlikeEntry = {entry: Entry; alike: number};

export interface Team {
  /** Every factor's test, in the order of the frame, then that of every pattern of missing values. */
  test(): {tested: Tested[]; notTested: {factor: string; reason: string}[]};
  /** The tests of pairs (by place) of factors. */
  pairs: TestPairs;
  /** Of each direction, the entries among what was tested that are alike to it, in that order. */
  alike(directions: readonly Direction[]): AlikeEntry[][];
  /** The findings of tests that `test` returned. */
  measure(tasks: readonly (Omit<Task, 'tested'> & {tested: Tested})[]): Told[];
}

/** What a member of the team answers; the members' answers come in the order of the members. */
export interface Members {
  count: number;
  test(shares: number[][]): Tests[];
  pairs(classes: readonly Classes[], shares: [number, number][][]): (PlainPair | null)[][];
  alike(directions: readonly Direction[]): Alike[][][];
  measure(tasks: Task[][]): Told[][];
}

/** One thread does it all. */
export function alone(ground: Ground): Members {
  const share = new Share(ground);
  return {
    count: 1,
    test: ([factors]) => [share.test(factors)],
    pairs: (classes, [among]) => [share.pairs(classes, among)],
    alike: directions => [share.alike(directions)],
    measure: ([tasks]) => [share.measure(tasks)],
  };
}

/** Puts the members' answers together, so that they do not depend on who worked out what. */
export function teamOf(ground: Ground, members: Members): Team {
  const places: {member: number; at: number; tested: Tested}[] = [];
  const placeOf = new Map<Tested, {member: number; at: number}>();
  return {
    test() {
      const shares = sharesOf(ground, members.count);
      const answers = members.test(shares);
      const found = answers.flatMap(({tested}, member) => tested.map((plain, at) => ({member, at, plain})));
      // Two members may each have found the same pattern of missing values: the first factor's stands for both.
      const ordered = found.toSorted(
        (a, b) =>
          Number(a.plain.missing !== null) - Number(b.plain.missing !== null) || a.plain.factor - b.plain.factor,
      );
      const patterns = new Map<string, string[]>();
      for (const {member, at, plain} of ordered) {
        const twins = plain.missing === null ? undefined : patterns.get(plain.missing.rows);
        if (twins !== undefined) {
          twins.push(ground.frame.factors[plain.factor].name, ...plain.missing!.twins);
          continue;
        }
        const tested = revived(ground, plain);
        if (plain.missing !== null) patterns.set(plain.missing.rows, tested.twins);
        places.push({member, at, tested});
        placeOf.set(tested, {member, at});
      }
      const order = new Map(ground.frame.factors.map(({name}, at) => [name, at]));
      for (const twins of patterns.values()) twins.sort((a, b) => order.get(a)! - order.get(b)!);
      const reasons = answers.flatMap(({notTested}) => notTested).sort((a, b) => a.factor - b.factor);
      return {
        tested: places.map(({tested}) => tested),
        notTested: reasons.map(({factor, reason}) => ({factor: ground.frame.factors[factor].name, reason})),
      };
    },
    pairs(classes, among) {
      if (among.length === 0) return [];
      const {count} = members;
      const dealt = Array.from({length: count}, (_, member) => among.filter((_pair, k) => k % count === member));
      const answers = members.pairs(classes, dealt);
      return among.map((_, k) => answers[k % count][Math.floor(k / count)]);
    },
    alike(directions) {
      if (directions.length === 0) return [];
      const answers = members.alike(directions);
      return directions.map((_, d) => {
        const byPlace = answers.map(lists => grouped(lists[d], ({tested}) => tested));
        return places.flatMap(({member, at, tested}) => {
          const own = byPlace[member].get(at);
          if (own === undefined) return [];
          const entries = entriesOf(tested);
          return own.map(({candidate, alike}) => ({entry: entries[candidate], alike}));
        });
      });
    },
    measure(tasks) {
      const shared: Task[][] = Array.from({length: members.count}, () => []);
      const where = tasks.map(({tested, ...task}) => {
        const {member, at} = placeOf.get(tested)!;
        shared[member].push({...task, tested: at});
        return {member, at: shared[member].length - 1};
      });
      const answers = members.measure(shared);
      return where.map(({member, at}) => answers[member][at]);
    },
  };
}

/** Consecutive factors for each member, alike in work; those of one step share what is known of its rows. */
function sharesOf({frame: {factors, parts}}: Ground, count: number): number[][] {
  const work = factors.map(factor => (factor.kind === 'number' ? factor.rows.length : parts / 4));
  const all = work.reduce((sum, one) => sum + one, 0);
  const shares: number[][] = Array.from({length: count}, () => []);
  let done = 0;
  for (const at of byRows(factors)) {
    shares[Math.min(count - 1, Math.floor((done / Math.max(1, all)) * count))].push(at);
    done += work[at];
  }
  return shares.map(share => share.sort((a, b) => a - b));
}

/** The factors' numbers, those over the same rows together. */
function byRows(factors: Ground['frame']['factors']): number[] {
  const rowsOf = (at: number) => {
    const factor = factors[at];
    return factor.kind === 'number' ? factor.rows.buffer : null;
  };
  return [...grouped([...factors.keys()], rowsOf).values()].flat();
}
