/** The watched folder, with a real warehouse behind it. */
import {createHash} from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type App, openApp} from '../../../api/app.ts';
import {feedDoor} from '../../../api/feed-door.ts';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {temporaryFolder} from '../../api/plant.ts';
import {until} from './broker.ts';

async function openWatching(settings: object = {}, folders = {home: temporaryFolder(), drop: temporaryFolder()}) {
  const feed = {kind: 'folder', path: folders.drop, everySeconds: 0.05, settledSeconds: 0.3, ...settings};
  const app = await openApp(folders.home, {make: true, config: {feeds: FeedsSettings.parse({drop: feed})}});
  onTestFinished(() => app.close());
  return {
    app,
    ...folders,
    drop: (name: string, content: string) => writeFileSync(join(folders.drop, name), content),
    folders,
  };
}

const parts = async (app: App) =>
  (await app.warehouse.read(undefined, s => s.rows<{part: string}>('select part from parts order by part'))).map(
    r => r.part,
  );
const state = (app: App) => app.feeds.states()[0];
const batches = (app: App) => app.warehouse.entries().filter(({kind}) => kind === 'batch');

test('files are taken and put away, refused ones with the reason beside them; a bad one stops no other', async () => {
  const {app, drop, folders} = await openWatching();
  drop('parts.1.csv', 'part,product\nP1,A\nP2,A\n');
  drop('parts.2.csv', 'part,colour\nP3,red\n');
  drop('parts.3.csv', 'part,product\nP4,A\nP5,\n');
  drop('parts.4.csv', 'part,product\n,A\n');
  drop('notes.docx', 'PK');
  app.startFeeds();
  await until(() => state(app).received === 5 && state(app).behind === 0);
  expect(await parts(app)).toEqual(['P1', 'P2', 'P4']);
  expect(readdirSync(join(folders.drop, 'done')).sort()).toEqual(['parts.1.csv', 'parts.3.csv']);
  expect(readdirSync(join(folders.drop, 'refused')).sort()).toEqual([
    'notes.docx',
    'notes.docx.reason.txt',
    'parts.2.csv',
    'parts.2.csv.reason.txt',
    'parts.4.csv',
    'parts.4.csv.reason.txt',
  ]);
  const reason = (name: string) => readFileSync(join(folders.drop, 'refused', `${name}.reason.txt`), 'utf8');
  expect(reason('parts.2.csv')).toContain('colour');
  expect(reason('parts.4.csv')).toContain('quarantine list');
  expect(state(app)).toMatchObject({state: 'connected', accepted: 3, rejected: 4});
  // The same bytes under another name are a duplicate, and are put away beside what is there.
  drop('parts.1.csv', 'part,product\nP1,A\nP2,A\n');
  await until(() => readdirSync(join(folders.drop, 'done')).length === 3);
  expect(readdirSync(join(folders.drop, 'done')).sort()).toEqual(['parts.1.2.csv', 'parts.1.csv', 'parts.3.csv']);
  await until(() => state(app).duplicates > 0);
});

test('half-written, locked and unfinished files are waited for', async () => {
  const {app, drop, folders} = await openWatching({settledSeconds: 0.6});
  app.startFeeds();
  drop('parts.csv', 'part,product\n');
  drop('parts.b.csv.part', 'part,product\nB1,A\n');
  drop('parts.c.csv', 'part,product\nC1,A\n');
  drop('parts.c.csv.lock', '');
  for (let k = 0; k < 6; k++) {
    await wait(250);
    appendFileSync(join(folders.drop, 'parts.csv'), `P${k},A\n`);
    expect(state(app).received).toBe(0);
  }
  await until(() => existsSync(join(folders.drop, 'done', 'parts.csv')));
  expect(await parts(app)).toEqual(['P0', 'P1', 'P2', 'P3', 'P4', 'P5']);
  expect(batches(app)).toHaveLength(1);
  renameSync(join(folders.drop, 'parts.b.csv.part'), join(folders.drop, 'parts.b.csv'));
  await until(async () => (await parts(app)).includes('B1'));
  expect(await parts(app)).not.toContain('C1');
  // Whoever had it open all the time goes on writing where it is now.
  appendFileSync(join(folders.drop, 'done', 'parts.csv'), 'P6,A\n');
  await until(async () => (await parts(app)).includes('P6'));
  expect(await parts(app)).toEqual(['B1', 'P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6']);
});

describe('exactly once in effect', () => {
  const FILES = {'parts.good.csv': 'part,product\nP1,A\n', 'parts.bad.csv': 'part,product\n,A\n'};

  test('stopped between the ledger and the move, what was taken is known: not recorded twice, rejects neither', async () => {
    const first = await openWatching({settledSeconds: 0});
    for (const [name, content] of Object.entries(FILES)) first.drop(name, content);
    const door = feedDoor(first.app);
    // As if the process ended there: the file stays where it was.
    first.app.feeds.start({
      ...door,
      file: async (path, how) => {
        await door.file(path, how);
        throw new Error('the end');
      },
    });
    await until(() => state(first.app).errors >= 2);
    await first.app.close();
    expect(readdirSync(first.folders.drop).sort()).toEqual(['parts.bad.csv', 'parts.good.csv']);
    const recorded = batches(first.app).filter(({body}) => (body as {batch: number | null}).batch !== null);
    expect(recorded).toHaveLength(1);
    const before = batches(first.app).length;

    const second = await openWatching({settledSeconds: 0}, first.folders);
    second.app.startFeeds();
    await until(
      () =>
        existsSync(join(first.folders.drop, 'done')) &&
        existsSync(join(first.folders.drop, 'refused', 'parts.bad.csv')),
    );
    await until(() => state(second.app).behind === 0);
    expect(batches(second.app)).toHaveLength(before);
    expect(await parts(second.app)).toEqual(['P1']);
    // Put back by a person, a refused file is tried again.
    await wait(20);
    copyFileSync(join(first.folders.drop, 'refused', 'parts.bad.csv'), join(first.folders.drop, 'parts.again.csv'));
    await until(() => existsSync(join(first.folders.drop, 'refused', 'parts.again.csv')));
    expect(batches(second.app)).toHaveLength(before + 1);
  });

  test('left where they are, files are taken once, and again when they change', async () => {
    const {app, drop, folders} = await openWatching({after: 'leave', settledSeconds: 0});
    drop('parts.csv', FILES['parts.good.csv']);
    app.startFeeds();
    await until(() => state(app).accepted === 1);
    await wait(300);
    expect(state(app).received).toBe(1);
    drop('parts.csv', `${FILES['parts.good.csv']}P2,A\n`);
    await until(() => state(app).accepted === 2);
    expect(readdirSync(folders.drop)).toEqual(['parts.csv']);
  });
});

test('a folder that is away is told and comes back; a mapping is found beside the configuration', async () => {
  const folders = {home: temporaryFolder(), drop: join(temporaryFolder(), 'share')};
  writeFileSync(
    join(folders.home, 'map.json'),
    JSON.stringify({tables: {parts: {part: 'Serial', product: {constant: 'A'}}}}),
  );
  const {app} = await openWatching({mapping: 'map.json', settledSeconds: 0}, folders);
  app.startFeeds();
  await until(() => state(app).errors > 0);
  expect(state(app)).toMatchObject({
    state: 'disconnected',
    lastError: {message: expect.stringContaining('cannot be watched')},
  });
  mkdirSync(folders.drop);
  writeFileSync(join(folders.drop, 'export.csv'), 'Serial\nS1\n');
  await until(() => state(app).accepted === 1);
  expect(await parts(app)).toEqual(['S1']);
  const digest = createHash('sha256').update('Serial\nS1\n').digest('hex');
  expect(batches(app).map(({body}) => (body as {digest: string}).digest)).toEqual([digest]);
});

test('folders below are watched where that is said: what is put away keeps its folders, and nothing of it is read again', async () => {
  const {app, folders} = await openWatching({below: true});
  const put = (path: string, content: string) => {
    mkdirSync(join(folders.drop, path, '..'), {recursive: true});
    writeFileSync(join(folders.drop, path), content);
  };
  put('parts.csv', 'part,product\nP1,A\n');
  put('line1/2026-11-27/parts.csv', 'part,product\nP2,A\n');
  put('line2/parts.csv', 'part,product\nP3,A\n');
  put('line2/parts.b.csv', 'part,colour\nP4,red\n');
  put('line2/parts.c.csv', 'part,product\nP5,A\n');
  put('line2/parts.c.csv.lock', '');
  put('line2/done/parts.csv', 'part,product\nP6,A\n');
  put('.snapshots/parts.csv', 'part,product\nP7,A\n');
  app.startFeeds();
  await until(() => state(app).received === 4 && state(app).behind === 0);
  expect(await parts(app)).toEqual(['P1', 'P2', 'P3']);
  const there = (path: string) => existsSync(join(folders.drop, path));
  for (const path of ['parts.csv', 'line1/2026-11-27/parts.csv', 'line2/parts.csv'])
    expect([path, there(path), there(join('done', path))]).toEqual([path, false, true]);
  expect(there('refused/line2/parts.b.csv.reason.txt')).toBe(true);
  expect(state(app).lastError?.message).toContain(join('line2', 'parts.b.csv'));
  // One that goes on growing where it was put comes back to its own folder, even to one that is gone.
  rmSync(join(folders.drop, 'line1'), {recursive: true});
  appendFileSync(join(folders.drop, 'done/line1/2026-11-27/parts.csv'), 'P8,A\n');
  rmSync(join(folders.drop, 'line2/parts.c.csv.lock'));
  await until(async () => (await parts(app)).length === 5);
  expect(await parts(app)).toEqual(['P1', 'P2', 'P3', 'P5', 'P8']);
  expect(there('done/line1/2026-11-27/parts.csv')).toBe(true);
  expect(state(app).received).toBe(6);
});
