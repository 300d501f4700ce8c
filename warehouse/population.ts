/** Which parts an analysis is about: those inspected, within the scope that the question gives. */
import type {Scope} from './answers.ts';
import type {Session} from './duckdb.ts';
import {prepareHistory} from './history.ts';
import {query} from './queries.ts';
import {allOf, scopeConditions} from './scope.ts';

/**
 * Makes temporary table `population`, which goes with the reading transaction: one row per inspected part in scope, with
 * `part, product, inspection, inspected_at, station, failed` of the inspection that counts.
 * @param step judge by the first valid inspection at this step instead of the first of all; `from` and `to` bound that one
 * @throws what `scopeConditions` throws
 */
export async function createPopulation(session: Session, scope: Scope, step?: string): Promise<void> {
  await prepareHistory(session, 'subjects');
  const {conditions, bindings} = await scopeConditions(session, scope, {inspectedAt: 'j.inspected_at'});
  const judged =
    step === undefined
      ? 'select part, inspection, inspected_at, inspection_station as station, failed from subjects where inspection is not null'
      : `select part, inspection, inspected_at, station, failed from (${query('step-inspections')}) where step = $step`;
  await session.run(
    `create or replace temp table population as
     select j.part, s.product, j.inspection, j.inspected_at, j.station, j.failed
     from (${judged}) j
     join subjects s on s.part = j.part
     where ${allOf(conditions)}
     order by j.part`,
    {...bindings, ...(step === undefined ? {} : {step})},
  );
}
