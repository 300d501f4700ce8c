/** Which parts an analysis is about: those inspected, within the scope that the question gives. */
import type {Scope} from './answers.ts';
import type {Session} from './duckdb.ts';
import {prepareHistory} from './history.ts';
import {allOf, scopeConditions} from './scope.ts';

/**
 * Makes temporary view `population`: one row per inspected part in scope: the columns of `subjects`, with `inspection,
 * inspected_at, station, failed` of the inspection that counts. What takes work to find is found once.
 * @param step judge by the first valid inspection at this step instead of the first of all; `from` and `to` bound that one
 * @throws what `scopeConditions` throws
 */
export async function createPopulation(session: Session, scope: Scope, step?: string): Promise<void> {
  await prepareHistory(session, 'subjects', ...(step === undefined ? [] : (['step_firsts'] as const)));
  const inspectedAt = step === undefined ? 's.inspected_at' : 'j.inspected_at';
  const {conditions, bindings} = await scopeConditions(session, scope, {inspectedAt});
  const judged =
    step === undefined
      ? 'select s.*, s.inspection_station as station from subjects s where s.failed is not null'
      : `select s.* replace (j.inspection as inspection, j.inspected_at as inspected_at, j.failed as failed), j.station
         from step_firsts j join subjects s on s.part = j.part where j.step = $step`;
  if (step === undefined && conditions.length === 0) {
    await session.run(`create or replace temp view population as ${judged}`);
    return;
  }
  await session.run(
    `create or replace temp table population_found as ${judged} and ${allOf(conditions)} order by s.part`,
    {...bindings, ...(step === undefined ? {} : {step})},
  );
  await session.run('create or replace temp view population as from population_found');
}
