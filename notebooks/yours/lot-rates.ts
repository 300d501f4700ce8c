/**
 * An example of a screening method: each lot is one observation, its rate of defects. For every level of a factor the lots
 * that mostly had it are compared with the rest, against how much all lots differ, and the smallest p is multiplied by the
 * number of levels tried. It knows that parts of a lot share their fate. It does not know strata: where products differ
 * and steer the routing, it takes the product's fault for a tool's.
 */
import type {MethodAnswer, PlainFactor, PlainFrame, ScreeningMethod} from '../../warehouse/screening/method.ts';

/** Fewer lots on either side tell nothing. */
const LEAST_LOTS = 4;

export default {screen} satisfies ScreeningMethod;

function screen(frame: PlainFrame): MethodAnswer {
  const [p, effect]: [number[], number[]] = [[], []];
  const rates = meansOfLots(frame, frame.outcome);
  for (const factor of frame.factors) {
    const tried = sidesOf(frame, factor)
      .map(isExposed => compared(rates, isExposed))
      .filter(one => one !== null);
    const best = tried.toSorted((a, b) => a.p - b.p)[0];
    p.push(best ? Math.min(1, best.p * tried.length) : 1);
    effect.push(best?.ratio ?? Number.NaN);
  }
  return {p, effect};
}

/** Which lots are exposed: for each level those that mostly had it; of a number those whose mean is above the median. */
function sidesOf(frame: PlainFrame, factor: PlainFactor): ((lot: number) => boolean)[] {
  if (factor.kind === 'number') {
    const means = meansOfLots(frame, factor.values);
    const known = means.filter(value => !Number.isNaN(value)).sort();
    const middle = known[known.length >> 1];
    return [lot => means[lot] > middle];
  }
  return factor.levels.map((_, level) => {
    const shares = meansOfLots(
      frame,
      factor.codes.map(code => Number(code === level)),
    );
    return lot => shares[lot] > 0.5;
  });
}

/** The mean of each lot's parts, NaN for a lot without any that is known. */
function meansOfLots({lot, lots}: PlainFrame, values: ArrayLike<number>): Float64Array {
  const [sums, counts] = [new Float64Array(lots), new Float64Array(lots)];
  for (let i = 0; i < lot.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sums[lot[i]] += values[i];
    counts[lot[i]]++;
  }
  return sums.map((sum, l) => sum / counts[l]);
}

function compared(rates: Float64Array, isExposed: (lot: number) => boolean): {p: number; ratio: number} | null {
  const [a, b] = [rates.filter((_, lot) => isExposed(lot)), rates.filter((_, lot) => !isExposed(lot))];
  if (a.length < LEAST_LOTS || b.length < LEAST_LOTS) return null;
  const [overall, ofA, ofB] = [rates, a, b].map(mean);
  const variance = rates.reduce((sum, rate) => sum + (rate - overall) ** 2, 0) / (rates.length - 1);
  if (variance === 0) return null;
  const error = Math.sqrt(variance * (1 / a.length + 1 / b.length));
  return {p: twoSided((ofA - ofB) / error), ratio: ofB > 0 ? ofA / ofB : Number.NaN};
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Both tails of the normal distribution. @see Abramowitz & Stegun (1964), 7.1.26 */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return series * Math.exp(-x * x);
}
