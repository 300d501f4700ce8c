/** The parts in scope counted by what they have in common: what only counts them need not look at millions again. */
import type {Session} from './duckdb.ts';
import {createPopulation} from './population.ts';
import {heard} from './statements.ts';

const SQL = `create or replace temp table population_lots as
  select product, coalesce(lot, -part) as lot, any_value(lot) is null as loose, steps, troubled,
    count(*)::integer as parts, min(inspected_at) as first_at, count(*) filter (inspected_at is null)::integer as timeless
  from population group by product, coalesce(lot, -part), steps, troubled`;

/**
 * Makes temporary table `population_lots`: one row per product, lot, list of steps and whether a part ever failed, with how
 * many `parts` of `population` they are, the time of their first inspection and how many are without one. A part of no lot is
 * `loose`: its lot is its own, named by minus its key. It stands as long as the population does.
 */
export async function createPopulationLots(session: Session): Promise<void> {
  const asked = session.known?.get(createPopulation);
  if (asked !== undefined && session.known?.get(createPopulationLots) === asked) return heard(SQL);
  session.known?.delete(createPopulationLots);
  await session.run(SQL);
  session.known?.set(createPopulationLots, asked);
}
