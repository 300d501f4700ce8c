import {isDefect, mustBeDefect} from '../defects.ts';
import type {Bindings, Session} from '../duckdb.ts';
import {createFailures} from '../failures.ts';
import {createPopulation} from '../population.ts';
import {QuestionError} from '../question-error.ts';
import {looseOf, notesOfSubgroups, prepareLotNames, type SubgroupKey, subgroupKey} from './subgroup-key.ts';
import {type Asked, type Places, withIds} from './values.ts';

/** Inspected parts and what was found on them, by subgroup in order of time. */
export interface CountedPoints extends Places {
  n: number[];
  defective: number[];
  defects: number[];
  by: SubgroupKey['by'];
}

/** @throws QuestionError for a defect that is not known, nothing inspected, and what the filter throws */
export async function countedPoints(session: Session, question: Asked): Promise<CountedPoints> {
  await createPopulation(session, question);
  await createFailures(session);
  const anyFail = question.parameter === 'any-fail';
  const bindings: Bindings = anyFail ? {} : {defect: question.parameter};
  if (!anyFail) await mustBeDefect(session, question.parameter, 'any-fail');
  await session.run(
    `create or replace temp table failing as
     select part, count(*) as defects from failures f where ${anyFail ? 'true' : isDefect('$defect')} group by part`,
    bindings,
  );
  await session.run(
    `create or replace temp view points as
     select p.part, p.lot, p.inspected_at as "at", coalesce(f.defects, 0) as defects,
       ${anyFail ? 'p.failed' : 'f.part is not null'} as defective
     from population p left join failing f on f.part = p.part`,
  );
  const loose = await looseOf(session, {
    sql: 'select lot, inspected_at as "at" from population',
    bindings: {},
    isWhole: false,
  });
  if (loose.all === 0) throw new QuestionError('no inspected parts in this scope');
  await prepareLotNames(session);
  const key = subgroupKey(question.subgroup, loose);
  const rows = await session.rows<{
    grp: unknown;
    name: string;
    began: number | null;
    n: number;
    defective: number;
    defects: number;
    first_part: string;
    last_part: string;
  }>(
    `select ${key.name} as name, * from (
       select grp, epoch_ms(min("at"))::double as began, count(*) as n, count(*) filter (defective) as defective,
         sum(defects)::integer as defects, ${key.ends}
       from (${key.sql(key.isByOrder ? withIds('from points') : 'from points')}) group by grp)
     order by began nulls last, name`,
  );
  const inside = rows.filter(({grp}) => grp !== null);
  const out = rows.filter(({grp}) => grp === null).reduce((sum, {n}) => sum + n, 0);
  return {
    by: key.by,
    n: inside.map(r => r.n),
    defective: inside.map(r => r.defective),
    defects: inside.map(r => r.defects),
    nameOf: i => inside[i].name,
    ...(key.isByOrder && {endsOf: (i: number) => ({first: inside[i].first_part, last: inside[i].last_part})}),
    began: Float64Array.from(inside, r => r.began ?? Number.NaN),
    notes: notesOfSubgroups(key, loose, out, 'parts'),
  };
}
