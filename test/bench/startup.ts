/** Opening a warehouse of ten million parts, each with an operation, and making its database anew. */
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {forgetDatabase, Warehouse} from '../../warehouse/store.ts';
import {bytesIn, cost, inFolder, median, round, type Table} from './measure.ts';
import {TABLES, withMaker, writeFile} from './plant-files.ts';

const SIZES = [100_000, 1_000_000, 10_000_000];
const OPENINGS = 5;

export async function startup(scale: number): Promise<Table[]> {
  const rows: (string | number)[][] = [];
  for (const size of SIZES) {
    const parts = Math.round(size * scale);
    await inFolder(async folder => {
      const into = join(folder, 'warehouse');
      const warehouse = await Warehouse.open(into);
      for (const name of ['parts', 'operations'] as const) {
        const path = await withMaker(folder, maker => writeFile(maker, folder, `${name}.parquet`, TABLES[name](parts)));
        await warehouse.load(await planFile(path), linesOfRecords);
      }
      await warehouse.close();
      const openings: number[] = [];
      for (let k = 0; k < OPENINGS; k++) {
        const {ms, result} = await cost(() => Warehouse.open(into));
        openings.push(ms);
        await result.close();
      }
      const database = bytesIn(join(into, 'warehouse.duckdb'));
      await forgetDatabase(into);
      const rebuilt = await cost(() => Warehouse.open(into));
      await rebuilt.result.close();
      rows.push([parts, round(median(openings)), round(database / 1e6), round(rebuilt.ms / 1000, 1)]);
    });
  }
  return [
    {
      title: `Opening a warehouse with as many parts as operations, median of ${OPENINGS} (goal: 2000 ms at 10 million)`,
      head: ['parts', 'open ms', 'database MB', 'made anew from the archive s'],
      rows,
    },
  ];
}
