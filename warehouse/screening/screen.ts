/**
 * A question in, evidence out: population → frame of factors → evaluation → findings with ids, kept so that a finding can
 * be opened, contained and held later.
 */
import {createHash} from 'node:crypto';
import type {Finding, ScreenAnswer, ScreenQuestion} from '../answers.ts';
import type {Warehouse} from '../store.ts';
import {evaluate} from './evaluate.ts';
import {extractFrame} from './extract.ts';
import {keepAnswer} from './findings.ts';
import {population} from './population.ts';

const PRODUCT = 'part.product';

/**
 * @throws QuestionError, FilterError, UnknownFactor, FilterMismatch for a question that cannot be put;
 * RangeError for a position that is not reached yet
 */
export async function screen(warehouse: Warehouse, question: ScreenQuestion): Promise<ScreenAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const people = await population(session, question);
    const strata = question.strata ?? (question.product === undefined ? [PRODUCT] : []);
    const excluded = exclusions(question, strata, people.cluster);
    const frame = await extractFrame(session, people, strata, excluded);
    const usedStrata = frame.strata.length > 1 ? strata : [];
    const {findings, tests, notTested} = evaluate(frame, {notes: people.notes});
    const {top, ...asked} = question;
    const resolved = {...asked, asOf, cluster: people.cluster, strata: [...usedStrata], notes: people.notes};
    const digest = createHash('sha256')
      .update(JSON.stringify(sorted({...resolved, notes: undefined})))
      .digest('hex');
    const answer: ScreenAnswer = {
      question: resolved,
      asOf,
      permalink: permalinkOf(question, asOf),
      population: {
        parts: people.rows,
        defective: people.outcomeKind === 'defective' ? people.outcome.reduce((sum, y) => sum + y, 0) : 0,
        lots: people.cluster === 'lot' ? people.lots : 0,
      },
      tests,
      notTested: [...[...excluded].map(([factor, reason]) => ({factor, reason})), ...notTested],
      findings: findings.map(f => ({...f, id: idOf(digest, f)})),
    };
    await keepAnswer(warehouse.folder, digest, answer);
    return top === undefined
      ? answer
      : {...answer, question: {...answer.question, top}, findings: answer.findings.slice(0, top)};
  });
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

function idOf(digest: string, finding: Pick<Finding, 'factor' | 'kind'>): string {
  const which = createHash('sha256').update(`${finding.factor}\n${finding.kind}`).digest('hex').slice(0, 8);
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

const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
