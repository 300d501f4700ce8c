import type {Likeness} from './autocorrelation.ts';
import type {Exposure} from './exposure.ts';
import {invertTest} from './invert.ts';
import {lotPermutationTest, NOT_REFINED, REFINED} from './lot-permutation.ts';
import {type Outcome, outcomeByLot} from './outcome.ts';
import type {Effect} from './risk-ratio.ts';
import {splitScore} from './score-test.ts';

/** Mean of exposed less that of other parts, within strata, with the interval of every difference not rejected. */
export function meanDifference(
  outcome: Outcome,
  exposure: Exposure,
  likeness: Likeness,
  alpha: number,
  precision?: number,
): Effect {
  const {value, spread} = differenceWithin(outcome, exposure);
  if (splitScore(outcome, exposure) === null || spread === 0) return {value: 0, low: -4 * spread, high: 4 * spread};
  const pAt = (difference: number) => {
    const score = splitScore(...without(outcome, exposure, difference));
    return score === null
      ? 1
      : lotPermutationTest({...score, likeness}, alpha < REFINED.below ? REFINED : NOT_REFINED).p;
  };
  const [low, high] = invertTest(
    pAt,
    value,
    spread / 20,
    [value - 20 * spread, value + 20 * spread],
    alpha,
    0,
    precision,
  );
  return {value, low, high};
}

/** The outcome with `difference` taken off every exposed part, and the exposure against it. */
function without(outcome: Outcome, exposure: Exposure, difference: number): [Outcome, Exposure] {
  const {within} = exposure;
  const rest = withoutDifference(outcome, exposure, difference);
  if (within === null || difference === 0) return [rest, exposure];
  const cross = within.cross.map((s, k) => s - difference * within.squares[k]);
  return [rest, {mean: exposure.mean, within: {...within, cross}}];
}

/** The outcome with `difference` taken off every exposed part. */
export function withoutDifference(outcome: Outcome, {mean: share, within}: Exposure, difference: number): Outcome {
  if (difference === 0) return outcome;
  const mean = outcome.mean.map((y, k) => y - difference * share[k]);
  const squares =
    within === null
      ? outcome.squares
      : outcome.squares.map((s, k) => s - 2 * difference * within.cross[k] + difference ** 2 * within.squares[k]);
  return outcomeByLot({...outcome, mean, squares}, outcome.stratumOf, outcome.members.length);
}

/** Mean of exposed less that of other parts, pooled over strata, and the spread of all parts within them. */
export function differenceWithin(outcome: Outcome, exposure: Exposure): {value: number; spread: number} {
  let weighted = 0;
  let weights = 0;
  let squares = 0;
  let count = 0;
  outcome.members.forEach((at, s) => {
    let n = 0;
    let sum = 0;
    let exposed = 0;
    let exposedSum = 0;
    for (const k of at) {
      const inCell = exposure.mean[k] * outcome.parts[k];
      n += outcome.parts[k];
      sum += outcome.parts[k] * outcome.mean[k];
      exposed += inCell;
      exposedSum += inCell * outcome.mean[k] + (exposure.within?.cross[k] ?? 0);
      squares += outcome.squares[k] + outcome.parts[k] * (outcome.mean[k] - outcome.rate[s]) ** 2;
    }
    count += n;
    const others = n - exposed;
    if (exposed < 1e-9 || others < 1e-9) return;
    const weight = (exposed * others) / n;
    weighted += weight * (exposedSum / exposed - (sum - exposedSum) / others);
    weights += weight;
  });
  return {value: weights > 0 ? weighted / weights : 0, spread: count > 0 ? Math.sqrt(squares / count) : 0};
}
