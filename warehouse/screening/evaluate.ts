import type {Finding} from '../answers.ts';
import type {Tested} from './candidate.ts';
import {CHANGE_POINT, testChangePoint} from './change-point.ts';
import {detectableInWords} from './detectable.ts';
import {findingOf, mostHarmful, placed} from './finding-of.ts';
import type {Frame} from './frame.ts';
import {type Ground, groundOf, keptRows} from './ground.ts';
import {testInteractions} from './interactions.ts';
import {type Judgements, judge} from './judgements.ts';
import type {Layout} from './layout.ts';
import {ranked} from './ranking.ts';
import {entriesOf, type Task, type Told, told} from './share.ts';
import {alone, type Members, type Team, teamOf} from './team.ts';
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
  /** The p of what was tested elsewhere, on the same parts, and shares the error rate. */
  others?: readonly number[];
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
  const pairs = testInteractions(ground, tested, team.pairs);
  if (pairs.length > 0)
    notes.push(`${counted(pairs.length)} of leading factors tested for doing more together than each alone`);
  const moment = testChangePoint(ground);
  if (moment === null && !frame.lotsOrdered)
    notTested.push({factor: CHANGE_POINT, reason: 'the order of the lots is not known'});
  stage('judging claims');
  const judgements = judge(ground, moment === null ? tested : [...tested, moment], pairs, team, options.others);
  stage('working out intervals');
  const findings = tell(ground, team, {tested, moment, judgements, top: options.top});
  if (judgements.claims.length === 0) notes.push(...wouldHaveBeenFound(ground, tested, findings, judgements.needed));
  return {findings, tests: judgements.tests, notTested, notes};
}

interface Telling {
  tested: readonly Tested[];
  moment: Tested | null;
  judgements: Judgements;
  top: number | undefined;
}

/** Ranked findings; only what is told is measured, and claims, whose order depends on it. */
function tell(ground: Ground, team: Team, {tested, moment, judgements, top}: Telling): Evaluation['findings'] {
  const {frame, alpha} = ground;
  // Of the pairs only claims are told: the others say nothing that their factors do not.
  const sought = [...(moment === null ? [] : [moment]), ...judgements.pairs];
  const measured = new Map<Tested, Told>();
  const measure = (some: readonly Tested[]) => {
    const open = some.filter(one => one.candidates.length > 0 && !measured.has(one));
    const shared = open.filter(one => !sought.includes(one));
    const answers = team.measure(shared.map(one => ({tested: one, ...taskOf(frame, judgements, one)})));
    for (const [at, one] of shared.entries()) measured.set(one, answers[at]);
    for (const one of open)
      if (!measured.has(one)) measured.set(one, told(ground, one, taskOf(frame, judgements, one)));
  };
  measure(judgements.claims);
  const all = [...tested, ...sought].map(one =>
    placed(frame, one, judgements.of(one), measured.get(one) ?? null, judgements.qOf(one)),
  );
  const order = ranked(all, alpha).slice(0, top);
  measure(order.map(one => one.tested));
  return order.map((one, at) => {
    const {change} = one.tested;
    const goesAlong = change && judgements.isClaim(one.tested) ? judgements.alikeTo(one.tested) : null;
    return findingOf(frame, one, {
      rank: at + 1,
      measured: measured.get(one.tested) ?? null,
      intervalLevel: 1 - judgements.errorOf(one.tested),
      also: change && goesAlong ? whatChanged(ground, change, goesAlong, tested) : [],
    });
  });
}

function taskOf(frame: Frame, judgements: Judgements, one: Tested): Omit<Task, 'tested'> {
  return {
    candidate: mostHarmful(one, frame),
    alpha: judgements.errorOf(one) * (one.change?.share ?? 1),
    claimed: judgements.isClaim(one),
    needed: judgements.of(one).verdict === 'too-little-data' ? judgements.needed : null,
  };
}

/** Of the leading factor with levels: of numbers the best threshold is sought, and its interval knows nothing of that. */
function wouldHaveBeenFound(
  {frame}: Ground,
  tested: readonly Tested[],
  findings: Evaluation['findings'],
  needed: number,
): string[] {
  const leading = findings.find(({kind, verdict}) => kind === 'category' && verdict === 'no-evidence');
  const levels = tested.find(({factor, kind}) => kind === 'category' && factor.name === leading?.factor);
  if (!leading || !levels) return [];
  const told = detectableInWords(leading, needed / entriesOf(levels).length, frame.lots, frame.lots === frame.parts);
  return told === null ? [] : [told];
}

const counted = (pairs: number) => `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`;

function whyNothingCanBeSaid(frame: Frame, keep: Uint8Array): string | null {
  let first = Number.NaN;
  let differs = false;
  let count = 0;
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
