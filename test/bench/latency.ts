/** What a person who asks a small question waits for while a large file is being loaded, against an idle warehouse. */
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {cost, inFolder, quantile, round, type Table} from './measure.ts';
import {TABLES, withMaker, writeFile} from './plant-files.ts';

const PARTS = 400_000;
const PARAMETERS = 60;
const IDLE_ASKINGS = 400;
const PAUSE_MS = 5;

export async function latency(scale: number): Promise<Table[]> {
  return inFolder(async folder => {
    const parts = Math.round(PARTS * scale);
    const warehouse = await Warehouse.open(join(folder, 'warehouse'));
    const files = await withMaker(folder, async maker => [
      await writeFile(maker, folder, 'parts.parquet', TABLES.parts(parts)),
      await writeFile(maker, folder, 'wide.csv', TABLES.wide(parts, PARAMETERS)),
    ]);
    await warehouse.load(await planFile(files[0]), linesOfRecords);
    const idle: number[] = [];
    while (idle.length < IDLE_ASKINGS) idle.push(await askOnce(warehouse, idle.length));
    const busy: number[] = [];
    let loading = true;
    const plan = await planFile(files[1], {table: 'measurements', wide: true});
    const load = cost(() => warehouse.load(plan, linesOfRecords)).finally(() => {
      loading = false;
    });
    while (loading) busy.push(await askOnce(warehouse, busy.length));
    const {ms} = await load;
    await warehouse.close();
    const row = (name: string, times: number[]) => [
      name,
      times.length,
      ...[0.5, 0.95, 0.99, 1].map(share => round(quantile(times, share), 1)),
    ];
    const ratio = (share: number) => round(quantile(busy, share) / quantile(idle, share), 1);
    return [
      {
        title: `A small question (one part by its id) while ${parts} wide rows are loaded in ${round(ms / 1000, 1)} s (goal: p99 5 times the idle one)`,
        head: ['', 'askings', 'median ms', 'p95 ms', 'p99 ms', 'longest ms'],
        rows: [row('idle', idle), row('during the load', busy), ['ratio', '', ...[0.5, 0.95, 0.99, 1].map(ratio)]],
      },
    ];
  });
}

async function askOnce(warehouse: Warehouse, k: number): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  const {ms} = await cost(() =>
    warehouse.read(undefined, session =>
      session.rows('select part, product, lot from now.parts where part = $item::integer', {item: (k * 7919) % 1000}),
    ),
  );
  return ms;
}
