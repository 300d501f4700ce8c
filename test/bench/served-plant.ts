/** A plant of any size in a warehouse, and a server beside it, for benchmarks that ask over HTTP. */
import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {TABLES, withMaker, writeFile} from './plant-files.ts';

/** Inspected parts of one step with four parameters, 100 to a lot; of the 1 % that fail each has one of twenty defects. */
export async function makePlant(folder: string, W: string, inspections: number): Promise<void> {
  const warehouse = await Warehouse.open(W);
  const tables = {
    parts: TABLES.parts(inspections),
    operations: TABLES.operations(inspections),
    inspections: TABLES.inspections(inspections),
    defects: `select inspection, 'code-' || (hash(inspection, 1) % 5 * (hash(inspection, 2) % 5)) as defect
      from (${TABLES.inspections(inspections)}) where result = 'fail'`,
    measurements: TABLES.wide(inspections, 4),
  };
  for (const [table, query] of Object.entries(tables)) {
    const path = await withMaker(folder, maker => writeFile(maker, folder, `${table}.parquet`, query));
    const receipt = await warehouse.load(await planFile(path, {table, wide: table === 'measurements'}), linesOfRecords);
    if (receipt.status !== 'accepted') throw new Error(`${table}: ${receipt.status}: ${receipt.notices.join('; ')}`);
  }
  await warehouse.close();
}

/** A server in a process of its own, as it is started in a plant. */
export async function startServer(W: string): Promise<{address: string; stop(): Promise<unknown>}> {
  const bin = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));
  const child = spawn(process.execPath, [bin, 'serve', '--warehouse', W, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', data => resolve(String(data)));
    child.once('exit', code => reject(new Error(`serve ended with ${code}`)));
  });
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return {address: (JSON.parse(line) as {address: string}).address, stop};
}
