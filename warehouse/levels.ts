/** The groups that an analysis is broken down by: a column of the population, or any factor. */
import type {Bindings, Session} from './duckdb.ts';
import {factorRelation} from './factors.ts';

/** How a part without a value is grouped. */
export const MISSING = '(missing)';

/**
 * Makes temporary table `levels`: one row per part of `population`, with its `key`.
 * @param by 'product', 'station' (where the part was inspected) or a factor name; absent: all parts are one group ''
 * @returns whether levels are names or numbers
 * @throws UnknownFactor
 */
export async function createLevels(session: Session, by?: string): Promise<'category' | 'number'> {
  const {sql, bindings, kind} = await relationOf(session, by);
  await session.run(
    `create or replace temp table levels as
     select p.part, coalesce(v.value::varchar, '${MISSING}') as key
     from population p left join (${sql}) v on v.part = p.part`,
    bindings,
  );
  return kind;
}

async function relationOf(
  session: Session,
  by?: string,
): Promise<{sql: string; bindings: Bindings; kind: 'category' | 'number'}> {
  const kind = 'category';
  if (by === undefined) return {sql: "select part, '' as value from population", bindings: {}, kind};
  if (by === 'product' || by === 'station')
    return {sql: `select part, ${by} as value from population`, bindings: {}, kind};
  return factorRelation(session, by);
}
