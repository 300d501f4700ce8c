/** The OPC UA feed against a real server (node-opcua's), with a real warehouse behind it. */
import {readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {type App, openApp} from '../../../api/app.ts';
import {feedDoor} from '../../../api/feed-door.ts';
import {Feeds} from '../../../ingest/feeds/feeds.ts';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {listQuarantine, showQuarantine} from '../../../warehouse/quarantine.ts';
import {temporaryFolder} from '../../api/plant.ts';
import {until} from './broker.ts';
import {PlantServer, StatusCodes} from './opcua-server.ts';

async function openFed(folder: string, feed: object): Promise<App> {
  const press = {kind: 'opcua', securityMode: 'None', publishingMs: 50, reconnectSeconds: 0.5, ...feed};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({feeds: {press}}));
  const app = await openApp(folder, {make: true});
  app.startFeeds();
  return app;
}

const feedOf = (app: App) => app.feeds.states()[0];
const nodeOf = (name: string, more: object = {}) => ({
  node: `ns=1;s=Press1.${name}`,
  station: 'P1',
  parameter: name.toLowerCase(),
  samplingMs: 0,
  ...more,
});
const second = (k: number) => new Date(Date.UTC(2024, 4, 1, 6) + k * 1000).toISOString();
/** Seconds and values of a parameter. */
const series = async (app: App, parameter: string) => {
  const rows = await app.warehouse.read(undefined, s =>
    s.rows<{at: string; value: number}>('select "at", value from readings where parameter = $parameter order by "at"', {
      parameter,
    }),
  );
  return rows.map(({at, value}): [number, number] => [(Date.parse(at) - Date.UTC(2024, 4, 1, 6)) / 1000, value]);
};
const count = async (app: App) =>
  (await app.warehouse.read(undefined, s => s.row<{n: number}>('select count(*)::integer as n from readings'))).n;
const counting = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, k): [number, number] => [from + k, 10 + from + k]);

async function reasons(app: App): Promise<string[]> {
  const entries = await listQuarantine(app.warehouse);
  const shown = await Promise.all(entries.map(({id}) => showQuarantine(app.warehouse, id)));
  return shown.flatMap(({rows}) => rows.map(({reason}) => reason)).sort();
}

test('numbers are readings at the time of their source; what is none is in quarantine with its status or its type', async () => {
  const variables = {Torque: 'Double', On: 'Boolean', Count: 'UInt64', Program: 'String'} as const;
  const server = await PlantServer.start({folder: temporaryFolder(), variables});
  server.set('Torque', {value: 11.5, at: second(1)});
  server.set('On', {value: true, at: second(1)});
  server.set('Count', {value: [1, 2], at: second(1)});
  server.set('Program', {value: 'P7', at: second(1)});
  const nodes = ['Torque', 'On', 'Count', 'Program', 'Nowhere'].map(name => nodeOf(name));
  const app = await openFed(temporaryFolder(), {endpoint: server.endpoint, nodes});
  onTestFinished(() => app.close());
  await until(() => feedOf(app).received === 4 && feedOf(app).behind === 0);
  server.set('Torque', {value: 12, at: second(2), status: StatusCodes.UncertainSensorNotAccurate});
  server.set('Torque', {value: 13, at: second(3), status: StatusCodes.BadSensorFailure});
  server.set('Torque', {value: Number.NaN, at: second(4)});
  server.set('Torque', {value: 16, at: '2199-01-01T00:00:00.000Z'});
  server.set('Torque', {value: 17, at: '2024-05-01T06:00:07.125Z', status: StatusCodes.GoodClamped});
  server.set('On', {value: false, at: second(2)});
  await until(() => feedOf(app).received === 10 && feedOf(app).behind === 0);
  expect(await series(app, 'torque')).toEqual([
    [1, 11.5],
    [7.125, 17],
  ]);
  expect(await series(app, 'on')).toEqual([
    [1, 1],
    [2, 0],
  ]);
  expect(await series(app, 'count')).toEqual([[1, 2 ** 32 + 2]]);
  expect(await reasons(app)).toEqual([
    'node ns=1;s=Press1.Program: it is a String, not a number',
    'node ns=1;s=Press1.Torque: it is NaN, not a number',
    'node ns=1;s=Press1.Torque: its status is BadSensorFailure',
    'node ns=1;s=Press1.Torque: its status is UncertainSensorNotAccurate',
    expect.stringMatching(/^skewed: in the future.*2199/),
  ]);
  expect(feedOf(app)).toMatchObject({state: 'connected', accepted: 5, rejected: 5, gaps: 0, errors: 1});
  expect(feedOf(app).lastError?.message).toBe(
    'P1 nowhere (ns=1;s=Press1.Nowhere) is not known to the server: check its node id (BadNodeIdUnknown); the other nodes go on',
  );
});

test('what was missed is read from the history, or said to be missing', async () => {
  const server = await PlantServer.start({
    folder: temporaryFolder(),
    variables: {Torque: 'Double', Short: 'Double', Angle: 'Double', Still: 'Double'},
    historized: ['Torque', 'Short'],
  });
  const folder = temporaryFolder();
  const nodes = ['Torque', 'Short', 'Angle', 'Still'].map(name => nodeOf(name));
  const feed = {endpoint: server.endpoint, nodes, historyPage: 3, queueSize: 5, historyLagSeconds: 1};
  const setAll = (...seconds: number[]) => {
    for (const k of seconds)
      for (const name of ['Torque', 'Short', 'Angle']) server.set(name, {value: 10 + k, at: second(k)});
  };
  server.set('Still', {value: 1, at: second(0)});
  setAll(0);
  let app = await openFed(folder, feed);
  onTestFinished(() => app.close());
  const isLevel = () => feedOf(app).state === 'connected' && feedOf(app).behind === 0;
  await until(async () => (await count(app)) === 4 && isLevel());
  setAll(1, 2);
  await until(async () => (await count(app)) === 10);

  // The server is away, and its machine goes on.
  await server.stop();
  await until(() => feedOf(app).state === 'disconnected' && feedOf(app).errors > 1);
  expect(feedOf(app).lastError?.message).toMatch(
    /^opc\.tcp:\S+ cannot be reached: check the address and that the server/,
  );
  setAll(...counting(3, 13).map(([k]) => k));
  server.forget('Short', second(8));
  await server.start();
  await until(() => feedOf(app).gaps === 2 && isLevel());
  await until(async () => (await series(app, 'torque')).length === 14);
  expect(await series(app, 'torque')).toEqual(counting(0, 13));
  expect(await series(app, 'short')).toEqual([...counting(0, 2), ...counting(8, 13)]);
  expect(await series(app, 'angle')).toEqual([...counting(0, 2), ...counting(13, 13)]);
  const gaps = () =>
    readFileSync(join(folder, 'feeds/press/gaps.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as {parameter: string; from: string; to: string; reason: string})
      .sort((a, b) => (a.parameter < b.parameter ? -1 : 1));
  expect(gaps()).toMatchObject([
    {
      parameter: 'angle',
      from: '2024-05-01T06:00:02.000000Z',
      to: '2024-05-01T06:00:13.000000Z',
      reason: expect.stringContaining('keeps no history of it'),
    },
    {
      parameter: 'short',
      from: '2024-05-01T06:00:02.000000Z',
      to: '2024-05-01T06:00:08.000000Z',
      reason: 'the history of the server does not reach back so far',
    },
  ]);
  const {alerts} = app.alerts.list({name: 'feed.gap'});
  expect(alerts).toMatchObject([{source: 'opcua press', state: 'open'}]);
  expect(alerts[0].text).toMatch(/^values of P1 .* may be missing: /);

  // Fishbone is away.
  await app.close();
  setAll(14, 15, 16, 17);
  app = await openFed(folder, {...feed, nodes: nodes.slice(0, 1)});
  await until(async () => (await series(app, 'torque')).length === 18);
  // Its memory is lost too: the warehouse knows.
  await app.close();
  rmSync(join(folder, 'feeds'), {recursive: true});
  setAll(18, 19, 20, 21);
  app = await openFed(folder, {...feed, nodes: nodes.slice(0, 1)});
  await until(async () => (await series(app, 'torque')).length === 22);
  // More than the server keeps for a subscription comes at once.
  await until(isLevel);
  const before = feedOf(app).received;
  setAll(...counting(22, 41).map(([k]) => k));
  await until(async () => (await series(app, 'torque')).length === 42);
  expect(await series(app, 'torque')).toEqual(counting(0, 41));
  expect(feedOf(app)).toMatchObject({gaps: 0, rejected: 0});
  expect(feedOf(app).received).toBeGreaterThan(before + 20);
});

test('what waits to be recorded is bounded: meanwhile the server keeps the rest', async () => {
  const server = await PlantServer.start({folder: temporaryFolder(), variables: {Torque: 'Double'}});
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true});
  onTestFinished(() => app.close());
  const press = {kind: 'opcua', endpoint: server.endpoint, securityMode: 'None', publishingMs: 50, queueSize: 5000};
  const settings = FeedsSettings.parse({press: {...press, nodes: [nodeOf('Torque')]}});
  const feeds = new Feeds(settings, {plant: 'test', folder, log: () => undefined});
  onTestFinished(() => feeds.stop());
  const state = () => feeds.states()[0];
  const door = feedDoor(app);
  let open: () => void = () => undefined;
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  feeds.start({...door, rows: (...sent) => opened.then(() => door.rows(...sent))});
  const ALL = 14_000;
  server.set('Torque', {value: 0, at: second(0)});
  await until(() => state().received > 0);
  for (let k = 1; k < ALL; k++) {
    server.set('Torque', {value: k, at: second(k)});
    // The server keeps 5000 and no more.
    if (k % 500 === 0) await until(() => state().received >= Math.min(k, 10_000) - 500);
  }
  await until(() => state().behind >= 10_000);
  // Longer than several times of publishing.
  await wait(500);
  expect(state().behind).toBeLessThan(13_000);
  open();
  await until(async () => (await count(app)) === ALL);
  expect(state()).toMatchObject({gaps: 0, errors: 0});
});

test('a secured server: a certificate, a user, and in a sentence what is wrong with them', async () => {
  const server = await PlantServer.start({
    folder: temporaryFolder(),
    variables: {Torque: 'Double'},
    isSecured: true,
    users: {fishbone: 'right'},
  });
  server.set('Torque', {value: 11, at: second(1)});
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'password'), 'wrong\n');
  const secured = {securityMode: 'SignAndEncrypt', user: 'fishbone', passwordFile: 'password'};
  const app = await openFed(folder, {endpoint: server.endpoint, nodes: [nodeOf('Torque')], ...secured});
  onTestFinished(() => app.close());
  const certificates = join(folder, 'feeds/press/certificates');
  const error = () => feedOf(app).lastError?.message ?? '';
  await until(() => error() !== '');
  expect(error()).toBe(
    `the certificate of ${server.endpoint} is not trusted: if it is the right one, move it from ${certificates}/rejected to ${certificates}/trusted/certs`,
  );
  const [rejected] = readdirSync(join(certificates, 'rejected'));
  renameSync(join(certificates, 'rejected', rejected), join(certificates, 'trusted/certs', rejected));
  await until(() => error().includes('user'));
  expect(error()).toBe(`${server.endpoint} refuses the user "fishbone": check "user" and the password in password`);
  writeFileSync(join(folder, 'password'), 'right\n');
  await until(async () => (await series(app, 'torque')).length === 1);
  await server.stop();
  server.distrust();
  await server.start();
  await until(() => error().includes('Fishbone'));
  expect(error()).toBe(
    `${server.endpoint} refuses the certificate of Fishbone: let the server trust ${certificates}/own/certs/client_certificate.pem (The connection has been rejected by server: BadSecurityChecksFailed (0x80130000))`,
  );
});
