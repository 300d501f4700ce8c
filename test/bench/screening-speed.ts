/**
 * How fast screening is, beside what DuckDB itself needs to read the same columns once.
 * npx tsx test/bench/screening-speed.ts [--parts 1183747] [--parameters 968] [--repeats 5] [--python python3]
 * `--python` names an interpreter with pandas, pyarrow and scipy, which then take the same rank test of one step's columns.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import type {ScreenQuestion} from '../../warehouse/answers.ts';
import {quoteText, type Session} from '../../warehouse/duckdb.ts';
import {prepareHistory} from '../../warehouse/history.ts';
import {indexAt} from '../../warehouse/screening/index/screening-index.ts';
import {screen} from '../../warehouse/screening/screen.ts';
import {stepTables} from '../../warehouse/step-tables.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {makeWidePlant} from './wide-plant.ts';

const {values} = parseArgs({
  options: {
    parts: {type: 'string', default: '1183747'},
    parameters: {type: 'string', default: '968'},
    repeats: {type: 'string', default: '5'},
    python: {type: 'string'},
  },
});
const size = {parts: Number(values.parts), parameters: Number(values.parameters)};
const repeats = Number(values.repeats);
const folder = mkdtempSync(join(tmpdir(), 'fishbone-wide-'));

const lines: string[] = [];
let baseline = Number.NaN;

function tell(what: string, seconds: number, more = ''): void {
  const ratio = Number.isNaN(baseline) ? '' : (seconds / baseline).toFixed(1);
  lines.push(`| ${what} | ${seconds.toFixed(3)} | ${ratio} | ${more} |`);
  console.log(lines.at(-1));
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

async function median(run: () => Promise<unknown>, times = repeats): Promise<number> {
  const taken: number[] = [];
  for (let k = 0; k < times; k++) taken.push(await seconds(run));
  return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)];
}

/** A question that has not been answered yet, however often it is asked. */
async function ask(warehouse: Warehouse, question: ScreenQuestion) {
  rmSync(join(folder, 'answers'), {recursive: true, force: true});
  return screen(warehouse, question);
}

async function baselines(session: Session): Promise<void> {
  const tables = (await stepTables(session)).filter(t => t.parameters.length > 0);
  const over = async (each: (column: string) => string, tail = '') => {
    for (const {id, parameters} of tables) {
      await session.rows(`select ${parameters.map(p => each(p.column)).join(', ')} from fact.step_${id} ${tail}`);
    }
  };
  await over(c => `sum(${c})`);
  baseline = await median(() => over(c => `sum(${c})`));
  tell('DuckDB `sum(value)` over every column', baseline);
  await session.run(
    `set variable bits = (select bitstring_agg(part, 0, ${size.parts - 1}) from fact.inspections where result = 'fail')`,
  );
  const welch = (c: string) => `count(${c}), sum(${c}), sum(${c} * ${c})`;
  tell(
    'DuckDB Welch moments by `get_bit`',
    await median(() => over(welch, "group by get_bit(getvariable('bits'), part)"), 3),
    'no lots, no strata, no ranks',
  );
  const one = tables[1];
  const slice = one.parameters.slice(0, 4);
  const ranks = await seconds(async () => {
    for (const {column} of slice) {
      await session.rows(`with ranked as (select get_bit(getvariable('bits'), part) as y,
          rank() over (order by ${column}) + (count(*) over (partition by ${column}) - 1) / 2.0 as r from fact.step_${one.id})
        select sum(r) filter (y = 1), count(*) filter (y = 1), count(*) from ranked`);
    }
  });
  const {cells} = await session.row<{cells: number}>(
    `select count(*) * ${slice.length} as cells from fact.step_${one.id}`,
  );
  let all = 0;
  for (const {id, parameters} of tables) {
    const {n} = await session.row<{n: number}>(`select count(*) as n from fact.step_${id}`);
    all += n * parameters.length;
  }
  lines.push(`${all} values present`);
  console.log(lines.at(-1));
  tell('DuckDB exact Mann-Whitney', (ranks * all) / cells, `${slice.length} columns of one step, scaled by values`);
  if (values.python === undefined) return;
  const path = join(folder, 'step.parquet');
  const columns = one.parameters.map(p => p.column).join(', ');
  await session.run(
    `copy (select get_bit(getvariable('bits'), part) as y, ${columns} from fact.step_${one.id}) to ${quoteText(path)}`,
  );
  const script = new URL('./ranks.py', import.meta.url).pathname;
  const told = JSON.parse(execFileSync(values.python, [script, path]).toString()) as Record<string, number>;
  const scale = all / told.values;
  const more = `${told.columns} columns of one step, scaled by values; no lots, no strata`;
  tell('pandas and SciPy `mannwhitneyu`', told.tests_s * scale, more);
  tell('pandas reading that Parquet, before it', told.read_s * scale);
}

console.log(`${size.parts} parts, ${size.parameters} numbers; median of ${repeats}; making the plant takes a minute`);
const warehouse = await makeWidePlant(folder, size);
try {
  await warehouse.read(undefined, baselines);
  tell(
    'history: subjects and visits (once a position, shared by all analyses)',
    await seconds(() =>
      warehouse.read(undefined, s => prepareHistory(s, 'subjects', 'visits', 'materials', 'station_readings')),
    ),
  );
  rmSync(join(folder, 'index'), {recursive: true, force: true});
  const built = await seconds(() => warehouse.read(undefined, s => indexAt(warehouse, s, warehouse.position)));
  tell('cold: index built from facts', built);
  const question: ScreenQuestion = {anyFail: true};
  const first = await seconds(() => ask(warehouse, question));
  tell('cold: first question', first);
  const answer = await ask(warehouse, question);
  const claims = answer.findings.filter(f => f.q <= 0.05).map(f => `${f.factor} (${f.verdict})`);
  lines.push(
    `${answer.population.parts} parts, ${answer.population.defective} defective, ${answer.tests} tests; claims: ${claims.join(', ')}`,
  );
  console.log(lines.at(-1));
  // All variables are tested and ranked; intervals and distributions are of the findings that are told.
  const page = {top: 50};
  tell('warm: the same question, all findings told', await median(() => ask(warehouse, question)));
  tell('warm: the first 50 told', await median(() => ask(warehouse, {...question, ...page})));
  tell('warm: another outcome, the first 50', await median(() => ask(warehouse, {defect: 'scratch', ...page})));
  const tenth = {anyFail: true, product: 'P0'};
  tell('warm: a product of a tenth of the parts, all told', await median(() => ask(warehouse, tenth)));
  tell(
    'warm: a product of a tenth of the parts, the first 50',
    await median(() => ask(warehouse, {...tenth, ...page})),
  );
  const week = {anyFail: true, from: '2025-03-03T00:00:00Z', to: '2025-03-10T00:00:00Z'};
  tell('warm: one week, the first 50', await median(() => ask(warehouse, {...week, ...page})));
  console.log(`memory: ${(process.memoryUsage().rss / 1e9).toFixed(2)} GB resident, process and DuckDB together`);
} finally {
  await warehouse.close();
  rmSync(folder, {recursive: true, force: true});
}
process.exit(0);
