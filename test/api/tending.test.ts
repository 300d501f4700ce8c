/** Care of the archive through a running server, and what the server does by itself. */
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {ask} from '../../api/command-line/ask.ts';
import {progressOn} from '../../api/command-line/progress.ts';
import {InspectionInput} from '../../api/inspections/input.ts';
import {ingest} from '../../api/load-files.ts';
import {serve} from '../../api/server.ts';
import {Tending} from '../../api/tending.ts';
import {restore} from '../../warehouse/restore.ts';
import {verify} from '../../warehouse/verify.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fishbone-tending-'));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  return path;
}

const inspected = (row: Record<string, unknown>) => InspectionInput.parse(row);

test('a server packs, merges what comes in real time and applies the rules; a backup goes through it', async () => {
  const path = join(folder(), 'w');
  const files = folder();
  const parts = Array.from({length: 120}, (_, k) => `P${k},HX-200,L${k % 7},2024-01-0${1 + (k % 9)}T00:00:00Z`);
  writeFileSync(join(files, 'parts.csv'), `part,product,lot,made_at\n${parts.join('\n')}\n`);
  const readings = Array.from(
    {length: 30},
    (_, k) => `S1,temp,${k < 10 ? '2001' : '2099'}-01-01T00:00:${10 + k}Z,${k}`,
  );
  writeFileSync(join(files, 'readings.csv'), `station,parameter,at,value\n${readings.slice(0, 10).join('\n')}\n`);
  const said: string[] = [];
  mkdirSync(path);
  writeFileSync(join(path, 'fishbone.json'), '{"retention": {"readings": "2 years"}}');
  const app = await openApp(path, {make: true, log: line => said.push(line)});
  await ingest(app, [files]);
  for (let n = 0; n < 100; n++) {
    await app.recorder.record([inspected({inspection: `I${n}`, part: `P${n}`, result: 'pass', defects: []})]);
  }
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
  try {
    await new Tending(app).round();
    expect(said).toEqual([]);
    const kinds = app.warehouse.entries().map(e => e.kind);
    expect(kinds.filter(kind => kind === 'compaction' || kind === 'retention')).toEqual(['compaction', 'retention']);
    // One folder of merged files, and that of the retention rule, which is empty when no reading is left.
    expect(readdirSync(join(path, 'archive', 'batches')).length).toBeLessThanOrEqual(2);
    expect(readdirSync(join(path, 'archive', 'raw')).filter(name => name.endsWith('.gz'))).toHaveLength(1);

    const into = join(folder(), 'backup');
    const made = await ask(path, 'backup', {folder: into}, progressOn(process.stderr));
    expect(made).toMatchObject({folder: into, position: 102});
    expect(JSON.parse(readFileSync(join(into, 'backup.json'), 'utf8'))).toMatchObject({position: 102});
    await app.recorder.record([inspected({inspection: 'I100', part: 'P1', result: 'pass', defects: []})]);
    expect(await restore(into, join(folder(), 'w'))).toMatchObject({position: 102, verification: {ok: true}});
  } finally {
    await server.close();
  }
  expect((await verify(path)).problems).toEqual([]);
});

test('a server publishes as often as it is told, whoever did it last; a folder that is not there keeps nothing else from being done', async () => {
  const path = join(folder(), 'w');
  const into = folder();
  const said: string[] = [];
  mkdirSync(path);
  const settings = (to: string, more = {}) =>
    writeFileSync(
      join(path, 'fishbone.json'),
      JSON.stringify({publish: {folder: to, everyHours: 24, keep: 1}, ...more}),
    );
  settings(into);
  let app = await openApp(path, {make: true, log: line => said.push(line)});
  const record = (inspection: string) =>
    app.recorder.record([inspected({inspection, part: 'P1', result: 'pass', defects: []})]);
  const hour = 3_600_000;
  await record('I1');
  await new Tending(app).round();
  await record('I2');
  // Another server, as after a restart: not due before a day is over.
  await new Tending(app).round(Date.now() + 23 * hour);
  expect(readdirSync(into).sort()).toEqual(['latest.json', 'position-00000001']);
  await new Tending(app).round(Date.now() + 25 * hour);
  expect(readdirSync(into).sort()).toEqual(['latest.json', 'position-00000002']);
  expect(said).toEqual([1, 2].map(position => `published position ${position} in ${into}`));
  await app.close();

  writeFileSync(join(path, 'a-file'), '');
  settings('a-file/within', {retention: {readings: '2 years'}});
  app = await openApp(path, {log: line => said.push(line)});
  const readings = join(folder(), 'readings.csv');
  writeFileSync(readings, 'station,parameter,at,value\nS1,temp,2001-01-01T00:00:00Z,20\n');
  await ingest(app, [readings]);
  const tending = new Tending(app);
  tending.start(1e9);
  await tending.round();
  tending.stop();
  expect(said.at(-1)).toMatch(/^publishing: .*; it is tried again every ten minutes$/);
  expect(app.warehouse.entries().map(({kind}) => kind)).toContain('retention');
  await app.close();
});
