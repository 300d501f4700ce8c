import type {Finding, Verdict} from '../answers.ts';
import type {Candidate, Tested} from './candidate.ts';
import {CHANGE_POINT, testChangePoint} from './change-point.ts';
import {NO_DISTRIBUTION} from './distribution.ts';
import type {Frame} from './frame.ts';
import {type Ground, groundOf, keptRows} from './ground.ts';
import {pairAsTested, testInteractions} from './interactions.ts';
import type {Layout} from './layout.ts';
import {type Rankable, ranked} from './ranking.ts';
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
  /** Findings to be told: the first so many; all if it is not said. All are tested and ranked. */
  top?: number;
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
  const pairs = testInteractions(ground, tested, team);
  if (pairs.length > 0)
    notes.push(
      `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'} of leading factors tested for doing more together than each alone`,
    );
  const moment = testChangePoint(ground);
  if (moment === null && !frame.lotsOrdered)
    notTested.push({factor: CHANGE_POINT, reason: 'the order of the lots is not known'});
  const single = (moment === null ? tested : [...tested, moment]).filter(
    ({candidates, attainable}) => candidates.length > 0 && attainable <= alpha,
  );
  const sharing = [...single, ...pairs];
  const rates = falseDiscoveryRates(sharing.map(({p}) => p));
  const q = new Map<Tested, number>(single.map((one, at) => [one, rates[at]]));
  const claimedPairs: Tested[] = [];
  for (const [at, pair] of pairs.entries()) {
    const rate = rates[single.length + at];
    const one = rate <= alpha ? pairAsTested(ground, pair) : null;
    if (one === null) continue;
    claimedPairs.push(one);
    q.set(one, rate);
  }
  const selected = [...single, ...claimedPairs].filter(one => q.get(one)! <= alpha);
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
  const errorOf = (one: Tested) => (judged.has(one) ? selectedAlpha : alpha);
  const taskOf = (one: Tested): Omit<Task, 'tested'> => ({
    candidate: mostHarmful(one, frame),
    alpha: errorOf(one) * (one.change?.share ?? 1),
    claimed: judged.has(one),
    needed: judgementOf(one).verdict === 'too-little-data' ? needed : null,
  });
  stage('working out intervals');
  // Of the pairs only those are told that are claimed: the others say nothing that their factors do not.
  const sought = [...(moment === null ? [] : [moment]), ...claimedPairs.filter(pair => judged.has(pair))];
  const measured = new Map<Tested, Told>();
  const measure = (some: readonly Tested[]) => {
    const open = some.filter(one => one.candidates.length > 0 && !measured.has(one));
    const shared = open.filter(one => !sought.includes(one));
    const answers = team.measure(shared.map(one => ({tested: one, ...taskOf(one)})));
    for (const [at, one] of shared.entries()) measured.set(one, answers[at]);
    for (const one of open) if (!measured.has(one)) measured.set(one, told(ground, one, taskOf(one)));
  };
  // The order of claims depends on how well each accounts for the outcome.
  measure([...judged.keys()]);
  const order = ranked(
    [...tested, ...sought].map(one => {
      const judgement = judgementOf(one);
      const own = one.together?.of[0].factor.name ?? one.factor.name;
      const ambiguousWith = factorsOf(judgement.ambiguousWith, claimedPairs).filter(name => name !== own);
      return placed(frame, one, {...judgement, ambiguousWith}, measured.get(one) ?? null, q.get(one) ?? 1);
    }),
    alpha,
  ).slice(0, options.top);
  measure(order.map(one => one.tested));
  const findings = order.map((one, at) => {
    const {change} = one.tested;
    const also = change && judged.has(one.tested) ? whatChanged(ground, change, alikeTo(one.tested), tested) : [];
    const intervalLevel = 1 - errorOf(one.tested);
    return findingOf(frame, one, {rank: at + 1, measured: measured.get(one.tested) ?? null, intervalLevel, also});
  });
  return {findings, tests: sharing.length, notTested, notes};
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

/** What was tested, ready to be ranked. */
interface Placed extends Rankable {
  tested: Tested;
  explainedBy: string | null;
}

function placed(frame: Frame, tested: Tested, judged: Judged, measured: Told | null, q: number): Placed {
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

function findingOf(
  frame: Frame,
  {tested, factor: name, kind, with: others, p, q, verdict, ambiguousWith, explainedBy}: Placed,
  {rank, measured, intervalLevel, also}: {rank: number; measured: Told | null; intervalLevel: number; also: string[]},
): Evaluation['findings'][number] {
  const {factor, together, change} = tested;
  const numeric = frame.outcomeKind === 'numeric';
  const level = toldBy(tested, frame)?.level ?? null;
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
  return {...finding, sentence: sentenceOf(frame, finding, {side, unit, together, change, also, enough})};
}

function toldBy(tested: Tested, frame: Frame): Candidate | null {
  return tested.candidates.length > 0 ? tested.candidates[mostHarmful(tested, frame)] : null;
}

/** The factors that a set names; a pair is named by its two. */
function factorsOf(names: readonly string[], pairs: readonly Tested[]): string[] {
  const byName = new Map(pairs.map(({factor, together}) => [factor.name, together?.of.map(one => one.factor.name)]));
  return [...new Set(names.flatMap(name => byName.get(name) ?? [name]))].sort();
}
