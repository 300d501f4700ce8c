/** `fishbone publish` killed while it writes: nothing looks finished that is not, and the next run goes on behind what was whole. */
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {verifyPublished} from '../../warehouse/publish/verify-published.ts';
import {plantFiles, temporaryFolder} from '../api/plant.ts';

const BIN = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));
/** Of the plant in `plant.ts`. */
const UNFINISHED = '.position-00000007-unfinished';

test('killed behind the first table, in the middle and in the DuckDB file', async () => {
  const folder = join(temporaryFolder(), 'w');
  const app = await openApp(folder, {make: true});
  await ingest(app, [plantFiles()]);
  const undisturbed = await publish(app.warehouse, temporaryFolder(), {});
  await app.close();
  const into = temporaryFolder();
  const unfinished = join(into, UNFINISHED);
  const done = () => {
    const path = join(unfinished, 'done.ndjson');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
  };
  const moments = [() => done() >= 1, () => done() >= 8, () => existsSync(join(unfinished, 'fishbone.duckdb'))];
  const first: number[] = [];
  for (const isNow of moments) {
    await killedWhen(['publish', into, '--warehouse', folder], isNow);
    // It was still writing, or this test shows nothing.
    expect(readdirSync(into)).toEqual([UNFINISHED]);
    expect(await verifyPublished(into)).toMatchObject({ok: true, snapshots: 0});
    first.push(statSync(join(unfinished, 'products', 'data.parquet')).ino);
  }
  const again = await openApp(folder);
  const made = await publish(again.warehouse, into, {});
  expect(made).toMatchObject({already: false, rows: undisturbed.rows, tables: undisturbed.tables});
  // The first table was written once: the runs after went on behind it.
  first.push(statSync(join(made.folder, 'products', 'data.parquet')).ino);
  expect(new Set(first).size).toBe(1);
  expect(await verifyPublished(into)).toMatchObject({ok: true, snapshots: 1});
  await again.close();
});

async function killedWhen(args: readonly string[], isNow: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...args], {stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  child.stderr.on('data', piece => (said += String(piece)));
  const ended = new Promise(resolve => child.once('close', resolve));
  while (child.exitCode === null && !isNow()) await wait(1);
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before its moment came: ${said}`);
  child.kill('SIGKILL');
  await ended;
}
