/**
 * What the overview's three questions (Pareto, yield, trend) take together in the warehouse when nobody has asked them yet,
 * against one look at the same parts by the engine: a count of parts and failures by lot.
 * npx tsx test/bench/questions.ts [INSPECTIONS] [TIMES] [WAREHOUSE]
 * A warehouse that is not there is made and kept; without one it is made for this run.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Scope} from '../../warehouse/answers.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {prepareHistory} from '../../warehouse/history.ts';
import {pareto} from '../../warehouse/pareto.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {inFolder, median, print, round} from './measure.ts';
import {makePlant} from './served-plant.ts';

const [inspections = 1_000_000, times = 5] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
if (!(inspections >= 1000) || !(times > 0)) {
  console.error('usage: npx tsx test/bench/questions.ts [INSPECTIONS] [TIMES] [WAREHOUSE]');
  process.exit(2);
}

/** The parts asked about, others each time. Values of the plant's parameters are spread as 12 + N(0, 0.5) or so. */
const SCOPES: Record<string, (k: number) => Scope> = {
  'all parts': () => ({}),
  'a number that most parts pass': k => ({where: `bore.p0 >= ${11 + k / 1000}`}),
  'a number that few parts pass': k => ({where: `bore.p0 >= ${19 + k / 1000}`}),
  'two numbers, one of them not': k => ({where: `bore.p0 >= ${11 + k / 1000} and not bore.p1 < ${11 + k / 1000}`}),
  'two lots': k => ({where: `part.lot in ('L${10 + k}', 'L${40 + k}')`}),
};

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}

await inFolder(async folder => {
  const W = kept ?? join(folder, 'warehouse');
  if (!existsSync(W)) await makePlant(folder, W, inspections);
  const warehouse = await Warehouse.open(W);
  const ask = async (scope: Scope) => {
    const {basis} = await pareto(warehouse, {...scope, by: 'defect', weight: 'count', top: 10});
    await chart(warehouse, {...scope, parameter: 'any-fail', kind: 'laney-p', last: 2000});
    await yieldOf(warehouse, {...scope, by: 'product'});
    return basis.parts;
  };
  const look = () =>
    warehouse.read(undefined, async session => {
      await prepareHistory(session, 'subjects');
      await session.rows(`select count(*) as lots, sum(fails) as fails from (
        select lot, count(*) as parts, count(*) filter (failed) as fails from subjects where failed is not null group by lot)`);
    });
  // What parts have been through is found once a position.
  const first = await seconds(() => ask({}));
  await ask(SCOPES['a number that most parts pass'](0));
  const rows: (string | number)[][] = [];
  for (const [name, scopeOf] of Object.entries(SCOPES)) {
    const took: number[] = [];
    const base: number[] = [];
    let parts = 0;
    for (let k = 1; k <= times; k++) {
      base.push(await seconds(look));
      took.push(await seconds(async () => (parts = await ask(scopeOf(k)))));
    }
    rows.push([name, parts, round(median(base), 3), round(median(took), 2), round(median(took) / median(base), 1)]);
  }
  print({
    title: `Three questions that nobody asked before, ${inspections} inspections, median of ${times}; the very first ${round(first)} s`,
    head: ['about', 'parts', 'one look, s', 'three questions, s', 'ratio'],
    rows,
  });
  await warehouse.close();
});
