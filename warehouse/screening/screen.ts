/**
 * A question in, evidence out: population → frame of factors → evaluation → findings with ids, kept so that a finding can
 * be opened, contained and held later.
 */
import {createHash} from 'node:crypto';
import type {Finding, ScreenAnswer, ScreenQuestion} from '../answers.ts';
import type {Warehouse} from '../store.ts';
import {calendarOf} from './calendar.ts';
import {codeVersion} from './code-version.ts';
import {STAGES} from './evaluate.ts';
import {evaluateElsewhere} from './evaluator.ts';
import {extractFrame} from './extract.ts';
import {keepAnswer, keptAnswer} from './findings.ts';
import {heldFixed} from './held-fixed.ts';
import {clustersOf, indexAt} from './index/screening-index.ts';
import {population} from './population.ts';
import {nameOf} from './ranking.ts';

const PRODUCT = 'part.product';

/** Whoever waits for an answer: may take the question back, and may be told what is being done. */
interface Waiting {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: string) => void;
}

const CHOOSING = 'choosing parts';
const INDEXING = 'indexing factors';
const ALL_STAGES: readonly string[] = [CHOOSING, INDEXING, ...STAGES];

/**
 * @throws QuestionError, FilterError, UnknownFactor for a question that cannot be put;
 * ScreenCancelled once `signal` says that nobody waits any more
 */
export async function screen(
  warehouse: Warehouse,
  question: ScreenQuestion,
  waiting: Waiting = {},
): Promise<ScreenAnswer> {
  const {top, asOf: _asked, ...asked} = question;
  const asOf = question.asOf ?? warehouse.position;
  const {version} = warehouse.variables;
  const digest = digestOf({...asked, asOf, code: codeVersion(), ...(version ? {variables: version} : {})});
  // The same question at the same position by the same code has one answer, and it may have been given already.
  const {edition} = warehouse.persons;
  const kept = await keptAnswer(warehouse.folder, digest, top);
  if (kept !== null) return kept;
  const answer = await findAnswer(warehouse, {...asked, asOf, top}, digest, waiting);
  await keepAnswer(warehouse, edition, digest, {...answer, code: codeVersion()});
  return answer;
}

/** The answer worked out anew, whatever was kept. */
export async function findAnswer(
  warehouse: Warehouse,
  question: ScreenQuestion & {asOf: number},
  digest: string,
  {signal, onProgress}: Waiting = {},
): Promise<ScreenAnswer> {
  const {asOf} = question;
  const show = (stage: string) => onProgress?.(ALL_STAGES.indexOf(stage) + 1, ALL_STAGES.length, stage);
  const strata = question.strata ?? (question.product === undefined ? [PRODUCT] : []);
  const {people, frame, excluded, factors, troubles} = await warehouse.read(asOf, async session => {
    show(CHOOSING);
    const people = await population(session, question);
    const excluded = exclusions(question, strata, people.cluster);
    show(INDEXING);
    const index = await indexAt(warehouse, session, asOf);
    const {of: lot, began} = await clustersOf(session, index, people.cluster);
    const fixed = await heldFixed(session, warehouse.folder, question.given, index.parts);
    const frame = extractFrame(index, people, lot, strata, excluded, fixed);
    return {
      people,
      excluded,
      factors: index.factors,
      troubles: index.troubles,
      frame: {...frame, ...(await calendarOf(session, frame, began))},
    };
  });
  // The moment of a change is the only one that is no column.
  const branches = new Map(factors.map(({name, branch}) => [name, branch]));
  const usedStrata = frame.strata.length > 1 ? strata : [];
  const {findings, tests, notTested, notes} = await evaluateElsewhere(frame, people.notes, {
    top: question.top,
    signal,
    onStage: show,
  });
  return {
    question: {...question, cluster: people.cluster, strata: [...usedStrata], notes},
    asOf,
    permalink: permalinkOf(question, asOf),
    population: {parts: people.rows, defective: people.defective, lots: people.cluster === 'lot' ? people.lots : 0},
    tests,
    notTested: [
      ...[...[...excluded].map(([factor, reason]) => ({factor, reason})), ...notTested].map(one => ({
        ...one,
        branch: branches.get(one.factor) ?? 'environment',
      })),
      ...troubles,
    ],
    findings: findings.map(f => ({...f, id: idOf(digest, f)})),
  };
}

/** Factors that cannot be candidates of this question, and why. */
function exclusions(question: ScreenQuestion, strata: readonly string[], cluster: 'lot' | 'part'): Map<string, string> {
  const excluded = new Map<string, string>();
  if (cluster === 'lot')
    excluded.set('part.lot', 'the lot is the cluster: what a lot shares is tested through its other factors');
  else excluded.set('part.lot', 'no lots');
  for (const name of strata) excluded.set(name, 'a stratum of this question: every other factor is compared within it');
  if (question.product !== undefined) excluded.set(PRODUCT, 'the question is about one product');
  if (question.measurement !== undefined) excluded.set(question.measurement, 'the outcome of this question');
  return excluded;
}

function idOf(digest: string, finding: Pick<Finding, 'factor' | 'with' | 'kind'>): string {
  const which = createHash('sha256')
    .update(`${nameOf(finding)}\n${finding.kind}`)
    .digest('hex')
    .slice(0, 8);
  return `f${digest.slice(0, 12)}-${which}`;
}

/** The link that asks this question again at this position. */
export function permalinkOf(question: ScreenQuestion, asOf: number): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({...question, asOf})) {
    if (value === undefined || name === 'top') continue;
    parameters.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return `/investigate?${parameters}`;
}

function digestOf(question: object): string {
  const sorted = Object.entries(question).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest('hex');
}
