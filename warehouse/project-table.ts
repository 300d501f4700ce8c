/** Rows of a canonical table into its facts, marking those whose natural key came before. */
import {CANONICAL, columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import {isItem, kindOf} from './items.ts';
import type {Incoming} from './project.ts';

/** Appends what comes to the facts of its table; parts and lots have their keys in `named_items`. */
export async function projectTable(session: Session, {table, relation, severalFiles, isNew}: Incoming): Promise<void> {
  const columns = columnsOf(table);
  const joins = columns.filter(isItem).map(({name}) => {
    const alias = quoteName(`i_${name}`);
    return `left join named_items ${alias} on ${alias}.id = n.${quoteName(name)} and ${alias}.kind = ${kindOf(columns, name, 'n')}`;
  });
  const values = columns.map(c =>
    isItem(c) ? `${quoteName(`i_${c.name}`)}.item as ${quoteName(c.name)}` : `n.${quoteName(c.name)}`,
  );
  const keyed = `select ${values.join(', ')}, n.batch, n."$file", n.ordinal from ${relation} n ${joins.join('\n')}`;
  const names = columns.map(c => quoteName(c.name)).join(', ');
  const order = severalFiles ? 'order by batch, "$file", ordinal' : 'order by ordinal';
  const into = `insert into fact.${table} (${names}, batch, ordinal, later)`;
  if (isNew) {
    await session.run(`${into} select ${names}, batch, ordinal, false from (${keyed}) ${order}`);
    return;
  }
  await session.run(`create or replace temp table named as ${keyed}`);
  const later = await cameBefore(session, table);
  await session.run(`${into} select ${names}, batch, ordinal, ${later} from named n ${order}`);
  await session.run('drop table named; drop table if exists repeated');
}

/** SQL for whether the key of row `n` of `named` is stored, or came with an earlier row. */
async function cameBefore(session: Session, table: string): Promise<string> {
  const {key} = CANONICAL[table];
  const keys = key.map(quoteName).join(', ');
  const sameKey = (other: string) =>
    key.map(k => `${other}.${quoteName(k)} is not distinct from n.${quoteName(k)}`).join(' and ');
  const {empty} = await session.row<{empty: boolean}>(`select not exists (from fact.${table}) as empty`);
  const {unique} = await session.row<{unique: boolean}>(
    `select count(*) = (select count(*) from (select distinct hash(${keys}) from named)) as "unique" from named`,
  );
  if (!unique) {
    await session.run(`create or replace temp table repeated as
      select ${keys}, min({b: batch, f: "$file", o: ordinal}) as first from named group by ${keys} having count(*) > 1`);
  }
  const conditions = [
    empty ? 'false' : `exists (select 1 from fact.${table} f where ${sameKey('f')})`,
    unique
      ? 'false'
      : `exists (select 1 from repeated r where r.first < {b: n.batch, f: n."$file", o: n.ordinal} and ${sameKey('r')})`,
  ];
  return conditions.join(' or ');
}
