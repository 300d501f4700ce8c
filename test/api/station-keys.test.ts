/** The key of a station: it records what is said of that station, and takes the place of nothing else. */
import {expect, test} from 'vitest';
import type {InspectedImages} from '../../api/inspect-image.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

async function stations() {
  const {app, http} = await servedPlant({empty: true});
  const keyOf = async (station: string) =>
    (await app.keys.create({name: station, role: 'ingest', station, by: 'test'})).key;
  const [four, five] = [await keyOf('cell-4'), await keyOf('cell-5')];
  const any = (await app.keys.create({name: 'line', role: 'ingest', by: 'test'})).key;
  const send = async (key: string, payload: object[]) => {
    const headers = {authorization: `Bearer ${key}`};
    const answer = await http.inject({method: 'POST', url: '/v1/inspections', headers, payload});
    return {...answer.json<{detail: string}>(), status: answer.statusCode};
  };
  const rows = async () => {
    await app.recorder.recorded();
    return app.warehouse.read(undefined, session =>
      session.rows('select inspection, station, result from now.inspections order by inspection'),
    );
  };
  return {app, http, four, five, any, send, rows};
}

const of = (inspection: string, station: string | null | undefined, more: object = {}) => ({
  inspection,
  part: 'P1',
  station,
  result: 'pass',
  ...more,
});

test('inspections of its own station only; one of another, or of none, and nothing of the request is recorded', async () => {
  const {four, any, send, rows} = await stations();
  expect(await send(four, [of('i1', 'cell-4')])).toMatchObject({status: 200});
  const others = await send(four, [of('i2', 'cell-4'), of('i3', 'cell-5')]);
  expect(others).toMatchObject({
    status: 403,
    detail: 'inspection i3 is of station cell-5, and this key records of cell-4 only',
  });
  expect(await send(four, [of('i4', null)])).toMatchObject({status: 403});
  expect(await send(four, [of('i5', undefined)])).toMatchObject({status: 403});
  expect(await send(any, [of('i6', 'cell-5'), of('i7', null)])).toMatchObject({status: 200});
  expect(await rows()).toEqual([
    {inspection: 'i1', station: 'cell-4', result: 'pass'},
    {inspection: 'i6', station: 'cell-5', result: 'pass'},
    {inspection: 'i7', station: null, result: 'pass'},
  ]);
});

test('it corrects its own, and takes over no id of another station', async () => {
  const {four, five, any, send, rows} = await stations();
  await send(five, [of('i1', 'cell-5')]);
  await send(any, [of('i2', null)]);
  await send(four, [of('i3', 'cell-4')]);
  const newer = {recorded_at: '2026-03-01T07:00:00Z', result: 'fail'};
  for (const id of ['i1', 'i2']) {
    const taken = await send(four, [of(id, 'cell-4', newer)]);
    expect(taken).toMatchObject({status: 403, detail: `inspection ${id} is known, and not as one of cell-4`});
  }
  expect(await send(four, [of('i3', 'cell-4', newer)])).toMatchObject({status: 200});
  // Both at once, whichever comes first: one of them has the id.
  const answers = await Promise.all([
    send(four, [of('i4', 'cell-4')]),
    send(five, [of('i4', 'cell-5', newer)]),
    send(four, [of('i4', 'cell-4')]),
  ]);
  expect(answers.map(({status}) => status)).toEqual([200, 403, 200]);
  expect(await rows()).toEqual([
    {inspection: 'i1', station: 'cell-5', result: 'pass'},
    {inspection: 'i2', station: null, result: 'pass'},
    {inspection: 'i3', station: 'cell-4', result: 'fail'},
    {inspection: 'i4', station: 'cell-4', result: 'pass'},
  ]);
});

test('of several images, those of its station', async () => {
  const {http, four, rows} = await stations();
  const form = new FormData();
  for (const [k, station] of ['cell-4', 'cell-5', null].entries()) {
    form.append('part', `P${k}`);
    if (station !== null) form.append('station', station);
    const bytes = encodePng(drawSurface({kind: 'good', seed: 1_300_000_000 + k}));
    form.append('image', new Blob([new Uint8Array(bytes)]), `${k}.png`);
  }
  const body = new Response(form);
  const answer = await http.inject({
    method: 'POST',
    url: '/v1/images?model=surface-v1',
    headers: {authorization: `Bearer ${four}`, 'content-type': body.headers.get('content-type')!},
    payload: Buffer.from(await body.arrayBuffer()),
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.json<InspectedImages>().images).toMatchObject([
    {status: 'accepted'},
    {status: 'refused', reason: 'the image of P1 is of station cell-5, and this key records of cell-4 only'},
    {status: 'refused', reason: 'the image of P2 says no station, and this key records of cell-4 only'},
  ]);
  expect(await rows()).toMatchObject([{station: 'cell-4'}]);
});

test('nobody signs in with it; a new one after a rotation is of the same station', async () => {
  const {app, http, four, send} = await stations();
  const headers = {host: 'plant.example', origin: 'https://plant.example'};
  const signedIn = await http.inject({method: 'POST', url: '/v1/session', payload: {key: four}, headers});
  expect([signedIn.statusCode, signedIn.headers['set-cookie']]).toEqual([403, undefined]);
  const {key} = await app.keys.rotate({name: 'cell-4', keepHours: 1, by: 'test'});
  expect(await send(key, [of('i1', 'cell-5')])).toMatchObject({status: 403});
  expect(await send(key, [of('i1', 'cell-4')])).toMatchObject({status: 200});
});

test('on the command line it is made with its station, and listed with it', async () => {
  const warehouse = ['--warehouse', `${temporaryFolder()}/w`];
  const make = (role: string) =>
    fishboneHere(['key', 'create', '--name', `a ${role}`, '--role', role, '--station', 'cell-4', ...warehouse]);
  expect((await make('ingest')).out).toContain('a ingest, ingest for cell-4 only');
  const more = await make('engineer');
  expect([more.code, more.err]).toEqual([2, expect.stringContaining('a key of a station records')]);
  const listed = await fishboneHere(['key', 'list', '--json', ...warehouse]);
  expect(listed.json()).toMatchObject({keys: [{name: 'a ingest', role: 'ingest', station: 'cell-4'}]});
});
