/** The decisions of inspectors in a scope, with what reviewers said of them and for how many each review speaks. */
import type {Scope} from '../answers.ts';
import type {Bindings, Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import {query} from '../queries.ts';
import {QuestionError} from '../question-error.ts';
import {allOf, scopeConditions} from '../scope.ts';

/** From this confidence on an inspector is sure of its verdict: what it is not sure of is reviewed more often. */
export const SURE = 0.9;

export const LEVELS = {
  station: "coalesce(i.station, '(missing)')",
  step: "coalesce(i.step, t.step, '(missing)')",
  product: "coalesce(s.product, '(missing)')",
};

export interface JudgedQuestion extends Scope {
  step?: string;
  station?: string;
}

/**
 * Makes temporary table `judged`: one row per valid inspection in scope, `cluster` its lot or, below 0, its part, `score`
 * the inspector's suspicion that the part is bad.
 * @returns notes on what is left out
 * @throws QuestionError when there is none; what the filter throws
 */
export async function prepareJudged(
  session: Session,
  question: JudgedQuestion,
  by?: keyof typeof LEVELS,
): Promise<string[]> {
  await prepareHistory(session, 'subjects');
  const {conditions, bindings} = await scopeConditions(session, question);
  const own: Bindings = {...bindings};
  if (question.step !== undefined) {
    const {step} = question;
    conditions.push({sql: "coalesce(i.step, t.step, '') = $at_step", words: `at ${step}`, restricts: 'filter'});
    own.at_step = step;
  }
  if (question.station !== undefined) {
    const {station} = question;
    conditions.push({sql: 'i.station = $at_station', words: `at ${station}`, restricts: 'filter'});
    own.at_station = station;
  }
  await session.run(
    `create or replace temp table judged as
     select i.inspection, i.part, coalesce(i.step, t.step, '') as step, i.station, i.inspector, i.inspected_at,
       i.result = 'fail' as failed, i.result, coalesce(i.verification, 'unverified') as verification,
       i.confidence, case i.result when 'fail' then i.confidence when 'pass' then 1 - i.confidence end as score, i.image,
       i.brightness, i.contrast, i.sharpness,
       ${by === undefined ? 'null::varchar' : LEVELS[by]} as level, coalesce(s.lot, -1 - i.part) as cluster
     from now.inspections i
     join subjects s on s.part = i.part
     left join now.stations t on t.station = i.station
     where ${allOf(conditions)}`,
    own,
  );
  const {all, errors, nameless} = await session.row<{all: number; errors: number; nameless: number}>(
    `select count(*)::integer as "all", count(*) filter (result = 'error')::integer as errors,
       count(*) filter (result <> 'error' and inspector is null)::integer as nameless from judged`,
  );
  if (all === errors) throw new QuestionError('there are no inspections with a result in this scope');
  const notes: string[] = [];
  if (errors > 0) notes.push(`${errors} of ${all} inspections ended in an error: no decision`);
  if (nameless > 0)
    notes.push(`${nameless} inspections name no inspector: they are one group, and compared with nobody`);
  await session.run("delete from judged where result = 'error'");
  return notes;
}

/**
 * Makes temporary table `reviewed_inspections` of `judged`: one row per reviewed inspection, `bad` what it is in truth, `weight` for how
 * many inspections of the same inspector, level and result it speaks.
 *
 * Where a queue drew at random, each drawn one speaks for those of its stratum (result, and whether the inspector was sure)
 * that nobody chose, and what somebody chose to look at speaks for itself alone. Where none was drawn, those reviewed are
 * taken to be like the others of their result.
 * @see Holt & Smith (1979), J. R. Stat. Soc. A 142:33 (weights by the strata as they came)
 */
export async function prepareReviewed(session: Session): Promise<string[]> {
  await session.run(`create or replace temp table reviewed_inspections as ${query('reviewed-inspections')}`, {
    sure: SURE,
  });
  const found = await session.row<{chosen: number; drawn: number; bare: number}>(
    `select count(*) filter (not drawn)::integer as chosen, count(*) filter (drawn)::integer as drawn,
       coalesce(max(bare), 0)::integer as bare from reviewed_inspections`,
  );
  const notes: string[] = [];
  if (found.drawn > 0 && found.chosen > 0)
    notes.push(
      `${found.drawn} reviews were drawn at random, and speak for others; ${found.chosen} were chosen by somebody: where others of the same inspector and result were drawn, they speak for themselves alone`,
    );
  if (found.bare > 0)
    notes.push(
      `of ${found.bare} inspections none like them was reviewed (same result, as sure): those reviewed of the same result speak for them`,
    );
  return notes;
}
