/** Folders of images through the command line and the application: streamed, in order, each once over restarts. */
import {spawn} from 'node:child_process';
import {chmodSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {inferAndIngest} from '../../api/infer-images.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';
import {tinyFolder, tinyModel} from '../inference/tiny-model.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';
import {soon} from './responses/plant.ts';

const BIN = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));
const SCRATCH = encodePng(drawSurface({kind: 'scratch', seed: 1_300_000_001}));
const GOOD = encodePng(drawSurface({kind: 'good', seed: 1_300_000_002}));

/** Images of parts P1, P2, ...: each third has a scratch. */
function images(count: number, folder = join(temporaryFolder(), 'images')): string {
  mkdirSync(folder, {recursive: true});
  for (const [name, bytes] of [
    ['scratch', SCRATCH],
    ['good', GOOD],
  ] as const)
    writeFileSync(join(folder, '..', name), bytes);
  for (let k = 1; k <= count; k++) {
    const name = `P${k}_final_20260301T061500Z_CAM-1.png`;
    linkSync(join(folder, '..', k % 3 === 0 ? 'scratch' : 'good'), join(folder, name));
  }
  return folder;
}

const figures = (app: App) =>
  app.warehouse.read(undefined, session =>
    session.row<{inspections: number; parts: number; fails: number; defects: number}>(
      `select count(*)::integer as inspections, count(distinct part)::integer as parts,
         (count(*) filter (result = 'fail'))::integer as fails,
         (select count(*)::integer from defects) as defects
       from inspections`,
    ),
  );

test('killed in the middle and run again, each image is there once', async () => {
  const folder = images(1_600);
  const warehouse = temporaryFolder();
  const first = spawn(process.execPath, [BIN, 'infer', folder, '--model', 'surface-v1', '--warehouse', warehouse], {
    stdio: 'ignore',
  });
  const ended = new Promise(resolve => first.once('exit', (_, signal) => resolve(signal)));
  const ledger = join(warehouse, 'ledger', 'ledger.ndjson');
  await soon(() => expect(existsSync(ledger) && readFileSync(ledger, 'utf8')).toContain('infer:surface-v1'));
  first.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');

  const app = await openApp(warehouse);
  try {
    const {inspections: before} = await figures(app);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(1_600);
    const answer = await inferAndIngest(app, [folder], {model: 'surface-v1'});
    expect(answer).toMatchObject({images: 1_600, inspections: 1_600, failed: 0});
    expect(answer.receipts[0].tables).toEqual([
      {table: 'inspections', accepted: 1_600 - before, rejected: 0, duplicates: before, conflicts: 0},
      {
        table: 'defects',
        accepted: 533 - Math.floor(before / 3),
        rejected: 0,
        duplicates: expect.any(Number),
        conflicts: 0,
      },
    ]);
    expect(await figures(app)).toEqual({inspections: 1_600, parts: 1_600, fails: 533, defects: 533});
  } finally {
    await app.close();
  }
});

test('the command says what became of all images; patterns, lists and what nobody can place', async () => {
  const folder = temporaryFolder();
  const at = ['--warehouse', join(folder, 'W'), '--json', '--model', 'surface-v1'];
  mkdirSync(join(folder, 'a', 'b'), {recursive: true});
  writeFileSync(join(folder, 'a', '1.png'), GOOD);
  writeFileSync(join(folder, 'a', 'b', '2.png'), SCRATCH);
  writeFileSync(join(folder, 'a', 'b', 'other.png'), SCRATCH);
  writeFileSync(join(folder, 'a', 'readme.txt'), 'no image');
  writeFileSync(
    join(folder, 'list.csv'),
    'image;part;station;at\na/1.png;"P;1";CAM;2026-03-01T06:15:00Z\n2.png;P2;;\n',
  );
  const told = await fishboneHere(['infer', join(folder, 'a'), '--sidecar', join(folder, 'list.csv'), ...at]);
  expect(told.code).toBe(3);
  expect(told.json()).toMatchObject({
    images: 3,
    inspections: 2,
    defects: 1,
    failed: 1,
    failures: [{image: join(folder, 'a', 'b', 'other.png'), reason: 'list.csv says nothing of a/b/other.png'}],
    leftOut: 1,
    skipped: [join(folder, 'a', 'readme.txt')],
    receipts: [{status: 'accepted', batch: 1, source: 'infer:surface-v1'}],
  });
  const pattern = await fishboneHere(['infer', join(folder, '**', '[0-9]*.png'), ...at]);
  expect(pattern.code).toBe(1);
  expect(pattern.json()).toMatchObject({images: 0, failures: [{reason: 'no file fits this pattern: check the path'}]});
  const names = await fishboneHere(['infer', join(folder, '**', '?.png'), '--file-names', '{part}', ...at]);
  expect(names.json()).toMatchObject({images: 2, inspections: 2, failed: 0});
  const both = await fishboneHere(['infer', folder, '--file-names', '{part}', '--sidecar', 'json', ...at]);
  expect(both).toMatchObject({code: 2, err: expect.stringContaining('give one of --file-names and --sidecar')});
});

test('a row that is not right is in the quarantine, and the others are in', async () => {
  const {app, folder} = await servedPlant({empty: true});
  const pictures = images(3, join(folder, 'pictures', 'now'));
  // Nobody had cameras of this kind then.
  writeFileSync(join(pictures, 'P9_final_18700301T061500Z_CAM-1.png'), GOOD);
  const answer = await inferAndIngest(app, [pictures], {model: 'surface-v1', keep: false});
  expect(answer.receipts).toMatchObject([
    {
      status: 'partly-rejected',
      tables: [
        {table: 'inspections', accepted: 3, rejected: 1},
        {table: 'defects', accepted: 1},
      ],
    },
  ]);
  expect(answer.failures).toMatchObject([{reason: 'its row is not right: see "fishbone quarantine list"'}]);
  expect(await figures(app)).toMatchObject({inspections: 3});
  expect(existsSync(join(folder, 'images'))).toBe(false);
});

test('an image that is named twice is one inspection; a verdict that changed under one version is not recorded', async () => {
  const {app, folder} = await servedPlant({empty: true});
  const pictures = images(3, join(folder, 'pictures', 'now'));
  const twice = await inferAndIngest(app, [pictures, pictures], {model: 'surface-v1'});
  expect(twice.receipts[0].tables[0]).toMatchObject({accepted: 3, duplicates: 3});
  const classes = ['good', 'a', 'b', 'c'].map(name => ({name, defect: name === 'good' ? null : name, severity: 1}));
  const own = {name: 'surface-v1', version: '1.0.0', classes};
  const changed = await tinyFolder(tinyModel({operators: [['Flatten']]}), own);
  const answer = await inferAndIngest(app, [pictures], {model: changed});
  expect(answer.failures.map(({reason}) => reason)).toContainEqual(
    expect.stringMatching(/^surface-v1@1.0.0 said (pass|fail) [\d.]+ of this image before, and (pass|fail) [\d.]+ now/),
  );
  expect(await figures(app)).toMatchObject({inspections: 3});
});

test('a path that cannot be opened is told, and the run goes on', async () => {
  const {app, folder} = await servedPlant({empty: true});
  const pictures = images(3, join(folder, 'pictures', 'now'));
  const answer = await inferAndIngest(app, [join(folder, 'pictures', 'good', 'below'), pictures], {
    model: 'surface-v1',
  });
  expect(answer).toMatchObject({images: 3, failures: [{reason: expect.stringMatching(/^cannot be opened: ENOTDIR/)}]});
  // The superuser may read everything.
  if (process.getuid?.() === 0) return;
  chmodSync(pictures, 0);
  const closed = await inferAndIngest(app, [pictures], {model: 'surface-v1'});
  chmodSync(pictures, 0o700);
  expect(closed).toMatchObject({images: 0, failures: [{reason: 'may not be read: ask whoever owns it'}]});
});

test('an execution provider that is not there is refused by name', async () => {
  const {app, folder} = await servedPlant({
    empty: true,
    inference: {batchSize: 8, executionProvider: 'abacus'},
  });
  const pictures = images(1, join(folder, 'pictures', 'now'));
  await expect(inferAndIngest(app, [pictures], {model: 'surface-v1'})).rejects.toThrow(
    /model 'surface-v1' refused by the runtime: there is no execution provider "abacus" here, only cpu/,
  );
});
