/** Screening over all plants: the engine tells which parts are asked about and what acted on them; what that says is worked out here. */
import {randomUUID} from 'node:crypto';
import type {ScreenQuestion} from '../answers.ts';
import {QuestionError} from '../question-error.ts';
import {evaluateElsewhere} from '../screening/evaluator.ts';
import {extractFrame} from '../screening/extract.ts';
import type {CompanyScreen} from './answers.ts';
import type {Asking, Company} from './company.ts';
import {type CompanyFactor, companyFactors, notHad} from './factors.ts';
import {factorsOf, stepOrder} from './screened-factors.ts';
import {type ScreenedParts, screenedParts} from './screened-parts.ts';
import {leading} from './sufficient.ts';

export interface ScreenLimits {
  /** Factors of which every part's value is fetched; of more, those that lead by their sums are. */
  factors?: number;
  /** Values that are fetched at most. */
  values?: number;
}

const PRODUCT = 'part.product';

/**
 * As `screen` of one plant. Every factor is tested, on sums by lot that the engine makes where there are many; verdicts and
 * intervals want parts one by one, so those are fetched for the factors that lead.
 * @throws QuestionError, among others for what an engine is not asked for: two selections, and what is held fixed; EngineError
 */
export async function companyScreen(
  company: Company,
  question: Omit<ScreenQuestion, 'asOf'>,
  {signal, limits = {}}: {signal?: AbortSignal; limits?: ScreenLimits} = {},
): Promise<CompanyScreen> {
  for (const what of ['against', 'given'] as const)
    if (question[what] !== undefined)
      throw new QuestionError(`"${what}" is not asked of an engine`, {hint: 'ask at the plant'});
  const {factors: most = 64, values: mostValues = 200_000_000} = limits;
  const asking = company.asking(signal);
  const strata = question.strata ?? (question.product === undefined ? [PRODUCT] : []);
  const people = await screenedParts(asking, question);
  const excluded = exclusions(question, strata, people.cluster);
  const known = await companyFactors(asking);
  const candidates = known.filter(({name}) => !NEVER.has(name) && !excluded.has(name));
  const chosen =
    candidates.length <= most
      ? null
      : await leading(asking, question, {people, strata: strataOf(known, strata), candidates, most});
  const wanted = known.filter(
    ({name}) => strata.includes(name) || (chosen?.names ?? candidates.map(c => c.name)).includes(name),
  );
  mustBeFew(people.parts, wanted.length, mostValues);
  const order = await stepOrder(asking);
  const factors = await factorsOf(asking, question, people, wanted, order);
  const frame = extractFrame(
    {name: randomUUID(), parts: people.parts, factors, troubles: [], clusters: new Map()},
    people,
    people.lot,
    strata,
    excluded,
    [],
  );
  const {findings, tests, notTested, notes} = await evaluateElsewhere(
    {...frame, index: undefined, ...(await calendarOf(asking, people, frame.lots))},
    [...people.notes, ...(chosen?.notes ?? [])],
    {top: question.top, signal, others: chosen?.others},
  );
  const branches = new Map(known.map(({name, branch}) => [name, branch]));
  const silent = [
    ...[...excluded].map(([factor, reason]) => ({factor, reason})),
    ...notTested,
    ...(chosen?.notTested ?? []),
    ...notHad(asking),
  ];
  return {
    question: {
      ...question,
      cluster: people.cluster,
      strata: frame.strata.length > 1 ? [...strata] : [],
      notes: [...company.notes, ...notes],
    },
    population: {parts: people.rows, defective: people.defective, lots: people.cluster === 'lot' ? people.lots : 0},
    tests,
    notTested: silent.map(one => ({...one, branch: branches.get(one.factor) ?? 'environment'})),
    findings,
  };
}

/** @throws QuestionError for strata that are none */
function strataOf(known: readonly CompanyFactor[], names: readonly string[]): CompanyFactor[] {
  return names.map(name => {
    const factor = known.find(one => one.name === name);
    if (factor?.kind === 'category') return factor;
    throw new QuestionError(`${name} makes no strata: it is ${factor ? 'a number' : 'no factor of these plants'}`);
  });
}

/** Factors that are the question itself, not an answer to it. */
const NEVER = new Set(['part.part']);

function exclusions(
  question: Omit<ScreenQuestion, 'asOf'>,
  strata: readonly string[],
  cluster: 'lot' | 'part',
): Map<string, string> {
  const excluded = new Map<string, string>();
  const reason =
    cluster === 'lot' ? 'the lot is the cluster: what a lot shares is tested through its other factors' : 'no lots';
  excluded.set('part.lot', reason);
  for (const name of strata) excluded.set(name, 'a stratum of this question: every other factor is compared within it');
  if (question.product !== undefined) excluded.set(PRODUCT, 'the question is about one product');
  if (question.measurement !== undefined) excluded.set(question.measurement, 'the outcome of this question');
  return excluded;
}

function mustBeFew(parts: number, factors: number, most: number): void {
  if (parts * factors <= most) return;
  throw new QuestionError(
    `${parts} parts with ${factors} factors are too many to be judged one by one: at most ${most} values are fetched`,
    {hint: 'narrow the question with product, from and to, where or plants'},
  );
}

const MOST_EVENTS = 10_000;

/** When lots were begun, and what happened to stations meanwhile. */
async function calendarOf(asking: Asking, {lotsOrdered, lot, lotAt, outcome}: ScreenedParts, lots: number) {
  if (!lotsOrdered || lots === 0) return {};
  const lotStart = new Float64Array(lots).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < lot.length; i++)
    if (!Number.isNaN(outcome[i])) lotStart[lot[i]] = Math.min(lotStart[lot[i]], lotAt[i]);
  const known = lotStart.filter(Number.isFinite);
  if (known.length === 0) return {};
  const events = await asking.rows<{
    plant: string;
    at_time: number;
    station: string;
    kind: string;
    text: string | null;
  }>(
    `select plant, "at" as at_time, station, kind, "text" from ${asking.table('events', 'at', 'station', 'kind', 'text')} e
     where "at" >= ${known[0] * 1000} and "at" < ${(known[known.length - 1] + 1) * 1000}
     order by 2, station, kind, plant limit ${MOST_EVENTS}`,
  );
  const where = ({plant, station}: (typeof events)[number]) =>
    asking.company.isSeveral ? `${plant}/${station}` : station;
  return {
    lotStart,
    events: events.map(event => ({
      at: Math.floor(event.at_time / 1000),
      words: `${event.kind} of ${where(event)}${event.text ? ` (${event.text})` : ''}`,
    })),
  };
}
