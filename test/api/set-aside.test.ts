/** Acknowledged inspections that no batch takes hold nobody up, and are not lost. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {examineArchive} from '../../api/doctor-archive.ts';
import {ingest} from '../../api/load-files.ts';
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
  await vi.waitFor(() => expect(app.recorder.waiting).toBe(0), {timeout: 20_000});
  expect(await idsIn(app)).toEqual(['I1', 'I3']);
  expect(app.recorder.aside).toBe(1);
  const aside = join(folder, 'journal', 'set-aside');
  expect(readdirSync(aside)).toEqual(['1.ndjson']);
  expect(said.at(-1)).toContain(`set aside in ${join(aside, '1.ndjson')}`);
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
  expect(again.recorder.aside).toBe(0);
  expect(readdirSync(aside)).toEqual([]);
});

test('where nothing at all can be recorded nothing is set aside: it waits', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true, log: () => undefined});
  const loads = takesNothingWith(app, '');
  await app.recorder.record(inspection(1), {waits: false});
  // Two attempts, then one that looks for what fails, and a rehearsal of something else.
  await vi.waitFor(() => expect(loads.mock.calls.length).toBeGreaterThanOrEqual(4), {timeout: 20_000});
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
  await vi.waitFor(() => expect(app.recorder.aside).toBe(1), {timeout: 20_000});
  await app.close();
  const path = join(folder, 'journal', 'set-aside', '1.ndjson');
  writeFileSync(path, `${readFileSync(path, 'utf8').replace('pass', 'fail')}x\n`);
  const again = await openApp(folder, {log: () => undefined});
  onTestFinished(() => again.close());
  expect(await idsIn(again)).toEqual(['I1']);
  expect(again.recorder.aside).toBe(1);
});

test('a file that contradicts what was acknowledged before it is no silent newer version: both are kept, and it is flagged', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true, log: () => undefined});
  onTestFinished(() => app.close());
  const file = join(folder, 'inspections.csv');
  writeFileSync(file, 'inspection,part,result\nI1,P1,fail\n');
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
