/** What `config` and `doctor` tell whoever runs Fishbone: where a setting comes from, what is wrong; and no secret. */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {masked, type Setting} from '../../api/config-told.ts';
import {examine} from '../../api/doctor.ts';
import {clocks, permissions, port, versions} from '../../api/doctor-machine.ts';
import {announceServer} from '../../api/running-server.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

test('every setting with where it comes from; secrets are masked, unknown names refused', async () => {
  const folder = join(temporaryFolder(), 'W');
  mkdirSync(folder);
  const write = (settings: object) => writeFileSync(join(folder, 'fishbone.json'), JSON.stringify(settings));
  const receivers = {mes: {driver: 'webhook', url: 'https://anna:pw1@mes.local/in?token=abc', secretFile: 'mes.key'}};
  write({plant: 'ulm', timeZone: 'Europe/Berlin', receivers});
  const env = {FISHBONE_TIME_ZONE: 'Asia/Tokyo', FISHBONE_LOG: 'warn'};
  const ran = await fishboneHere(['config', '--warehouse', folder, '--json'], env);
  const settings = new Map(ran.json<{settings: Setting[]}>().settings.map(s => [s.name, s]));
  const file = join(folder, 'fishbone.json');
  expect(settings.get('warehouse')).toEqual({name: 'warehouse', value: folder, from: 'flag', where: null});
  expect(settings.get('plant')).toEqual({name: 'plant', value: 'ulm', from: 'file', where: file});
  expect(settings.get('timeZone')).toEqual({
    name: 'timeZone',
    value: 'Asia/Tokyo',
    from: 'environment',
    where: 'FISHBONE_TIME_ZONE',
  });
  expect(settings.get('log')).toMatchObject({value: 'warn', where: 'FISHBONE_LOG'});
  expect(settings.get('memoryLimitMb')).toEqual({name: 'memoryLimitMb', value: null, from: 'default', where: null});
  // Defaults that are no empty list: the file says nothing of them.
  for (const name of ['inference', 'reviews', 'limits', 'sessions'])
    expect(settings.get(name)).toMatchObject({from: 'default', where: null});
  expect(settings.get('receivers')).toMatchObject({
    from: 'file',
    value: {mes: {url: 'https://********:********@mes.local/in?token=********', secretFile: 'mes.key'}},
  });
  for (const secret of ['anna', 'pw1', 'abc']) expect(ran.out).not.toContain(secret);
  expect((await fishboneHere(['config', '--warehouse', folder], env)).out).toMatch(
    /^timeZone +Asia\/Tokyo +FISHBONE_TIME_ZONE$/m,
  );

  write({plan: 'ulm'});
  expect(await fishboneHere(['config', '--warehouse', folder])).toMatchObject({
    code: 2,
    err: expect.stringContaining('plan'),
  });
  write({log: 'loud'});
  expect((await fishboneHere(['config', '--warehouse', folder])).code).toBe(2);
});

test('what is secret by its name is masked however deep; files of secrets are named', () => {
  const value = {
    a: [{password: 'x', passwordFile: '/p', apiKey: 'k', keyFile: '/k', secret: 's'}],
    host: 'mes.local:4800',
  };
  expect(masked(value)).toEqual({
    a: [{password: '********', passwordFile: '/p', apiKey: '********', keyFile: '/k', secret: '********'}],
    host: 'mes.local:4800',
  });
});

test('a clock that was set back is wrong; versions are told', async () => {
  const now = Date.parse('2024-06-30T12:00:00Z');
  const folder = temporaryFolder();
  expect(await clocks(folder, '2024-06-30T12:10:00.000Z', () => now)).toMatchObject({
    ok: false,
    hint: expect.stringContaining('set back'),
  });
  // The disk tells the time of today, which is years after the clock that is pretended.
  expect(await clocks(folder, null, () => now)).toMatchObject({ok: true, warning: true});
  expect(await clocks(folder, null)).toMatchObject({ok: true, warning: false});
  expect(versions()).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^Fishbone \d+\.\d+\.\d+, DuckDB 1\.5\.\d/),
  });
});

test.skipIf(process.platform === 'win32')(
  'secrets that others may read, and a folder that others may change',
  async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mes.key'), 'x');
    const config = {receivers: {mes: {driver: 'webhook' as const, url: 'http://x', secretFile: 'mes.key'}}, feeds: {}};
    chmodSync(folder, 0o777);
    chmodSync(join(folder, 'mes.key'), 0o644);
    const open = await permissions(folder, config);
    expect(open.map(({warning, detail}) => [warning, detail])).toEqual([
      [true, `the folder ${folder} has mode 777`],
      [true, `the secret of mes ${join(folder, 'mes.key')} has mode 644`],
    ]);
    chmodSync(folder, 0o750);
    chmodSync(join(folder, 'mes.key'), 0o600);
    expect(await permissions(folder, config)).toEqual([{what: 'permissions', ok: true, detail: expect.any(String)}]);
  },
);

test('a port that is taken is told', async () => {
  const other = createServer();
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
  const {port: taken} = other.address() as {port: number};
  expect(await port(taken)).toMatchObject({ok: true, warning: true, detail: `${taken} is taken by another program`});
  await new Promise(resolve => other.close(resolve));
  expect(await port(taken)).toMatchObject({detail: `${taken} is free`});
});

test('a server that runs and is not ready is no good one, in its own words', async () => {
  const {app, http} = await servedPlant({empty: true});
  const {folder} = app.config;
  const address = await http.listen({port: 0, host: '127.0.0.1'});
  await announceServer(folder, {address, pid: process.pid, token: 'any'});
  const told = async () => (await examine(folder)).checks.find(({what}) => what === 'warehouse');
  expect(await told()).toEqual({what: 'warehouse', ok: true, detail: `${folder}, served at ${address}`});
  http.traffic.isStarting = true;
  expect(await told()).toMatchObject({
    ok: false,
    detail: `${folder}, served at ${address}, is not ready: STARTING it is not at work yet`,
    hint: expect.stringContaining('its log'),
  });
  await http.close();
  expect(await told()).toMatchObject({ok: true, warning: true, detail: expect.stringContaining('ECONNREFUSED')});
});
