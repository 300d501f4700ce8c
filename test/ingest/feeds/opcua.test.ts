/** The OPC UA feed against a real server, with a real warehouse behind it. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type App, openApp} from '../../../api/app.ts';
import {temporaryFolder} from '../../api/plant.ts';
import {until} from './broker.ts';
import {DataType, PlantServer, StatusCodes} from './opcua-server.ts';

async function openFed(folder: string, feed: object): Promise<App> {
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({feeds: {press: {kind: 'opcua', ...feed}}}));
  const app = await openApp(folder, {make: true});
  app.startFeeds();
  return app;
}

const feedOf = (app: App) => app.feeds.states()[0];
const readings = (app: App) =>
  app.warehouse.read(undefined, s => s.rows('select station, parameter, "at", value from readings order by all'));
const nodeOf = (name: string, more: object = {}) => ({
  node: `ns=1;s=Press1.${name}`,
  station: 'P1',
  parameter: name.toLowerCase(),
  samplingMs: 0,
  ...more,
});
const second = (k: number) => new Date(Date.UTC(2024, 4, 1, 6) + k * 1000).toISOString();

test('values are readings', async () => {
  const server = await PlantServer.start({folder: temporaryFolder(), variables: ['Torque', 'On']});
  server.set('Torque', {value: 1, at: second(0)});
  const app = await openFed(temporaryFolder(), {
    endpoint: server.endpoint,
    securityMode: 'None',
    publishingMs: 50,
    nodes: [nodeOf('Torque'), nodeOf('On')],
  });
  onTestFinished(() => app.close());
  await until(() => feedOf(app).state === 'connected');
  await new Promise(r=>setTimeout(r,3000));console.log(feedOf(app), await readings(app));
  await until(() => feedOf(app).accepted === 1);
  server.set('Torque', {value: 2, at: second(1)});
  server.set('On', {value: true, dataType: DataType.Boolean, at: second(2)});
  server.set('On', {value: 3, at: second(3), status: StatusCodes.BadSensorFailure});
  await until(() => feedOf(app).received === 5 && feedOf(app).behind === 0);
  console.log(feedOf(app), await readings(app));
  expect(1).toBe(1);
});
