import type {Finding, Verdict} from '../answers.ts';
import type {Candidate, Tested} from './candidate.ts';
import {CHANGE_POINT, testChangePoint} from './change-point.ts';
import {NO_DISTRIBUTION} from './distribution.ts';
import type {Frame} from './frame.ts';
import {type Ground, groundOf, keptRows} from './ground.ts';
import {testInteractions} from './interactions.ts';
import type {Layout} from './layout.ts';
import {ranked, type Unranked} from './ranking.ts';
import {sentenceOf} from './sentence.ts';
import {discoveriesBySet, falseDiscoveryRates, reachableP} from './sets.ts';
import {type Task, type Told, told} from './share.ts';
import {alone, type Members, teamOf} from './team.ts';
import {type Claim, type Judged, judgeClaims} from './verdicts.ts';
import {whatChanged} from './what-changed.ts';

/** What a frame has to say. `findings` are ranked, claims first; `notes` say what the question cost. */
export interface Evaluation {
  findings: Omit<Finding, 'id'>[];
  /** Factors that shared the error rate. */
  tests: number;
  notTested: {factor: string; reason: string}[];
  notes: string[];
}

/** What a question goes through, in this order. */
export const STAGES = [
  'testing factors',
  'testing pairs and moments',
  'judging claims',
  'working out intervals',
] as const;
export type Stage = (typeof STAGES)[number];

interface Options {
  alpha?: number;
  notes?: string[];
  layoutOf?: (frame: Frame, keep: Uint8Array) => Layout;
  /** Told what is being done next. */
  onStage?: (stage: Stage) => void;
  /** Who works; this thread alone if it is not said. */
  members?: (ground: Ground) => Members;
}

/**
 * Ranks every factor of a frame by the evidence that it caused the outcome, one p and one finding a factor, valid when
 * parts of a lot share its fate and when the strata steer who meets what. The same frame gives the same answer.
 */
export function evaluate(frame: Frame, options: Options = {}): Evaluation {
  const alpha = options.alpha ?? 0.05;
  const notes = [...(options.notes ?? [])];
  const keep = keptRows(frame);
  const silent = whyNothingCanBeSaid(frame, keep);
  if (silent !== null) {
    return {findings: [], tests: 0, notTested: frame.factors.map(({name}) => ({factor: name, reason: silent})), notes};
  }
  const ground = groundOf(frame, keep, alpha, options.layoutOf?.(frame, keep));
  const team = teamOf(ground, (options.members ?? alone)(ground));
  notes.push(...costs(ground));
  const stage = options.onStage ?? (() => undefined);
  stage('testing factors');
  const {tested, notTested} = team.test();
  stage('testing pairs and moments');
  const pairs = testInteractions(ground, tested);
  if (pairs.length > 0)
    notes.push(
      `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'} of leading factors tested for doing more together than each alone`,
    );
  const moment = testChangePoint(ground);
  if (moment === null && !frame.lotsOrdered)
    notTested.push({factor: CHANGE_POINT, reason: 'the order of the lots is not known'});
  const single = moment === null ? tested : [...tested, moment];
  const sharing = [...single, ...pairs].filter(
    ({candidates, attainable}) => candidates.length > 0 && attainable <= alpha,
  );
  const q = new Map(falseDiscoveryRates(sharing.map(({p}) => p)).map((value, at) => [sharing[at], value]));
  const selected = sharing.filter(one => (q.get(one) ?? 1) <= alpha);
  const claims = selected
    .map(one => ({tested: one, candidate: one.candidates[mostHarmful(one, frame)]}))
    .sort(byEvidence);
  // What was sought in the outcome is a rival only where it was found.
  const found = selected.filter(({together, change}) => together || change);
  stage('judging claims');
  const {verdicts, alikeTo} = judgeClaims(ground, claims, found, team);
  const judged = new Map<Tested, Judged>();
  for (const [at, bySet] of discoveriesBySet(claims, verdicts, sharing.length).entries()) {
    const one = claims[at].tested;
    q.set(one, Math.max(bySet, q.get(one) ?? 1));
    if (bySet <= alpha) judged.set(one, verdicts[at]);
  }
  // Intervals of selected findings are widened so that, of all told, 95 % cover: false coverage rate.
  // A claim stays a claim by its set's strength, so its own p may lie a little above that; its interval follows its p.
  const widest = Math.max(0, ...[...judged.keys()].map(({p}) => p));
  const selectedAlpha = Math.max(widest, (alpha * judged.size) / Math.max(1, sharing.length));
  const needed = reachableP(alpha, judged.size, sharing.length);
  const judgementOf = (one: Tested) => judged.get(one) ?? unclaimed(one, silence(one, needed));
  const taskOf = (one: Tested): Omit<Task, 'tested'> => ({
    candidate: mostHarmful(one, frame),
    alpha: (judged.has(one) ? selectedAlpha : alpha) * (one.change?.share ?? 1),
    claimed: judged.has(one),
    needed: judgementOf(one).verdict === 'too-little-data' ? needed : null,
  });
  stage('working out intervals');
  const measurable = tested.filter(({candidates}) => candidates.length > 0);
  const measured = new Map(
    team.measure(measurable.map(one => ({tested: one, ...taskOf(one)}))).map((one, at) => [measurable[at], one]),
  );
  // Of the pairs only those are told that are claimed: the others say nothing that their factors do not.
  const sought = [...single.filter(one => one === moment), ...pairs.filter(pair => judged.has(pair))];
  for (const one of sought) measured.set(one, told(ground, one, taskOf(one)));
  const findings = [...tested, ...sought].map(one => {
    const judgement = judgementOf(one);
    const own = one.together?.of[0].factor.name ?? one.factor.name;
    const ambiguousWith = factorsOf(judgement.ambiguousWith, pairs).filter(name => name !== own);
    const also = one.change && judged.has(one) ? whatChanged(ground, one.change, alikeTo(one), tested) : [];
    return findingOf(frame, one, {...judgement, ambiguousWith}, measured.get(one) ?? null, q.get(one) ?? 1, also);
  });
  return {findings: ranked(findings, alpha), tests: sharing.length, notTested, notes};
}

function whyNothingCanBeSaid(frame: Frame, keep: Uint8Array): string | null {
  let [first, differs, count] = [Number.NaN, false, 0];
  for (let i = 0; i < frame.parts; i++) {
    if (!keep[i]) continue;
    if (count++ === 0) first = frame.outcome[i];
    else if (frame.outcome[i] !== first) differs = true;
  }
  if (count === 0) return 'no part has an outcome';
  if (differs) return null;
  if (frame.outcomeKind === 'numeric') return 'the outcome is the same for every part';
  return first === 0 ? 'no part is defective' : 'every part is defective';
}

function costs({outcome}: Ground): string[] {
  if (outcome.members.some(at => at.length > 1)) return [];
  return ['One lot a stratum: only what differs within lots can be tested.'];
}

/**
 * The place among a factor's candidates of the level or score with the strongest evidence of harm; of a number or a mean,
 * the strongest either way.
 */
function mostHarmful({candidates, kind}: Tested, frame: Frame): number {
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

function stronger(a: Candidate, b: Candidate): boolean {
  return a.test.p !== b.test.p ? a.test.p < b.test.p : Math.abs(a.test.z) > Math.abs(b.test.z);
}

function byEvidence(a: Claim, b: Claim): number {
  return (
    a.tested.p - b.tested.p ||
    Math.abs(b.candidate.test.z) - Math.abs(a.candidate.test.z) ||
    (a.tested.factor.name < b.tested.factor.name ? -1 : 1)
  );
}

function unclaimed({twins}: Tested, verdict: Verdict): Judged {
  return {verdict, ambiguousWith: twins, explainedBy: null, unchallenged: 1};
}

/** Why a factor that is no claim is none. `reachable` is the p that would have made one more claim. */
function silence({candidates, attainable}: Tested, reachable: number): Verdict {
  if (candidates.length === 0) return 'not-identifiable';
  return attainable > reachable ? 'too-little-data' : 'no-evidence';
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

function findingOf(
  frame: Frame,
  tested: Tested,
  {unchallenged, verdict, ambiguousWith, explainedBy}: Judged,
  measured: Told | null,
  q: number,
  also: string[],
): Unranked {
  const {factor, kind, p, together, change} = tested;
  const numeric = frame.outcomeKind === 'numeric';
  const candidate = tested.candidates.length > 0 ? tested.candidates[mostHarmful(tested, frame)] : null;
  const {effect, crude, threshold, side, where, logLikelihood, distribution, enough, ...behind} =
    measured ?? nothingMeasured(numeric);
  const finding = {
    rank: 1,
    factor: together?.of[0].factor.name ?? factor.name,
    step: factor.step,
    branch: factor.branch,
    kind,
    level: kind === 'missing' ? null : together ? together.sides[0].level : (candidate?.level ?? null),
    threshold: together ? together.sides[0].threshold : threshold,
    with: together ? [together.of[1].factor.name] : null,
    where,
    effect: {measure: numeric ? ('meanDifference' as const) : ('riskRatio' as const), ...effect},
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
  const sentence = sentenceOf(frame, finding, {side, unit, together, change, also, enough});
  return {
    finding: {...finding, sentence},
    strength: Math.abs(candidate?.test.z ?? 0),
    fit: logLikelihood === null ? unchallenged : logLikelihood - (change?.cost ?? 0),
  };
}

/** The factors that a set names; a pair is named by its two. */
function factorsOf(names: readonly string[], pairs: readonly Tested[]): string[] {
  const byName = new Map(pairs.map(({factor, together}) => [factor.name, together?.of.map(one => one.factor.name)]));
  return [...new Set(names.flatMap(name => byName.get(name) ?? [name]))].sort();
}
