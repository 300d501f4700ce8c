import type {Exposure} from './exposure.ts';
import {invertTest} from './invert.ts';
import {lotPermutationTest, NOT_REFINED, REFINED} from './lot-permutation.ts';
import {type Outcome, outcomeByLot} from './outcome.ts';
import type {Effect} from './risk-ratio.ts';
import {splitScore} from './score-test.ts';

/** Mean of exposed less that of other parts, within strata, with the interval of every difference not rejected. */
export function meanDifference(outcome: Outcome, exposure: Exposure, inflation: number, alpha: number): Effect {
  const {value, spread} = differenceWithin(outcome, exposure);
  if (splitScore(outcome, exposure) === null || spread === 0) return {value: 0, low: -4 * spread, high: 4 * spread};
  const pAt = (difference: number) => {
    const score = splitScore(...without(outcome, exposure, difference));
    return score === null
      ? 1
      : lotPermutationTest({...score, inflation}, alpha < REFINED.below ? REFINED : NOT_REFINED).p;
  };
  const [low, high] = invertTest(pAt, value, spread / 20, [value - 20 * spread, value + 20 * spread], alpha, 0);
  return {value, low, high};
}

/** The outcome with `difference` taken off every exposed part. */
function without(outcome: Outcome, exposure: Exposure, difference: number): [Outcome, Exposure] {
  if (difference === 0) return [outcome, exposure];
  const {within} = exposure;
  const mean = outcome.mean.map((y, k) => y - difference * exposure.mean[k]);
  if (within === null) {
    return [outcomeByLot({...outcome, mean}, outcome.stratumOf, outcome.members.length), exposure];
  }
  const squares = outcome.squares.map(
    (s, k) => s - 2 * difference * within.cross[k] + difference ** 2 * within.squares[k],
  );
  const cross = within.cross.map((s, k) => s - difference * within.squares[k]);
  const rest = outcomeByLot({...outcome, mean, squares}, outcome.stratumOf, outcome.members.length);
  return [rest, {mean: exposure.mean, within: {...within, cross}}];
}

function differenceWithin(outcome: Outcome, exposure: Exposure): {value: number; spread: number} {
  let [weighted, weights, squares, count] = [0, 0, 0, 0];
  outcome.members.forEach((at, s) => {
    let [n, sum, exposed, exposedSum] = [0, 0, 0, 0];
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
