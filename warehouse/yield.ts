/** How much comes out right the first time: FPY, RTY, DPMO and DPU. */
import type {YieldAnswer, YieldQuestion} from './answers.ts';
import type {Session} from './duckdb.ts';
import {createLevels} from './levels.ts';
import {createPopulation} from './population.ts';
import {query} from './queries.ts';
import {QuestionError} from './question-error.ts';
import type {Warehouse} from './store.ts';

interface Figures {
  inspected: number;
  passedFirst: number;
  fpy: number | null;
  rty: number | null;
  dpmo: number | null;
  dpu: number | null;
  opportunities: number | null;
  /** Observed share of parts that passed at first at every step: what `rty` predicts if failures are independent. */
  passedEveryStep: number | null;
}

/** As `YieldAnswer`, with the observed share that stands beside the rolled throughput yield. */
export type YieldWithObserved = YieldAnswer & Figures & {groups?: (Figures & {key: string})[]};

/**
 * First-pass yield of the parts in scope. A part counts once, by its first valid inspection (with `step`: by its first
 * one at that step, which is also what `from` and `to` bound); a re-test or rework never enters.
 *
 * RTY is the product of the first-pass yields at the inspection steps of a product's route, products weighted by their
 * parts inspected. DPMO is out of opportunities, null unless every part's product states them; `opportunities` is their
 * mean a part. Figures without data are null.
 * @throws UnknownFactor, and what the filter throws
 */
export async function yieldOf(warehouse: Warehouse, question: YieldQuestion): Promise<YieldWithObserved> {
  const {step, by} = question;
  if (by === 'defect') throw new QuestionError('yield counts parts: it cannot be broken down by defect, see pareto');
  return warehouse.read(question.asOf, async (session, asOf) => {
    if (step !== undefined) await mustBeInspected(session, step);
    await createPopulation(session, question, step);
    const [whole] = await figuresOf(session, step, undefined);
    const answer: YieldWithObserved = {asOf, ...(whole?.figures ?? NOTHING)};
    if (by === 'step') answer.groups = await figuresBySteps(session, question);
    else if (by !== undefined) answer.groups = (await figuresOf(session, step, by)).map(inGroup);
    return answer;
  });
}

/** A step that is misspelt would be answered as one where nothing was inspected. */
async function mustBeInspected(session: Session, step: string): Promise<void> {
  const rows = await session.rows<{step: string}>(
    'select distinct step from now.inspections where step is not null order by step',
  );
  const steps = rows.map(row => row.step);
  if (steps.includes(step)) return;
  throw new QuestionError(`no inspection was made at a step "${step}"`, {
    hint: steps.length > 0 ? `inspections were made at ${steps.join(', ')}` : 'no inspection says at which step it was',
  });
}

const NOTHING: Figures = {
  inspected: 0,
  passedFirst: 0,
  fpy: null,
  rty: null,
  dpmo: null,
  dpu: null,
  opportunities: null,
  passedEveryStep: null,
};

async function figuresBySteps(session: Session, question: YieldQuestion): Promise<(Figures & {key: string})[]> {
  const steps = await session.rows<{step: string}>(
    `select distinct step from (${query('step-inspections')}) where $step::varchar is null or step = $step order by step`,
    {step: question.step ?? null},
  );
  const groups: (Figures & {key: string})[] = [];
  for (const {step} of steps) {
    await createPopulation(session, question, step);
    for (const {figures} of await figuresOf(session, step, undefined)) groups.push({key: step, ...figures});
  }
  return groups;
}

interface Units extends Record<string, unknown> {
  key: string;
  product: string | null;
  opportunities: number | null;
  inspected: number;
  passed: number;
  passed_all: number;
  defects: number;
}

interface RouteYield extends Record<string, unknown> {
  key: string;
  product: string | null;
  step: string;
  inspected: number;
  passed: number;
}

const inGroup = ({key, figures}: {key: string; figures: Figures}) => ({key, ...figures});

/** The figures of `population`, one a level; none where nothing was inspected. */
async function figuresOf(session: Session, step: string | undefined, by: string | undefined) {
  await session.run(`create or replace temp table failures as ${query('failures')}`);
  await session.run(
    `create or replace temp table step_firsts as
     select part, step, failed from (${query('step-inspections')}) where $step::varchar is null or step = $step`,
    {step: step ?? null},
  );
  await createLevels(session, by);
  const units = await session.rows<Units>(query('units'));
  const routes = await session.rows<RouteYield>(query('route-yields'));
  return [...new Set(units.map(u => u.key))].map(key => ({
    key,
    figures: figuresFrom(
      units.filter(u => u.key === key),
      routes.filter(r => r.key === key),
    ),
  }));
}

function figuresFrom(units: readonly Units[], routes: readonly RouteYield[]): Figures {
  const sum = (of: (unit: Units) => number) => units.reduce((total, unit) => total + of(unit), 0);
  const inspected = sum(u => u.inspected);
  const defects = sum(u => u.defects);
  const passedFirst = sum(u => u.passed);
  const known = units.every(u => u.opportunities !== null && u.opportunities > 0);
  const opportunities = known ? sum(u => u.inspected * (u.opportunities ?? 0)) : null;
  return {
    inspected,
    passedFirst,
    fpy: passedFirst / inspected,
    rty: sum(u => u.inspected * rolledYield(routes.filter(r => r.product === u.product))) / inspected,
    dpmo: opportunities === null ? null : (defects / opportunities) * 1e6,
    dpu: defects / inspected,
    opportunities: opportunities === null ? null : opportunities / inspected,
    passedEveryStep: sum(u => u.passed_all) / inspected,
  };
}

const rolledYield = (route: readonly RouteYield[]) => route.reduce((rolled, r) => rolled * (r.passed / r.inspected), 1);
