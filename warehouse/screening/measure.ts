import {writeName, writeText} from '../filter-grammar.ts';
import type {Candidate, Shape, Tested} from './candidate.ts';
import type {Exposure} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {COARSE, FINE} from './invert.ts';
import {logLikelihood} from './likelihood.ts';
import {meanDifference} from './mean-difference.ts';
import type {Outcome} from './outcome.ts';
import {type Effect, LARGEST_RATIO, riskRatio} from './risk-ratio.ts';
import {sideOf, type ToldSide} from './side.ts';
import {sideEffect} from './side-effect.ts';
import type {Threshold} from './threshold.ts';

/** The two groups that a finding compares, and what sets them apart. */
export interface Measured {
  effect: Effect;
  crude: Effect;
  threshold: Threshold | null;
  /** Of a number: the side that is exposed. */
  side: Pick<ToldSide, 'words' | 'sought'> | null;
  /** Filter expression of the exposed parts; null where none can be written. */
  where: string | null;
  /** Exposed parts, the defective among them, and the lots that hold any. */
  parts: number;
  defective: number;
  lots: number;
  attributableShare: number;
  /** How well the exposure alone accounts for the defective parts; null for numeric outcomes and where nothing is claimed. */
  logLikelihood: number | null;
}

/** Effect of a candidate: its level, or for a number the side of a threshold, against the rest. */
export function measure(
  ground: Ground,
  tested: Tested,
  candidate: Candidate,
  alpha: number,
  claimed: boolean,
): Measured {
  const numeric = ground.frame.outcomeKind === 'numeric';
  const {outcome} = tested;
  const number = isNumber(tested) && hasShape(candidate) ? {tested, candidate} : null;
  const side = number && sideOf(ground, number.tested, number.candidate);
  const exposure = side?.exposure ?? candidate.exposure();
  const adjust = numeric ? meanDifference : riskRatio;
  const own = adjust(outcome, exposure, candidate.test.likeness, alpha / candidate.form.tried, claimed ? FINE : COARSE);
  const leavesOut = numeric ? own.low > 0 || own.high < 0 : own.low > 1 || own.high < 1;
  // Where the side's own test and the score that found it disagree, the interval follows the score, as p does; the
  // shapes of a number share its error rate.
  const effect =
    number === null || side === null || leavesOut === tested.p <= alpha
      ? own
      : atLeastAsWide(
          sideEffect(ground, number.tested, number.candidate, side, alpha / tested.candidates.length),
          own,
          numeric ? 0 : 1,
          tested.p <= alpha,
        );
  // Whoever selects the parts by the finding's filter shall count as many.
  const groups = totals(ground, outcome, side?.described ?? candidate.recorded?.() ?? exposure);
  const crude = numeric ? crudeDifference(groups) : crudeRatio(groups);
  const share = groups.sum > 0 ? groups.exposedSum / groups.sum : 0;
  const attributableShare = numeric || effect.value <= 1 ? 0 : (share * (effect.value - 1)) / effect.value;
  const fit = numeric || !claimed ? null : logLikelihood(outcome, exposure, effect.value);
  const defective = numeric ? 0 : Math.round(groups.exposedSum);
  return {
    effect,
    crude,
    threshold: side?.threshold ?? null,
    // No more than the words: it passes between threads.
    side: side && {words: side.words, sought: side.sought},
    where: side?.where ?? whereOf(tested, candidate),
    parts: Math.round(groups.exposed),
    defective,
    lots: groups.lots,
    attributableShare,
    logLikelihood: fit,
  };
}

/**
 * An interval that had to be stretched to hold its estimate is no narrower than that of the side's own test; whether it
 * leaves out "no effect" is left to the test that found it.
 */
function atLeastAsWide(
  {isStretched, ...effect}: ReturnType<typeof sideEffect>,
  own: Effect,
  nothing: number,
  isSignificant: boolean,
): Effect {
  if (!isStretched) return effect;
  let low = Math.min(effect.low, own.low);
  let high = Math.max(effect.high, own.high);
  const hair = 1e-6 * Math.abs(effect.value - nothing);
  if (isSignificant && effect.value > nothing) low = Math.max(low, nothing + hair);
  if (isSignificant && effect.value < nothing) high = Math.min(high, nothing - hair);
  return {value: effect.value, low, high};
}

/** The parts that a finding calls exposed; null where it draws no line. */
function whereOf({factor, kind, together, change}: Tested, {level}: Candidate): string | null {
  if (together) return factor.name;
  if (change) return null;
  if (kind === 'missing') return `${writeName(factor.name)} is missing`;
  return level === null ? null : `${writeName(factor.name)} = ${writeText(level)}`;
}

function isNumber(tested: Tested): tested is Tested & {factor: Extract<Factor, {kind: 'number'}>} {
  return tested.factor.kind === 'number';
}

function hasShape(candidate: Candidate): candidate is Candidate & {shape: Shape} {
  return candidate.shape !== null;
}

function totals({cells: {lotOf}}: Ground, {cells, parts, mean, squares}: Outcome, exposure: Exposure) {
  let all = 0;
  let sum = 0;
  let exposed = 0;
  let exposedSum = 0;
  let lots = 0;
  let last = -1;
  for (let k = 0; k < cells.length; k++) {
    const inCell = exposure.mean[k] * parts[k];
    all += parts[k];
    sum += parts[k] * mean[k];
    exposed += inCell;
    exposedSum += inCell * mean[k] + (exposure.within?.cross[k] ?? 0);
    // Cells of a lot stand together.
    if (inCell > 1e-9 && lotOf[cells[k]] !== last) {
      last = lotOf[cells[k]];
      lots++;
    }
  }
  const centre = all > 0 ? sum / all : 0;
  let variation = 0;
  for (let k = 0; k < cells.length; k++) variation += squares[k] + parts[k] * (mean[k] - centre) ** 2;
  return {all, sum, exposed, exposedSum, variance: all > 1 ? variation / (all - 1) : 0, lots};
}

type Groups = ReturnType<typeof totals>;

/**
 * Unadjusted risk ratio over all parts, as if each were independent.
 * @see Katz, Baptista, Azen & Pike (1978), Biometrics 34:469
 */
function crudeRatio({all, sum, exposed, exposedSum}: Groups): Effect {
  const half = exposedSum < 0.5 || sum - exposedSum < 0.5 ? 0.5 : 0;
  const a = exposedSum + half;
  const b = sum - exposedSum + half;
  const m = exposed + half;
  const n = all - exposed + half;
  if (m === 0 || n === 0 || a === 0 || b === 0) return {value: 1, low: 1 / LARGEST_RATIO, high: LARGEST_RATIO};
  const bound = (ratio: number) => Math.min(LARGEST_RATIO, Math.max(1 / LARGEST_RATIO, ratio));
  const value = a / m / (b / n);
  const spread = Math.exp(1.959964 * Math.sqrt(Math.max(0, 1 / a - 1 / m + 1 / b - 1 / n)));
  return {value: bound(value), low: bound(value / spread), high: bound(value * spread)};
}

function crudeDifference({all, sum, exposed, exposedSum, variance}: Groups): Effect {
  const others = all - exposed;
  if (exposed < 0.5 || others < 0.5) return {value: 0, low: 0, high: 0};
  const value = exposedSum / exposed - (sum - exposedSum) / others;
  const half = 1.959964 * Math.sqrt(variance * (1 / exposed + 1 / others));
  return {value, low: value - half, high: value + half};
}
