import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Sent} from '../ingest/feeds/feed.ts';
import {linesOfRecords} from '../ingest/line-numbers.ts';
import {holdsNul} from '../ingest/readers/made-lines.ts';
import {columnsOf} from '../warehouse/canonical.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {Expression, TablePlan} from '../warehouse/load-plan.ts';
import type {App} from './app.ts';
import {ingest, isUnusable} from './load-files.ts';
import {RefusedLines} from './refused-lines.ts';

/** What a line says of itself, beside the columns of its table. */
const OWN = ['$line', '$table', '$topic', '$reason', '$text'];

/**
 * Records rows of canonical tables as they come, in one batch: what it answers is on the disk. What is not right goes into
 * quarantine; what was refused before, as often as it is sent again, is there once.
 */
export async function recordRows(app: App, sent: readonly Sent[], source: string): Promise<Receipt> {
  const refusedLines = await RefusedLines.of(app, source);
  const lines = sent.map(one => lineOf(one));
  const fresh = lines.filter(line => !refusedLines.has(line.text));
  if (fresh.length === 0) return nothing(source, lines.length, sent[0]?.table ?? 'inspections');
  const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'rows-'));
  try {
    const path = join(folder, 'rows.ndjson');
    // Each bears its number, so that the quarantine can name it in the file that is kept.
    const numbered = fresh.map(({text}, k) => `{"$line":${k + 1},${text.slice(1)}\n`);
    await writeFile(path, numbered.join(''));
    const tables = [...new Set(fresh.map(({table}) => table))];
    const columns = [...new Set(tables.flatMap(table => columnsOf(table).map(({name}) => name)))];
    const used = new Set(fresh.flatMap(({keys}) => keys));
    const receipt = await app.warehouse.load(
      {
        source,
        path,
        records: {format: 'ndjson', path, columns: ['$table', ...columns], made: true},
        tables: tables.map(planOf),
        timeZone: app.config.chosenTimeZone ?? undefined,
        timeFormats: [],
        missing: [],
        decimal: '.',
        notices: [],
        how: {mapping: mappingOf(tables, used)},
      },
      linesOfRecords,
    );
    await refusedLines.add(
      receipt,
      fresh.map(({text}) => text),
    );
    return receipt;
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/**
 * Records lines of a format that says itself what its tables are, in one batch.
 * @returns a receipt `rejected` without tables where nothing in the lines is for the warehouse
 */
export async function recordLines(app: App, lines: readonly string[], source: string): Promise<Receipt> {
  const refusedLines = await RefusedLines.of(app, source);
  const fresh = lines.filter(line => !refusedLines.has(line));
  if (fresh.length === 0) return nothing(source, lines.length, 'inspections');
  const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'lines-'));
  try {
    const path = join(folder, 'lines.ndjson');
    await writeFile(path, fresh.map(line => `${line}\n`).join(''));
    const [receipt] = await ingest(app, [path], {source: () => source});
    if (!isUnusable(receipt)) await refusedLines.add(receipt, fresh);
    return receipt;
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

function nothing(source: string, duplicates: number, table: string): Receipt {
  const tables = [{table, accepted: 0, rejected: 0, duplicates, conflicts: 0}];
  return {batch: null, digest: '', source, status: 'duplicate', tables, notices: ['refused before']};
}

/** A row with a column that its table does not have is refused: nothing is dropped without a word. */
function lineOf(sent: Sent): {table: string; text: string; keys: string[]} {
  const {table, topic} = sent;
  const told = {$table: table, ...(topic !== undefined && {$topic: topic})};
  if ('reason' in sent) return line(table, {...told, $reason: sent.reason, $text: sent.text});
  const known = new Set(columnsOf(table).map(({name}) => name));
  const strange = Object.keys(sent.row).filter(name => !known.has(name));
  const nested = Object.keys(sent.row).filter(name => typeof sent.row[name] === 'object' && sent.row[name] !== null);
  const damaged = Object.keys(sent.row).filter(name => holdsNul(sent.row[name]));
  if (strange.length + nested.length + damaged.length === 0) return line(table, {...told, ...sent.row});
  const fault =
    strange.length > 0
      ? `${table} has no column ${strange.map(name => `"${name}"`).join(', ')}`
      : nested.length > 0
        ? `${nested[0]} is not one value`
        : `${damaged[0]} holds a NUL character`;
  const reason = topic === undefined ? fault : `topic ${topic}: ${fault}`;
  return line(table, {...told, $reason: reason, $text: JSON.stringify(sent.row, withoutNul)});
}

/** DuckDB's JSON knows no NUL: what is refused is told without. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;

function line(table: string, fields: Record<string, unknown>) {
  return {table, text: JSON.stringify(fields, withoutNul), keys: Object.keys(fields)};
}

function planOf(table: string): TablePlan {
  const columns = columnsOf(table).map(({name}): [string, Expression] => [name, {from: 'column', column: name}]);
  return {table, columns: Object.fromEntries(columns), only: [{column: '$table', values: [table]}]};
}

/** What a replay reads the kept lines with. */
function mappingOf(tables: readonly string[], used: ReadonlySet<string>) {
  const columnsIn = (table: string) =>
    columnsOf(table).flatMap(({name}) => (used.has(name) ? [[name, name] as const] : []));
  return {
    tables: Object.fromEntries(
      tables.map(table => [table, {only: {$table: [table]}, ...Object.fromEntries(columnsIn(table))}]),
    ),
    ignore: Object.fromEntries(
      OWN.filter(name => name !== '$table' && (name === '$line' || used.has(name))).map(name => [
        name,
        'says how the row came',
      ]),
    ),
  };
}
