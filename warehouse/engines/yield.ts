/** Yield over all plants: what each lot counts comes from the engine, figures and intervals from where those of one plant do. */
import type {YieldQuestion} from '../pareto-answers.ts';
import {QuestionError} from '../question-error.ts';
import {inOrder, type Route} from '../route.ts';
import {assess, type Lot} from '../yield.ts';
import type {CompanyYield} from './answers.ts';
import type {Asking, Company} from './company.ts';
import {sqlText} from './dialect.ts';
import {levels} from './levels.ts';
import {type CompanyScope, failures, population, stepFirsts} from './parts.ts';

/**
 * As `yieldOf` of one plant. What is rework is told over all plants together: a step that is part of the route at one of
 * them is part of it.
 * @throws QuestionError, EngineError
 */
export async function companyYield(
  company: Company,
  question: Omit<YieldQuestion, 'asOf'>,
  signal?: AbortSignal,
): Promise<CompanyYield> {
  const {step, by} = question;
  if (by === 'defect') throw new QuestionError('yield counts parts: it cannot be broken down by defect, see pareto');
  const asking = company.asking(signal);
  const route = await readRoute(asking);
  const {parts, loose, lots} = await asking.row<{parts: number; loose: number; lots: number}>(
    `select sum(n) as parts, sum(case when lot is null then n else 0 end) as loose, count(lot) as lots from (
       select plant, lot, count(*) as n from ${await population(asking, question, step)} p group by plant, lot) l`,
  );
  const answer = await assess(question, route, {parts: parts ?? 0, loose: loose ?? 0, lots}, (level, at) =>
    lotYields(asking, question, route, at, level),
  );
  return {...answer, notes: [...company.notes, ...answer.notes]};
}

async function readRoute(asking: Asking): Promise<Route> {
  const failed = `(select plant, part, min(first_fail_at) as first_fail_at from ${stepFirsts(asking)} f
    where first_fail_at is not null group by plant, part)`;
  const steps = await asking.rows<{step: string; rework: number}>(
    `select s.step as step, min(case when f.first_fail_at < s.inspected_at then 1 else 0 end) as rework
     from ${stepFirsts(asking)} s left join ${failed} f on f.plant = s.plant and f.part = s.part group by s.step order by 1`,
  );
  const route = steps.filter(s => s.rework === 0).map(s => s.step);
  const pairs =
    route.length < 2
      ? []
      : await asking.rows<{earlier: string; later: string; parts: number}>(
          `select earlier, later, count(*) as parts from (
             select a.step as earlier, b.step as later, a.inspected_at as one, b.inspected_at as other
             from ${stepFirsts(asking)} a join ${stepFirsts(asking)} b on b.plant = a.plant and b.part = a.part) p
           where earlier <> later and other > one group by earlier, later order by 1, 2`,
        );
  return {route: inOrder(route, pairs), rework: steps.filter(s => s.rework === 1).map(s => s.step)};
}

/** What each lot counts at the step asked about, or at all; the rule of `lot-yields.sql`, a column a step in the place of lists. */
async function lotYields(
  whole: Asking,
  scope: CompanyScope,
  {route, rework}: Route,
  step: string | undefined,
  by: string | undefined,
): Promise<Lot[]> {
  // At a step a part is judged by another inspection than its first.
  const asking = step === undefined ? whole.within(scope) : whole;
  const people = await population(asking, scope, step);
  const firsts = stepFirsts(asking);
  const again = rework.length === 0 ? '1 = 0' : `step in (${rework.map(sqlText).join(', ')})`;
  const reworked = `(select plant, part, max(last_at) as passed_at from ${firsts} f
    where failed_last = 0 and ${again} group by plant, part)`;
  const steps = `(select f.plant as plant, f.part as part, f.step as step,
      case when ${step === undefined ? again.replace('step', 'f.step') : '1 = 0'} then 1 else 0 end as rework, 1 - f.failed as passed,
      case when f.times = 1 then 1 else 0 end as seen_once,
      case when f.failed_last = 0 or f.last_at < r.passed_at then 1 else 0 end as good, f.failed as failed,
      f.failed_last as failed_last
    from ${firsts} f left join ${reworked} r on r.plant = f.plant and r.part = f.part
    ${step === undefined ? '' : `where f.step = ${asking.value(step)}`})`;
  const judged = `(select plant, part, min(passed) as passed_every, min(good) as good,
      max(case when passed = 0 and good = 0 and seen_once = 1 then 1 else 0 end) as left_so,
      max(trouble) as trouble from (
        select t.*, case when failed = 1 or failed_last = 1 then 1 else 0 end as trouble from ${steps} t where rework = 0) j
    group by plant, part)`;
  const found = `(select plant, part, count(*) as defects from ${failures(asking, people)} f group by plant, part)`;
  const all = [...route, ...rework].filter(name => step === undefined || name === step);
  const at = all.map((name, k) => {
    const here = `case when step = ${sqlText(name)} then`;
    return `sum(${here} 1 else 0 end) as i${k}, sum(${here} passed else 0 end) as p${k}, sum(${here} good else 0 end) as g${k}`;
  });
  const seen = `(select plant, part, ${at.join(', ')} from ${steps} t group by plant, part)`;
  const parts = `(select l.key as key, p.plant as plant, p.part as part, p.product as product, p.lot as lot,
      1 - p.failed as passed, coalesce(case when j.trouble = 1 then j.passed_every end, 1 - p.failed) as passed_every,
      coalesce(case when j.trouble = 1 then j.good end, 1 - p.failed) as good,
      coalesce(case when j.trouble = 1 then j.left_so end, 0) as left_so, coalesce(f.defects, 0) as defects,
      q.opportunities as opportunities, ${all.map((_, k) => `t.i${k} as i${k}, t.p${k} as p${k}, t.g${k} as g${k}`).join(', ')}
    from ${people} p join ${await levels(asking, people, by)} l on l.plant = p.plant and l.part = p.part
    left join ${judged} j on j.plant = p.plant and j.part = p.part
    left join ${found} f on f.plant = p.plant and f.part = p.part
    left join ${seen} t on t.plant = p.plant and t.part = p.part
    left join ${asking.table('products', 'product', 'opportunities')} q on q.plant = p.plant and q.product = p.product)`;
  const counts = ['passed', 'passed_every', 'good', 'left_so', 'defects'].map(what => `sum(${what}) as ${what}`);
  const perStep = all.flatMap((_, k) => [`i${k}`, `p${k}`, `g${k}`]);
  const sums = [
    'count(*) as inspected',
    'sum(case when good = 1 and passed_every = 0 then 1 else 0 end) as recovered',
    ...counts,
    ...perStep.map(column => `sum(${column}) as ${column}`),
  ].join(', ');
  // A part of no lot is its own.
  const own = 'case when lot is null then part end';
  const told = `key, product, opportunities, loose, inspected, recovered, passed, passed_every, good, left_so, defects${perStep.map(c => `, ${c}`).join('')}`;
  const rows = await asking.rows<Record<string, number> & {key: string; product: string | null}>(
    `select ${told}, count(*) as times from (
       select key, product, opportunities, plant, lot, ${own} as alone, case when lot is null then 1 else 0 end as loose, ${sums}
       from ${parts} p group by key, product, opportunities, plant, lot, ${own}) s
     group by ${told} order by key, product`,
  );
  return rows.map(row => lotOf(row, all));
}

function lotOf(row: Record<string, number> & {key: string; product: string | null}, steps: readonly string[]): Lot {
  const there = steps.flatMap((step, k) => (row[`i${k}`] > 0 ? [{step, k}] : []));
  const at = (what: string) => (there.length === 0 ? null : there.map(({k}) => row[`${what}${k}`]));
  return {
    ...(row as unknown as Lot),
    loose: row.loose === 1,
    steps: there.length === 0 ? null : there.map(({step}) => step),
    step_inspected: at('i'),
    step_passed: at('p'),
    step_good: at('g'),
  };
}
