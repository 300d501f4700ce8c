/** Pairs of leading factors that do more together than each by itself. */
import {centredSums} from '../statistics/permutation-moments.ts';
import {simes} from '../statistics/simes.ts';
import {likenessInTime, NO_LIKENESS} from './autocorrelation.ts';
import type {Tested} from './candidate.ts';
import {testCategory} from './category.ts';
import {type Classes, type ClassSide, classesOf} from './classes.ts';
import type {Ground} from './ground.ts';
import {lotPermutationTest} from './lot-permutation.ts';
import {fitMainEffects, type MainEffects} from './main-effects.ts';

/** The two sides that act together, and by how much more than both alone. */
export interface Together {
  sides: [ClassSide, ClassSide];
  of: [Tested, Tested];
  /** Their rate over what the two alone would lead one to expect. */
  excess: number;
}

const MOST_LEADING = 8;
/** A side of a pair, and each factor's side without the other, must be seen in so many lots. */
const FEWEST_LOTS = 5;

/** A pair of factors that was tested. */
export interface Pair {
  together: Together;
  p: number;
}

/** A pair's test as it passes between threads: of each of its two factors the place of the side that acts with the other's. */
export interface PlainPair {
  sides: [number, number];
  excess: number;
  p: number;
}

/** Tests pairs (by place) of factors, each as a few classes. */
export type TestPairs = (classes: readonly Classes[], among: readonly [number, number][]) => (PlainPair | null)[];

/**
 * Tests every pair of the leading factors, one p a pair: Simes over the pairs of sides, each against the product of what
 * its two factors do alone. Factors lead by their own p; that costs nothing, since what a pair does beyond its factors is
 * uncorrelated with what the factors do.
 * @see Dai, Kooperberg, LeBlanc & Prentice (2012), Biometrika 99:929 (two-stage tests with independent filtering)
 */
export function testInteractions(ground: Ground, tested: readonly Tested[], testPairs: TestPairs): Pair[] {
  if (ground.frame.outcomeKind === 'numeric') return [];
  const standingOut = tested
    .filter(({kind, factor, p}) => p <= ground.alpha && kind !== 'missing' && !factor.time)
    .sort((a, b) => a.p - b.p || (a.factor.name < b.factor.name ? -1 : 1));
  const leading: {tested: Tested; classes: Classes}[] = [];
  for (const one of standingOut) {
    if (leading.length === MOST_LEADING) break;
    const classes = classesOf(one, ground.frame.parts);
    if (classes !== null) leading.push({tested: one, classes});
  }
  const among = leading.flatMap((_, a) => leading.slice(a + 1).map((_b, k): [number, number] => [a, a + 1 + k]));
  const found = testPairs(
    leading.map(({classes}) => classes),
    among,
  );
  return found.flatMap((pair, at) => {
    if (pair === null) return [];
    const [a, b] = among[at].map(k => leading[k]);
    const sides: Together['sides'] = [a.classes.sides[pair.sides[0]], b.classes.sides[pair.sides[1]]];
    return {together: {sides, of: [a.tested, b.tested], excess: pair.excess}, p: pair.p};
  });
}

/** @returns null where too little is seen of the two together */
export function testPair(ground: Ground, a: Classes, b: Classes): PlainPair | null {
  const mains = fitMainEffects(ground, a, b);
  if (mains === null) return null;
  let seen = 0;
  const cells = a.sides.flatMap((one, at) =>
    b.sides.flatMap((other, otherAt) => {
      const {lots, isWorse} = compare(mains, one, other);
      if (lots < FEWEST_LOTS) return [];
      seen++;
      if (!isWorse) return [];
      const test = excessTest(ground, mains, one, other);
      return test === null ? [] : [{sides: [at, otherAt] as PlainPair['sides'], ...test}];
    }),
  );
  if (cells.length === 0) return null;
  // Pairs of sides that do no harm together keep their share of the error.
  const silent = seen - cells.length;
  const p = simes([...cells.map(cell => cell.p), ...new Array<number>(silent).fill(1)]);
  const most = cells.reduce((best, cell) => (cell.p < best.p || (cell.p === best.p && cell.z > best.z) ? cell : best));
  return {sides: most.sides, excess: most.excess, p};
}

/**
 * In how many lots the pair, and either side without the other, are seen at the least: that is said by margins alone. And
 * whether what the two do together is more harm than that of either without the other and of neither: less good done is no harm.
 */
function compare({groups}: MainEffects, one: ClassSide, other: ClassSide): {lots: number; isWorse: boolean} {
  const [lots, last, parts, cases] = [0, -1, 0, 0].map(value => new Float64Array(4).fill(value));
  for (let j = 0; j < groups.count; j++) {
    // 3 = both, 2 = the first alone, 1 = the other alone, 0 = neither
    const which = 2 * Number(one.holds[groups.a[j]]) + Number(other.holds[groups.b[j]]);
    parts[which] += groups.parts[j];
    cases[which] += groups.cases[j];
    // Groups of a cell stand together.
    if (last[which] !== groups.cell[j]) lots[which]++;
    last[which] = groups.cell[j];
  }
  const rate = cases.map((sum, which) => sum / Math.max(1, parts[which]));
  return {lots: Math.min(lots[1], lots[2], lots[3]), isWorse: rate[3] > Math.max(rate[0], rate[1], rate[2])};
}

/** One-sided: do the groups of a pair hold more cases than their main effects say? Lots are exchanged within strata. */
function excessTest(ground: Ground, mains: MainEffects, one: ClassSide, other: ClassSide) {
  const {outcome, frame} = ground;
  const {groups, expected, expectedOf, casesOf, partsOf, widening} = mains;
  const x = new Float64Array(groups.count);
  for (let j = 0; j < x.length; j++) x[j] = Number(one.holds[groups.a[j]] && other.holds[groups.b[j]]);
  const {rest, information} = mains.beyondMain(x);
  if (!(information > 1e-9)) return null;
  const coefficient = new Float64Array(outcome.parts.length);
  const residual = new Float64Array(outcome.parts.length);
  let deviation = 0;
  let variance = 0;
  let third = 0;
  for (let k = 0; k < residual.length; k++) {
    if (!(expectedOf[k] > 0)) continue;
    const from = groups.start[k];
    const to = groups.start[k + 1];
    const spread = Math.sqrt(expectedOf[k] * widening[k]);
    let mean = 0;
    for (let j = from; j < to; j++) mean += (rest[j] * expected[j]) / expectedOf[k];
    coefficient[k] = (mean * expectedOf[k]) / spread;
    residual[k] = (casesOf[k] - expectedOf[k]) / spread;
    // Within the lot: on which of its groups its cases fall.
    const finite = partsOf[k] > 1 ? (partsOf[k] - casesOf[k]) / (partsOf[k] - 1) : 0;
    for (let j = from; j < to; j++) {
      const d = rest[j] - mean;
      const share = expected[j] / expectedOf[k];
      deviation += d * (groups.cases[j] - casesOf[k] * share);
      variance += finite * casesOf[k] * share * d * d;
      third += finite * casesOf[k] * share * d * d * d;
    }
  }
  const members = membersOf(outcome.members, partsOf);
  // Residuals of a fit vary less than what they are the residuals of.
  const lots = members.reduce((s, at) => s + at.length, 0);
  const free = lots - Math.min(lots - 1, mains.spent);
  const widened = Math.sqrt((lots - members.filter(at => at.length > 0).length) / free);
  const score = residual.map(r => r * Math.max(1, widened));
  const residualSums = members.map(at => centredSums(score, at));
  const likeness = frame.lotsOrdered
    ? likenessInTime({...outcome, members, residual: score, residualSums}, coefficient)
    : NO_LIKENESS;
  const within = {deviation, variance, third};
  const test = lotPermutationTest({members, coefficient, residual: score, within, exposed: null, likeness});
  if (!(test.variance > 0)) return null;
  const excess = Math.exp(Math.max(-7, Math.min(7, test.deviation / information)));
  return {p: test.z > 0 ? test.p / 2 : 1, z: test.z, excess};
}

function membersOf(members: readonly Int32Array[], parts: Float64Array): Int32Array[] {
  return members.map(at => at.filter(k => parts[k] > 0));
}

/**
 * A pair as something that was tested: its parts against all others. It is named by what its parts have in common.
 * @returns null where its parts have no contrast within strata
 */
export function pairAsTested(ground: Ground, {together, p}: Pair): Tested | null {
  const [a, b] = together.of;
  const [one, other] = [a, b].map(each => classesOf(each, ground.frame.parts));
  const codes = new Int32Array(ground.frame.parts);
  for (let i = 0; i < codes.length; i++) {
    const first = one?.codes[i] ?? -1;
    const second = other?.codes[i] ?? -1;
    codes[i] = first < 0 || second < 0 ? -1 : Number(together.sides[0].holds[first] && together.sides[1].holds[second]);
  }
  const {step, branch} = a.factor;
  const later = Math.max(a.factor.stepOrder ?? -1, b.factor.stepOrder ?? -1);
  const factor = {
    name: together.sides.map(({where}) => where).join(' and '),
    step,
    stepOrder: later < 0 ? null : later,
    branch,
    kind: 'category' as const,
    codes,
    levels: ['otherwise', 'both'],
  };
  const told = testCategory(ground, factor);
  const candidates = told.candidates.filter(({level}) => level === 'both');
  if (candidates.length === 0) return null;
  return {...told, factor, kind: 'interaction', ranks: null, twins: [], candidates, p, attainable: 0, together};
}
