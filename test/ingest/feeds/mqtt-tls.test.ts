/** The MQTT feed over TLS, against an in-process broker that shows a certificate of its own and asks for one. */
import {writeFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {createServer, type TLSSocket} from 'node:tls';
import {Aedes} from 'aedes';
import mqtt from 'mqtt';
import {expect, onTestFinished, test} from 'vitest';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {selfSigned} from '../../api/certificate.ts';
import {servedPlant, temporaryFolder} from '../../api/plant.ts';
import {until} from './broker.ts';

test('encrypted: only to a broker that somebody vouches for, by its own name, and with a certificate of ours', async () => {
  const [broker, ours] = [await selfSigned(), await selfSigned()];
  const keyFile = join(temporaryFolder(), 'ours.key');
  writeFileSync(keyFile, ours.key);
  const aedes = await Aedes.createBroker();
  const shown: boolean[] = [];
  const server = createServer(
    {key: broker.key, cert: broker.cert, ca: ours.cert, requestCert: true, rejectUnauthorized: true},
    (socket: TLSSocket) => {
      shown.push(socket.authorized);
      aedes.handle(socket);
    },
  );
  // Whoever is not let in ends the handshake.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const line = {
    kind: 'mqtt',
    url: `mqtts://localhost:${port}`,
    protocolVersion: 4,
    reconnectSeconds: 1,
    subscriptions: [{topic: 'plant/+station/value', takes: 'rows', table: 'readings', columns: {parameter: 'force'}}],
  };
  const feeds = FeedsSettings.parse({
    'no-ca': {...line, certFile: ours.file, keyFile},
    'other-name': {...line, url: `mqtts://127.0.0.1:${port}`, caFile: broker.file, certFile: ours.file, keyFile},
    'no-certificate': {...line, caFile: broker.file},
    line: {...line, caFile: broker.file, certFile: ours.file, keyFile},
  });
  const {app} = await servedPlant({empty: true, feeds});
  onTestFinished(async () => {
    await app.feeds.stop();
    await new Promise<void>(resolve => aedes.close(() => resolve()));
    server.close();
  });
  const told = (name: string) => app.feeds.states().find(feed => feed.name === name)!;
  app.startFeeds();
  await until(() => told('line').state === 'connected');
  await until(() => ['no-ca', 'other-name', 'no-certificate'].every(name => told(name).lastError !== null));
  const why = (name: string) => [told(name).state, told(name).lastError?.message];
  expect(why('no-ca')).toEqual(['disconnected', expect.stringMatching(/vouches .*self-signed certificate.* caFile/)]);
  expect(why('other-name')).toEqual(['disconnected', expect.stringContaining("does not match certificate's altnames")]);
  expect(why('no-certificate')).toEqual(['disconnected', expect.stringContaining('certificate required')]);
  expect(shown).not.toContain(false);

  const options = {ca: broker.cert, key: ours.key, cert: ours.cert};
  const publisher = await mqtt.connectAsync(`mqtts://localhost:${port}`, options);
  onTestFinished(() => void publisher.end(true));
  await publisher.publishAsync('plant/P7/value', '{"at": "2024-05-01T06:00:00Z", "value": 4.5}', {qos: 1});
  await until(() => told('line').accepted === 1);
});
