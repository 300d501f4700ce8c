/** Pages of a table put together are the table, whatever the size of a page and whatever its rows look like. */
import {expect, test} from 'vitest';
import {exportable, exportTable} from '../../warehouse/export-table.ts';
import {ReadExport} from '../../warehouse/read-export.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

/** Parts in no order, some never measured or inspected, rows that were said again, withdrawn, or name nothing in their key. */
const parts = Array.from({length: 30}, (_, k) => `P${String((k * 37) % 30).padStart(2, '0')}`);
const TABLES: Table[] = [
  ['parts', `part, product, lot\n${parts.map((part, k) => `${part}, HX, L${k % 7}`).join('\n')}`],
  ['lots', `lot, material\n${Array.from({length: 20}, (_, k) => `L${k}, resin`).join('\n')}`],
  [
    'operations',
    `part, lot, work_order, step, run\n${parts.flatMap((part, k) => (k % 3 === 0 ? [] : [`${part}, , , bore, 1`, `${part}, , , mill, 1`])).join('\n')}\n, L1, , melt, 1\n, L2, , melt, 1\n, , W1, saw, 1\n, , W2, saw, 1`,
  ],
  [
    'measurements',
    `part, step, parameter, value\n${parts.flatMap((part, k) => (k % 4 === 0 ? [] : [`${part}, bore, d, ${k}`, `${part}, bore, e, ${k}`])).join('\n')}`,
  ],
  [
    'genealogy',
    `parent, parent_kind, child, child_kind\n${parts.map((part, k) => `L${k % 5}, lot, ${part}, part`).join('\n')}\nP01, part, P02, part`,
  ],
  [
    'inspections',
    `inspection, part, result\n${parts.map((part, k) => `I${part}, ${part}, ${k % 2 ? 'fail' : 'pass'}`).join('\n')}`,
  ],
  [
    'defects',
    `inspection, defect, n\n${parts.flatMap((part, k) => (k % 2 ? [`I${part}, scratch, 1`, `I${part}, scratch, 2`, `I${part}, void, 1`] : [])).join('\n')}`,
  ],
  [
    'inspections',
    `inspection, part, result, recorded_at\n${parts
      .slice(0, 20)
      .map(part => `I${part}, ${part}, fail, 2026-01-02T00:00:00Z`)
      .join('\n')}`,
  ],
  [
    'defects',
    `inspection, defect, recorded_at\n${parts
      .slice(0, 10)
      .map(part => `I${part}, *, 2026-01-03T00:00:00Z`)
      .join('\n')}`,
  ],
  [
    'readings',
    `station, parameter, at, value\n${Array.from({length: 30}, (_, k) => `S${k % 2}, t, 2026-01-01T00:${String(k).padStart(2, '0')}:00Z, ${k}`).join('\n')}`,
  ],
];

async function rowsOf(warehouse: Warehouse, table: string, how: Parameters<typeof exportTable>[2]) {
  const exported = await exportTable(warehouse, table, how);
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of new ReadExport(warehouse, exported).json(table)) pieces.push(piece);
    const {rows} = JSON.parse(Buffer.concat(pieces).toString()) as {rows: object[]};
    return {rows: rows.map(row => JSON.stringify(row)), last: exported.last};
  } finally {
    await exported.remove();
  }
}

test('every table, in pages of every size', async () => {
  const warehouse = await plantOf(TABLES);
  const tables = await warehouse.read(undefined, exportable);
  expect(tables).toContain('step_bore');
  let several = 0;
  for (const table of tables) {
    const whole = await rowsOf(warehouse, table, {});
    for (const limit of [2, 9, 1000]) {
      if (whole.rows.length > 40 * limit) continue;
      const rows: string[] = [];
      for (let after: (string | number | null)[] | undefined, last: typeof after | null = undefined; last !== null; ) {
        after = last;
        const page = await rowsOf(warehouse, table, {limit, after});
        rows.push(...page.rows);
        last = page.last;
        if (last !== null) several++;
      }
      expect({table, limit, rows}).toEqual({table, limit, rows: whole.rows});
    }
  }
  expect(several).toBeGreaterThan(60);
});

test('as of a position, and one row of each key that was said twice', async () => {
  const warehouse = await plantOf(TABLES);
  const before = await rowsOf(warehouse, 'inspections', {asOf: 6, limit: 5});
  await feed(warehouse, ['inspections', 'inspection, part, result\nIA, P00, pass\nIB, P01, pass']);
  expect(await rowsOf(warehouse, 'inspections', {asOf: 6, limit: 5})).toEqual(before);
  expect(new Set(before.rows).size).toBe(5);
});
