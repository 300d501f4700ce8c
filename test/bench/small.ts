/** Small batches into warehouses of growing size: a hundred inspections at a time, and parameters that nobody saw before. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {cost, inFolder, median, quantile, round, type Table} from './measure.ts';
import {TABLES, withMaker, writeFile} from './plant-files.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const WARM_UP = 6;
const BATCHES = 40;
const ROWS = 100;

export async function small(scale: number): Promise<Table[]> {
  const inspections: (string | number)[][] = [];
  const parameters: (string | number)[][] = [];
  for (const size of SIZES) {
    const parts = Math.round(size * scale);
    await inFolder(async folder => {
      const warehouse = await plantWith(folder, parts);
      const ms = await manySmall(warehouse, folder, parts);
      const first = Math.max(...ms.slice(0, WARM_UP));
      const then = ms.slice(WARM_UP);
      inspections.push([parts, round(median(then), 1), round(quantile(then, 0.95), 1), round(first)]);
      parameters.push([parts, ...(await newParameters(warehouse, folder))]);
      await warehouse.close();
    });
  }
  return [
    {
      title: `Acknowledging and projecting ${ROWS} inspections, where as many as there are parts are stored (goal: median 20 ms)`,
      head: ['parts', 'median ms', 'p95 ms', `slowest of the first ${WARM_UP} ms`],
      rows: inspections,
    },
    {
      title: `${ROWS} wide rows of 10 known parameters, and the same with 50 new ones, on a step with as many rows as parts`,
      head: ['parts', 'known ms', 'with 50 new ms', 'ratio'],
      rows: parameters,
    },
  ];
}

async function plantWith(folder: string, parts: number): Promise<Warehouse> {
  const warehouse = await Warehouse.open(join(folder, 'warehouse'));
  const tables = {parts: TABLES.parts(parts), inspections: TABLES.inspections(parts), wide: TABLES.wide(parts, 10)};
  for (const [name, query] of Object.entries(tables)) {
    const path = await withMaker(folder, maker => writeFile(maker, folder, `${name}.parquet`, query));
    const options = name === 'wide' ? {table: 'measurements', wide: true} : {};
    await warehouse.load(await planFile(path, options), linesOfRecords);
  }
  return warehouse;
}

async function manySmall(warehouse: Warehouse, folder: string, parts: number): Promise<number[]> {
  const ms: number[] = [];
  for (let batch = 0; batch < WARM_UP + BATCHES; batch++) {
    const lines = Array.from({length: ROWS}, (_, k) => {
      const part = String((batch * 7717 + k * 101) % parts).padStart(9, '0');
      return `N${batch}-${k},P${part},2026-02-01T00:00:00Z,final,V1,pass`;
    });
    ms.push(await loadCsv(warehouse, folder, 'inspections', 'inspection,part,inspected_at,step,station,result', lines));
  }
  return ms;
}

async function newParameters(warehouse: Warehouse, folder: string): Promise<number[]> {
  const known: number[] = [];
  const extended: number[] = [];
  for (let batch = 0; batch < 5; batch++) {
    const old = Array.from({length: 10}, (_, p) => `p${p}`);
    const more = [...old, ...Array.from({length: 50}, (_, p) => `n${batch}_${p}`)];
    for (const [parameters, ms] of [
      [old, known],
      [more, extended],
    ] as const) {
      const lines = Array.from(
        {length: ROWS},
        (_, k) => `Q${batch}-${parameters.length}-${k},bore,${parameters.map(() => '1.5').join(',')}`,
      );
      ms.push(await loadCsv(warehouse, folder, 'measurements', `part,step,${parameters.join(',')}`, lines, true));
    }
  }
  return [round(median(known), 1), round(median(extended), 1), round(median(extended) / median(known), 2)];
}

async function loadCsv(
  warehouse: Warehouse,
  folder: string,
  table: string,
  header: string,
  lines: string[],
  wide = false,
) {
  const path = join(folder, `${table}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  const plan = await planFile(path, wide ? {table, wide} : {});
  const {ms, result} = await cost(() => warehouse.load(plan, linesOfRecords));
  if (result.status !== 'accepted') throw new Error(`${table} was ${result.status}: ${result.notices.join('; ')}`);
  return ms;
}
