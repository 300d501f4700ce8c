/**
 * What a control chart and a scan of all parameters cost, beside what DuckDB needs to add up the same columns.
 * npx tsx test/bench/charts.ts [--chart 1120000,3360000,11200000] [--scan 295936,1183747] [--parameters 968] [--repeats 5]
 * Of the first list each plant has one step that nine in ten parts go through, of the second 968 numbers on 52 steps.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import type {ChartQuestion} from '../../warehouse/chart-answers.ts';
import {capability} from '../../warehouse/charts/capability.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {scan} from '../../warehouse/charts/scan.ts';
import {stepTables} from '../../warehouse/step-tables.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {median, print} from './measure.ts';
import {makeWidePlant, type Size, STEPS} from './wide-plant.ts';

const {values} = parseArgs({
  options: {
    chart: {type: 'string', default: '1120000,3360000,11200000'},
    scan: {type: 'string', default: '295936,1183747'},
    parameters: {type: 'string', default: '968'},
    repeats: {type: 'string', default: '5'},
  },
});
const repeats = Number(values.repeats);
const sizes = (text: string) => text.split(',').filter(Boolean).map(Number);

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

async function usual(run: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let k = 0; k < repeats; k++) taken.push(await seconds(run));
  return median(taken);
}

async function inPlant(size: Size, work: (warehouse: Warehouse) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-charts-'));
  const warehouse = await makeWidePlant(folder, size);
  try {
    await work(warehouse);
  } finally {
    await warehouse.close();
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Reads every column once. @returns rows of a table: what, seconds, times the first */
const table = (title: string, rows: [string, number][]) =>
  print({
    title,
    head: ['what', 's', 'x the sum'],
    rows: rows.map(([what, s]) => [what, s.toFixed(3), (s / rows[0][1]).toFixed(1)]),
  });

const SUM = (c: string) => `sum(${c})`;
const PLAIN = (c: string) => `count(${c}), avg(${c}), stddev_samp(${c}), min(${c}), max(${c})`;

for (const parts of sizes(values.chart)) {
  await inPlant({parts, parameters: 2 * STEPS, timed: true}, async warehouse => {
    const one = 's4.p0';
    const columns = (each: (c: string) => string) => () =>
      warehouse.read(undefined, s => s.rows(`select ${each('c0')} from fact.step_4`));
    const draw = (question: Partial<ChartQuestion>) => () =>
      chart(warehouse, {parameter: one, kind: 'xbar', ...question});
    await columns(SUM)();
    const rows: [string, number][] = [['DuckDB `sum(value)` of the column', await usual(columns(SUM))]];
    rows.push(['DuckDB count, mean, deviation, least, most', await usual(columns(PLAIN))]);
    rows.push(['the first chart of the step at a position', await seconds(draw({}))]);
    rows.push(['another parameter of the step, the first time', await seconds(draw({parameter: 's4.p1'}))]);
    rows.push(['means by lot, again', await usual(draw({}))]);
    rows.push(['deviations by lot', await usual(draw({kind: 's'}))]);
    rows.push(['means by hour', await usual(draw({subgroup: 'hour'}))]);
    rows.push(['means of 100 in a row', await usual(draw({subgroup: 100}))]);
    if (parts <= 1_120_000)
      rows.push(['single values (imr), the newest 1,000 listed', await seconds(draw({kind: 'imr', last: 1000}))]);
    rows.push(['means by lot of a tenth of the parts', await usual(draw({product: 'P0'}))]);
    rows.push(['share of defective parts by lot (p)', await usual(draw({parameter: 'any-fail', kind: 'p'}))]);
    if (parts <= 1_120_000)
      rows.push([
        'capability by lot',
        await seconds(() => capability(warehouse, {parameter: one, lsl: 0.2, usl: 0.8})),
      ]);
    const {n, of} = await chart(warehouse, {parameter: one, kind: 'xbar'});
    table(`A chart of ${n} values in ${of.points} lots, medians of ${repeats}`, rows);
  });
}

for (const parts of sizes(values.scan)) {
  const size = {parts, parameters: Number(values.parameters), timed: true};
  await inPlant(size, async warehouse => {
    const over = (each: (c: string) => string) => () =>
      warehouse.read(undefined, async session => {
        for (const {id, parameters} of await stepTables(session))
          await session.rows(`select ${parameters.map(p => each(p.column)).join(', ')} from fact.step_${id}`);
      });
    await over(SUM)();
    const rows: [string, number][] = [['DuckDB `sum(value)` of every column', await usual(over(SUM))]];
    rows.push(['DuckDB count, mean, deviation, least, most of every column', await usual(over(PLAIN))]);
    rows.push(['the first scan at a position', await seconds(() => scan(warehouse, {}))]);
    rows.push(['the scan again', await usual(() => scan(warehouse, {}))]);
    rows.push(['of a product of a tenth of the parts', await usual(() => scan(warehouse, {product: 'P0'}))]);
    const {values: scanned, parameters} = await scan(warehouse, {});
    table(`All ${parameters} parameters at a glance, ${scanned} values of ${parts} parts, medians of ${repeats}`, rows);
  });
}
process.exit(0);
