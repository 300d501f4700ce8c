import {randomUUID} from 'node:crypto';
import {rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {CANONICAL} from './canonical.ts';
import {type Bindings, quoteName, quoteText, type Session} from './duckdb.ts';
import {keepExport, keptExport} from './kept-exports.ts';
import {NAMES} from './names-table.ts';
import {nearNames} from './near-names.ts';
import {NotFound} from './not-found.ts';
import {makePage} from './page.ts';
import {personColumns} from './pseudonymise.ts';
import {QuestionError} from './question-error.ts';
import {STEP_VIEW} from './step-tables.ts';
import type {Warehouse} from './store.ts';

export interface ExportQuestion {
  asOf?: number;
  /** All, when none is named. */
  columns?: readonly string[];
  /** All rows, when it is not said. */
  limit?: number;
  /** The natural key of the last row of the page before. */
  after?: readonly (string | number | null)[];
}

export interface Exported {
  asOf: number;
  columns: string[];
  rows: number;
  /** There are more rows than were asked for. */
  truncated: boolean;
  /** If so, the natural key of the last row: what comes `after` it is the next page. */
  last: (string | number | null)[] | null;
  /** A Parquet file that may go when `remove` is called. */
  path: string;
  remove(): Promise<void>;
}

/**
 * The current rows of a canonical table, or of the wide view of a step, as a file: whoever reads it slowly holds up nobody,
 * and every form is made from the same rows. Rows are in the order of their natural keys, so that a position has one file.
 * @throws NotFound for a table that there is not; QuestionError for a column or a position
 */
export async function exportTable(warehouse: Warehouse, table: string, question: ExportQuestion): Promise<Exported> {
  if (question.limit !== undefined || question.after !== undefined) return makeExport(warehouse, table, question);
  const kept = keptExport(warehouse, table, question);
  if (kept !== null) return kept;
  const {edition} = warehouse.persons;
  const exported = await makeExport(warehouse, table, question);
  const {size: bytes} = await stat(exported.path);
  return keepExport(warehouse, table, question.columns, {exported, bytes, edition});
}

async function makeExport(
  warehouse: Warehouse,
  table: string,
  {asOf, columns: asked, limit, after}: ExportQuestion,
): Promise<Exported> {
  const path = join(warehouse.folder, 'tmp', `export-${randomUUID()}.parquet`);
  const remove = () => rm(path, {force: true});
  try {
    return await warehouse.read(asOf, async (session, position) => {
      const shape = await shapeOf(session, table);
      const {key} = shape;
      const all = [...shape.types.keys()];
      const columns = asked ?? all;
      refuseUnknown(table, columns, all);
      const {condition, bindings} = behind(shape, after);
      const to = `to ${quoteText(path)} (format parquet)`;
      const exported = {asOf: position, columns: [...columns], path, remove};
      if (limit === undefined) {
        const order = key.map(name => `${quoteName(name)} nulls last`).join(', ');
        const sorted = `select ${columns.map(quoteName).join(', ')} from main.${quoteName(table)} where ${condition || 'true'} order by ${order}`;
        const {Count: rows} = await session.row<{Count: number}>(`copy (${sorted}) ${to}`, bindings);
        return {...exported, rows, truncated: false, last: null};
      }
      // One row more says whether there is another page.
      const most = Math.trunc(limit);
      await makePage(session, {
        table,
        key,
        columns: [...new Set([...columns, ...key])],
        condition,
        bindings,
        from: after && (after[0] === null ? null : String(after[0])),
        most: most + 1,
      });
      const {Count: rows} = await session.row<{Count: number}>(
        `copy (select ${columns.map(quoteName).join(', ')} from page order by rowid limit ${most}) ${to}`,
      );
      const {truncated} = await session.row<{truncated: boolean}>(`select count(*) > ${most} as truncated from page`);
      const nth = `select ${key.map(quoteName).join(', ')} from page order by rowid limit 1 offset ${rows - 1}`;
      const last = truncated && rows > 0 ? Object.values(await session.row(nth)) : null;
      return {...exported, rows, truncated, last: last as Exported['last']};
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

function refuseUnknown(table: string, columns: readonly string[], all: readonly string[]): void {
  const unknown = columns.find(name => !all.includes(name));
  if (unknown === undefined) return;
  const near = nearNames(unknown, all);
  throw new QuestionError(`${table} has no column "${unknown}"`, {
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${all.join(', ')}`,
  });
}

/** Rows behind one key in the order of the keys, where what is missing comes last: as structs compare. */
function behind({key, types}: Shape, after: ExportQuestion['after']): {condition: string; bindings: Bindings} {
  if (!after) return {condition: '', bindings: {}};
  if (after.length !== key.length)
    throw new QuestionError(`cursor: is of another table, whose rows are told apart by ${after.length} columns`);
  const values = key.map((name, k) => `$k${k}::${types.get(name)}`);
  const bindings = Object.fromEntries(after.map((value, k) => [`k${k}`, value === null ? null : String(value)]));
  return {condition: `row(${key.map(quoteName).join(', ')}) > row(${values.join(', ')})`, bindings};
}

/** Names of all that can be exported at the newest position. */
export async function exportable(session: Session): Promise<string[]> {
  const views = await session.rows<{name: string}>(
    `select view_name as name from duckdb_views() where schema_name = 'main' and not internal and not temporary and starts_with(view_name, '${STEP_VIEW}') order by 1`,
  );
  return [...Object.keys(CANONICAL), ...views.map(({name}) => name)];
}

interface Shape {
  /** The engine's types, by the names of the columns. */
  types: ReadonlyMap<string, string>;
  key: readonly string[];
}

async function shapeOf(session: Session, table: string): Promise<Shape> {
  if (!Object.hasOwn(CANONICAL, table)) {
    const known = await exportable(session);
    if (!known.includes(table)) {
      const near = nearNames(table, known);
      const hint = near.length > 0 ? `: did you mean ${near.join(' or ')}?` : `; there are ${known.join(', ')}`;
      throw new NotFound(`there is no table "${table}"${hint}`);
    }
  }
  const {names, types} = await session.shape(`from main.${quoteName(table)}`);
  const key = Object.hasOwn(CANONICAL, table) ? CANONICAL[table].key : ['part', 'run'];
  return {types: new Map(names.map((name, c) => [name, types[c].toString()])), key};
}

/** SQL of a table with pseudonyms in the place of names. */
export function withPseudonyms(table: string): string {
  const columns = Object.hasOwn(CANONICAL, table) ? personColumns(table) : [];
  if (columns.length === 0) return `main.${quoteName(table)}`;
  const joins = columns.map((c, k) => `left join ${NAMES} p${k} on p${k}.name = f.${quoteName(c)}`).join(' ');
  const told = columns.map((c, k) => `coalesce(p${k}.person, f.${quoteName(c)}) as ${quoteName(c)}`).join(', ');
  return `(select f.* replace (${told}) from main.${quoteName(table)} f ${joins})`;
}
