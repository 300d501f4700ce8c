import {randomUUID} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {CANONICAL, columnsOf} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {nearNames} from './near-names.ts';
import {NotFound} from './not-found.ts';
import {QuestionError} from './question-error.ts';
import {STEP_VIEW} from './step-tables.ts';
import type {Warehouse} from './store.ts';

export interface ExportQuestion {
  asOf?: number;
  /** All, when none is named. */
  columns?: readonly string[];
  /** All rows, when it is not said. */
  limit?: number;
}

export interface Exported {
  asOf: number;
  columns: string[];
  rows: number;
  /** There are more rows than were asked for. */
  truncated: boolean;
  /** A Parquet file that goes when `remove` is called. */
  path: string;
  remove(): Promise<void>;
}

/**
 * The current rows of a canonical table, or of the wide view of a step, as a file: whoever reads it slowly holds up nobody,
 * and every form is made from the same rows. Rows are in the order of their natural keys, so that a position has one file.
 * @throws NotFound for a table that there is not; QuestionError for a column or a position
 */
export async function exportTable(
  warehouse: Warehouse,
  table: string,
  {asOf, columns: asked, limit}: ExportQuestion,
): Promise<Exported> {
  const path = join(warehouse.folder, 'tmp', `export-${randomUUID()}.parquet`);
  const remove = () => rm(path, {force: true});
  try {
    return await warehouse.read(asOf, async (session, position) => {
      const {columns: all, order} = await shapeOf(session, table);
      const columns = asked ?? all;
      const unknown = columns.find(name => !all.includes(name));
      if (unknown !== undefined) {
        const near = nearNames(unknown, all);
        throw new QuestionError(`${table} has no column "${unknown}"`, {
          hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${all.join(', ')}`,
        });
      }
      const from = `from main.${quoteName(table)}`;
      const query = `select ${columns.map(quoteName).join(', ')} ${from} order by ${order}`;
      const cut = limit === undefined ? '' : ` limit ${Math.trunc(limit)}`;
      const {Count: rows} = await session.row<{Count: number}>(
        `copy (${query}${cut}) to ${quoteText(path)} (format parquet)`,
      );
      const truncated = limit !== undefined && rows === limit && (await hasMore(session, from, limit));
      return {asOf: position, columns: [...columns], rows, truncated, path, remove};
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function hasMore(session: Session, from: string, limit: number): Promise<boolean> {
  const {rows} = await session.row<{rows: number}>(
    `select count(*) as "rows" from (select 1 ${from} limit ${Math.trunc(limit) + 1})`,
  );
  return rows > limit;
}

/** Names of all that can be exported at the newest position. */
async function exportable(session: Session): Promise<string[]> {
  const views = await session.rows<{name: string}>(
    `select view_name as name from duckdb_views() where schema_name = 'main' and not internal and starts_with(view_name, '${STEP_VIEW}') order by 1`,
  );
  return [...Object.keys(CANONICAL), ...views.map(({name}) => name)];
}

async function shapeOf(session: Session, table: string): Promise<{columns: string[]; order: string}> {
  const quoted = (names: readonly string[]) => names.map(name => `${quoteName(name)} nulls first`).join(', ');
  if (Object.hasOwn(CANONICAL, table))
    return {columns: columnsOf(table).map(({name}) => name), order: quoted(CANONICAL[table].key)};
  const known = await exportable(session);
  if (!known.includes(table)) {
    const near = nearNames(table, known);
    const hint = near.length > 0 ? `: did you mean ${near.join(' or ')}?` : `; there are ${known.join(', ')}`;
    throw new NotFound(`there is no table "${table}"${hint}`);
  }
  const columns = await session.rows<{column_name: string}>(`describe main.${quoteName(table)}`);
  return {columns: columns.map(({column_name}) => column_name), order: quoted(['part', 'run'])};
}
