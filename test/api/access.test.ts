/** Who may do what: every route against every role, and decisions under the identity that a key proves. */
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import type {Role} from '../../api/access/roles.ts';
import {LimitSettings} from '../../api/access/settings.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {servedPlant} from './plant.ts';

const ROLES = ['viewer', 'engineer', 'quality-lead', 'ingest', 'admin'] as const;

/** As the design has it, written down independently of the code: which roles each route is for. */
const READERS = ['viewer', 'engineer', 'quality-lead', 'admin'];
const MATRIX: [method: 'GET' | 'POST' | 'DELETE', url: string, roles: string[]][] = [
  ['GET', '/v1/pareto', READERS],
  ['POST', '/v1/company', READERS],
  ['GET', '/v1/yield', READERS],
  ['GET', '/v1/charts/any-fail?kind=p', READERS],
  ['GET', '/v1/capability/bore.torque', READERS],
  ['GET', '/v1/scan', READERS],
  ['GET', '/v1/alarms', READERS],
  ['GET', '/v1/baselines', READERS],
  ['POST', '/v1/baselines', ['engineer', 'quality-lead']],
  ['POST', '/v1/baselines/b1/retire', ['engineer', 'quality-lead']],
  ['GET', '/v1/gage/bore.torque', READERS],
  ['GET', '/v1/linearity/bore.torque?reference=lab', READERS],
  ['GET', '/v1/agreement', READERS],
  ['GET', '/v1/inspections', READERS],
  ['GET', '/v1/inspections/i1', READERS],
  ['POST', '/v1/inspections/i1/review', ['engineer', 'quality-lead']],
  ['GET', '/v1/reviews', READERS],
  ['GET', '/v1/reviews/queue', READERS],
  ['GET', '/v1/inspectors/m/thresholds', READERS],
  ['GET', '/v1/inspectors/challenge?champion=a&challenger=b', READERS],
  ['GET', '/v1/inspectors/drift', READERS],
  ['GET', '/v1/defect-map', READERS],
  ['GET', '/v1/parameters', READERS],
  ['GET', '/v1/find', READERS],
  ['POST', '/v1/statements', READERS],
  ['GET', '/v1/trace/any/P1', READERS],
  ['POST', '/v1/screen', READERS],
  ['GET', '/v1/findings/f1', READERS],
  ['POST', '/v1/contain', READERS],
  ['POST', '/v1/contain/query', ['engineer', 'quality-lead', 'admin']],
  ['GET', '/v1/contained/c1', READERS],
  ['GET', '/v1/plant', READERS],
  ['GET', '/v1/events', READERS],
  ['GET', '/v1/batches', READERS],
  ['GET', '/v1/quarantine', READERS],
  ['GET', '/v1/quarantine/1', READERS],
  ['POST', '/v1/quarantine/replay', ['engineer', 'quality-lead', 'admin']],
  ['POST', '/v1/quarantine/1/replay', ['engineer', 'quality-lead', 'admin']],
  ['POST', '/v1/quarantine/1/set-aside', ['engineer', 'quality-lead', 'admin']],
  ['POST', '/v1/quarantine/1/reopen', ['engineer', 'quality-lead', 'admin']],
  ['GET', '/v1/unresolved', READERS],
  ['GET', '/v1/studies', READERS],
  ['GET', '/v1/supply', READERS],
  ['GET', '/v1/alerts', READERS],
  ['GET', '/v1/drift', READERS],
  ['POST', '/v1/drift/d1.1/accept', ['engineer', 'quality-lead', 'admin']],
  ['POST', '/v1/alerts/a1/close', ['engineer', 'quality-lead', 'admin']],
  ['GET', '/v1/feeds', READERS],
  ['GET', '/v1/tables/parts.csv', READERS],
  ['GET', `/v1/images/${'0'.repeat(64)}`, READERS],
  ['GET', `/v1/images/${'0'.repeat(64)}/thumbnail`, READERS],
  ['GET', '/metrics', READERS],
  ['GET', '/v1/holds', READERS],
  ['GET', '/v1/holds/h1', READERS],
  ['GET', '/v1/holds/h1/evidence', READERS],
  ['GET', '/v1/holds/h1/mes', READERS],
  ['POST', '/v1/holds', ['engineer', 'quality-lead']],
  ['POST', '/v1/holds/h1/approve', ['quality-lead']],
  ['POST', '/v1/holds/h1/refuse', ['quality-lead']],
  ['POST', '/v1/holds/h1/release', ['quality-lead']],
  ['POST', '/v1/holds/h1/scrap', ['quality-lead']],
  ['POST', '/v1/holds/h1/review', ['quality-lead']],
  ['POST', '/v1/holds/h1/check', ['engineer', 'quality-lead']],
  ['GET', '/v1/reason-codes', READERS],
  ['POST', '/v1/holds/h1/settle', ['quality-lead']],
  ['GET', '/v1/responses', READERS],
  ['POST', '/v1/responses/try', READERS],
  ['GET', '/v1/responses/log', READERS],
  ['POST', '/v1/responses/m1/settle', ['quality-lead']],
  ['POST', '/v1/ingest', ['ingest', 'admin']],
  ['POST', '/v1/ingest/parts', ['ingest', 'admin']],
  ['POST', '/v1/inspections', ['ingest', 'admin']],
  ['POST', '/v1/images', ['ingest', 'admin']],
  ['POST', '/v1/query', ['engineer', 'quality-lead', 'admin']],
  ['GET', '/v1/persons', ['admin']],
  ['POST', '/v1/persons/erase', ['admin']],
  ['GET', '/v1/audit', ['admin']],
  ['DELETE', '/v1/session', [...ROLES]],
  ['POST', '/v1/operations/hold.approve', []],
  ['POST', '/v1/operations/key.create', []],
  ['POST', '/v1/operations/key.rotate', []],
];

/** All that the key of a station opens. */
const OF_STATION = ['POST /v1/inspections', 'POST /v1/images'];

/** All that keys of tables open, by their role and tables; which tables a file is about is seen when it is read. */
const OF_TABLES: [role: 'viewer' | 'ingest', tables: string[], opened: string[]][] = [
  ['viewer', ['parts', 'lots'], ['GET /v1/tables/parts.csv']],
  ['viewer', ['lots'], []],
  ['ingest', ['parts'], ['POST /v1/ingest', 'POST /v1/ingest/parts']],
  ['ingest', ['inspections'], ['POST /v1/ingest']],
  ['ingest', ['inspections', 'defects'], ['POST /v1/ingest', 'POST /v1/inspections']],
];

/** Whoever wants to sign in cannot have done so yet. */
const OPEN = ['GET /v1/session', 'POST /v1/session'];

const bearer = (key: string) => ({authorization: `Bearer ${key}`});

test('every route and role', async () => {
  const {app, http} = await servedPlant({
    empty: true,
    localToken: 'the local token',
    // Wrong keys are what is tried here, many of them.
    limits: LimitSettings.parse({failedSignInsPerMinute: null}),
  });
  const keys: Record<string, string> = {};
  for (const role of ROLES) keys[role] = (await app.keys.create({name: `a ${role}`, role, by: 'test'})).key;
  const bound = (await app.keys.create({name: 'cell-4', role: 'ingest', station: 'cell-4', by: 'test'})).key;
  const ofTables = await Promise.all(
    OF_TABLES.map(async ([role, tables, opened], k) => {
      const {key} = await app.keys.create({name: `tables ${k}`, role, tables, by: 'test'});
      return {key, opened};
    }),
  );
  const listed = http
    .printRoutes({commonPrefix: false})
    .split('\n')
    .filter(line => line.includes('(')).length;
  expect(listed).toBeGreaterThan(20);
  for (const [method, url, roles] of MATRIX) {
    // A stream of events has no end; one that is asked for from nowhere is refused after the guard.
    const payload =
      method === 'POST'
        ? {payload: 'x', headers: {'content-type': 'text/plain'}}
        : {headers: {'last-event-id': 'nowhere'}};
    const statusWith = async (headers: object) =>
      (await http.inject({...payload, method, url, headers: {...payload.headers, ...headers}})).statusCode;
    const allowed: string[] = [];
    for (const role of ROLES) if (![401, 403].includes(await statusWith(bearer(keys[role])))) allowed.push(role);
    expect([url, ...allowed.sort()]).toEqual([url, ...[...roles].sort()]);
    const isOfStation = ![401, 403].includes(await statusWith(bearer(bound)));
    expect([method, url, isOfStation]).toEqual([method, url, OF_STATION.includes(`${method} ${url}`)]);
    for (const {key, opened} of ofTables) {
      const isOpen = ![401, 403].includes(await statusWith(bearer(key)));
      expect([opened, method, url, isOpen]).toEqual([opened, method, url, opened.includes(`${method} ${url}`)]);
    }
    const nobody = url.startsWith('/v1/operations') ? 403 : 401;
    expect([url, await statusWith({}), await statusWith(bearer('fb_wrong'))]).toEqual([url, nobody, nobody]);
  }
});

test('the matrix above has every route that is served', async () => {
  const {http} = await servedPlant({empty: true});
  const {paths} = (await http.inject({url: '/v1/openapi.json'})).json<{paths: Record<string, object>}>();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  );
  const shapes = MATRIX.map(([method, url]) => [method, url.split('/').length, url.split('/')[2]].join(' '));
  for (const route of described.filter(route => !OPEN.includes(route))) {
    const [method, path] = route.split(' ');
    const shape = [method, path.split('/').length, path.split('/')[2]].join(' ');
    if (!shapes.includes(shape)) expect(route).toBe('a route of the matrix');
  }
});

describe('keys', () => {
  test('an identity is what the key proves, whatever the body says; the proposer never approves', async () => {
    const {app, http} = await servedPlant();
    const key = async (name: string, role: Role) => (await app.keys.create({name, role, by: 'test'})).key;
    const [anna, ben] = [await key('Anna', 'quality-lead'), await key('Ben', 'quality-lead')];
    const post = (url: string, who: string, payload: object) =>
      http.inject({method: 'POST', url, headers: bearer(who), payload});
    const {id: contained} = (await post('/v1/contain', anna, {target: 'L1'})).json<{id: string}>();
    const proposed = await post('/v1/holds', anna, {contained, reason: 'SCRATCH', text: 'T7', by: 'Somebody else'});
    const {id, proposedBy} = proposed.json<Hold>();
    expect(proposedBy).toBe('Anna');
    const own = await post(`/v1/holds/${id}/approve`, anna, {by: 'Ben'});
    expect(own.json()).toMatchObject({status: 403, code: 'HOLD_SAME_PERSON'});
    const approved = (await post(`/v1/holds/${id}/approve`, ben, {})).json<Hold>();
    expect(approved.decision).toBe('approved');
    expect((await post(`/v1/holds/${id}/approve`, ben, {})).statusCode).toBe(409);
    const recorded = app.warehouse.entries().filter(({kind}) => kind === 'hold');
    expect(recorded.map(({body}) => body)).toMatchObject([
      {did: 'propose', by: 'Anna', authenticated: true},
      {did: 'approve', by: 'Ben', authenticated: true},
    ]);
    const seen = await http.inject({url: '/v1/plant', headers: bearer(ben)});
    expect(seen.json()).toMatchObject({access: {mode: 'keys', name: 'Ben', role: 'quality-lead'}});
  });

  test('are kept as digests, have names of their own, and end when they are revoked', async () => {
    const {app, http} = await servedPlant({empty: true});
    const made = await app.keys.create({name: 'Line 4', role: 'viewer', by: 'test'});
    // 32 random bytes in base64url are 43 characters.
    expect(made.key).toMatch(/^fb_[\w-]{43}$/);
    expect(JSON.stringify(app.warehouse.entries())).not.toContain(made.key.slice(3));
    await expect(app.keys.create({name: 'line 4', role: 'admin', by: 'test'})).rejects.toThrow('a key named line 4');
    const status = async () => (await http.inject({url: '/v1/batches', headers: bearer(made.key)})).statusCode;
    expect(await status()).toBe(200);
    await app.keys.revoke('Line 4', 'test');
    expect(await status()).toBe(401);
    // That nobody has a key any more does not open the door again.
    expect((await http.inject({url: '/v1/batches'})).statusCode).toBe(401);
    await expect(app.keys.revoke('Line 4', 'test')).rejects.toThrow('revoked already');
  });
});

describe('keys that end', () => {
  const HOUR_MS = 3_600_000;

  test('by themselves, at their time; who shows one later is told', async () => {
    const {app, http} = await servedPlant({empty: true});
    const endMs = Date.now() + HOUR_MS;
    const expiresAt = new Date(endMs).toISOString();
    const {key, id} = await app.keys.create({name: 'Line 4', role: 'viewer', by: 'test', expiresAt});
    const asked = () => http.inject({url: '/v1/batches', headers: bearer(key)});
    expect((await asked()).statusCode).toBe(200);
    vi.useFakeTimers({now: endMs, toFake: ['Date']});
    onTestFinished(() => void vi.useRealTimers());
    const late = await asked();
    expect(late.statusCode).toBe(401);
    expect(late.json()).toMatchObject({detail: expect.stringContaining(`this key ended at ${expiresAt}`)});
    expect(app.keys.works(id)).toBe(false);
    // Its name is free again, and a key that would never work is none.
    await app.keys.create({name: 'Line 4', role: 'viewer', by: 'test'});
    await expect(app.keys.create({name: 'Line 5', role: 'viewer', by: 'test', expiresAt})).rejects.toThrow(
      'would never work',
    );
  });

  test('are rotated: the old one goes on for a while under the same name', async () => {
    const {app, http} = await servedPlant({empty: true});
    const old = await app.keys.create({name: 'cell-4', role: 'ingest', by: 'test'});
    const made = await app.keys.rotate({name: 'cell-4', keepHours: 2, by: 'test'});
    expect(made).toMatchObject({name: 'cell-4', role: 'ingest', expiresAt: null});
    expect(Math.abs(Date.parse(made.oldUntil) - Date.now() - 2 * HOUR_MS)).toBeLessThan(60_000);
    const status = async (key: string) =>
      (await http.inject({method: 'POST', url: '/v1/inspections', headers: bearer(key), payload: []})).statusCode;
    expect([await status(old.key), await status(made.key)]).toEqual([200, 200]);
    vi.useFakeTimers({now: Date.now() + 3 * HOUR_MS, toFake: ['Date']});
    onTestFinished(() => void vi.useRealTimers());
    expect([await status(old.key), await status(made.key)]).toEqual([401, 200]);
    await expect(app.keys.rotate({name: 'cell-5', keepHours: 2, by: 'test'})).rejects.toThrow('no key cell-5');
  });

  test('are revoked by their name all together, also those of a rotation; by an id one alone', async () => {
    const {app} = await servedPlant({empty: true});
    const first = await app.keys.create({name: 'cell-4', role: 'ingest', by: 'test'});
    const second = await app.keys.rotate({name: 'cell-4', keepHours: 0, by: 'test'});
    const third = await app.keys.rotate({name: 'cell-4', keepHours: 2, by: 'test'});
    const other = await app.keys.create({name: 'cell-6', role: 'ingest', by: 'test'});
    // The first has ended by itself; to revoke it and say "cell-4 is revoked" would leave the door open.
    expect([first, second, third].map(({id}) => app.keys.works(id))).toEqual([false, true, true]);
    expect(await app.keys.revoke(second.id, 'test')).toMatchObject({id: second.id, ids: [second.id]});
    expect(app.keys.works(third.id)).toBe(true);
    expect(await app.keys.revoke('cell-4', 'test')).toMatchObject({id: third.id, ids: [first.id, third.id]});
    expect(app.keys.works(third.id)).toBe(false);
    expect(app.keys.works(other.id)).toBe(true);
    await expect(app.keys.revoke('cell-4', 'test')).rejects.toThrow('revoked already');
  });
});

describe('single-user mode', () => {
  test('names are declared and recorded as such, and one is needed', async () => {
    const {app, http} = await servedPlant();
    const post = (url: string, payload: object) => http.inject({method: 'POST', url, payload});
    const {id: contained} = (await post('/v1/contain', {target: 'L1'})).json<{id: string}>();
    expect((await post('/v1/holds', {contained, reason: 'X', text: ''})).json()).toMatchObject({status: 400});
    expect((await post('/v1/holds', {contained, reason: 'X', text: '', by: 'Anna'})).statusCode).toBe(200);
    const [entry] = app.warehouse.entries().filter(({kind}) => kind === 'hold');
    expect(entry.body).toMatchObject({by: 'Anna', authenticated: false});
  });

  test('only this machine is served: no name that points here, no page from elsewhere', async () => {
    const {http} = await servedPlant({empty: true});
    const status = async (headers: object, method: 'GET' | 'POST' = 'GET') =>
      (await http.inject({method, url: method === 'GET' ? '/v1/batches' : '/v1/screen', headers: {...headers}}))
        .statusCode;
    expect(await status({host: 'evil.example:4800'})).toBe(403);
    expect(await status({host: '127.0.0.1.evil.example'})).toBe(403);
    expect(await status({host: '127.0.0.1:4800'})).toBe(200);
    expect(await status({host: 'localhost'})).toBe(200);
    expect(await status({host: '[::1]:4800'})).toBe(200);
    expect(await status({host: '127.0.0.1', origin: 'https://evil.example'}, 'POST')).toBe(403);
    expect(await status({host: '127.0.0.1', origin: 'http://127.0.0.1'}, 'POST')).toBe(400);
  });
});
