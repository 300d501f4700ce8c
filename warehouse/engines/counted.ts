import type {CountedPoints} from '../charts/counts.ts';
import type {Asked} from '../charts/values.ts';
import {QuestionError} from '../question-error.ts';
import type {Asking} from './company.ts';
import {endsOf, endsTold, inOrder, keyOf, milliseconds, notesOf, type PartsAtEnds, withMembers} from './measured.ts';
import {failures, mustBeDefect, population} from './parts.ts';

/** Inspected parts of all plants and what was found on them, by subgroup in order of time. @throws QuestionError */
export async function countedPoints(asking: Asking, question: Asked): Promise<CountedPoints> {
  const anyFail = question.parameter === 'any-fail';
  if (!anyFail) await mustBeDefect(asking, question.parameter);
  const people = () => population(asking, question);
  // What names no lot decides how points are put together.
  const {all, lotless, timeless} = await asking.row<Record<'all' | 'lotless' | 'timeless', number | null>>(
    `select count(*) as "all", sum(case when lot is null then 1 else 0 end) as lotless,
       sum(case when inspected_at is null then 1 else 0 end) as timeless from ${await people()} p`,
  );
  if (!all) throw new QuestionError('no inspected parts in this scope');
  const loose = {all, lotless: lotless ?? 0, timeless: timeless ?? 0, beyond: 0};
  const key = keyOf(asking.company, question.subgroup, loose);
  const found = failures(asking, await people(), anyFail ? undefined : question.parameter);
  const points = `(select p.plant as plant, p.part as part, p.lot as lot, p.inspected_at as at_time,
      coalesce(f.defects, 0) as defects, case when ${anyFail ? 'p.failed = 1' : 'f.part is not null'} then 1 else 0 end as defective
    from ${await people()} p
    left join (select plant, part, count(*) as defects from ${found} f group by plant, part) f
      on f.plant = p.plant and f.part = p.part)`;
  const rows = await asking.rows<
    PartsAtEnds & {grp: string | null; began: number | null; n: number; defective: number; defects: number}
  >(
    `select plant, grp, min(at_time) as began, count(*) as n, sum(defective) as defective, sum(defects) as defects${endsOf(key)}
     from (select g.*${withMembers(key)} from ${key.sql(points)} g) c group by plant, grp`,
  );
  const out = rows.filter(({grp}) => grp === null).reduce((sum, {n}) => sum + n, 0);
  const inside = inOrder(rows.flatMap(row => (row.grp === null ? [] : [{...row, name: key.name(row.plant, row.grp)}])));
  return {
    by: key.by,
    n: inside.map(r => r.n),
    defective: inside.map(r => r.defective),
    defects: inside.map(r => r.defects),
    nameOf: i => inside[i].name,
    ...(key.isByOrder && {endsOf: (i: number) => endsTold(asking.company, inside[i])}),
    began: Float64Array.from(inside, r => milliseconds(r.began)),
    notes: notesOf(key, loose, out, 'parts'),
  };
}
