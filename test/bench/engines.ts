// What a question over plants costs an engine, by its own counters: npx tsx test/bench/engines.ts (FISHBONE_CHDB as in
// test/engines/chdb.ts). Plants of three sizes and shapes; bytes a part follow, and with them what larger companies cost.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {companyChart} from '../../warehouse/engines/chart.ts';
import {Company} from '../../warehouse/engines/company.ts';
import type {Engine} from '../../warehouse/engines/dialect.ts';
import {duckdbEngine} from '../../warehouse/engines/duckdb-engine.ts';
import {companyFactors} from '../../warehouse/engines/factors.ts';
import {companyPareto} from '../../warehouse/engines/pareto.ts';
import {folderPlace} from '../../warehouse/engines/place.ts';
import {screenedParts} from '../../warehouse/engines/screened-parts.ts';
import {sufficientTests} from '../../warehouse/engines/sufficient.ts';
import {companyYield} from '../../warehouse/engines/yield.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {embeddedClickhouse} from '../engines/chdb.ts';

const QUESTIONS: Record<string, (company: Company) => Promise<unknown>> = {
  pareto: company => companyPareto(company, {}),
  yield: company => companyYield(company, {}),
  'means by lot': company => companyChart(company, {parameter: 'bore.diameter', kind: 'xbar'}),
  'screen, one number': company => sums(company, 'bore.diameter'),
  'screen, one category': company => sums(company, 'bore.tool'),
};

async function sums(company: Company, name: string): Promise<unknown> {
  const asking = company.asking();
  const known = await companyFactors(asking);
  const of = (wanted: string) => known.filter(factor => factor.name === wanted);
  const people = await screenedParts(asking, {defect: 'scratch'});
  // What follows is what the factor costs; who is asked about costs its share once.
  Object.assign(company.counters, {queries: 0, bytesRead: 0, rowsRead: 0, bytesReturned: 0});
  return sufficientTests(asking, {defect: 'scratch'}, {people, strata: of('part.product'), candidates: of(name)});
}

/** Of a plant that published for six months and more: what one of them costs. */
const MONTH = {from: '2026-04-01', to: '2026-05-01'};
const OF_A_MONTH: Record<string, (company: Company) => Promise<unknown>> = {
  'pareto of a month': company => companyPareto(company, MONTH),
  'pareto of a month by tool': company => companyPareto(company, {...MONTH, by: 'bore.tool'}),
  'yield of a month': company => companyYield(company, MONTH),
  'means by lot of a month': company => companyChart(company, {...MONTH, parameter: 'bore.diameter', kind: 'xbar'}),
};

const SHAPES: readonly {
  lots: number;
  steps: number;
  weeks?: number;
  largeRows?: number;
  questions: typeof QUESTIONS;
}[] = [
  {lots: 30, steps: 8, questions: QUESTIONS},
  {lots: 120, steps: 8, questions: QUESTIONS},
  {lots: 30, steps: 16, questions: QUESTIONS},
  {lots: 120, steps: 8, weeks: 26, questions: OF_A_MONTH},
  {lots: 120, steps: 8, weeks: 26, largeRows: 5000, questions: OF_A_MONTH},
];

for (const {largeRows, questions, ...shape} of SHAPES) {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-bench-engines-'));
  const files = join(folder, 'files');
  await writePlant(
    files,
    makePlant({...shape, partsPerLot: 100, parameters: 3 * shape.steps, seed: 3, uninspectedLots: 1}),
    () => undefined,
  );
  rmSync(join(files, 'truth.json'), {force: true});
  const app = await openApp(join(folder, 'W'), {make: true});
  await ingest(app, [files]);
  await ingest(app, [join(files, 'wide')], {wide: true});
  const place = join(folder, 'place');
  await publish(app.warehouse, place, {company: true, parquetOnly: true, largeRows});
  const engines: (Engine | null)[] = [await duckdbEngine(place), await embeddedClickhouse(place)];
  for (const engine of engines) {
    if (engine === null) continue;
    const company = await Company.open(folderPlace(place), engine);
    const parts = company.tables.get('parts')!.rows;
    const onDisk = [...company.tables.values()].flatMap(({slices}) => slices).reduce((sum, {bytes}) => sum + bytes, 0);
    console.log(
      `\n${engine.name}, ${parts} parts, ${shape.lots} lots, ${shape.steps} steps, ${onDisk} bytes of Parquet`,
    );
    for (const [name, ask] of Object.entries(questions)) {
      Object.assign(company.counters, {queries: 0, bytesRead: 0, rowsRead: 0, bytesReturned: 0});
      const began = Date.now();
      await ask(company);
      const {queries, bytesRead, rowsRead, bytesReturned} = company.counters;
      console.log(
        `${name}: ${Date.now() - began} ms, ${queries} queries, read ${bytesRead} bytes, ${rowsRead} rows, returned ${bytesReturned} bytes`,
      );
    }
    await company.close();
  }
  await app.close();
  rmSync(folder, {recursive: true, force: true});
}
process.exit();
