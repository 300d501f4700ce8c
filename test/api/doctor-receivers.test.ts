/** Whether `doctor` tells who can be reached, by real servers on this machine; and that it says and leaves nothing there. */
import {once} from 'node:events';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {createServer as createHttp} from 'node:http';
import {createServer as createHttps} from 'node:https';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Check} from '../../api/doctor.ts';
import {examineReceivers, examineSources} from '../../api/doctor-receivers.ts';
import {freePort} from '../ingest/feeds/broker.ts';
import {selfSigned} from './certificate.ts';
import {fishbone, fishboneHere, temporaryFolder} from './plant.ts';
import {startMachine} from './responses/machine.ts';
import {mailServer} from './responses/mail-server.ts';

const PASSWORD = 'pa55-canary';
const TOO_LONG_MS = 300;

/** A warehouse's folder with these receivers, and the secrets that they name. */
function configured(settings: object): string {
  const folder = join(temporaryFolder(), 'W');
  mkdirSync(folder);
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify(settings));
  writeFileSync(join(folder, 'secret'), `whsec_${Buffer.from('what only two know').toString('base64')}`);
  writeFileSync(join(folder, 'password'), PASSWORD);
  return folder;
}

async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', socket => open.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const webhook = (url: string) => ({driver: 'webhook', url, secretFile: 'secret'});
const mail = (port: number, more: object = {}) => {
  return {driver: 'smtp', host: '127.0.0.1', port, from: 'f@plant.example', to: 'q@plant.example', ...more};
};
const receiver = (ok: boolean, detail: string, hint?: string) => ({
  what: 'receiver',
  ok,
  detail: expect.stringContaining(detail) as string,
  ...(hint !== undefined && {hint: expect.stringContaining(hint) as string}),
});

test('an MES that is there is not asked anything; one that is not is told with what to do', async () => {
  let asked = 0;
  const port = await listening(createHttp((_request, response) => void response.end(String(++asked))));
  const free = await freePort();
  const folder = configured({
    receivers: {
      mes: webhook(`http://127.0.0.1:${port}/holds`),
      gone: webhook(`http://localhost:${free}/`),
      nameless: webhook('http://mes.invalid/'),
      elsewhere: webhook('http://mes.plant/'),
      silent: {...webhook(`http://127.0.0.1:${port}/`), secretFile: 'nowhere'},
    },
    allowHosts: ['mes.invalid'],
  });
  expect(await examineReceivers(folder)).toEqual([
    receiver(true, `mes: 127.0.0.1:${port} answers`),
    receiver(false, `gone: nothing listens at localhost:${free} (ECONNREFUSED)`, 'start what should listen there'),
    receiver(false, 'nameless: nobody knows where mes.invalid is', 'name server'),
    receiver(false, 'elsewhere: host mes.plant is not allowed', 'add "mes.plant" to allowHosts'),
    receiver(false, 'silent: its secret cannot be used', 'nowhere'),
  ]);
  expect(asked).toBe(0);
});

test('over https a certificate that nobody vouches for is told, and silence is not waited for', async () => {
  const secure = await listening(createHttps(await selfSigned(), (_request, response) => void response.end()));
  const silent = await listening(createServer());
  const oauth2 = {kind: 'oauth2', tokenUrl: `https://localhost:${secure}/`, clientId: 'f', clientSecretFile: 'secret'};
  const http = await listening(createHttp());
  const plan = {driver: 'http', hold: [{method: 'POST', path: '/'}], release: []};
  const folder = configured({
    receivers: {
      forged: webhook(`https://localhost:${secure}/`),
      slow: webhook(`https://127.0.0.1:${silent}/`),
      // The MES is there, but not who gives the tokens.
      tokens: {...plan, url: `http://127.0.0.1:${http}/`, auth: oauth2},
    },
  });
  const beganMs = performance.now();
  expect(await examineReceivers(folder, TOO_LONG_MS)).toEqual([
    receiver(false, `forged: the certificate of localhost:${secure} is not good`, 'NODE_EXTRA_CA_CERTS'),
    receiver(false, `slow: 127.0.0.1:${silent} does not answer (no answer within 0.3 s)`, 'firewall'),
    receiver(false, `tokens: the certificate of localhost:${secure} is not good`, 'NODE_EXTRA_CA_CERTS'),
  ]);
  // All at the same time: not one after the other's end.
  expect(performance.now() - beganMs).toBeLessThan(10 * TOO_LONG_MS);
});

test('a mail server: signed in at, without a mail; a wrong password, no encryption, and what is none are told', async () => {
  const server = await mailServer({users: {fishbone: PASSWORD}});
  const other = await mailServer({users: {fishbone: 'another'}});
  const open = await mailServer({startTls: false});
  const silent = await listening(createServer());
  const who = {user: 'fishbone', passwordFile: 'password'};
  const folder = configured({
    receivers: {
      mail: mail(server.port, {...who, host: 'localhost', caFile: server.caFile}),
      wrong: mail(other.port, who),
      bare: mail(open.port),
      demanding: mail(open.port, {host: 'localhost', caFile: server.caFile}),
      forged: mail(server.port, {...who, host: 'localhost', caFile: other.caFile}),
      none: mail(silent),
    },
  });
  const found = await examineReceivers(folder, 1_500);
  expect(found).toEqual([
    receiver(true, `mail: localhost:${server.port} answers encrypted, and lets fishbone in`),
    receiver(false, `wrong: 127.0.0.1:${other.port} does not let fishbone in`, 'the password in password'),
    receiver(true, `bare: 127.0.0.1:${open.port} answers without encryption`),
    receiver(false, `demanding: localhost:${open.port} does not encrypt as is configured`, '"insecure"'),
    receiver(false, `forged: the certificate of localhost:${server.port} is not good`, '"caFile"'),
    receiver(
      false,
      `none: 127.0.0.1:${silent} takes connections, but does not greet as a mail server`,
      'whether it is',
    ),
  ]);
  expect([...server.mails, ...other.mails, ...open.mails]).toEqual([]);
  expect(JSON.stringify(found)).not.toContain(PASSWORD);
});

test('a machine: what it offers against what is configured; nothing is written, not here either', async () => {
  const [open, secured] = [await startMachine(), await startMachine({isSecured: true})];
  const port = await freePort();
  const silent = await listening(createServer());
  const opcua = (endpoint: string, more: object = {}) => ({driver: 'opcua', endpoint, ...more});
  const who = {user: 'fishbone', passwordFile: 'password'};
  const folder = configured({
    receivers: {
      press: opcua(secured.endpoint, who),
      bare: opcua(open.endpoint, {securityMode: 'None'}),
      other: opcua(open.endpoint),
      nobody: opcua(secured.endpoint),
      gone: opcua(`opc.tcp://127.0.0.1:${port}`),
      silent: opcua(`opc.tcp://127.0.0.1:${silent}`),
    },
  });
  expect(await examineReceivers(folder, 5_000)).toEqual([
    receiver(true, `press: ${secured.endpoint} answers, and offers SignAndEncrypt with Basic256Sha256`),
    receiver(true, `bare: ${open.endpoint} answers, and offers no security`),
    receiver(
      false,
      `other: ${open.endpoint} has no endpoint with SignAndEncrypt and Basic256Sha256: set "securityMode"`,
    ),
    receiver(false, `nobody: ${secured.endpoint} takes nobody without a name: set "user" and "passwordFile"`),
    receiver(false, `gone: nothing listens at 127.0.0.1:${port}`, 'start what should listen there'),
    receiver(false, `silent: opc.tcp://127.0.0.1:${silent}`),
  ]);
  expect([...open.writes, ...open.calls, ...secured.writes]).toEqual([]);
  expect(existsSync(join(folder, 'receivers'))).toBe(false);
});

test('on the command line: exit code 1, no secret; feeds of OPC UA too while no server runs', async () => {
  const machine = await startMachine();
  const port = await listening(createHttp());
  const gone = await freePort();
  const nodes = [{node: 's=Press1.speed', station: 'P1', parameter: 'press.speed'}];
  const feeds = {press: {kind: 'opcua', endpoint: machine.endpoint, securityMode: 'None', nodes}};
  const settings = {receivers: {mes: webhook(`http://127.0.0.1:${port}/`)}, feeds};
  const folder = configured(settings);
  expect(await examineSources(folder)).toEqual([
    {what: 'feed', ok: true, detail: `press: ${machine.endpoint} answers, and offers no security`},
  ]);
  // A process of its own: nothing but the answer is on its stdout, and nothing keeps it from its end.
  const good = await fishbone(['doctor', '--json', '--warehouse', folder]);
  const {checks} = good.json<{checks: Check[]}>();
  expect(checks.filter(({what}) => what === 'receiver' || what === 'feed')).toMatchObject([
    {what: 'feed', ok: true},
    {what: 'receiver', ok: true, detail: `mes: 127.0.0.1:${port} answers`},
  ]);
  await machine.stop();
  const receivers = {mes: webhook(`http://127.0.0.1:${gone}/?token=${PASSWORD}`)};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({...settings, receivers}));
  const bad = await fishboneHere(['doctor', '--warehouse', folder]);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain(`BAD   receiver: mes: nothing listens at 127.0.0.1:${gone} (ECONNREFUSED)\n        start`);
  expect(bad.out).toContain(`BAD   feed: press: nothing listens at`);
  expect(bad.out).not.toContain(PASSWORD);
});
