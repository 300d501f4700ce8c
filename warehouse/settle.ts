/**
 * Which valid rows are new: compares them with every version that is stored, by natural key and content, in any order of
 * arrival. Same key and same content is a duplicate; same key and other content is a further version, and a conflict
 * unless both versions say when they were recorded.
 */
import {CANONICAL, columnsOf} from './canonical.ts';
import {quoteName} from './duckdb.ts';
import {isItem, kindOf} from './items.ts';
import {type Known, keyHash, SMALL_ROWS} from './known.ts';
import type {Scratch} from './scratch.ts';

export interface Settled {
  accepted: number;
  duplicates: number;
  conflicts: number;
  /** No row has the key of a stored one, or of another in the file. */
  isNew: boolean;
  /** Of the rows' natural keys, when they are few. */
  hashes: string[] | null;
}

/**
 * Makes relation `settled_<k>` of the rows of `valid_<k>` that are to be accepted.
 */
export async function settle(
  scratch: Scratch,
  table: string,
  k: number,
  known: Known | null,
  stored: Stored = storedIn(table, k),
): Promise<Settled> {
  const {session} = scratch;
  const content = columnsOf(table)
    .map(c => quoteName(c.name))
    .join(', ');
  const keys = `select ${keyHash(table)} as "$key" from valid_${k}`;
  // Unlike `count(distinct)`, and a list of all, `distinct` goes to the disk where memory is full.
  const {rows, different, hashes} = await session.row<{rows: number; different: number; hashes: string[] | null}>(
    `select (select count(*) from valid_${k}) as rows, (select count(*) from (select distinct * from (${keys}))) as different,
       (select list("$key"::varchar) from (${keys} limit ${SMALL_ROWS})) as hashes`,
  );
  // Digests that differ are of keys that differ.
  const unique = rows === different;
  const few = rows > SMALL_ROWS ? null : (hashes ?? []);
  const isKnownNew = unique && ((await known?.areNew(session, table, few)) || (await stored.surelyNone(scratch)));
  if (!isKnownNew) await keepStored(scratch, table, k, content, stored.versions);
  const isNew = unique && (isKnownNew || (await isEmpty(scratch, `stored_${k}`)));
  if (isNew) {
    await scratch.view(`settled_${k}`, `select ordinal, ${content} from valid_${k}`);
    return {accepted: rows, duplicates: 0, conflicts: 0, isNew, hashes: few};
  }
  return {...(await compare(scratch, table, k, content, unique)), isNew, hashes: few};
}

/** What is stored of a table. */
export interface Stored {
  /** SQL of the versions of the keys in temporary table `keyed_<k>`, with text ids. */
  versions: string;
  /** A cheap way to know that there are none. */
  surelyNone(scratch: Scratch): Promise<boolean>;
}

const storedIn = (table: string, k: number): Stored => ({
  versions: storedRows(table, k),
  surelyNone: scratch => isEmpty(scratch, `fact.${table}`),
});

/** Makes `keyed_<k>`, the keys of the rows that come, and `stored_<k>`, what is stored under them. */
async function keepStored(
  scratch: Scratch,
  table: string,
  k: number,
  content: string,
  versions: string,
): Promise<void> {
  const columns = columnsOf(table);
  const {key} = CANONICAL[table];
  const keys = columns.filter(c => key.includes(c.name));
  const lookUps = keys
    .filter(isItem)
    .map(
      ({name}) =>
        `left join fact.items ${alias(name)} on ${alias(name)}.id = v.${quoteName(name)} and ${alias(name)}.kind = ${kindOf(columns, name, 'v')}`,
    );
  const items = keys.filter(isItem).map(({name}) => `${alias(name)}.item as "$item:${name}"`);
  const keyList = key.map(name => `v.${quoteName(name)}`);
  await scratch.table(
    `keyed_${k}`,
    `select distinct ${[...keyList, ...items].join(', ')} from valid_${k} v ${lookUps.join('\n')}`,
  );
  await scratch.table(
    `stored_${k}`,
    `select ${key.map(quoteName).join(', ')}, hash(${content}) as "$hash", recorded_at from (${versions})`,
  );
}

async function isEmpty({session}: Scratch, relation: string): Promise<boolean> {
  const {empty} = await session.row<{empty: boolean}>(`select not exists (from ${relation}) as empty`);
  return empty;
}

async function compare(
  scratch: Scratch,
  table: string,
  k: number,
  content: string,
  unique: boolean,
): Promise<{accepted: number; duplicates: number; conflicts: number}> {
  const {key} = CANONICAL[table];
  const keyList = key.map(quoteName).join(', ');
  const inFile = unique
    ? '1 as "$copy", false as "$rival"'
    : `row_number() over (partition by ${keyList}, "$hash" order by ordinal) as "$copy",
       (min("$hash") over (partition by ${keyList}, recorded_at) <> max("$hash") over (partition by ${keyList}, recorded_at)
        or (count(*) over (partition by ${keyList}) > count(recorded_at) over (partition by ${keyList})
            and min("$hash") over (partition by ${keyList}) <> max("$hash") over (partition by ${keyList})))
       and ordinal > min(ordinal) over (partition by ${keyList}) as "$rival"`;
  const sameKey = (version: string) =>
    key.map(name => `${version}.${quoteName(name)} is not distinct from k.${quoteName(name)}`).join(' and ');
  // Versions in a list a key would have to fit into memory, all of them; joins need not.
  await scratch.table(
    `compared_${k}`,
    `select k.*, k."$copy" > 1 or v."$hash" is not null as "$duplicate",
       k."$rival" or (s.undated is not null
         and (k.recorded_at is null or s.undated or d.recorded_at is not null)) as "$conflict"
     from (select *, ${inFile} from (select *, hash(${content}) as "$hash" from valid_${k})) k
     left join (select distinct ${keyList}, "$hash" from stored_${k}) v on ${sameKey('v')} and v."$hash" = k."$hash"
     left join (select ${keyList}, bool_or(recorded_at is null) as undated from stored_${k} group by ${keyList}) s on ${sameKey('s')}
     left join (select distinct ${keyList}, recorded_at from stored_${k}) d on ${sameKey('d')} and d.recorded_at = k.recorded_at`,
  );
  await scratch.view(`settled_${k}`, `select ordinal, ${content} from compared_${k} where not "$duplicate"`);
  return scratch.session.row<{accepted: number; duplicates: number; conflicts: number}>(
    `select count(*) filter (not "$duplicate") as accepted, count(*) filter ("$duplicate") as duplicates,
       count(*) filter ("$conflict" and not "$duplicate") as conflicts from compared_${k}`,
  );
}

/** The stored versions of the keys among the incoming rows. */
function storedRows(table: string, k: number): string {
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
    where exists (select 1 from keyed_${k} k where ${sameKey.join(' and ')})`;
}

const alias = (name: string) => quoteName(`i_${name}`);
