/** The MQTT feed against a real broker (mosquitto), with a real warehouse behind it. */
import {execFileSync, spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import mqtt from 'mqtt';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type App, openApp} from '../../../api/app.ts';
import {feedDoor} from '../../../api/feed-door.ts';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {listQuarantine, showQuarantine} from '../../../warehouse/quarantine.ts';
import {temporaryFolder} from '../../api/plant.ts';
import {hasMosquitto, startMosquitto, until} from './broker.ts';

const SUBSCRIPTIONS = [
  {topic: 'plant/+/inspections', takes: 'inspections'},
  {topic: 'plant/+station/+parameter/reading', takes: 'rows', table: 'readings'},
  {topic: 'cfx/#', takes: 'cfx'},
];

async function openFed(folder: string, feed: object): Promise<App> {
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({feeds: {line: {kind: 'mqtt', ...feed}}}));
  const app = await openApp(folder, {make: true});
  app.startFeeds();
  return app;
}

async function publisher(url: string) {
  const client = await mqtt.connectAsync(url, {protocolVersion: 5});
  onTestFinished(() => void client.end(true));
  return {
    send: (topic: string, payload: unknown, retain = false) =>
      client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), {qos: 1, retain}),
  };
}

const count = (app: App, table: string) =>
  app.warehouse
    .read(undefined, session => session.row<{n: number}>(`select count(*)::integer as n from ${table}`))
    .then(({n}) => n);
const inspection = (k: number) => ({
  inspection: `I${k}`,
  part: `P${k}`,
  result: 'pass',
  inspected_at: '2024-05-01T06:00:00Z',
});
const feedOf = (app: App) => app.feeds.states()[0];

describe.skipIf(!hasMosquitto)('with mosquitto, MQTT 5', () => {
  test('inspections, rows and CFX are taken; poison goes into quarantine with topic and reason and stops nothing', async () => {
    const broker = await startMosquitto(temporaryFolder());
    const app = await openFed(temporaryFolder(), {url: broker.url, subscriptions: SUBSCRIPTIONS});
    onTestFinished(() => app.close());
    await until(() => feedOf(app).state === 'connected');
    const {send} = await publisher(broker.url);
    await Promise.all([
      send('plant/a/inspections', '{"inspection": "cut off'),
      send('plant/a/inspections', {...inspection(1), result: 'maybe'}),
      send('plant/a/inspections', [inspection(2), inspection(3)]),
      send('plant/a/inspections', {...inspection(4), defects: [{defect: 'scratch'}]}),
      send('plant/a/inspections', {...inspection(4), result: 'fail'}),
      send('plant/P1/force/reading', {at: '2024-05-01T06:00:00Z', value: 4.5}),
      send('plant/P1/force/reading', [
        {at: '2024-05-01T06:00:01Z', value: 'much'},
        {at: '2024-05-01T06:00:02Z', value: 5},
      ]),
      send('plant/P1/force/reading', {at: '2024-05-01T06:00:03Z', value: 4, colour: 'red'}),
      send('plant/P1/force/reading', {at: '2024-05-01T06:00:04Z', value: '4\0'}),
      send('cfx/aoi', {MessageName: 'CFX.Production.UnitsArrived'}),
      send(
        'cfx/aoi',
        cfx('CFX.Production.WorkStarted', 'w1', {
          TransactionID: 't1',
          Units: [{UnitIdentifier: 'B1', PositionNumber: 1}],
        }),
      ),
    ]);
    await until(() => feedOf(app).received === 11 && feedOf(app).behind === 0);
    await send('cfx/aoi', cfx('CFX.Heartbeat', 'h1', {}));
    await until(() => feedOf(app).received === 12 && feedOf(app).behind === 0);
    // The completion comes on its own, as it does in a plant.
    await send(
      'cfx/aoi',
      cfx('CFX.Production.WorkCompleted', 'w2', {TransactionID: 't1', Result: 'Completed'}, '2024-05-01T06:05:00Z'),
    );
    await until(() => feedOf(app).received === 13 && feedOf(app).behind === 0);
    expect(await count(app, 'inspections')).toBe(3);
    expect(
      await app.warehouse.read(undefined, s => s.rows('select station, parameter, value from readings order by "at"')),
    ).toEqual([
      {station: 'P1', parameter: 'force', value: 4.5},
      {station: 'P1', parameter: 'force', value: 5},
    ]);
    expect(await app.warehouse.read(undefined, s => s.rows('select started_at, ended_at from operations'))).toEqual([
      {started_at: '2024-05-01T06:00:00.000Z', ended_at: '2024-05-01T06:05:00.000Z'},
    ]);
    const quarantined = await rejects(app);
    expect(quarantined.map(([, reason]) => reason.replace(/(not JSON): .*/, '$1')).sort()).toEqual([
      'not a number: "much"',
      'topic cfx/aoi: CFX.Production.UnitsArrived without UniqueID',
      'topic plant/P1/force/reading: readings has no column "colour"',
      'topic plant/P1/force/reading: value holds a NUL character',
      'topic plant/a/inspections: 0.result: has to be one of pass, fail, error, not "maybe"',
      expect.stringMatching(/^topic plant\/a\/inspections: inspection I4 .*(other content|more defects)/),
      'topic plant/a/inspections: not JSON',
    ]);
    expect(quarantined.map(([text]) => text)).toContain('{"inspection": "cut off');
    expect(feedOf(app)).toMatchObject({received: 13, behind: 0, rejected: 7, ignored: 1, lastError: null});
    // Sent once more, what was refused is in the quarantine once.
    await send('plant/a/inspections', '{"inspection": "cut off');
    await until(() => feedOf(app).received === 14 && feedOf(app).behind === 0);
    expect(await rejects(app)).toHaveLength(quarantined.length);
  });

  test('what is published while either side is away, or the broker starts anew, comes once; retained messages come', async () => {
    const broker = await startMosquitto(temporaryFolder());
    const folder = temporaryFolder();
    const feed = {url: broker.url, subscriptions: SUBSCRIPTIONS, receiveMaximum: 50};
    const publishing = await publisher(broker.url);
    await publishing.send('plant/a/inspections', inspection(0), true);
    let app = await openFed(folder, feed);
    await until(async () => (await count(app, 'inspections')) === 1);
    const sendAll = async (from: number, to: number) => {
      const ids = Array.from({length: to - from}, (_, k) => from + k);
      await Promise.all(ids.map(k => publishing.send('plant/a/inspections', inspection(k))));
    };
    const first = sendAll(1, 400);
    await broker.restart(200);
    await first;
    await until(async () => (await count(app, 'inspections')) === 400);
    expect(feedOf(app).state).toBe('connected');
    await app.close();
    expect(feedOf(app)).toMatchObject({state: 'stopped', behind: 0});
    await sendAll(400, 500);
    await broker.restart();
    app = await openFed(folder, feed);
    onTestFinished(() => app.close());
    await until(async () => (await count(app, 'inspections')) === 500);
    expect(await count(app, 'inspections')).toBe(500);
  });

  test('killed between the write and the acknowledgement: sent again, nothing is lost and nothing twice', async () => {
    const broker = await startMosquitto(temporaryFolder());
    const folder = temporaryFolder();
    const feed = {kind: 'mqtt', url: broker.url, subscriptions: SUBSCRIPTIONS};
    writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({feeds: {line: feed}}));
    const {send} = await publisher(broker.url);
    // The session has to be there before anything is published.
    let app = await openFed(folder, feed);
    await until(() => feedOf(app).state === 'connected');
    await app.close();
    const reading = (k: number) => ({at: `2024-05-01T06:00:0${k}Z`, value: k === 3 ? 'much' : k});
    for (let k = 0; k < 6; k++) {
      await send('plant/a/inspections', inspection(k));
      await send('plant/P1/force/reading', reading(k));
    }
    await send('plant/a/inspections', 'no JSON');
    const recorded: number[] = [];
    for (let death = 0; death < 3; death++) {
      expect(await died(folder)).toBe('SIGKILL');
      app = await openApp(folder);
      recorded.push((await count(app, 'inspections')) + (await count(app, 'readings')));
      await app.close();
    }
    // It did write before it died.
    expect(recorded[0]).toBeGreaterThan(0);
    app = await openFed(folder, feed);
    onTestFinished(() => app.close());
    await until(() => feedOf(app).received === 13 && feedOf(app).behind === 0);
    expect([await count(app, 'inspections'), await count(app, 'readings')]).toEqual([6, 5]);
    expect((await rejects(app)).map(([, reason]) => reason.slice(0, 12)).sort()).toEqual([
      'not a number',
      'topic plant/',
    ]);
  });

  test('while nothing can be recorded, the broker keeps what comes: not more than it may is on its way', async () => {
    const broker = await startMosquitto(temporaryFolder());
    const app = await openApp(temporaryFolder(), {
      make: true,
      config: {
        feeds: {
          line: FeedsSettings.parse({
            line: {kind: 'mqtt', url: broker.url, subscriptions: SUBSCRIPTIONS, receiveMaximum: 20},
          }).line,
        },
      },
    });
    onTestFinished(() => app.close());
    const door = feedDoor(app);
    let isShut = true;
    app.feeds.start({
      ...door,
      inspections: body => (isShut ? Promise.reject(new Error('the disk is full')) : door.inspections(body)),
    });
    await until(() => feedOf(app).state === 'connected');
    const {send} = await publisher(broker.url);
    await Promise.all(Array.from({length: 300}, (_, k) => send('plant/a/inspections', inspection(k))));
    await until(() => feedOf(app).errors > 1);
    expect(feedOf(app).received).toBeLessThanOrEqual(20);
    expect(feedOf(app).lastError?.message).toBe('the disk is full');
    isShut = false;
    await until(async () => (await count(app, 'inspections')) === 300);
    expect(feedOf(app)).toMatchObject({received: 300, accepted: 300, rejected: 0});
  });

  test('a broker that wants a name and a password gets them from a file; a wrong one is told, not given up', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'password'), 'right\n');
    const passwords = join(home, 'passwords');
    execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'fishbone', 'wrong yet']);
    const broker = await startMosquitto(home, ['allow_anonymous false', `password_file ${passwords}`]);
    const feed = {url: broker.url, username: 'fishbone', passwordFile: 'password', subscriptions: SUBSCRIPTIONS};
    const app = await openFed(home, feed);
    onTestFinished(() => app.close());
    await until(() => feedOf(app).errors > 0);
    expect(feedOf(app)).toMatchObject({
      state: 'disconnected',
      lastError: {message: expect.stringMatching(/[Nn]ot authorized/)},
    });
    execFileSync('mosquitto_passwd', ['-b', passwords, 'fishbone', 'right']);
    await broker.restart();
    await until(() => feedOf(app).state === 'connected');
  });
});

/** What is in quarantine: the text as it was sent, and the reason. */
async function rejects(app: App): Promise<[string, string][]> {
  const batches = await listQuarantine(app.warehouse);
  const rows = await Promise.all(batches.map(({id}) => showQuarantine(app.warehouse, id)));
  return rows.flatMap(({rows: some}) => some).map(({row, reason}) => [row.record ?? '', reason]);
}

/** @returns the signal that ended it */
function died(folder: string): Promise<string | null> {
  const script = fileURLToPath(new URL('feed-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {stdio: 'inherit'});
  return new Promise(resolve => child.once('exit', (_code, signal) => resolve(signal)));
}

function cfx(MessageName: string, UniqueID: string, MessageBody: object, TimeStamp = '2024-05-01T06:00:00Z') {
  return {MessageName, Version: '2.1', TimeStamp, UniqueID, Source: 'ACME.AOI7.SN1', MessageBody};
}
