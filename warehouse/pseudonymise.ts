/** Puts pseudonyms in the place of persons' names, before rows are compared with what is stored. */
import {columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import type {TablePlan} from './load-plan.ts';
import {isPerson, isPseudonym, type Persons} from './persons.ts';
import type {Scratch} from './scratch.ts';

/** Who is named in one file: names as sent and their pseudonyms; and pseudonyms that were sent as such. */
export interface Named {
  assigned: Map<string, string>;
  pseudonyms: Set<string>;
}

/** The columns of a table that name persons. */
export const personColumns = (table: string): string[] =>
  columnsOf(table)
    .filter(({type}) => type === 'person')
    .map(({name}) => name);

/**
 * Replaces names in relation `valid_<k>`, and adds all that the records name to `named`, rejected rows included. A table
 * without persons costs nothing.
 */
export async function pseudonymise(
  scratch: Scratch,
  persons: Persons,
  table: TablePlan,
  k: number,
  named: Named,
): Promise<void> {
  for (const column of personColumns(table.table)) {
    if (!table.columns[column]) continue;
    const sent = await scratch.session.rows<{name: string}>(
      `select distinct ${quoteName(column)} as name from checked_${k} where ${quoteName(column)} is not null`,
    );
    const names = sent.map(({name}) => name);
    for (const name of names.filter(isPseudonym)) named.pseudonyms.add(name);
    const unknown = names.filter(name => isPerson(name) && !named.assigned.has(name));
    for (const [name, person] of persons.assign(unknown)) {
      named.assigned.set(name, person);
      named.pseudonyms.add(person);
    }
    await replaceInValid(scratch, k, column, named.assigned);
  }
}

/** Replaces the names in one column of the valid rows. */
async function replaceInValid(scratch: Scratch, k: number, column: string, assigned: Named['assigned']): Promise<void> {
  if (assigned.size === 0) return;
  const pseudonyms = await scratch.table(
    `pseudonyms_${k}_${column}`,
    `select unnest($names::varchar[]) as name, unnest($persons::varchar[]) as person`,
    {names: [...assigned.keys()], persons: [...assigned.values()]},
  );
  const withNames = await scratch.rename(`valid_${k}`, `valid_${k}_${column}`);
  const name = quoteName(column);
  await scratch.view(
    `valid_${k}`,
    `select v.* replace (coalesce(p.person, v.${name}) as ${name})
     from ${withNames} v left join ${pseudonyms} p on p.name = v.${name}`,
  );
}

/** Replaces the names in one column of a temporary table. */
export async function replaceNames(
  session: Session,
  relation: string,
  column: string,
  assigned: Named['assigned'],
): Promise<void> {
  if (assigned.size === 0) return;
  const name = quoteName(column);
  await session.run(
    `create or replace temp table pseudonyms as select unnest($names::varchar[]) as name, unnest($persons::varchar[]) as person`,
    {names: [...assigned.keys()], persons: [...assigned.values()]},
  );
  await session.run(
    `create or replace temp table ${relation} as
     select v.* replace (coalesce(p.person, v.${name}) as ${name}) from ${relation} v left join pseudonyms p on p.name = v.${name}`,
  );
  await session.run('drop table pseudonyms');
}
