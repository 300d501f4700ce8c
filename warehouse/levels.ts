/** The groups that an analysis is broken down by: a column of the population, or any factor. */
import type {Bindings, Session} from './duckdb.ts';
import {factorRelation} from './factors.ts';

/** How a part without a value is grouped. */
const MISSING = '(missing)';

/**
 * Makes temporary table `levels`: one row per part of `population`, with its `key`.
 * @param by 'product', 'station' (where the part was inspected) or a factor name; absent: all parts are one group ''
 * @throws UnknownFactor
 */
export async function createLevels(session: Session, by?: string): Promise<void> {
  const {sql, bindings} = await relationOf(session, by);
  await session.run(
    `create or replace temp table levels as
     select p.part, coalesce(v.value::varchar, '${MISSING}') as key
     from population p left join (${sql}) v on v.part = p.part`,
    bindings,
  );
}

async function relationOf(session: Session, by?: string): Promise<{sql: string; bindings: Bindings}> {
  if (by === undefined) return {sql: "select part, '' as value from population", bindings: {}};
  if (by === 'product' || by === 'station') return {sql: `select part, ${by} as value from population`, bindings: {}};
  return factorRelation(session, by);
}
