/** How much comes out right the first time, and how much only after rework: FPY, RTY, DPMO, DPU, final yield. */
import type {Session} from './duckdb.ts';
import {createFailures} from './failures.ts';
import {grouped} from './grouped.ts';
import {createLevelLots, createLevels} from './levels.ts';
import type {YieldAnswer, YieldFigures, YieldQuestion} from './pareto-answers.ts';
import {createPopulation} from './population.ts';
import {query} from './queries.ts';
import {QuestionError} from './question-error.ts';
import {type Route, readRoute} from './route.ts';
import {aboutOf, scopeConditions} from './scope.ts';
import {lotsOf, type PartsOfLots, unitOf} from './unit.ts';
import {whyNobody} from './why-nobody.ts';
import {type LotYield, routeFigures, yieldFigures} from './yield-figures.ts';

/**
 * First-pass yield of the parts in scope. A part counts once, by its first valid inspection (with `step`: by its first
 * one at that step, which is also what `from` and `to` bound); a re-test or rework never enters.
 *
 * RTY is the product of the first-pass yields at the inspection steps of a product's route, products weighted by their
 * parts inspected; steps of rework are no part of it. DPMO is out of opportunities, null unless every part's product
 * states them; `opportunities` is their mean a part. Figures without data are null.
 * @throws QuestionError, UnknownFactor, and what the filter throws
 */
export async function yieldOf(warehouse: Reader, question: YieldQuestion): Promise<YieldAnswer> {
  const {step, by} = question;
  if (by === 'defect') throw new QuestionError('yield counts parts: it cannot be broken down by defect, see pareto');
  return warehouse.read(
    question.asOf,
    async (session, asOf) => {
      // What it needs is made before the parts are looked for, not after.
      const route = await readRoute(session);
      await createPopulation(session, question, step);
      const counts = await lotsOf(session);
      const answer = await assess(question, route, counts, async (level, at) => {
        if (at !== step) await createPopulation(session, question, at);
        return lotYields(session, at, level);
      });
      if (answer.inspected === 0 && step === undefined)
        answer.notes.push(await whyNobody(session, {}, await scopeConditions(session, question)));
      return {asOf, ...answer};
    },
    aboutOf(question, step),
  );
}

/**
 * The answer from what lots counted, wherever they were counted.
 * @param lotsOf what each lot counts at a step, or at all, by a level or all together
 */
export async function assess(
  question: YieldQuestion,
  route: Route,
  counts: PartsOfLots,
  lotsOf: (by: string | undefined, step: string | undefined) => Promise<Lot[]>,
): Promise<Omit<YieldAnswer, 'asOf'>> {
  const {step, by, sigmaShift = 0} = question;
  mustBeInspected(route, step);
  const {unit, notes} = unitOf(counts);
  // Every product's lots, whatever they are grouped by: one look at the parts is enough.
  const ofLevels = by === 'product' ? await lotsOf(by, step) : null;
  const lots = ofLevels?.map(lot => ({...lot, key: ''})) ?? (await lotsOf(undefined, step));
  const answer: Omit<YieldAnswer, 'asOf'> = {
    unit,
    sigmaShift,
    ...figures(lots, routeAt(route, step), sigmaShift),
    route: routeOf(lots, routeAt(route, step)),
    notes: [...notes, ...notesOf(lots, route, question)],
  };
  if (by === 'step') answer.groups = await figuresBySteps(question, route, lotsOf);
  else if (by !== undefined) {
    const byLevel = grouped(ofLevels ?? (await lotsOf(by, step)), lot => lot.key);
    answer.groups = [...byLevel].map(([key, some]) => ({key, ...figures(some, routeAt(route, step), sigmaShift)}));
  }
  const lonely = answer.groups?.filter(group => group.lots < 2).length ?? 0;
  if (lonely > 0)
    answer.notes.push(
      lonely === 1
        ? `1 group is of a single ${unit}: it has no interval`
        : `${lonely} groups are of a single ${unit} each: they have no interval`,
    );
  return answer;
}

/** What answers, as of a position. */
type Reader = {
  read<T>(asOf: number | undefined, ask: (session: Session, asOf: number) => Promise<T>, about?: string): Promise<T>;
};

/** What a lot counts, within a group. */
export type Lot = LotYield & {key: string; loose: boolean; left_so: number};

const NOTHING: YieldFigures = {
  inspected: 0,
  passedFirst: 0,
  fpy: null,
  rty: null,
  dpmo: null,
  dpu: null,
  opportunities: null,
  passedEveryStep: null,
  finalYield: null,
  hiddenFactory: null,
  sigmaLevel: null,
  lots: 0,
  intervals: {
    fpy: null,
    rty: null,
    dpmo: null,
    dpu: null,
    passedEveryStep: null,
    finalYield: null,
    hiddenFactory: null,
  },
};

const figures = (lots: readonly LotYield[], {route}: Route, shift: number) =>
  lots.length === 0 ? NOTHING : yieldFigures(lots, {route, shift});

/** A question about one step is about it alone, be it rework. */
const routeAt = (route: Route, step: string | undefined): Route =>
  step === undefined ? route : {route: [step], rework: []};

/** Only steps that the parts in scope came to. */
function routeOf(lots: readonly LotYield[], {route, rework}: Route) {
  const seen = new Set(lots.flatMap(lot => lot.steps ?? []));
  const there = (steps: readonly string[]) => steps.filter(step => seen.has(step));
  return routeFigures(lots, {route: there(route), rework: there(rework)});
}

/** What each lot of `population` counts at the step asked about, or at all. */
async function lotYields(session: Session, step: string | undefined, by: string | undefined): Promise<Lot[]> {
  await createFailures(session);
  await createLevels(session, by);
  await createLevelLots(session, by);
  return session.rows<Lot & Record<string, unknown>>(query('lot-yields'), {step: step ?? null});
}

async function figuresBySteps(
  question: YieldQuestion,
  {route, rework}: Route,
  lotsOf: (by: undefined, step: string) => Promise<Lot[]>,
) {
  const groups: NonNullable<YieldAnswer['groups']> = [];
  for (const step of [...route, ...rework].filter(s => question.step === undefined || s === question.step)) {
    const lots = await lotsOf(undefined, step);
    if (lots.length > 0)
      groups.push({key: step, ...figures(lots, {route: [step], rework: []}, question.sigmaShift ?? 0)});
  }
  return groups;
}

/** A step that is misspelt would be answered as one where nothing was inspected. @throws QuestionError */
function mustBeInspected({route, rework}: Route, step: string | undefined): void {
  const known = [...route, ...rework].filter(s => s !== '');
  if (step === undefined || known.includes(step)) return;
  throw new QuestionError(`no inspection was made at a step "${step}"`, {
    hint: known.length > 0 ? `inspections were made at ${known.join(', ')}` : 'no inspection says at which step it was',
  });
}

function notesOf(lots: readonly Lot[], {rework}: Route, {step, by, from, to}: YieldQuestion): string[] {
  const sum = (of: (lot: Lot) => number) => lots.reduce((all, lot) => all + lot.times * of(lot), 0);
  const notes: string[] = [];
  if (lots.length === 0) return notes;
  if (sum(lot => lot.inspected) === sum(lot => lot.passed))
    notes.push('no part failed at first: lots cannot show how they differ, intervals take parts as independent');
  const seen = rework.filter(name => step === undefined && lots.some(lot => lot.steps?.includes(name)));
  if (seen.length > 0)
    notes.push(`parts come to ${seen.join(', ')} only after a failure: rework, which is no step of the route`);
  const left = sum(lot => lot.left_so);
  if (left > 0)
    notes.push(
      left === 1
        ? '1 part failed and was not inspected again: in the end it is not good'
        : `${left} parts failed and were not inspected again: in the end they are not good`,
    );
  const unknown = [...new Set(lots.filter(lot => !lot.opportunities).map(lot => lot.product ?? '(none)'))];
  if (unknown.length > 0) notes.push(`no DPMO: opportunities are not stated for product ${unknown.join(', ')}`);
  if (by === 'step' && (from !== undefined || to !== undefined))
    notes.push('groups are what each step inspected in the window; the route follows the parts first inspected in it');
  return notes;
}
