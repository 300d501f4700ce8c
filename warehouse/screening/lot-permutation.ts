import {logChoose} from '../statistics/hypergeometric.ts';
import {normalTail, normalUpperQuantile} from '../statistics/normal.ts';
import {pearsonThreeTail} from '../statistics/pearson-three.ts';
import {permutationMoments} from '../statistics/permutation-moments.ts';
import {type Draw, drawFrom, subsetSumTail} from '../statistics/subset-sum.ts';
import {studentTail} from '../statistics/tails.ts';
import type {Likeness} from './autocorrelation.ts';

/** A score split in two: between lots (coefficients against residuals) and within them (moments given each lot's sum). */
export interface SplitScore {
  /** Lots that may be exchanged for each other, stratum by stratum. */
  members: readonly Int32Array[];
  coefficient: Float64Array;
  residual: Float64Array;
  within: {deviation: number; variance: number; third: number};
  /** Share exposed of each lot, given where every lot is wholly exposed or not at all. */
  exposed: Float64Array | null;
  /** Of lots that resemble their neighbours in time. */
  likeness: Likeness;
}

/** Verdict of the permutation test. `deviation` and `z` are signed: positive means more of the outcome. */
export interface PermutationTest {
  p: number;
  z: number;
  deviation: number;
  /** Of the score: the more there is, the more the data could tell. */
  variance: number;
  /** Smallest p that these margins permit, whatever the outcome. */
  attainable: number;
}

/** Range of p by moments that is worked out more exactly. */
export const REFINED = {above: 0, below: 0.02};
export const NOT_REFINED = {above: 0, below: 0};
/** Enough to tell on which side of a level near 0.001 a test falls. */
export const REFINED_NEAR_LEVEL = {above: 1e-6, below: 0.02};

/**
 * Two-sided test of "the lots of a stratum are exchangeable, and so are the parts of a lot": the chance of a deviation
 * at least as large. Three exact moments for all; Pearson III in the tail towards which the distribution is skewed, the
 * normal in the other; for p in the range `refine` a count or double saddlepoint where whole lots are exposed.
 */
export function lotPermutationTest(score: SplitScore, refine = REFINED): PermutationTest {
  const {inflation} = score.likeness;
  let {deviation, variance, third} = score.within;
  for (const at of score.members) {
    const {c, r, product} = bothSums(score.coefficient, score.residual, at);
    if (c.squares === 0) continue;
    deviation += product;
    const moments = permutationMoments(c, r);
    variance += moments.variance * inflation;
    // Lots that come in like groups of f: variance times f, third moment times f squared.
    third += moments.third * inflation ** 2;
  }
  const attainable = score.exposed === null ? 0 : attainableP(score.members, score.exposed);
  if (!(variance > 0)) return {p: 1, z: 0, deviation: 0, variance: 0, attainable};
  const z = deviation / Math.sqrt(variance);
  const skewness = third / variance ** 1.5;
  const moments = momentTail(Math.abs(z), skewness) + momentTail(Math.abs(z), -skewness);
  let p = moments;
  if (score.exposed !== null && moments >= refine.above && moments < refine.below) {
    p = wholeLotTail(score, score.exposed);
  }
  return {p: Math.min(1, Math.max(p, attainable)), z, deviation, variance, attainable};
}

/** Centred sums of both and of their product, at the same places. */
function bothSums(a: Float64Array, b: Float64Array, at: Int32Array) {
  const count = at.length;
  let meanA = 0;
  let meanB = 0;
  for (let j = 0; j < count; j++) {
    meanA += a[at[j]];
    meanB += b[at[j]];
  }
  meanA /= count || 1;
  meanB /= count || 1;
  let a2 = 0;
  let a3 = 0;
  let b2 = 0;
  let b3 = 0;
  let product = 0;
  for (let j = 0; j < count; j++) {
    const da = a[at[j]] - meanA;
    const db = b[at[j]] - meanB;
    a2 += da * da;
    a3 += da * da * da;
    b2 += db * db;
    b3 += db * db * db;
    product += da * db;
  }
  return {
    c: {count, mean: meanA, squares: a2, cubes: a3},
    r: {count, mean: meanB, squares: b2, cubes: b3},
    product,
  };
}

function momentTail(z: number, skewness: number): number {
  return skewness > 0 ? pearsonThreeTail(z, skewness) : normalTail(z);
}

/** One over the number of ways in which the exposure could have fallen on the lots: set by margins alone. */
function attainableP(members: readonly Int32Array[], exposed: Float64Array): number {
  let ways = 0;
  for (const at of members) {
    let drawn = 0;
    for (let k = 0; k < at.length; k++) drawn += exposed[at[k]];
    ways += logChoose(at.length, drawn);
  }
  return Math.exp(-ways);
}

/** Both tails of the sum of the exposed lots' residuals, weighted by stratum, over all choices of as many lots. */
function wholeLotTail({members, coefficient, residual, likeness}: SplitScore, exposed: Float64Array): number {
  const draws: Draw[] = [];
  let deviation = 0;
  for (const at of members) {
    let drawn = 0;
    let stretch = 0;
    let mean = 0;
    for (const k of at) {
      drawn += exposed[k];
      stretch += Math.abs(coefficient[k]);
      mean += residual[k] / at.length;
    }
    if (drawn === 0 || drawn === at.length) continue;
    // The mean difference of coefficients between exposed and other lots: sum |c| = 2 m (L - m) / L of it.
    const step = (stretch * at.length) / (2 * drawn * (at.length - drawn));
    const values = new Float64Array(at.length);
    for (let k = 0; k < at.length; k++) {
      values[k] = step * (residual[at[k]] - mean);
      deviation += exposed[at[k]] * values[k];
    }
    draws.push(drawFrom(values, drawn));
  }
  if (draws.length === 0) return 1;
  const distance = Math.abs(deviation);
  const mirrored = draws.map(draw => ({
    ...draw,
    values: draw.values.map(v => -v).reverse(),
    counts: draw.counts.slice().reverse(),
  }));
  const tails = [subsetSumTail(draws, distance), subsetSumTail(mirrored, distance)];
  const [one, other] = tails.map(tail => unsure(inGroups(tail, likeness.inflation), 2 / likeness.doubt));
  return one + other;
}

/**
 * The tail of single lots as that of lots that come in like groups: their cumulants are K(f t) / f, whose saddlepoint
 * lies where that of K does and whose signed root is that of K over the root of f.
 * @see Lugannani & Rice (1980), Adv. Appl. Probab. 12:475
 */
function inGroups(tail: number, size: number): number {
  return size > 1 && tail > 0 && tail < 1 ? normalTail(normalUpperQuantile(tail) / Math.sqrt(size)) : tail;
}

/** With more degrees of freedom Student's tail is the normal one but for 2 % of it at five deviations. */
const AS_GOOD_AS_NORMAL = 10_000;

/**
 * The tail where the variance is in part an estimate itself: that of Student's t at the same deviate, with as many degrees
 * of freedom as its own variance stands for.
 * @see Satterthwaite (1946), Biometrics Bull. 2:110
 */
function unsure(tail: number, freedom: number): number {
  return freedom < AS_GOOD_AS_NORMAL && tail > 0 && tail < 1 ? studentTail(normalUpperQuantile(tail), freedom) : tail;
}
