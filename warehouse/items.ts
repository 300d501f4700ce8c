/** Parts and lots: text ids outside, dense integer keys inside. */
import type {Column} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';

export const isItem = (column: Column): boolean => ['part', 'lot', 'item'].includes(column.type);

/** SQL for whether an item column names a part or a lot. */
export function kindOf(columns: readonly Column[], name: string, table: string): string {
  const column = columns.find(c => c.name === name)!;
  return column.type === 'item' ? `${table}.${quoteName(column.kindColumn!)}` : `'${column.type}'`;
}

/** Gives keys to the parts or lots in a column of `incoming` that no row has named before. */
export async function nameItems(session: Session, column: string, kind: string, batch: number): Promise<void> {
  await session.run(
    `insert into fact.items
     select coalesce((select max(item) from fact.items), -1) + row_number() over (order by kind, id), kind, id, $batch::integer
     from (select distinct ${kind} as kind, n.${quoteName(column)} as id from incoming n where n.${quoteName(column)} is not null) n
     where not exists (select 1 from fact.items i where i.kind = n.kind and i.id = n.id)`,
    {batch},
  );
}
