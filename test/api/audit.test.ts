/** Who asked what is written down in a chain: what was edited, taken out or moved afterwards is noticed. */
import {appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {Role} from '../../api/access/roles.ts';
import {openApp} from '../../api/app.ts';
import {AuditLog} from '../../api/audit/audit-log.ts';
import type {AuditAnswer} from '../../api/audit/read-audit.ts';
import {verifyAll, verifyAudit} from '../../api/audit/verify-audit.ts';
import {ingest} from '../../api/load-files.ts';
import {backUp} from '../../warehouse/backup.ts';
import {restore} from '../../warehouse/restore.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

async function withKeys() {
  const plant = await servedPlant();
  const key = async (name: string, role: Role) => (await plant.app.keys.create({name, role, by: 'test'})).key;
  const keys = {anna: await key('Anna', 'engineer'), root: await key('Root', 'admin')};
  const as = (who: string) => ({authorization: `Bearer ${who}`});
  const audit = async (query = '') =>
    (await plant.http.inject({url: `/v1/audit${query}`, headers: as(keys.root)})).json<AuditAnswer>();
  return {...plant, keys, as, audit};
}

test('every question has who, what, when, at which position, how it ended and how long it took', async () => {
  const {app, http, keys, as, audit} = await withKeys();
  const startedAt = new Date().toISOString();
  const {anna} = keys;
  await http.inject({method: 'POST', url: '/v1/contain', headers: as(anna), payload: {target: 'L1'}});
  await http.inject({url: '/v1/trace/any/P1?asOf=7', headers: as(anna)});
  await http.inject({url: '/v1/tables/parts.csv', headers: as(anna)});
  await http.inject({url: '/v1/persons', headers: as(anna)});
  await http.inject({url: '/v1/batches', headers: as('fb_nobodys')});
  const long = Array.from({length: 1_000}, (_, k) => `P${k}`).join("','");
  await http.inject({
    method: 'POST',
    url: '/v1/screen',
    headers: as(anna),
    payload: {where: `part.product in ('${long}')`},
  });
  await http.inject({url: '/v1/plant', headers: as(anna)});
  const {position} = app.warehouse;
  const {entries, next} = await audit();
  expect(next).toBeNull();
  expect(entries.map(({kind, who, route, status}) => [kind, who, route, status]).reverse()).toEqual([
    ['query', 'Anna', 'POST /v1/contain', 200],
    ['query', 'Anna', 'GET /v1/trace/:kind/:id', 200],
    ['query', 'Anna', 'GET /v1/tables/:file', 200],
    ['refused', 'Anna', 'GET /v1/persons', 403],
    ['refused', null, 'GET /v1/batches', 401],
    ['query', 'Anna', 'POST /v1/screen', expect.any(Number)],
  ]);
  expect(entries.at(-1)).toMatchObject({position, role: 'engineer', via: 'key', question: {body: {target: 'L1'}}});
  expect(entries.at(-2)?.question).toEqual({params: {kind: 'any', id: 'P1'}, query: {asOf: 7}});
  expect(entries[0].question).toMatchObject({
    cut: expect.stringMatching(/^\{"body":\{"where":"part\.product in/),
    sha256: expect.stringMatching(/^[\da-f]{64}$/),
  });
  for (const {at, durationMs} of entries) {
    expect(at >= startedAt).toBe(true);
    expect(durationMs).toBeGreaterThanOrEqual(0);
  }
});

test('in pages, by time and by name', async () => {
  const {http, keys, as, audit} = await withKeys();
  for (let k = 1; k <= 5; k++) await http.inject({url: `/v1/trace/part/P${k}`, headers: as(keys.anna)});
  const all = (await audit('?who=Anna')).entries;
  expect(all.map(({question}) => (question as {params: {id: string}}).params.id)).toEqual([
    'P5',
    'P4',
    'P3',
    'P2',
    'P1',
  ]);
  const first = await audit('?who=Anna&limit=2');
  const second = await audit(`?who=Anna&limit=2&cursor=${first.next}`);
  const third = await audit(`?who=Anna&limit=2&cursor=${second.next}`);
  expect([...first.entries, ...second.entries, ...third.entries]).toEqual(all);
  expect(third.next).toBeNull();
  expect((await audit(`?from=${all[2].at}&to=2999-01-01T00:00:00Z&who=Anna`)).entries.length).toBeGreaterThanOrEqual(3);
  expect((await audit(`?to=${all.at(-1)!.at}&who=Anna`)).entries).toEqual([]);
  expect((await audit('?who=Nobody')).entries).toEqual([]);
  expect(await audit('?from=yesterday')).toMatchObject({status: 400});
});

test('names of persons in the data are not in it, not even of whom an erasure is about; nor are values of parameters', async () => {
  const {app, http, keys, as, audit, folder} = await withKeys();
  const file = join(temporaryFolder(), 'operations.csv');
  writeFileSync(file, 'part,step,operator\nP1,polish,Nora Quist\n');
  await ingest(app, [file]);
  const post = (url: string, payload: object) => http.inject({method: 'POST', url, headers: as(keys.root), payload});
  await post('/v1/screen', {anyFail: true, where: "polish.operator = 'Nora Quist'"});
  const sql = 'select 1 as n where $secret is not null';
  expect((await post('/v1/query', {sql, params: {secret: 'P77'}})).statusCode).toBe(200);
  expect((await post('/v1/persons/erase', {name: 'Nora Quist'})).statusCode).toBe(200);
  const {entries} = await audit('?who=Root');
  expect(entries[0].route).toBe('POST /v1/persons/erase');
  expect(entries[1]).toMatchObject({kind: 'query', question: {body: {sql, params: ['secret']}}});
  expect(JSON.stringify(entries[2].question)).toMatch(/polish\.operator = 'person-/);
  await app.audit.flush();
  const text = readdirSync(join(folder, 'audit')).map(name => readFileSync(join(folder, 'audit', name), 'utf8'));
  expect(text.join()).not.toMatch(/Nora|P77/);
});

describe('the chain', () => {
  /** Some twenty entries over several files, as a server leaves them. @returns what `verify` says after a change */
  async function written() {
    const folder = temporaryFolder();
    const heads: {seq: number; hash: string}[] = [];
    const settings = {
      anchored: null,
      anchor: async (head: {seq: number; hash: string}) => heads.push(head),
      log: (line: string) => expect(line).toBe('nothing is wrong'),
      fileBytes: 1_200,
    };
    const log = new AuditLog(folder, settings);
    for (let k = 1; k <= 20; k++) {
      log.add('query', {who: 'Anna', question: {k}});
      await log.flush();
    }
    await log.close();
    const paths = readdirSync(join(folder, 'audit'))
      .filter(name => name.endsWith('.ndjson'))
      .sort()
      .map(name => join(folder, 'audit', name));
    const ledger = () => heads.map((body, k) => ({seq: k + 1, at: '', kind: 'audit', body, prev: '', hash: ''}));
    const problems = async () => (await verifyAudit(folder, ledger())).problems.map(({what}) => what);
    const change = (file: number, edit: (lines: string[]) => string[]) => {
      const lines = readFileSync(paths[file], 'utf8').trimEnd().split('\n');
      writeFileSync(
        paths[file],
        edit(lines)
          .map(line => `${line}\n`)
          .join(''),
      );
    };
    return {folder, paths, problems, change, heads, settings};
  }

  test('is whole over several files, and the ledger hears where it ends', async () => {
    const {folder, paths, problems, heads} = await written();
    expect(paths.length).toBeGreaterThan(3);
    expect(await problems()).toEqual([]);
    expect((await verifyAudit(folder, [])).entries).toBe(20);
    expect(heads.at(-1)?.seq).toBe(20);
  });

  test.each<[string, (w: Awaited<ReturnType<typeof written>>) => void, RegExp]>([
    ['an edit', w => w.change(1, ([a, ...rest]) => [a.replace('Anna', 'Anni'), ...rest]), /was edited/],
    ['a line taken out', w => w.change(1, ([a, , ...rest]) => [a, ...rest]), /entry \d+ is missing before/],
    ['two lines that changed places', w => w.change(1, ([a, b, ...rest]) => [b, a, ...rest]), /stands behind/],
    ['the first line taken out', w => w.change(0, lines => lines.slice(1)), /entry 1 is missing before/],
    ['a file taken out', w => rmSync(w.paths[1]), /missing before/],
    ['the last line cut off', w => w.change(w.paths.length - 1, lines => lines.slice(0, -1)), /missing at the end/],
    [
      'the last file taken out, with the witness',
      w => {
        rmSync(w.paths.at(-1)!);
        rmSync(join(w.folder, 'audit', 'audit.head'));
      },
      /missing at the end: the ledger heard of entry 20/,
    ],
    ['all of it taken out', w => rmSync(join(w.folder, 'audit'), {recursive: true}), /entries 1 to 20 are missing/],
    ['half a line in between', w => appendFileSync(w.paths[0], '{"seq":'), /follows on a line without an end/],
  ])('%s is noticed', async (_name, change, expected) => {
    const made = await written();
    change(made);
    expect((await made.problems()).join('\n')).toMatch(expected);
  });

  test('goes on where it ended; half a line of a process that died is set aside and is no damage', async () => {
    const {folder, paths, problems, heads, settings} = await written();
    appendFileSync(paths.at(-1)!, '{"seq":21,"at"');
    expect(await problems()).toEqual([]);
    const log = new AuditLog(folder, {...settings, anchored: heads.at(-1)!});
    log.add('query', {who: 'Ben'});
    await log.close();
    expect(await problems()).toEqual([]);
    expect((await verifyAudit(folder, [])).entries).toBe(21);
    expect(readdirSync(join(folder, 'audit')).filter(name => name.startsWith('torn-21-'))).toHaveLength(1);
  });

  test('a gap stays to be seen when it goes on after the end was cut off', async () => {
    const {folder, change, paths, problems, heads, settings} = await written();
    change(paths.length - 1, lines => lines.slice(0, -1));
    const log = new AuditLog(folder, {...settings, anchored: heads.at(-1)!, log: () => undefined});
    log.add('query', {who: 'Ben'});
    await log.close();
    expect((await problems()).join()).toMatch(/entry 20 is missing before entry 21/);
  });
});

test('the server closes with everything written; verify, the command line and a backup know of it', async () => {
  const folder = temporaryFolder();
  const {app, http, keys, as} = await withKeys();
  await http.inject({url: '/v1/holds', headers: as(keys.anna)});
  await app.audit.close();
  await app.warehouse.tend(care => backUp(care, join(folder, 'backup')));
  const copy = join(folder, 'copy');
  await restore(join(folder, 'backup'), copy);
  const told = await fishboneHere(['audit', '--warehouse', copy, '--who', 'Anna']);
  expect(told.out).toMatch(/Anna +query +200 +7 +GET \/v1\/holds/);
  expect(await verifyAll(copy)).toMatchObject({ok: true, checked: {auditEntries: 1}});
  const [file] = readdirSync(join(copy, 'audit')).filter(name => name.endsWith('.ndjson'));
  const text = readFileSync(join(copy, 'audit', file), 'utf8');
  writeFileSync(join(copy, 'audit', file), text.replace('"Anna"', '"Ben"'));
  const verified = await fishboneHere(['verify', '--warehouse', copy]);
  expect([verified.code, verified.out]).toEqual([4, expect.stringContaining('was edited')]);
});

test('without keys nothing is recorded: only this machine is served, and nobody is known', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true});
  onTestFinished(() => app.close());
  const {buildHttp} = await import('../../api/http.ts');
  const http = await buildHttp(app, {localToken: null, dashboards: null});
  expect((await http.inject({url: '/v1/holds', headers: {host: 'localhost'}})).statusCode).toBe(200);
  await app.audit.flush();
  expect(readdirSync(folder)).not.toContain('audit');
  await http.close();
});
