/** Puts pseudonyms in the place of persons' names, before rows are compared with what is stored. */
import {columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import type {LoadPlan, TablePlan} from './load-plan.ts';
import {isPerson, isPseudonym, type Persons} from './persons.ts';
import {taken, textOf} from './staging.ts';

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
 * Replaces names in temporary table `valid`, and adds all that the records name to `named`, rejected rows included. A table
 * without persons costs nothing.
 */
export async function pseudonymise(
  session: Session,
  persons: Persons,
  plan: LoadPlan,
  table: TablePlan,
  named: Named,
): Promise<void> {
  for (const column of personColumns(table.table)) {
    const expression = table.columns[column];
    if (!expression) continue;
    const sent = await session.rows<{name: string}>(
      `select distinct name from (select ${textOf(expression, plan)} as name from staged s where ${taken(table)})
       where name is not null`,
    );
    const names = sent.map(({name}) => name);
    for (const name of names.filter(isPseudonym)) named.pseudonyms.add(name);
    const unknown = names.filter(name => isPerson(name) && !named.assigned.has(name));
    for (const [name, person] of persons.assign(unknown)) {
      named.assigned.set(name, person);
      named.pseudonyms.add(person);
    }
    await replaceNames(session, 'valid', column, named.assigned);
  }
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
