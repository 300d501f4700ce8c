/** Acknowledged inspections that no batch takes hold nobody up, and are not lost. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {quarantineText} from '../../api/command-line/print/quarantine.ts';
import {examineArchive} from '../../api/doctor-archive.ts';
import {buildHttp} from '../../api/http.ts';
import {ingest} from '../../api/load-files.ts';
import {type OutputOf, runOperation} from '../../api/operations.ts';
import {verify} from '../../warehouse/verify.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-aside-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

const inspection = (n: number) => [{inspection: `I${n}`, part: `P${n}`, result: 'pass', defects: []}] as never;

/** As a row would that the database cannot take: no such row is known, or it would be compared first. */
function takesNothingWith(app: App, word: string) {
  const load = app.warehouse.load.bind(app.warehouse);
  return vi.spyOn(app.warehouse, 'load').mockImplementation(async (plan, ...more) => {
    if (readFileSync(plan.path, 'utf8').includes(word)) throw new Error('the database cannot take it');
    return load(plan, ...more);
  });
}

const idsIn = (app: App) =>
  app.warehouse.read(undefined, async session =>
    (await session.rows<{inspection: string}>('select inspection from inspections order by inspection')).map(
      row => row.inspection,
    ),
  );

test('what no batch takes is set aside with its reason; the others are recorded, and it is tried again later', async () => {
  const folder = temporaryFolder();
  const said: string[] = [];
  const app = await openApp(folder, {make: true, log: line => said.push(line)});
  takesNothingWith(app, '"I2"');
  await Promise.all([1, 2, 3].map(n => app.recorder.record(inspection(n), {waits: false})));
  await vi.waitFor(() => expect(app.recorder.waiting).toBe(0), {timeout: 120_000});
  expect(await idsIn(app)).toEqual(['I1', 'I3']);
  expect(app.recorder.aside.count).toBe(1);
  const aside = join(folder, 'journal', 'set-aside');
  expect(readdirSync(aside)).toEqual(['1.ndjson']);
  expect(said.join()).toContain(`set aside in ${join(aside, '1.ndjson')}`);
  await vi.waitFor(() => expect(app.alerts.open).toBe(1), {timeout: 120_000});
  expect(app.alerts.list().alerts).toMatchObject([
    {name: 'inspections.set-aside', text: expect.stringContaining('as a1: the database cannot take it')},
  ]);
  const [, body] = /^\S+ (.*)\n$/.exec(readFileSync(join(aside, '1.ndjson'), 'utf8'))!;
  expect(JSON.parse(body)).toMatchObject({reason: 'the database cannot take it', inspections: [{inspection: 'I2'}]});
  // Later ones do not wait for it.
  await app.recorder.record(inspection(4));
  expect(await idsIn(app)).toEqual(['I1', 'I3', 'I4']);
  await app.close();
  expect(await examineArchive(folder, {})).toContainEqual(
    expect.objectContaining({what: 'acknowledged', ok: false, detail: expect.stringContaining('1 requests')}),
  );
  const {ok, notices} = await verify(folder);
  expect({ok, what: notices.map(({what}) => what)}).toEqual({
    ok: true,
    what: ['a request was acknowledged and no batch takes it'],
  });

  const again = await openApp(folder);
  onTestFinished(() => again.close());
  expect(await idsIn(again)).toEqual(['I1', 'I2', 'I3', 'I4']);
  expect(again.recorder.aside.count).toBe(0);
  expect(readdirSync(aside)).toEqual([]);
});

test('where nothing at all can be recorded nothing is set aside: it waits', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true, log: () => undefined});
  const loads = takesNothingWith(app, '');
  await app.recorder.record(inspection(1), {waits: false});
  // An attempt, then one that looks for what fails, and a rehearsal of something else.
  await vi.waitFor(() => expect(loads.mock.calls.length).toBeGreaterThanOrEqual(3), {timeout: 120_000});
  expect(app.recorder.waiting).toBe(1);
  expect(existsSync(join(folder, 'journal', 'set-aside'))).toBe(false);
  await app.close();
  vi.restoreAllMocks();
  const again = await openApp(folder);
  onTestFinished(() => again.close());
  expect(await idsIn(again)).toEqual(['I1']);
});

test('what is set aside and was altered is told by verify, and not taken', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true, log: () => undefined});
  takesNothingWith(app, '"I2"');
  await Promise.all([1, 2].map(n => app.recorder.record(inspection(n), {waits: false})));
  await vi.waitFor(() => expect(app.recorder.aside.count).toBe(1), {timeout: 120_000});
  await app.close();
  const path = join(folder, 'journal', 'set-aside', '1.ndjson');
  writeFileSync(path, `${readFileSync(path, 'utf8').replace('pass', 'fail')}x\n`);
  const again = await openApp(folder, {log: () => undefined});
  onTestFinished(() => again.close());
  expect(await idsIn(again)).toEqual(['I1']);
  expect(again.recorder.aside.count).toBe(1);
});

test('people find it in the quarantine, see what it says, and try it again there', async () => {
  const app = await openApp(temporaryFolder(), {make: true, log: () => undefined});
  onTestFinished(() => app.close());
  takesNothingWith(app, '"I2"');
  await Promise.all([1, 2].map(n => app.recorder.record(inspection(n), {waits: false})));
  await vi.waitFor(() => expect(app.alerts.open).toBe(1), {timeout: 120_000});
  const ask = (name: 'quarantine.list' | 'quarantine.show' | 'quarantine.replay', input: object) =>
    runOperation(app, name, input as never, {authenticated: null});
  const list = (await ask('quarantine.list', {})) as OutputOf<'quarantine.list'>;
  expect(list.acknowledged).toMatchObject([{id: 'a1', reason: 'the database cannot take it', inspections: ['I2']}]);
  expect(quarantineText(list, at => at)).toContain('the first is I2; tried again at every start');
  expect(await ask('quarantine.show', {id: 'a1'})).toMatchObject({
    rows: [{table: 'inspections', reason: 'the database cannot take it', row: {inspection: 'I2', part: 'P2'}}],
    total: 1,
  });
  await expect(ask('quarantine.replay', {id: 'a1'})).rejects.toThrow('the database cannot take it');
  await expect(ask('quarantine.replay', {id: 'a2'})).rejects.toThrow('nothing set aside as "a2"');
  expect(app.alerts.open).toBe(1);
  vi.restoreAllMocks();
  expect(await ask('quarantine.replay', {id: 'a1'})).toMatchObject([{status: 'accepted', batch: 2}]);
  expect(await idsIn(app)).toEqual(['I1', 'I2']);
  expect(await ask('quarantine.list', {})).toMatchObject({acknowledged: []});
  expect([app.recorder.aside.count, app.alerts.open]).toEqual([0, 0]);
});

test('a question after an attempt that failed waits for the next one; where nothing can be recorded it does not', async () => {
  const app = await openApp(temporaryFolder(), {make: true, log: () => undefined});
  const loads = vi.spyOn(app.warehouse, 'load');
  loads.mockRejectedValueOnce(new Error('for once'));
  await app.recorder.record(inspection(1), {waits: false});
  await vi.waitFor(() => expect(loads).toHaveBeenCalledTimes(1), {timeout: 120_000});
  expect(app.recorder.waiting).toBe(1);
  expect(await app.recorder.recorded()).toBe(0);
  expect(await idsIn(app)).toEqual(['I1']);

  loads.mockRejectedValue(new Error('for good'));
  await app.recorder.record(inspection(2), {waits: false});
  expect(await app.recorder.recorded()).toBe(1);
  const begun = performance.now();
  await app.recorder.record(inspection(3), {waits: false});
  expect(await app.recorder.recorded()).toBe(2);
  // As long as a question would wait for what may still pass.
  expect(performance.now() - begun).toBeLessThan(5_000);
  vi.restoreAllMocks();
  await app.close();
});

test('a disk that is full is not looked into: nothing is tried by halves', async () => {
  const app = await openApp(temporaryFolder(), {make: true, log: () => undefined});
  const loads = vi.spyOn(app.warehouse, 'load');
  loads.mockImplementation(() => Promise.reject(Object.assign(new Error('full'), {name: 'DiskRefused'})));
  await Promise.all([1, 2, 3, 4].map(n => app.recorder.record(inspection(n), {waits: false})));
  expect(await app.recorder.recorded()).toBe(4);
  expect(loads).toHaveBeenCalledTimes(2);
  vi.restoreAllMocks();
  await app.close();
});

test('a question does not wait for a long file, and says what it does not see; who says no-cache waits', async () => {
  const app = await openApp(temporaryFolder(), {make: true, log: () => undefined});
  const http = await buildHttp(app, {localToken: null, dashboards: null, logger: false});
  onTestFinished(() => http.close().then(() => app.close()));
  const load = app.warehouse.load.bind(app.warehouse);
  let endFile!: () => void;
  const file = new Promise<void>(resolve => {
    endFile = resolve;
  });
  vi.spyOn(app.warehouse, 'load').mockImplementation(async (...plan) => file.then(() => load(...plan)));
  await app.recorder.record(inspection(1), {waits: false});
  const url = '/v1/yield';
  const waiting = http.inject({url, headers: {'cache-control': 'no-cache'}}).then(answer => answer);
  const before = await http.inject({url});
  expect(before.headers['fishbone-unrecorded']).toBe('1');
  expect(before.json()).toMatchObject({inspected: 0});
  endFile();
  const after = await waiting;
  expect(after.headers['fishbone-unrecorded']).toBeUndefined();
  expect(after.json()).toMatchObject({inspected: 1});
});

test('a file that says otherwise than what was acknowledged before it is compared with it, and flagged', async () => {
  const app = await openApp(temporaryFolder(), {make: true, log: () => undefined});
  onTestFinished(() => app.close());
  const file = join(app.warehouse.folder, 'inspections.csv');
  writeFileSync(file, 'inspection,part,result\nI1,P1,fail\n');
  await app.recorder.record(inspection(1), {waits: false});
  expect(await ingest(app, [file])).toMatchObject([
    {batch: 2, tables: [{table: 'inspections', accepted: 1, conflicts: 1}]},
  ]);
});

test('a file that overtakes what was acknowledged is no silent older version: both are kept, and it is flagged', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true, log: () => undefined});
  onTestFinished(() => app.close());
  const file = join(folder, 'inspections.csv');
  writeFileSync(file, 'inspection,part,result\nI1,P1,fail\n');
  vi.spyOn(app.recorder, 'recorded').mockResolvedValueOnce(1);
  await app.recorder.record(inspection(1), {waits: false});
  await ingest(app, [file]);
  await app.recorder.recorded();
  const conflicts = app.warehouse
    .entries()
    .filter(({kind}) => kind === 'batch')
    .flatMap(({body}) => (body as {tables: {table: string; conflicts: number}[]}).tables)
    .filter(({table}) => table === 'inspections')
    .map(one => one.conflicts);
  expect(conflicts).toEqual([0, 1]);
});
