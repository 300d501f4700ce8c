/** Parts and lots: text ids outside, dense integer keys inside. */
import type {Column} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Known, NamedItem} from './known.ts';

export const isItem = (column: Column): boolean => ['part', 'lot', 'item'].includes(column.type);

/** SQL for whether an item column names a part or a lot. */
export function kindOf(columns: readonly Column[], name: string, table: string): string {
  const column = columns.find(c => c.name === name)!;
  return column.type === 'item' ? `${table}.${quoteName(column.kindColumn!)}` : `'${column.type}'`;
}

/** Rows that name parts or lots in some of their columns. */
export interface Mentions {
  /** With columns `batch`, `"$file"` and `ordinal`, which say where a row came from. */
  relation: string;
  columns: readonly Column[];
}

/**
 * Gives keys to the parts or lots that no row has named before, in the order in which they come, so that it does not matter
 * how many batches are looked at together. Makes temporary table `named_items` (kind, id, item) of all that are named.
 */
export async function nameItems(
  session: Session,
  mentions: readonly Mentions[],
  firstBatch: number,
  known: Known | null,
): Promise<void> {
  const named = mentions.flatMap(({relation, columns}) =>
    columns.flatMap((column, k) =>
      isItem(column)
        ? [
            `select ${kindOf(columns, column.name, 'n')} as kind, n.${quoteName(column.name)} as id,
               ${placeOf('n', firstBatch, k)} as place
             from ${relation} n where n.${quoteName(column.name)} is not null`,
          ]
        : [],
    ),
  );
  if (named.length === 0) return;
  const mentioned = `select kind, id, min(place) as place from (${named.join('\nunion all\n')}) group by kind, id`;
  if (known && (await nameKnown(session, mentioned, firstBatch, known))) return;
  await session.run(`create or replace temp table mentioned as
    select m.kind, m.id, m.place, i.item
    from (${mentioned}) m
    left join fact.items i on i.kind = m.kind and i.id = m.id`);
  await session.run(`create or replace temp table named_items as
    select (select count(*) from fact.items) - 1 + row_number() over (order by place) as item, kind, id, place
    from mentioned where item is null`);
  await session.run(
    `insert into fact.items
     select item, kind, id, $firstBatch::integer + (place >> ${BATCH_BITS}) from named_items order by item`,
    {firstBatch},
  );
  await session.run(`insert into named_items select item, kind, id, place from mentioned where item is not null;
    drop table mentioned`);
}

/** The same for few rows of a single batch, without looking through all items. @returns whether it could be done */
async function nameKnown(session: Session, mentioned: string, batch: number, known: Known): Promise<boolean> {
  const named = await session.rows<NamedItem & Record<string, unknown>>(
    `select kind, id from (${mentioned}) order by place`,
  );
  const keys = await known.keysOf(session, named);
  if (!keys) return false;
  const row = ({kind, id}: NamedItem, k: number) => `${keys[k].item}, ${quoteText(kind)}, ${quoteText(id)}`;
  const all = named.map((n, k) => `(${row(n, k)})`);
  await session.run(`create or replace temp table named_items as
    select * from (values ${all.length > 0 ? all.join(', ') : "(0, '', null)"}) n (item, kind, id)`);
  const fresh = named.flatMap((n, k) => (keys[k].isNew ? [`(${row(n, k)}, ${batch})`] : []));
  if (fresh.length > 0) await session.run(`insert into fact.items values ${fresh.join(', ')}`);
  return true;
}

const FILE_BITS = 32;
const BATCH_BITS = 46;
const COLUMNS_MAX = 32;

/** SQL for where a row stands among all that come: by batch, then file, then column, then line. */
function placeOf(row: string, firstBatch: number, column: number): string {
  return `((${row}.batch - ${Math.trunc(firstBatch)})::bigint << ${BATCH_BITS})
    + ((${row}."$file" * ${COLUMNS_MAX} + ${column})::bigint << ${FILE_BITS}) + ${row}.ordinal`;
}
