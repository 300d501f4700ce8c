/** The key of some tables: it reads their rows, or adds to them, whatever a file says of itself, and does nothing else. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

async function served() {
  const {app, http, folder} = await servedPlant();
  const keyOf = async (role: 'viewer' | 'ingest', ...tables: string[]) =>
    (await app.keys.create({name: `${role} of ${tables.join(' ')}`, role, tables, by: 'test'})).key;
  const get = async (key: string, file: string, more: Record<string, string> = {}) => {
    const headers = {authorization: `Bearer ${key}`, ...more};
    const {statusCode, body} = await http.inject({url: `/v1/tables/${file}`, headers});
    return {status: statusCode, body};
  };
  const send = async (key: string, url: string, payload: string, more: Record<string, string> = {}) => {
    const headers = {authorization: `Bearer ${key}`, 'content-type': 'text/csv', ...more};
    const response = await http.inject({method: 'POST', url, headers, payload});
    return {status: response.statusCode, ...response.json<{detail?: string; hint?: string}>()};
  };
  return {app, http, folder, keyOf, get, send};
}

test('its rows are read in every form and way of asking for one; those of others and of wide views are not', async () => {
  const {keyOf, get} = await served();
  const key = await keyOf('viewer', 'parts', 'lots');
  for (const file of [
    'parts',
    'parts.csv',
    'parts.json',
    'parts.arrow',
    'lots.parquet',
    'parts%2Ecsv',
    'parts.csv?limit=1',
  ])
    expect([file, (await get(key, file)).status]).toEqual([file, 200]);
  const {status, body} = await get(key, 'defects.csv');
  expect([status, body]).toEqual([
    403,
    expect.stringContaining('this key is for rows of parts, lots only, not of defects'),
  ]);
  for (const file of [
    'step_bore',
    'persons',
    'parts.csv.json',
    'Defects.csv',
    'defects%2Ecsv',
    '..%2Fdefects.csv',
    'now.defects',
  ])
    expect([file, (await get(key, file)).status]).toEqual([file, 403]);
  // There is no such form; nothing is read, whoever asks.
  expect((await get(key, 'defects', {accept: 'image/png'})).status).toBe(406);
  // An answer that somebody has already is not confirmed either.
  expect((await get(key, 'defects.csv', {'if-none-match': '*'})).status).toBe(403);
});

test('a file adds to its tables only: by the address, by its name, by a mapping, and by what it says itself', async () => {
  const {app, folder, keyOf, get, send} = await served();
  const key = await keyOf('ingest', 'lots');
  const before = app.warehouse.position;
  const lots = 'lot,material\nL7,housing\n';
  const parts = 'part,product\nP77,A\n';
  const refused = {status: 403, detail: 'this key is for rows of lots only, not of parts'};
  expect(await send(key, '/v1/ingest/parts', parts)).toMatchObject(refused);
  expect(await send(key, '/v1/ingest?name=parts.csv', parts, {'content-type': 'text/plain'})).toMatchObject(refused);
  expect(await send(key, '/v1/ingest/parts?dryRun=true', parts)).toMatchObject(refused);
  mkdirSync(join(folder, 'mappings'));
  const both = {lots: {lot: 'lot', material: 'product'}, parts: {part: 'part', product: 'product'}};
  writeFileSync(join(folder, 'mappings', 'both.json'), JSON.stringify({tables: both}));
  const mixed = 'lot,part,product\nL8,P78,A\n';
  const byMapping = await send(key, '/v1/ingest?name=x.csv&mapping=both', mixed, {'content-type': 'text/plain'});
  expect(byMapping).toMatchObject(refused);
  // Of what was refused nothing is there, not even of its own tables, and nothing waits in the quarantine.
  expect(app.warehouse.position).toBe(before);
  expect(
    app.warehouse
      .entries()
      .filter(({kind}) => kind === 'batch')
      .at(-1)?.seq,
  ).toBeLessThan(
    app.warehouse
      .entries()
      .filter(({kind}) => kind === 'key')
      .at(0)!.seq,
  );
  expect(await send(key, '/v1/ingest/lots', lots)).toMatchObject({status: 200});
  const byName = await send(key, '/v1/ingest?name=lots.csv', 'lot,material\nL9,housing\n', {
    'content-type': 'text/plain',
  });
  expect(byName).toMatchObject({status: 200});
  const {body} = await get(await keyOf('viewer', 'lots'), 'lots.csv');
  expect(['L7', 'L8', 'L9'].filter(lot => body.includes(lot))).toEqual(['L7', 'L9']);
  // A measurement with a column a parameter is a measurement.
  const wide = 'part,torque\nP1,4.2\n';
  expect(await send(key, '/v1/ingest/lots?wide=true', wide)).toMatchObject({status: 422});
  const measures = await keyOf('ingest', 'measurements');
  expect(await send(measures, '/v1/ingest/measurements?wide=true', wide)).toMatchObject({status: 200});
});

test('inspections as they happen need both of the tables that they are recorded in', async () => {
  const {app, keyOf, http} = await served();
  const record = async (key: string) =>
    (
      await http.inject({
        method: 'POST',
        url: '/v1/inspections',
        headers: {authorization: `Bearer ${key}`},
        payload: [{inspection: 'i1', part: 'P1', result: 'fail', defects: [{defect: 'scratch'}]}],
      })
    ).statusCode;
  expect(await record(await keyOf('ingest', 'inspections'))).toBe(403);
  expect(await record(await keyOf('ingest', 'inspections', 'defects'))).toBe(200);
  await app.recorder.recorded();
});

test('nobody signs in with it; a new one after a rotation is of the same tables', async () => {
  const {app, http, keyOf, get} = await served();
  const key = await keyOf('viewer', 'parts');
  const headers = {host: 'plant.example', origin: 'https://plant.example'};
  const signedIn = await http.inject({method: 'POST', url: '/v1/session', payload: {key}, headers});
  expect([signedIn.statusCode, signedIn.headers['set-cookie']]).toEqual([403, undefined]);
  const made = await app.keys.rotate({name: 'viewer of parts', keepHours: 1, by: 'test'});
  expect(made.tables).toEqual(['parts']);
  expect([(await get(made.key, 'parts.csv')).status, (await get(made.key, 'lots.csv')).status]).toEqual([200, 403]);
});

test('on the command line it is made with its tables, and listed with them; what would be none is refused', async () => {
  const warehouse = ['--warehouse', `${temporaryFolder()}/w`];
  const make = (role: string, tables: string, ...more: string[]) =>
    fishboneHere(['key', 'create', '--name', `a ${role}`, '--role', role, '--tables', tables, ...more, ...warehouse]);
  expect((await make('viewer', 'parts, lots')).out).toContain('a viewer, viewer for parts, lots only');
  const listed = await fishboneHere(['key', 'list', ...warehouse]);
  expect(listed.out).toMatch(/a viewer +viewer +parts, lots/);
  for (const [role, tables, reason, ...more] of [
    ['engineer', 'parts', 'the role engineer is for more than that'],
    ['admin', 'parts', 'the role admin is for more than that'],
    ['ingest', 'parts,pieces', 'there is no table "pieces"'],
    ['ingest', 'inspections', 'of a station or of tables', '--station', 'cell-4'],
  ]) {
    const made = await make(role, tables, ...more);
    expect([made.code, made.err]).toEqual([2, expect.stringContaining(reason)]);
  }
  const {keys} = (await fishboneHere(['key', 'list', '--json', ...warehouse])).json<{keys: {tables: string[]}[]}>();
  expect(keys.map(({tables}) => tables)).toEqual([['parts', 'lots']]);
});
