/** The lots' outcome in order of time, ready to be cut in two anywhere. */
import {centredSums} from '../statistics/permutation-moments.ts';
import type {Ground} from './ground.ts';
import {type Outcome, weightedMean} from './outcome.ts';

export interface Series {
  /** Lots that begin a possible later part, ascending. */
  places: number[];
  /** The coefficient of each cell for a step at a place: after against before, within strata. */
  stepAt(place: number): Float64Array;
  /** Sum of coefficient times `r` for the step at every place, in one pass. */
  products(r: Float64Array): Float64Array;
  /** The coefficient of a steady drift. */
  drift: Float64Array;
  /** Cells by stratum. */
  members: Int32Array[];
  residual: Float64Array;
  outcome: Outcome;
}

/** Fewest lots before and after a change. */
const FEWEST = 6;
const MOST_PLACES = 250;

/** @returns null where lots are in no order or too few to be cut */
export function seriesOf({cells, frame, outcome}: Ground): Series | null {
  const {members, counted, scale, stratumOf, residual} = outcome;
  const lots = [...new Set(cells.lotOf)];
  const edge = Math.max(FEWEST, Math.ceil(lots.length / 10));
  if (!frame.lotsOrdered || lots.length < 4 * FEWEST) return null;
  const inside = lots.slice(edge, lots.length - edge + 1);
  const every = Math.ceil(inside.length / MOST_PLACES);
  const places = inside.filter((_, at) => at % every === 0);
  const centresOf = (x: Float64Array) => Float64Array.from(members, at => weightedMean(x, counted, at));
  // Cells stand in order of lots.
  const after = (place: number) =>
    new Float64Array(cells.count).fill(
      1,
      cells.lotOf.findIndex(lot => lot >= place),
    );
  const centred = (x: Float64Array) => {
    const centre = centresOf(x);
    return x.map((value, k) => (value - centre[stratumOf[k]]) * scale[k]);
  };
  const centres = places.map(place => centresOf(after(place)));
  const products = (r: Float64Array) => {
    const total = new Float64Array(members.length);
    const found = new Float64Array(places.length);
    let sum = 0;
    // What comes after a place is a sum from the end.
    for (let k = r.length - 1, j = places.length - 1; k >= 0; k--) {
      for (; j >= 0 && cells.lotOf[k] < places[j]; j--) found[j] = sum;
      sum += scale[k] * r[k];
      total[stratumOf[k]] += scale[k] * r[k];
    }
    for (let j = 0; j < found.length; j++) {
      for (let s = 0; s < total.length; s++) found[j] -= centres[j][s] * total[s];
    }
    return found;
  };
  return {
    places,
    stepAt: place => centred(after(place)),
    products,
    drift: centred(Float64Array.from(cells.lotOf)),
    members,
    residual,
    outcome,
  };
}

/** What is left of a coefficient, or of residuals, once a direction is taken off. */
export function without(values: Float64Array, direction: Float64Array): Float64Array {
  let product = 0;
  let length = 0;
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
