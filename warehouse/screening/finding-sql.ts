/** What a finding counts, as one SELECT over the canonical tables: whoever runs it by `fishbone sql` gets the same numbers. */
import type {ScreenQuestion} from '../answers.ts';
import {overCanonical} from '../canonical-sql.ts';
import type {Bindings} from '../duckdb.ts';
import {factorRelation} from '../factors.ts';
import {partsSpelledOut} from '../filter.ts';
import {NotFound} from '../not-found.ts';
import {QuestionError} from '../question-error.ts';
import {allOf} from '../scope.ts';
import type {Warehouse} from '../store.ts';
import {filterOf, findFinding} from './findings.ts';
import {casesOf, outcomeOf, scopeOf} from './population.ts';

/**
 * SQL whose rows are `level, parts, defective` (with a measurement as outcome `level, parts, mean`): of a category each
 * level, of anything else the parts that the finding calls exposed, and the others.
 * @throws NotFound for a finding that nobody gave; QuestionError for one that draws no line
 */
async function findingSql(warehouse: Warehouse, id: string): Promise<{sql: string; asOf: number}> {
  const found = await findFinding(warehouse.folder, id);
  if (!found) throw new NotFound(`there is no finding ${id} here: ask the question again with "fishbone screen"`);
  const {finding, question} = found;
  return warehouse.read(found.asOf, async (session, asOf) => {
    const {conditions, bindings} = await scopeOf(session, question, true);
    const outcome = await outcomeOf(session, question);
    const all: Bindings = {...bindings, ...outcome.bindings};
    const tables = [];
    if (question.against !== undefined) {
      const cases = await partsSpelledOut(session, casesOf(question as ScreenQuestion), 'cases');
      tables.push({name: 'cases', sql: cases.sql});
      Object.assign(all, cases.bindings);
    }
    tables.push({
      name: 'screened',
      sql: `select * from (
  select s.part, (${outcome.sql})::double as outcome from subjects s
  where s.failed is not null and ${allOf(conditions)} and (${outcome.condition})
) where outcome is not null`,
    });
    if (finding.kind === 'category') {
      const {sql} = await factorRelation(session, finding.factor);
      tables.push({
        name: 'levelled',
        sql: `select p.outcome, coalesce(f.value::varchar, '(missing)') as level from screened p left join (${sql}) f on f.part = p.part`,
      });
    } else {
      const exposed = await partsSpelledOut(session, filterOf(finding), 'exposed');
      Object.assign(all, exposed.bindings);
      tables.push({name: 'exposed', sql: exposed.sql});
      tables.push({
        name: 'levelled',
        sql: "select outcome, case when part in (from exposed) then 'exposed' else 'others' end as level from screened",
      });
    }
    const what = outcome.kind === 'numeric' ? 'avg(outcome) as mean' : 'sum(outcome)::bigint as defective';
    const body = `select level, count(*) as parts, ${what} from levelled group by level order by level`;
    const sql = await overCanonical(session, {tables, body, bindings: all, timeZone: warehouse.timeZone});
    return {sql, asOf};
  });
}

/** The same, or why there is no such query. */
export async function findingSqlOrReason(
  warehouse: Warehouse,
  id: string,
): Promise<{sql: string | null; reason: string | null}> {
  try {
    return {sql: (await findingSql(warehouse, id)).sql, reason: null};
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    return {sql: null, reason: error.message};
  }
}
