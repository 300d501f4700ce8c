/** The MQTT feed against an in-process broker, which knows only MQTT 3.1.1: runs everywhere. MQTT 5 is in mqtt.test.ts. */
import {type AddressInfo, createServer} from 'node:net';
import {Aedes} from 'aedes';
import mqtt from 'mqtt';
import {expect, onTestFinished, test} from 'vitest';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {servedPlant} from '../../api/plant.ts';
import {until} from './broker.ts';

test('rows are taken, also after a reconnect, and the state is told at every door', async () => {
  const broker = await Aedes.createBroker();
  const clients: {id: string; close(): void}[] = [];
  broker.on('client', client => clients.push(client));
  const server = createServer(broker.handle);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const feeds = FeedsSettings.parse({
    line: {
      kind: 'mqtt',
      url,
      protocolVersion: 4,
      subscriptions: [{topic: 'plant/+station/value', takes: 'rows', table: 'readings', columns: {parameter: 'force'}}],
    },
  });
  const {app, http} = await servedPlant({empty: true, feeds});
  const told = async () =>
    (await http.inject('/v1/feeds')).json<{feeds: {received: number; behind: number}[]}>().feeds[0];
  expect(await told()).toMatchObject({name: 'line', kind: 'mqtt', from: url, state: 'not running', received: 0});
  app.startFeeds();
  await until(async () => JSON.stringify(await told()).includes('"connected"'));
  const publisher = await mqtt.connectAsync(url);
  onTestFinished(async () => {
    publisher.end(true);
    await app.feeds.stop();
    await new Promise<void>(resolve => broker.close(() => resolve()));
    server.close();
  });
  const send = (at: string, value: unknown) =>
    publisher.publishAsync('plant/P7/value', JSON.stringify({at, value}), {qos: 1});
  await Promise.all([
    send('2024-05-01T06:00:00Z', 1),
    send('2024-05-01T06:00:00Z', 1),
    send('2024-05-01T06:00:01Z', 'much'),
  ]);
  await until(async () => (await told()).received === 3 && (await told()).behind === 0);
  clients.find(({id}) => id.startsWith('fishbone-'))!.close();
  await until(async () => JSON.stringify(await told()).includes('"disconnected"'));
  await send('2024-05-01T06:00:02Z', 2);
  await until(async () => (await told()).received >= 4 && (await told()).behind === 0);
  expect(await told()).toMatchObject({state: 'connected', accepted: 2, rejected: 1, lastAt: expect.any(String)});
  const rows = await app.warehouse.read(undefined, s =>
    s.rows('select station, parameter, value from readings order by "at"'),
  );
  expect(rows).toEqual([
    {station: 'P7', parameter: 'force', value: 1},
    {station: 'P7', parameter: 'force', value: 2},
  ]);
  const {body} = await http.inject('/metrics');
  expect(body).toContain('fishbone_feed_accepted_total{feed="line",kind="mqtt"} 2\n');
  expect(body).toContain('fishbone_feed_connected{feed="line",kind="mqtt"} 1\n');
});
