/** From something that was tested, judged and measured to the finding that is told. */
import type {Finding} from '../answers.ts';
import type {Candidate, Tested} from './candidate.ts';
import {NO_DISTRIBUTION} from './distribution.ts';
import type {Frame} from './frame.ts';
import type {Rankable} from './ranking.ts';
import {sentenceOf} from './sentence.ts';
import type {Told} from './share.ts';
import type {Judged} from './verdicts.ts';

/** What was tested, ready to be ranked. */
export interface Placed extends Rankable {
  tested: Tested;
  explainedBy: string | null;
}

export function placed(frame: Frame, tested: Tested, judged: Judged, measured: Told | null, q: number): Placed {
  const {factor, kind, p, together, change} = tested;
  const {verdict, ambiguousWith, explainedBy, unchallenged} = judged;
  const fit = measured?.logLikelihood ?? null;
  return {
    tested,
    factor: together?.of[0].factor.name ?? factor.name,
    kind,
    with: together ? [together.of[1].factor.name] : null,
    p,
    q,
    verdict,
    ambiguousWith,
    explainedBy,
    strength: Math.abs(toldBy(tested, frame)?.test.z ?? 0),
    fit: fit === null ? unchallenged : fit - (change?.cost ?? 0),
  };
}

export function findingOf(
  frame: Frame,
  {tested, factor: name, kind, with: others, p, q, verdict, ambiguousWith, explainedBy}: Placed,
  {rank, measured, intervalLevel, also}: {rank: number; measured: Told | null; intervalLevel: number; also: string[]},
): Omit<Finding, 'id'> {
  const {factor, together, change} = tested;
  const numeric = frame.outcomeKind === 'numeric';
  const told = toldBy(tested, frame);
  const level = told?.level ?? null;
  const {
    effect,
    crude,
    threshold,
    side,
    where,
    logLikelihood: _fit,
    distribution,
    enough,
    ...behind
  } = measured ?? nothingMeasured(numeric);
  const finding = {
    rank,
    factor: name,
    step: factor.step,
    branch: factor.branch,
    kind,
    level: kind === 'missing' ? null : together ? together.sides[0].level : level,
    threshold: together ? together.sides[0].threshold : threshold,
    with: others,
    where,
    effect: {measure: numeric ? ('meanDifference' as const) : ('riskRatio' as const), ...effect, level: intervalLevel},
    ...distribution,
    ...behind,
    p,
    q,
    crude,
    adjustedFor: frame.strata.length > 1 ? frame.strataFactors : [],
    reversed: numeric ? effect.value * crude.value < 0 : Math.log(effect.value) * Math.log(crude.value) < -1e-4,
    verdict,
    ambiguousWith,
    explainedBy,
  };
  const unit = factor.kind === 'number' ? (factor.unit ?? null) : null;
  const byLot = told?.form.byLot ?? false;
  return {...finding, sentence: sentenceOf(frame, finding, {side, unit, byLot, together, change, also, enough})};
}

/** What is told of a factor that has no contrast. */
function nothingMeasured(numeric: boolean): Told {
  const none = {value: numeric ? 0 : 1, low: numeric ? 0 : 0.001, high: numeric ? 0 : 1000};
  const counts = {parts: 0, defective: 0, lots: 0, attributableShare: 0, logLikelihood: null};
  return {
    effect: none,
    crude: none,
    threshold: null,
    side: null,
    where: null,
    ...counts,
    distribution: NO_DISTRIBUTION,
    enough: null,
  };
}

/** The candidate that a finding is told by, null where there was no contrast. */
function toldBy(tested: Tested, frame: Frame): Candidate | null {
  return tested.candidates.length > 0 ? tested.candidates[mostHarmful(tested, frame)] : null;
}

/**
 * The place among a factor's candidates of the level or score with the strongest evidence of harm; of a number or a mean,
 * the strongest either way.
 */
export function mostHarmful({candidates, kind}: Tested, frame: Frame): number {
  if (kind === 'interaction') return 0;
  if (kind === 'missing')
    return Math.max(
      0,
      candidates.findIndex(({level}) => level === 'missing'),
    );
  const eitherWay = frame.outcomeKind === 'numeric';
  const all = [...candidates.keys()];
  const harmful = all.filter(at => eitherWay || candidates[at].shape !== null || candidates[at].test.z > 0);
  const pool = harmful.length > 0 ? harmful : all;
  return pool.reduce((best, at) => (stronger(candidates[at], candidates[best]) ? at : best));
}

/** Two levels mirror each other and differ by rounding alone: then the one with more of the outcome tells. */
function stronger({test: a}: Candidate, {test: b}: Candidate): boolean {
  const sizeA = Math.abs(a.z);
  const sizeB = Math.abs(b.z);
  if (!isAlike(a.p, b.p)) return a.p < b.p;
  return isAlike(sizeA, sizeB) ? a.z > b.z : sizeA > sizeB;
}

function isAlike(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(a, b);
}
