/** What one thread does of a question: its share of the factors is tested, compared and measured. */
import type {Candidate, Tested} from './candidate.ts';
import {levelCandidate, levelsOf, testCategory} from './category.ts';
import type {Classes} from './classes.ts';
import {type Distribution, distributionOf} from './distribution.ts';
import {type Enough, enoughFor} from './enough.ts';
import type {Factor} from './frame.ts';
import type {Entry} from './given.ts';
import type {Ground} from './ground.ts';
import {type PlainPair, testPair} from './interactions.ts';
import {type Direction, likenesses} from './likeness.ts';
import {type Measured, measure} from './measure.ts';
import {LEVELS, missingFactor, missingFactors, missingLevels, testMissing} from './missing.ts';
import {numberCandidate, ranksOf, testNumber} from './number.ts';
import {outcomeWhereKnown} from './presence.ts';

/** A test as it passes between threads: figures only. */
export interface PlainTested {
  /** Number of the factor in the frame. */
  factor: number;
  /** Of missing values: the name of the set of parts for which it is known, and factors that miss the same. */
  missing: {rows: string; twins: string[]} | null;
  candidates: Pick<Candidate, 'level' | 'shape' | 'test' | 'form'>[];
  p: number;
  attainable: number;
}

export interface Tests {
  tested: PlainTested[];
  notTested: {factor: number; reason: string}[];
}

/** Exposures at least this alike may be confused; chosen without the outcome. */
export const ALIKE = 0.25;

/** A candidate (by its place) of something tested (by its place) that goes along with a direction. */
export interface Alike {
  tested: number;
  candidate: number;
  alike: number;
}

/** A finding to be measured: of something tested (by its place), the candidate that it is told by. */
export interface Task {
  tested: number;
  candidate: number;
  alpha: number;
  claimed: boolean;
  /** The p that a claim would need, where it is asked how much data would be enough. */
  needed: number | null;
}

export interface Told extends Measured {
  distribution: Distribution;
  enough: Enough | null;
}

export class Share {
  readonly tested: Tested[] = [];
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Tests factors, and every pattern of missing values among them. */
  test(factors: readonly number[]): Tests {
    const ground = this.#ground;
    const tests: Tests = {tested: [], notTested: []};
    for (const at of factors) {
      const factor = ground.frame.factors[at];
      const reason = whyNotTested(ground, factor);
      if (reason !== null) tests.notTested.push({factor: at, reason});
      else tests.tested.push(this.#keep(at, null, testFactor(ground, factor)));
    }
    const numberOf = new Map(factors.map(at => [ground.frame.factors[at], at]));
    const own = factors.map(at => ground.frame.factors[at]);
    for (const [rows, {of, twins, factor}] of missingFactors(ground, own)) {
      const tested: Tested = {factor, kind: 'missing', twins, ranks: null, ...testMissing(ground, {of})};
      tests.tested.push(this.#keep(numberOf.get(of)!, {rows, twins}, tested));
    }
    return tests;
  }

  #keep(factor: number, missing: PlainTested['missing'], tested: Tested): PlainTested {
    this.tested.push(tested);
    const {p, attainable} = tested;
    const candidates = tested.candidates.map(({level, shape, test, form}) => ({level, shape, test, form}));
    return {factor, missing, candidates, p, attainable};
  }

  /** Of each direction, what was tested here and goes along with it or against it. */
  alike(directions: readonly Direction[]): Alike[][] {
    const found: Alike[][] = directions.map(() => []);
    this.tested.forEach((tested, at) => {
      entriesOf(tested).forEach((entry, candidate) => {
        likenesses(this.#ground, entry, directions).forEach((alike, d) => {
          if (Math.abs(alike) >= ALIKE) found[d].push({tested: at, candidate, alike});
        });
      });
    });
    return found;
  }

  /** Pairs (by place) of factors, each as a few classes. */
  pairs(classes: readonly Classes[], among: readonly [number, number][]): (PlainPair | null)[] {
    return among.map(([a, b]) => testPair(this.#ground, classes[a], classes[b]));
  }

  measure(tasks: readonly Task[]): Told[] {
    return tasks.map(task => told(this.#ground, this.tested[task.tested], task));
  }
}

/** The things tested of a factor that are compared with others: of two levels one says all. */
export function entriesOf(tested: Tested): Entry[] {
  const {kind, candidates} = tested;
  const compared = kind !== 'number' && candidates.length === 2 ? candidates.slice(0, 1) : candidates;
  return compared.map(candidate => ({tested, candidate}));
}

export function told(
  ground: Ground,
  tested: Tested,
  {candidate: at, alpha, claimed, needed}: Omit<Task, 'tested'>,
): Told {
  const candidate = tested.candidates[at];
  const enough = needed === null ? null : enoughFor(tested, candidate, needed);
  return {
    ...measure(ground, tested, candidate, alpha, claimed),
    distribution: distributionOf(ground, tested.factor),
    enough,
  };
}

function testFactor(ground: Ground, factor: Factor): Tested {
  const kind = factor.time ? 'time' : factor.kind;
  if (factor.kind === 'category') return {factor, kind, twins: [], ranks: null, ...testCategory(ground, factor)};
  return {factor, kind, twins: [], ...testNumber(ground, factor)};
}

function whyNotTested({layout}: Ground, factor: Factor): string | null {
  const {kinds, known} = factor.kind === 'category' ? layout.category(factor) : layout.number(factor);
  if (kinds === 0) return 'missing for every part';
  if (kinds === 1) return 'the same for every part';
  return factor.kind === 'category' && kinds === known ? 'every part has a level of its own' : null;
}

/** A test that another thread made, with the ways to what it was made from, should this thread need them. */
export function revived(ground: Ground, {factor: at, missing, candidates, p, attainable}: PlainTested): Tested {
  const factor = ground.frame.factors[at];
  if (missing !== null) {
    const levels = once(() => missingLevels(ground, factor));
    return {
      factor: missingFactor(factor, ground.frame.parts),
      kind: 'missing',
      twins: missing.twins,
      ranks: null,
      outcome: ground.outcome,
      candidates: candidates.map(one => ofLevel(ground, levels, LEVELS, one)),
      p,
      attainable,
    };
  }
  const common = {
    factor,
    kind: factor.time ? ('time' as const) : factor.kind,
    twins: [],
    get outcome() {
      return outcomeWhereKnown(ground, factor);
    },
    p,
    attainable,
  };
  // A getter is not copied by spreading, only its value: what it says is to be worked out by those who ask.
  if (factor.kind === 'number') {
    const made = candidates.map(({shape, test}) => numberCandidate(ground, factor, shape!, test));
    return Object.assign(common, {ranks: ranksOf(ground, factor), candidates: made});
  }
  const levels = once(() => levelsOf(ground, factor));
  const made = candidates.map(one => ofLevel(ground, levels, factor.levels, one));
  return Object.assign(common, {ranks: null, candidates: made});
}

function ofLevel(
  ground: Ground,
  levels: Parameters<typeof levelCandidate>[1],
  names: readonly string[],
  {level, test, form}: PlainTested['candidates'][number],
): Candidate {
  return levelCandidate(ground, levels, names.indexOf(level ?? ''), level ?? '', {test, form});
}

function once<T>(make: () => T): () => T {
  let made: {value: T} | null = null;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}
