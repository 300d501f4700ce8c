import type {Finding, Verdict} from '../answers.ts';
import type {Candidate, Tested} from './candidate.ts';
import {testCategory} from './category.ts';
import {CHANGE_POINT, testChangePoint} from './change-point.ts';
import {type Enough, enoughFor} from './enough.ts';
import type {Factor, Frame} from './frame.ts';
import {type Ground, groundOf} from './ground.ts';
import {testInteractions} from './interactions.ts';
import type {Layout} from './layout.ts';
import {measure} from './measure.ts';
import {missingFactors, testMissing} from './missing.ts';
import {aucOf, testNumber} from './number.ts';
import {ranked, type Unranked} from './ranking.ts';
import {sentenceOf} from './sentence.ts';
import {discoveriesBySet, falseDiscoveryRates, reachableP} from './sets.ts';
import {type Judged, judgeClaims} from './verdicts.ts';
import {whatChanged} from './what-changed.ts';

/** What a frame has to say. `findings` are ranked, claims first; `notes` say what the question cost. */
export interface Evaluation {
  findings: Omit<Finding, 'id'>[];
  /** Factors that shared the error rate. */
  tests: number;
  notTested: {factor: string; reason: string}[];
  notes: string[];
}

/**
 * Ranks every factor of a frame by the evidence that it caused the outcome, one p and one finding a factor, valid when
 * parts of a lot share its fate and when the strata steer who meets what. The same frame gives the same answer.
 */
export function evaluate(
  frame: Frame,
  options: {alpha?: number; notes?: string[]; layoutOf?: (frame: Frame, keep: Uint8Array) => Layout} = {},
): Evaluation {
  const alpha = options.alpha ?? 0.05;
  const notes = [...(options.notes ?? [])];
  const keep = new Uint8Array(frame.parts);
  for (let i = 0; i < keep.length; i++) keep[i] = Number(Number.isFinite(frame.outcome[i]));
  const silent = whyNothingCanBeSaid(frame, keep);
  if (silent !== null) {
    return {findings: [], tests: 0, notTested: frame.factors.map(({name}) => ({factor: name, reason: silent})), notes};
  }
  const ground = groundOf(frame, keep, alpha, options.layoutOf?.(frame, keep));
  notes.push(...costs(ground));
  const {tested, notTested} = testAll(ground);
  const pairs = testInteractions(ground, tested);
  if (pairs.length > 0)
    notes.push(
      `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'} of leading factors tested for doing more together than each alone`,
    );
  const moment = testChangePoint(ground);
  if (moment === null && !frame.lotsOrdered)
    notTested.push({factor: CHANGE_POINT, reason: 'the order of the lots is not known'});
  if (moment !== null) tested.push(moment);
  const sharing = [...tested, ...pairs].filter(
    ({candidates, attainable}) => candidates.length > 0 && attainable <= alpha,
  );
  const q = new Map(falseDiscoveryRates(sharing.map(({p}) => p)).map((value, at) => [sharing[at], value]));
  const selected = sharing.filter(one => (q.get(one) ?? 1) <= alpha);
  const claims = selected.map(one => ({tested: one, candidate: mostHarmful(one, frame)})).sort(byEvidence);
  // What was sought in the outcome is a rival only where it was found.
  const found = selected.filter(({together, change}) => together || change);
  const verdicts = judgeClaims(ground, claims, [...found, ...tested.filter(one => one !== moment)]);
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
  const reachable = reachableP(alpha, judged.size, sharing.length);
  // Of the pairs only those are told that are claimed: the others say nothing that their factors do not.
  const told = [...tested, ...pairs.filter(pair => judged.has(pair))];
  const findings = told.map(one => {
    const claimed = judged.get(one);
    const judgement = claimed ?? unclaimed(one, silence(one, reachable));
    const own = one.together?.of[0].factor.name ?? one.factor.name;
    const ambiguousWith = factorsOf(judgement.ambiguousWith, pairs).filter(name => name !== own);
    const figures = {q: q.get(one) ?? 1, alpha: claimed ? selectedAlpha : alpha, claimed: claimed !== undefined};
    const also = one.change && claimed ? whatChanged(ground, one.change, one, tested) : [];
    const enough = judgement.verdict === 'too-little-data' ? enoughFor(one, mostHarmful(one, frame), reachable) : null;
    return findingOf(ground, one, {...judgement, ambiguousWith}, {...figures, also, enough});
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

/** Every factor's test, and the test of every pattern of missing values. */
function testAll(ground: Ground): {tested: Tested[]; notTested: Evaluation['notTested']} {
  const tested: Tested[] = [];
  const notTested: Evaluation['notTested'] = [];
  for (const factor of ground.frame.factors) {
    const reason = whyNotTested(ground, factor);
    if (reason !== null) {
      notTested.push({factor: factor.name, reason});
      continue;
    }
    const kind = factor.time ? 'time' : factor.kind;
    if (factor.kind === 'category')
      tested.push({factor, kind, twins: [], ranks: null, ...testCategory(ground, factor)});
    else tested.push({factor, kind, twins: [], ...testNumber(ground, factor)});
  }
  for (const missing of missingFactors(ground)) {
    const {factor, twins} = missing;
    tested.push({factor, kind: 'missing', twins, ranks: null, ...testMissing(ground, missing)});
  }
  return {tested, notTested};
}

function whyNotTested({layout}: Ground, factor: Factor): string | null {
  const {kinds, known} = factor.kind === 'category' ? layout.category(factor) : layout.number(factor);
  if (kinds === 0) return 'missing for every part';
  if (kinds === 1) return 'the same for every part';
  return factor.kind === 'category' && kinds === known ? 'every part has a level of its own' : null;
}

/** The level or score with the strongest evidence of harm; of a number or a mean, the strongest either way. */
function mostHarmful({candidates, kind}: Tested, frame: Frame): Candidate {
  if (kind === 'interaction') return candidates[0];
  if (kind === 'missing') return candidates.find(({level}) => level === 'missing') ?? candidates[0];
  const eitherWay = frame.outcomeKind === 'numeric';
  const harmful = candidates.filter(({test, shape}) => eitherWay || shape !== null || test.z > 0);
  const pool = harmful.length > 0 ? harmful : candidates;
  return pool.reduce((best, one) => (stronger(one, best) ? one : best));
}

function stronger(a: Candidate, b: Candidate): boolean {
  return a.test.p !== b.test.p ? a.test.p < b.test.p : Math.abs(a.test.z) > Math.abs(b.test.z);
}

function byEvidence(a: {tested: Tested; candidate: Candidate}, b: {tested: Tested; candidate: Candidate}): number {
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

interface Figures {
  q: number;
  alpha: number;
  claimed: boolean;
  also: string[];
  enough: Enough | null;
}

function findingOf(
  ground: Ground,
  tested: Tested,
  {unchallenged, verdict, ambiguousWith, explainedBy}: Judged,
  {q, alpha, claimed, also, enough}: Figures,
): Unranked {
  const {frame} = ground;
  const {factor, kind, p, together, change} = tested;
  const numeric = frame.outcomeKind === 'numeric';
  const candidate = tested.candidates.length > 0 ? mostHarmful(tested, frame) : null;
  const none = {value: numeric ? 0 : 1, low: numeric ? 0 : 0.001, high: numeric ? 0 : 1000};
  const measured = candidate
    ? measure(ground, tested, candidate, alpha * (change?.share ?? 1), claimed)
    : {
        effect: none,
        crude: none,
        threshold: null,
        side: null,
        where: null,
        parts: 0,
        defective: 0,
        lots: 0,
        attributableShare: 0,
        logLikelihood: null,
      };
  const {effect, crude, threshold, side, where, logLikelihood, ...behind} = measured;
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
    auc: numeric || factor.kind !== 'number' ? null : aucOf(ground, factor),
    aucInterval: null,
    ks: null,
    means: null,
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
