/**
 * Which valid rows are new: compares them with every version that is stored, by natural key and content, in any order of
 * arrival. Same key and same content is a duplicate; same key and other content is a further version, and a conflict
 * unless both versions say when they were recorded.
 */
import {CANONICAL, type Column, columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import {isItem, kindOf} from './items.ts';

export interface Settled {
  accepted: number;
  duplicates: number;
  conflicts: number;
}

/**
 * Makes temporary table `settled` (as `valid`, rows to be accepted only) from `valid`.
 * @param versions SQL of the stored versions of the keys in temporary table `keyed`, with text ids
 */
export async function settle(session: Session, table: string, versions = storedRows(table)): Promise<Settled> {
  const columns = columnsOf(table);
  const {key} = CANONICAL[table];
  const content = columns.map(c => quoteName(c.name)).join(', ');
  const keyed = await keyedRows(session, columns, content);
  await session.run(`create or replace temp table stored as
    select ${key.map(quoteName).join(', ')}, list(hash(${content})) as hashes,
      bool_or(recorded_at is null) as undated, list(recorded_at) as dates
    from (${versions}) group by all`);

  const keyList = key.map(quoteName).join(', ');
  const {unique} = await session.row<{unique: boolean}>(
    `select count(*) = count(distinct (${keyList})) as "unique" from ${keyed}`,
  );
  const inFile = unique
    ? '1 as "$copy", false as "$rival"'
    : `row_number() over (partition by ${keyList}, "$hash" order by ordinal) as "$copy",
       (min("$hash") over (partition by ${keyList}, recorded_at) <> max("$hash") over (partition by ${keyList}, recorded_at)
        or (count(*) over (partition by ${keyList}) > count(recorded_at) over (partition by ${keyList})
            and min("$hash") over (partition by ${keyList}) <> max("$hash") over (partition by ${keyList})))
       and ordinal > min(ordinal) over (partition by ${keyList}) as "$rival"`;
  const sameKey = key.map(k => `s.${quoteName(k)} is not distinct from k.${quoteName(k)}`).join(' and ');
  await session.run(`create or replace temp table compared as
    select k.*, k."$copy" > 1 or coalesce(list_contains(s.hashes, k."$hash"), false) as "$duplicate",
      k."$rival" or (s.hashes is not null
        and (k.recorded_at is null or s.undated or list_contains(s.dates, k.recorded_at))) as "$conflict"
    from (select *, ${inFile} from ${keyed}) k left join stored s on ${sameKey}`);
  const counts = await session.row<{accepted: number; duplicates: number; conflicts: number}>(
    `select count(*) filter (not "$duplicate") as accepted, count(*) filter ("$duplicate") as duplicates,
       count(*) filter ("$conflict" and not "$duplicate") as conflicts from compared`,
  );
  await session.run(`create or replace temp table settled as
    select ordinal, ${content} from compared where not "$duplicate" order by ordinal`);
  await session.run('drop table compared; drop table stored; drop table keyed');
  return counts;
}

async function keyedRows(session: Session, columns: readonly Column[], content: string): Promise<string> {
  const lookUps = columns
    .filter(isItem)
    .map(
      ({name}) =>
        `left join fact.items ${alias(name)} on ${alias(name)}.id = v.${quoteName(name)} and ${alias(name)}.kind = ${kindOf(columns, name, 'v')}`,
    );
  const items = columns.filter(isItem).map(({name}) => `${alias(name)}.item as "$item:${name}"`);
  await session.run(`create or replace temp table keyed as
    select ${['v.*', ...items].join(', ')}, hash(${content.replaceAll(/"[^"]+"/g, name => `v.${name}`)}) as "$hash"
    from valid v ${lookUps.join('\n')}`);
  return 'keyed';
}

/** The stored versions of the keys among the incoming rows. */
function storedRows(table: string): string {
  const columns = columnsOf(table);
  const joins = columns
    .filter(isItem)
    .map(({name}) => `left join fact.items ${alias(name)} on ${alias(name)}.item = f.${quoteName(name)}`);
  const texts = columns.map(c =>
    isItem(c) ? `${alias(c.name)}.id as ${quoteName(c.name)}` : `f.${quoteName(c.name)}`,
  );
  const sameKey = CANONICAL[table].key.map(k => {
    const incoming = isItem(columns.find(c => c.name === k)!) ? `"$item:${k}"` : quoteName(k);
    return `k.${incoming} is not distinct from f.${quoteName(k)}`;
  });
  return `select ${texts.join(', ')} from fact.${table} f ${joins.join('\n')}
    where exists (select 1 from keyed k where ${sameKey.join(' and ')})`;
}

const alias = (name: string) => quoteName(`i_${name}`);
