/**
 * A folder a format, in it a folder a case: an input, and what becomes of it in a warehouse of its own. Workbooks are
 * described in `input.workbook.json`, Parquet by the query that makes it, Arrow is written by the `input.py` beside it.
 */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {describe, expect, test} from 'vitest';
import {type IngestOptions, ingestFiles} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import type {Warehouse} from '../../../warehouse/store.ts';
import {emptyWarehouse} from '../../warehouse/plant-in-a-folder.ts';
import {file, folder} from '../folder.ts';
import {type SheetText, workbook} from './workbook.ts';

type Row = Record<string, unknown>;

interface Expected {
  options?: IngestOptions;
  /** Of each table that has rows: these, in any order, without what is missing. */
  rows: Record<string, Row[]>;
  rejects: {line: number; field: string | null; reason: string}[];
  notices: string[];
}

const FORMATS = ['csv', 'dfq', 'cfx', 'b2mml', 'xlsx', 'json', 'arrow', 'parquet'];
const TABLES =
  'products work_orders lots parts genealogy movements stations shifts operations parameters readings inspections defects tallies';
const TABLES_WITH_FACTS = [
  ...TABLES.split(' ').map(table => `select '${table}' as "table" where exists (from fact.${table})`),
  `select 'measurements' where exists (from fact.step_tables) or exists (from fact.cells)`,
].join(' union all ');

for (const format of FORMATS) {
  const home = new URL(`${format}/`, import.meta.url).pathname;
  describe(format, () => {
    test.each(readdirSync(home))('%s', async name => {
      const found = readdirSync(join(home, name)).find(one => /^input\.(?!py$)/.test(one))!;
      const input = await made(join(home, name, found));
      const digest = createHash('sha256').update(readFileSync(input)).digest('hex').slice(0, 12);
      const text = readFileSync(join(home, name, 'expected.json'), 'utf8')
        .replaceAll('<digest>', digest)
        .replaceAll('<path>', input);
      const {options = {}, ...expected} = JSON.parse(text) as Expected;
      const warehouse = await emptyWarehouse();
      try {
        const [receipt] = await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [input], options);
        const rows: Record<string, Row[]> = {};
        // Views of tables without facts take longer to plan than all the rest.
        for (const table of (await ask(warehouse, TABLES_WITH_FACTS)).map(row => String(row.table)))
          rows[table] = sorted((await ask(warehouse, `select * from ${table}`)).map(present));
        const rejects = await ask(warehouse, 'select line, field, reason from fact.rejects order by line, reason');
        for (const table of Object.keys(expected.rows)) expected.rows[table] = sorted(expected.rows[table]);
        expect({rows, rejects, notices: receipt.notices}).toEqual(expected);
      } finally {
        await warehouse.close();
      }
    });
  });
}

/** @returns the path of the file that a description stands for, or that of a file which needs none */
async function made(input: string): Promise<string> {
  if (input.endsWith('.workbook.json')) {
    const {sheets, date1904} = JSON.parse(readFileSync(input, 'utf8')) as {sheets: SheetText[]; date1904?: boolean};
    return file('input.xlsx', workbook(sheets, {date1904}));
  }
  if (!input.endsWith('.sql')) return input;
  const path = join(folder(), 'input.parquet');
  const duckdb = await DuckDBInstance.create();
  const connection = await duckdb.connect();
  await connection.run(`set timezone = 'UTC'; copy (${readFileSync(input, 'utf8')}) to '${path}' (format parquet)`);
  connection.closeSync();
  duckdb.closeSync();
  return path;
}

const ask = (warehouse: Warehouse, sql: string) => warehouse.read(undefined, session => session.rows<Row>(sql));

const present = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

function sorted(rows: Row[]): Row[] {
  const key = (row: Row) => JSON.stringify(row, Object.keys(row).sort());
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
