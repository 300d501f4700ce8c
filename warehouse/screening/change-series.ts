/** The lots' outcome in order of time, ready to be cut in two anywhere. */
import {centredSums} from '../statistics/permutation-moments.ts';
import type {Ground} from './ground.ts';
import {type Outcome, weightedMean} from './outcome.ts';

export interface Series {
  /** Lots that begin a possible later part, ascending. */
  places: number[];
  /** The coefficient of each cell for a step at a place: after against before, within strata. */
  stepAt(place: number): Float64Array;
  /** The same for a steady drift. */
  drift: Float64Array;
  /** Cells that hold parts, by stratum. */
  members: Int32Array[];
  residual: Float64Array;
  outcome: Outcome;
}

/** Fewest lots before and after a change. */
const FEWEST = 6;
const MOST_PLACES = 250;

/** @returns null where lots are in no order or too few to be cut */
export function seriesOf({cells, frame, outcome}: Ground): Series | null {
  const active = Array.from({length: cells.count}, (_, k) => k).filter(k => outcome.parts[k] > 0);
  const lots = [...new Set(active.map(k => cells.lotOf[k]))];
  const edge = Math.max(FEWEST, Math.ceil(lots.length / 10));
  if (!frame.lotsOrdered || lots.length < 4 * FEWEST) return null;
  const weights = outcome.parts.map((n, k) => n * outcome.weight[k]);
  const centred = (x: Float64Array) => {
    const coefficient = new Float64Array(cells.count);
    for (const at of outcome.members) {
      const centre = weightedMean(x, weights, at);
      for (const k of at) coefficient[k] = (x[k] - centre) * outcome.scale[k];
    }
    return coefficient;
  };
  const inside = lots.slice(edge, lots.length - edge + 1);
  const every = Math.ceil(inside.length / MOST_PLACES);
  return {
    places: inside.filter((_, at) => at % every === 0),
    stepAt: place => centred(Float64Array.from(cells.lotOf, lot => Number(lot >= place))),
    drift: centred(Float64Array.from(cells.lotOf)),
    members: outcome.members,
    residual: outcome.residual,
    outcome,
  };
}

/** What is left of a coefficient, or of residuals, once a direction is taken off. */
export function without(values: Float64Array, direction: Float64Array): Float64Array {
  let [product, length] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    product += values[k] * direction[k];
    length += direction[k] ** 2;
  }
  return length > 0 ? values.map((value, k) => value - (product / length) * direction[k]) : values;
}

/** Centres residuals within strata and gives the variance of one of them, stratum by stratum. */
export function centreWithin(residual: Float64Array, members: readonly Int32Array[]) {
  const r = residual.slice();
  const spread = members.map(at => {
    const sums = centredSums(residual, at);
    for (const k of at) r[k] -= sums.mean;
    return at.length > 1 ? Math.sqrt(sums.squares / (at.length - 1)) : 0;
  });
  return {r, spread};
}
