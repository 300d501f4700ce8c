import {normalDensity, normalTail} from './normal.ts';
import type {Draw} from './subset-sum.ts';

/**
 * Double saddlepoint approximation of P(sum of the drawn values >= sum) for a stratified draw without replacement: the
 * draw is a set of independent coin tosses conditioned on each stratum's number drawn.
 * @see Skovgaard (1987), J. Appl. Probab. 24:875; Robinson (1982), J. R. Stat. Soc. B 44:91
 */
export function saddlepointTail(strata: readonly Draw[], sum: number): number {
  const free = strata.filter(isFree);
  const fixed = strata.filter(draw => !isFree(draw));
  const target = sum - fixed.reduce((s, draw) => s + meanSum(draw), 0);
  const mean = free.reduce((s, draw) => s + meanSum(draw), 0);
  const spread = Math.sqrt(free.reduce((s, draw) => s + exactVariance(draw), 0));
  if (spread === 0) return target <= mean ? 1 : 0;
  // At the mean itself the formula is 0/0: join its two sides by the normal approximation, which is exact enough there.
  const z = (target - mean) / spread;
  if (Math.abs(z) < 0.05) return normalTail(z);
  const solved = solve(free, target, z / spread);
  if (solved === null) return z > 0 ? 0 : 1;
  const {t, exponent, variance, determinantRatio} = solved;
  // Next to the boundary the tilted draw is all but certain and the formula breaks down: Chernoff's bound still holds.
  if (variance < 1e-4 * spread * spread) return t > 0 ? Math.exp(-exponent) : 1;
  const w = Math.sign(t) * Math.sqrt(2 * Math.max(exponent, 1e-300));
  const u = t * Math.sqrt(variance * determinantRatio);
  return Math.min(1, Math.max(0, normalTail(w) + normalDensity(w) * (1 / u - 1 / w)));
}

function isFree({values, counts, drawn}: Draw): boolean {
  return drawn > 0 && drawn < size(counts) && values.length > 1;
}

function size(counts: Float64Array): number {
  let items = 0;
  for (const count of counts) items += count;
  return items;
}

function meanSum({values, counts, drawn}: Draw): number {
  return (values.reduce((s, v, g) => s + v * counts[g], 0) * drawn) / size(counts);
}

function exactVariance({values, counts, drawn}: Draw): number {
  const items = size(counts);
  const mean = values.reduce((s, v, g) => s + v * counts[g], 0) / items;
  const squares = values.reduce((s, v, g) => s + counts[g] * (v - mean) ** 2, 0);
  return (squares * drawn * (items - drawn)) / (items * (items - 1));
}

/** Newton's method for the tilt t at which the conditional mean of the sum is the target; null beyond the range. */
function solve(strata: readonly Draw[], target: number, start: number) {
  const scale = Math.max(...strata.map(({values}) => values[0] - values[values.length - 1]));
  let t = start;
  let [low, high] = start > 0 ? [0, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, 0];
  let tilted = strata.map(draw => tilt(draw, t));
  for (let k = 0; k < 60; k++) {
    const off = total(tilted, 'sum') - target;
    const variance = total(tilted, 'variance');
    if (Math.abs(off) <= 1e-7 * Math.max(Math.sqrt(variance), 1e-12 * scale)) break;
    if (off > 0) high = t;
    else low = t;
    let next = t - off / variance;
    if (!(next > low && next < high)) {
      next = Number.isFinite(low + high) ? (low + high) / 2 : t * 2;
    }
    if (Math.abs(next) * scale > 400) return null;
    const before = t;
    t = next;
    const step = t - before;
    tilted = strata.map((draw, at) => tilt(draw, t, tilted[at].shift - (step * tilted[at].mixed) / tilted[at].coins));
  }
  const variance = total(tilted, 'variance');
  const determinantRatio = tilted.reduce((product, {coins, coinsAtRest}) => product * (coins / coinsAtRest), 1);
  return {t, exponent: t * target - total(tilted, 'cumulant'), variance, determinantRatio};
}

/** One stratum under tilt t, its own nuisance solved: mean and variance of the sum given the number drawn. */
function tilt({values, counts, drawn}: Draw, t: number, guess?: number) {
  const items = size(counts);
  const rest = Math.log(drawn / (items - drawn));
  const middle = (values[0] + values[values.length - 1]) / 2;
  const shift = drawnShift(values, counts, drawn, t, guess ?? rest - t * middle);
  let sum = 0;
  let coins = 0;
  let mixed = 0;
  let squares = 0;
  let cumulant = 0;
  for (let g = 0; g < values.length; g++) {
    const a = shift + t * values[g];
    const p = 1 / (1 + Math.exp(-a));
    const v = counts[g] * p * (1 - p);
    sum += counts[g] * p * values[g];
    coins += v;
    mixed += v * values[g];
    squares += v * values[g] * values[g];
    cumulant += counts[g] * (Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))));
  }
  const atRest = items * Math.log1p(Math.exp(rest)) - rest * drawn;
  return {
    shift,
    sum,
    coins,
    mixed,
    variance: Math.max(squares - (mixed * mixed) / coins, 1e-300),
    coinsAtRest: (drawn * (items - drawn)) / items,
    cumulant: cumulant - shift * drawn - atRest,
  };
}

/** The shift that makes the tilted coins draw the right number on average. */
function drawnShift(values: Float64Array, counts: Float64Array, drawn: number, t: number, start: number): number {
  let shift = start;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 100; k++) {
    let expected = 0;
    let slope = 0;
    for (let g = 0; g < values.length; g++) {
      const p = 1 / (1 + Math.exp(-shift - t * values[g]));
      expected += counts[g] * p;
      slope += counts[g] * p * (1 - p);
    }
    const off = expected - drawn;
    if (Math.abs(off) < 1e-9 * drawn) break;
    if (off > 0) high = shift;
    else low = shift;
    let next = shift - off / slope;
    if (!(next > low && next < high))
      next = Number.isFinite(low + high) ? (low + high) / 2 : shift - Math.sign(off) * 4;
    shift = next;
  }
  return shift;
}

function total(tilted: readonly ReturnType<typeof tilt>[], of: 'sum' | 'variance' | 'cumulant'): number {
  return tilted.reduce((s, one) => s + one[of], 0);
}
