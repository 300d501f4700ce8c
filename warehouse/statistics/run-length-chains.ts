/** Points between false alarms of charts that remember, with centre and sigma known. */
import {normalTail} from './normal.ts';

/** States that a chart's height is cut into: the answer is then good to about 0.1 %. */
const STATES = 201;

/**
 * Of the two-sided tabular CUSUM of normal points that `shift` standard errors separate from the target.
 * @param reference k, in standard errors
 * @param decision h
 * @see Brook & Evans (1972), Biometrika 59:539; both sides: 1 / ARL = 1 / ARL+ + 1 / ARL- (Montgomery, 9.1)
 */
export function cusumRunLength({reference, decision}: {reference: number; decision: number}, shift = 0): number {
  return 1 / (1 / oneSided(reference, decision, shift) + 1 / oneSided(reference, decision, -shift));
}

function oneSided(reference: number, decision: number, shift: number): number {
  // State 0 is the sum at zero; the others stand for intervals around multiples of the width.
  const width = (2 * decision) / (2 * STATES - 1);
  const chance = (from: number, to: number) =>
    to === 0
      ? below(width / 2 - from * width + reference - shift)
      : between((to - 0.5 - from) * width + reference - shift, (to + 0.5 - from) * width + reference - shift);
  return runLengths(STATES, chance)[0];
}

/**
 * Of an EWMA chart of normal points with the limits of its steady state.
 * @param lambda weight of the newest point
 * @param width limits in standard errors of the average
 * @see Lucas & Saccucci (1990), Technometrics 32:1
 */
export function ewmaRunLength({lambda, width: reach}: {lambda: number; width: number}, shift = 0): number {
  const limit = reach * Math.sqrt(lambda / (2 - lambda));
  const width = (2 * limit) / STATES;
  const middle = (state: number) => -limit + (state + 0.5) * width;
  const chance = (from: number, to: number) => {
    const rest = (1 - lambda) * middle(from);
    return between((middle(to) - width / 2 - rest) / lambda - shift, (middle(to) + width / 2 - rest) / lambda - shift);
  };
  return runLengths(STATES, chance)[(STATES - 1) / 2];
}

const below = (z: number) => normalTail(-z);
const between = (low: number, high: number) =>
  low > 0 ? normalTail(low) - normalTail(high) : below(high) - below(low);

/** Expected steps to absorption from each state: (I - R) x = 1, by elimination. */
function runLengths(states: number, chance: (from: number, to: number) => number): Float64Array {
  const rows = Array.from({length: states}, (_, from) =>
    Float64Array.from({length: states + 1}, (_none, to) =>
      to === states ? 1 : Number(from === to) - chance(from, to),
    ),
  );
  for (let pivot = 0; pivot < states; pivot++) {
    // I - R is diagonally dominant: no rows need to change places.
    for (let row = pivot + 1; row < states; row++) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      if (factor !== 0) for (let k = pivot; k <= states; k++) rows[row][k] -= factor * rows[pivot][k];
    }
  }
  const lengths = new Float64Array(states);
  for (let row = states - 1; row >= 0; row--) {
    let rest = rows[row][states];
    for (let k = row + 1; k < states; k++) rest -= rows[row][k] * lengths[k];
    lengths[row] = rest / rows[row][row];
  }
  return lengths;
}
