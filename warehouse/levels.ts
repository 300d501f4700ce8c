/** The groups that an analysis is broken down by: a column of the population, or any factor. */
import type {Session} from './duckdb.ts';
import {factorRelation} from './factors.ts';
import {POPULATION} from './population.ts';
import {createPopulationLots} from './population-lots.ts';

/** How a part without a value is grouped. */
export const MISSING = '(missing)';

const keyed = (value: string) => `coalesce(${value}, '${MISSING}') as key`;

/**
 * Makes temporary view `levels`: one row per part of `population`, with its `key` beside the columns of `population`.
 * @param by 'product', 'station' (where the part was inspected) or a factor name; absent: all parts are one group ''
 * @returns whether levels are names or numbers
 * @throws UnknownFactor
 */
export async function createLevels(session: Session, by?: string): Promise<'category' | 'number'> {
  if (by === undefined || by === 'product' || by === 'station') {
    const key = by === undefined ? "'' as key" : keyed(`p.${by}::varchar`);
    await session.run(`create or replace temp view levels as select p.*, ${key} from population p`);
    return 'category';
  }
  const {sql, bindings, kind, subjectColumn} = await factorRelation(session, by);
  // The engine writes a whole number among doubles as 18.0.
  const told = (value: string) =>
    kind === 'number' ? `regexp_replace(${value}::varchar, '\\.0$', '')` : `${value}::varchar`;
  if (subjectColumn !== null) {
    const key = keyed(told(subjectColumn));
    await session.run(`create or replace temp view levels as select ${POPULATION}, ${key} from population_subjects`);
    return kind;
  }
  await session.run(
    `create or replace temp table levels_found as
     select p.*, ${keyed(told('v.value'))} from population p left join (${sql}) v on v.part = p.part`,
    bindings,
  );
  await session.run('create or replace temp view levels as from levels_found');
  return kind;
}

/**
 * Makes temporary view `level_lots` of the levels that `createLevels` made: `key, product, lot, loose, steps, troubled, parts`, as
 * `population_lots` has them.
 */
export async function createLevelLots(session: Session, by?: string): Promise<void> {
  if (by === undefined || by === 'product') {
    await createPopulationLots(session);
    const key = by === undefined ? "'' as key" : keyed('product::varchar');
    await session.run(`create or replace temp view level_lots as select ${key}, * from population_lots`);
    return;
  }
  await session.run(
    `create or replace temp view level_lots as
     select key, product, coalesce(lot, -part) as lot, any_value(lot) is null as loose, steps, troubled, count(*) as parts
     from levels group by key, product, coalesce(lot, -part), steps, troubled`,
  );
}
