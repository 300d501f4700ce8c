/** Images as they come: a watched folder, an upload; what dies takes nothing along. */
import {copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {App} from '../../api/app.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';
import {FeedsSettings} from '../../ingest/feeds/settings.ts';
import {servedPlant, temporaryFolder} from './plant.ts';
import {soon} from './responses/plant.ts';

const SCRATCH = encodePng(drawSurface({kind: 'scratch', seed: 1_300_000_001}));
const GOOD = encodePng(drawSurface({kind: 'good', seed: 1_300_000_002}));
const stamp = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
const nameOf = (part: string, ms = Date.now()) => `${part}_final_${stamp(ms)}_CAM-1.png`;

const camera = (path: string, more: object = {}) =>
  FeedsSettings.parse({
    cam: {kind: 'images', path, model: 'surface-v1', everySeconds: 0.05, settledSeconds: 0.1, ...more},
  });
const state = (app: App) => app.feeds.states()[0];
const results = (app: App) =>
  app.warehouse.read(undefined, session =>
    session.rows<{part: string; result: string; station: string | null}>(
      'select part, result, station from inspections order by part',
    ),
  );

test('a watched folder: half-written images are waited for, bad ones are put away with the reason', async () => {
  const drop = temporaryFolder();
  const {app, folder} = await servedPlant({empty: true, feeds: camera(drop, {sidecar: 'json'})});
  app.startFeeds();
  // Written in two halves, with a pause that is longer than a file has to rest.
  const half = join(drop, 'a.png');
  writeFileSync(half, SCRATCH.subarray(0, 2000));
  writeFileSync(
    join(drop, 'a.png.json'),
    JSON.stringify({part: 'A', station: 'CAM-2', at: '2026-03-01T06:15:00+01:00'}),
  );
  writeFileSync(join(drop, 'b.png'), GOOD);
  await wait(800);
  expect(await results(app)).toEqual([]);
  writeFileSync(half, SCRATCH);
  // What tells of it may come later than the image.
  writeFileSync(join(drop, 'b.json'), JSON.stringify({part: 'B'}));
  await soon(async () =>
    expect(await results(app)).toEqual([
      {part: 'A', result: 'fail', station: 'CAM-2'},
      {part: 'B', result: 'pass', station: null},
    ]),
  );
  await soon(() => expect(readdirSync(join(drop, 'done')).sort()).toEqual(['a.png', 'a.png.json', 'b.json', 'b.png']));
  expect(readdirSync(join(folder, 'images'))).toHaveLength(2);
  // After ten seconds, a text is no image on its way any more.
  writeFileSync(join(drop, 'c.png'), 'just a text');
  writeFileSync(join(drop, 'c.json'), JSON.stringify({part: 'C'}));
  await soon(() => expect(existsSync(join(drop, 'refused', 'c.png'))).toBe(true));
  expect(readFileSync(join(drop, 'refused', 'c.png.reason.txt'), 'utf8')).toContain(
    'not a PNG, JPEG, TIFF or BMP image',
  );
  expect((await results(app)).find(({part}) => part === 'C')).toMatchObject({result: 'error'});
});

test('stopped between record and move, an image is there once', async () => {
  const drop = temporaryFolder();
  const {app} = await servedPlant({empty: true, feeds: camera(drop)});
  const name = nameOf('A');
  writeFileSync(join(drop, name), GOOD);
  app.startFeeds();
  await soon(() => expect(readdirSync(join(drop, 'done'))).toEqual([name]));
  renameSync(join(drop, 'done', name), join(drop, name));
  await soon(() => expect(state(app)).toMatchObject({accepted: 1, duplicates: 1}));
  expect(await results(app)).toHaveLength(1);
});

describe('uploads', () => {
  const send = (query: string, payload: Buffer, type = 'image/png') => ({
    method: 'POST' as const,
    url: `/v1/images?${query}`,
    payload,
    headers: {'content-type': type},
  });

  test('an image is judged, kept and recorded before it is answered; sent again it is a duplicate', async () => {
    const {app, http} = await servedPlant({empty: true});
    const query = 'model=surface-v1&part=P9&step=final&station=CAM-1&at=2026-03-01T06:15:00Z';
    const first = await http.inject(send(query, SCRATCH));
    expect(first.json()).toMatchObject({
      status: 'accepted',
      batch: 1,
      reason: null,
      inspection: {
        part: 'P9',
        step: 'final',
        station: 'CAM-1',
        inspected_at: '2026-03-01T06:15:00.000Z',
        inspector: 'surface-v1@1.0.0',
        result: 'fail',
        defects: [{defect: 'scratch', severity: 3}],
      },
    });
    const {timings, inspection} = first.json<{timings: {totalMs: number}; inspection: {image: string}}>();
    expect(timings.totalMs).toBeGreaterThan(0);
    expect((await http.inject(`/v1/images/${inspection.image}`)).rawPayload).toEqual(SCRATCH);
    const again = await http.inject(send(query, SCRATCH));
    expect(again.json()).toMatchObject({status: 'duplicate', batch: null});
    expect(await results(app)).toEqual([{part: 'P9', result: 'fail', station: 'CAM-1'}]);
  });

  test('an image without a verdict is an error inspection with its reason', async () => {
    const {app, http} = await servedPlant({empty: true});
    const answer = await http.inject(
      send('model=surface-v1&part=P9', Buffer.from('just a text'), 'application/octet-stream'),
    );
    expect(answer.json()).toMatchObject({
      status: 'accepted',
      reason: 'not a PNG, JPEG, TIFF or BMP image',
      inspection: {result: 'error', confidence: null, defects: []},
    });
    expect(await results(app)).toEqual([{part: 'P9', result: 'error', station: null}]);
  });

  test('what is asked wrongly is refused with what is wrong', async () => {
    const {http} = await servedPlant({empty: true});
    const asked: [string, object][] = [
      ['part=P9', {status: 400, code: 'USAGE'}],
      ['model=surface-v1', {status: 400, code: 'USAGE'}],
      ['model=surface-v1&part=P9&at=yesterday', {status: 400, detail: 'at: "yesterday" is no time with an offset'}],
      ['model=../../etc&part=P9', {status: 400, code: 'USAGE'}],
      ['model=..&part=P9', {status: 400, code: 'USAGE'}],
      ['model=none&part=P9', {status: 400, detail: expect.stringContaining("model 'none' refused")}],
    ];
    for (const [query, problem] of asked) expect((await http.inject(send(query, GOOD))).json()).toMatchObject(problem);
  });

  test('a process that dies while it judges takes no image along, nor the server', async () => {
    const {app, http} = await servedPlant({empty: true});
    await http.inject(send('model=surface-v1&part=P0', GOOD));
    const asked = Array.from({length: 24}, (_, k) =>
      http.inject(send(`model=surface-v1&part=Q${k}`, k % 2 ? SCRATCH : GOOD)),
    );
    await wait(30);
    for (const pid of await app.inference.pids()) process.kill(pid, 'SIGSEGV');
    const answers = (await Promise.all(asked)).map(answer => answer.json<{inspection: {result: string}}>());
    expect(answers.map(({inspection}) => inspection.result)).toEqual(
      Array.from({length: 24}, (_, k) => (k % 2 ? 'fail' : 'pass')),
    );
  });

  test('a model of the plant stands in the warehouse, and a changed verdict under the same version is refused', async () => {
    const {http, folder} = await servedPlant({empty: true});
    const own = join(folder, 'models', 'mine');
    mkdirSync(own, {recursive: true});
    const shipped = new URL('../../inference/models/surface-v1/', import.meta.url);
    copyFileSync(new URL('model.onnx', shipped), join(own, 'model.onnx'));
    const card = JSON.parse(readFileSync(new URL('card.json', shipped), 'utf8'));
    writeFileSync(join(own, 'card.json'), JSON.stringify({...card, name: 'mine'}));
    expect((await http.inject(send('model=mine&part=P1', SCRATCH))).json()).toMatchObject({
      inspection: {inspector: 'mine@1.0.0', result: 'fail'},
    });
    const swapped = card.classes.map((one: {name: string}) => (one.name === 'scratch' ? {...one, defect: null} : one));
    writeFileSync(
      join(own, 'card.json'),
      JSON.stringify({...card, name: 'mine', classes: swapped, quality: undefined}),
    );
    expect((await http.inject(send('model=mine&part=P1', SCRATCH))).json()).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/mine@1.0.0 said fail [\d.]+ of this image before, and pass [\d.]+ now/),
    });
  });
});
