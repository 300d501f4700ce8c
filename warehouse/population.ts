/** Which parts an analysis is about: those inspected, within the scope that the question gives. */
import type {Scope} from './answers.ts';
import {quoteText, type Session} from './duckdb.ts';
import {countBits} from './filter.ts';
import {prepareHistory} from './history.ts';
import {allOf, type Condition, scopeConditions} from './scope.ts';
import {heard} from './statements.ts';

/** The columns of `population`. */
export const POPULATION = 'part, product, lot, steps, troubled, inspected_at, station, failed, failed_inspection';

/** What analyses ask of many parts; ten million rows of all columns of `subjects` would take longer to write than to find. */
const columnsOf = (judged: string, station: string) =>
  `s.part, s.product, s.lot, s.steps, s.troubled, ${judged}.inspected_at, ${station} as station, ${judged}.failed,
   case when ${judged}.failed then ${judged}.inspection end as failed_inspection`;

const OTHERS = 's.id, s.work_order, s.lot_id, s.inspection_station, s.inspector, s.made_at';

const FOUND = 'population_found';

/** Fewer than a tenth of the items are sooner written down than looked for each time. */
const FEW = 0.1;

/**
 * Makes temporary view `population`: one row per inspected part in scope: `part, product, lot, steps, troubled` (as `subjects` has them),
 * `inspected_at, station, failed` of the inspection that counts, `failed_inspection`, which is that one's id where it failed.
 * And view `population_subjects`, which has the other columns of `subjects` too. What takes work to find is found once, for
 * as long as the session looks from the same position.
 * @param step judge by the first valid inspection at this step instead of the first of all; `from` and `to` bound that one
 * @throws what `scopeConditions` throws
 */
export async function createPopulation(session: Session, scope: Scope, step?: string): Promise<void> {
  await prepareHistory(session, 'subjects', ...(step === undefined ? [] : (['step_firsts'] as const)));
  const inspectedAt = step === undefined ? 's.inspected_at' : 'j.inspected_at';
  const {conditions, bindings} = await scopeConditions(session, scope, {inspectedAt});
  const judged =
    step === undefined
      ? `select ${columnsOf('s', 's.inspection_station')} from subjects s where s.failed is not null`
      : `select ${columnsOf('j', 'j.station')} from step_firsts j join subjects s on s.part = j.part where j.step = $step`;
  if (step === undefined && !(await areFew(session, conditions))) {
    // A look at the parts themselves says which they are: that is sooner done each time than written down.
    const within = `and ${allOf(conditions)}`.replaceAll(/\$(\w+)/g, (_, name) => quoteText(String(bindings[name])));
    await session.run(`create or replace temp view population as ${judged} ${within}`);
    await session.run(
      `create or replace temp view population_subjects as ${judged.replace('select', `select ${OTHERS},`)} ${within}`,
    );
    session.known?.set(createPopulation, within);
    return;
  }
  const sql = `create or replace temp table population_found as ${judged} and ${allOf(conditions)}`;
  const values = {...bindings, ...(step === undefined ? {} : {step})};
  const asked = JSON.stringify([sql, values]);
  // A page asks several questions about the same parts, one after the other.
  if (session.known?.get(FOUND) === asked) heard(sql, values);
  else {
    session.known?.delete(FOUND);
    await session.run(sql, values);
    session.known?.set(FOUND, asked);
  }
  await session.run('create or replace temp view population as from population_found');
  await session.run(
    `create or replace temp view population_subjects as
     select ${OTHERS}, p.* from population_found p join subjects s on s.part = p.part`,
  );
  session.known?.set(createPopulation, asked);
}

/** Whether a filter lets few parts through. */
async function areFew(session: Session, conditions: readonly Condition[]): Promise<boolean> {
  const bits = conditions.find(condition => condition.bits !== undefined)?.bits;
  if (bits === undefined) return false;
  const {parts, items} = await countBits(session, bits);
  return parts < FEW * items;
}
