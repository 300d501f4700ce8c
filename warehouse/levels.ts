/** The groups that an analysis is broken down by: a column of the population, or any factor. */
import type {Session} from './duckdb.ts';
import {factorRelation} from './factors.ts';

/** How a part without a value is grouped. */
export const MISSING = '(missing)';

/**
 * Makes temporary view `levels`: one row per part of `population`, with its `key`.
 * @param by 'product', 'station' (where the part was inspected) or a factor name; absent: all parts are one group ''
 * @returns whether levels are names or numbers
 * @throws UnknownFactor
 */
export async function createLevels(session: Session, by?: string): Promise<'category' | 'number'> {
  const keyed = (value: string) => `coalesce(${value}::varchar, '${MISSING}') as key`;
  const ofPopulation = (value: string) =>
    session.run(`create or replace temp view levels as select part, ${keyed(value)} from population r`);
  if (by === undefined || by === 'product' || by === 'station') {
    await ofPopulation(by === undefined ? "''" : `r.${by}`);
    return 'category';
  }
  const {sql, bindings, kind, subjectColumn} = await factorRelation(session, by);
  if (subjectColumn !== null) await ofPopulation(`r.${subjectColumn}`);
  else {
    await session.run(
      `create or replace temp table levels_found as
       select p.part, ${keyed('v.value')} from population p left join (${sql}) v on v.part = p.part`,
      bindings,
    );
    await session.run('create or replace temp view levels as from levels_found');
  }
  return kind;
}
