/** Secrets with a mark in them go every way that there is; the mark may turn up nowhere that anybody reads. */
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {digestOf} from '../../api/access/keys.ts';
import {openApp} from '../../api/app.ts';
import {buildHttp} from '../../api/http.ts';
import {ingest} from '../../api/load-files.ts';
import {redacted, redacting} from '../../api/redact.ts';
import {Browser, startIssuer} from './issuer.ts';
import {plantFiles, startServer, temporaryFolder} from './plant.ts';

const MARK = 'Canary7Mark';
/** As long as keys are, known to nobody. */
const WRONG_KEY = `fb_${MARK}${'x'.repeat(32)}`;
/** 24 bytes and more in base64 are a Standard Webhooks secret. */
const RECEIVER_SECRET = `whsec_${Buffer.from(`${MARK} of a receiver, 32 bytes!`).toString('base64')}`;

/** The marks, in all the ways that a secret could be written. */
const marks = [MARK, RECEIVER_SECRET.slice(6), Buffer.from(MARK).toString('base64').slice(0, 12)];

function everyFileIn(folder: string, except: readonly string[]): string {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter(name => !except.includes(name) && statSync(join(folder, name)).isFile())
    .map(name => `${name}\n${readFileSync(join(folder, name), 'latin1')}`)
    .join('\n');
}

test('no secret is told: in answers, logs, the ledger, the audit, or any file of the warehouse', async () => {
  const folder = temporaryFolder();
  const told: string[] = [];
  const secrets = ['client.secret', 'receiver.secret', 'server.json'];
  // A receiver that answers what it was sent, signature and all.
  const receiver = createServer((request, response) => {
    response.statusCode = 400;
    response.end(JSON.stringify({error: `not ${RECEIVER_SECRET}`, headers: request.headers}));
  });
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  const {port} = receiver.address() as AddressInfo;
  const here = createServer();
  await new Promise<void>(resolve => here.listen(0, '127.0.0.1', resolve));
  const own = (here.address() as AddressInfo).port;
  await new Promise(resolve => here.close(resolve));
  const address = `http://127.0.0.1:${own}`;
  const clientSecret = `${MARK}-client-secret`;
  const {issuer, stop} = await startIssuer(`${address}/v1/session/callback`, clientSecret);
  onTestFinished(stop);
  writeFileSync(join(folder, 'client.secret'), clientSecret);
  writeFileSync(join(folder, 'receiver.secret'), RECEIVER_SECRET);
  writeFileSync(
    join(folder, 'fishbone.json'),
    JSON.stringify({
      oidc: {
        issuer,
        clientId: 'fishbone',
        clientSecretFile: 'client.secret',
        scope: 'openid profile',
        roles: [{claim: 'groups', value: 'quality', role: 'quality-lead'}],
      },
      receivers: {mes: {driver: 'webhook', url: `http://127.0.0.1:${port}/hook`, secretFile: 'receiver.secret'}},
      allowHosts: ['127.0.0.1'],
    }),
  );
  const app = await openApp(folder, {make: true, log: line => told.push(redacted(line))});
  mkdirSync(join(folder, 'files'));
  await ingest(app, [plantFiles(join(folder, 'files'))]);
  const log = {write: (line: string) => void told.push(line)};
  const stream = redacting(log as unknown as NodeJS.WritableStream);
  const http = await buildHttp(app, {localToken: `local-${MARK}`, dashboards: null, logger: {level: 'trace', stream}});
  http.get('/v1/fails', {config: {access: 'read'}}, request => {
    throw new Error(`failed with ${String(request.headers.authorization)} and ${clientSecret} at ${request.url}`);
  });
  await http.listen({host: '127.0.0.1', port: own});
  const ask = async (path: string, init: RequestInit = {}, browser = new Browser()) => {
    const response = await browser.go(`${address}${path}`, init);
    told.push(`${path.replaceAll(MARK, '')}: ${response.status} ${await response.text()}`);
    return response;
  };
  const as = (key: string) => ({authorization: `Bearer ${key}`});

  // A key that works, made with the mark in it: only its digest may be found.
  const right = `fb_${MARK}${'y'.repeat(32)}`;
  const sha256 = digestOf(right).toString('hex');
  await app.warehouse.append('key', {did: 'create', id: 'k1', name: 'Anna', role: 'quality-lead', sha256, by: 'test'});
  await ask('/v1/batches', {headers: as(WRONG_KEY)});
  await ask('/v1/batches', {headers: as(right)});
  await ask(`/v1/no/such/${WRONG_KEY}`, {headers: as(right)});
  await ask(`/v1/trace/any/${right}?key=${MARK}`, {headers: as(right)});
  const json = {'content-type': 'application/json', origin: address};
  await ask('/v1/session', {method: 'POST', headers: json, body: JSON.stringify({key: WRONG_KEY})});
  await ask('/v1/session', {method: 'POST', headers: json, body: JSON.stringify({[WRONG_KEY]: 1})});
  await ask('/v1/session', {method: 'POST', headers: json, body: JSON.stringify({key: right})});
  await ask('/v1/screen', {
    method: 'POST',
    headers: {...json, ...as(right)},
    body: JSON.stringify({where: `x = '${right}'`}),
  });
  await ask('/v1/contain', {method: 'POST', headers: {...json, ...as(right)}, body: JSON.stringify({target: right})});
  await ask('/v1/batches', {headers: {cookie: `fishbone-session=fs_${MARK}xxxxxxxx`}});
  await ask(`/v1/session/callback?code=${MARK}&state=${MARK}`);
  const person = new Browser();
  const back = await person.signInAt(`${address}/v1/session/sign-in`, 'anna', `${address}/v1/session/callback`);
  const forged = new URL(back);
  forged.searchParams.set('code', MARK);
  await ask(forged.pathname + forged.search, {}, person);

  // What is not read yet cannot be in a message.
  await ask('/v1/fails', {headers: as(right)});
  await ask(`/v1/fails?token=${WRONG_KEY}`, {headers: as(right)});

  // A hold whose message the receiver refuses, repeating the secret.
  const contained = await ask('/v1/contain', {
    method: 'POST',
    headers: {...json, ...as(right)},
    body: JSON.stringify({target: 'L1'}),
  });
  expect(contained.status).toBe(200);
  const {id} = JSON.parse(told.at(-1)!.replace(/^\S+: 200 /, '')) as {id: string};
  const hold = await app.proposeHold({contained: id, reason: 'X', text: '', by: 'Ben'});
  await app.holds.approve(hold.id, 'Anna');
  await app.deliver(0);
  told.push(JSON.stringify(app.holds.show(hold.id)));
  await ask('/v1/holds', {headers: as(right)});
  await http.close();
  await app.close();

  const all = `${told.join('\n')}\n${everyFileIn(folder, secrets)}`;
  // The test sees what it looks for: the log, the answers, the ledger and the audit are among it.
  expect(all).toMatch(/failed with Bearer fb_\*\*\* and \*\*\* at/);
  expect(all).toContain('GET /v1/fails');
  expect(all).toContain(sha256);
  for (const mark of marks) {
    const at = all.indexOf(mark);
    expect(at === -1 ? '' : all.slice(Math.max(0, at - 300), at + 100)).toBe('');
  }
});

test('a served process: nothing on stdout and stderr but the first key, once', async () => {
  const folder = temporaryFolder();
  const server = await startServer(folder, ['--host', '0.0.0.0']);
  const [key] = /fb_[\w-]{43}/.exec(server.err()) ?? [];
  expect(server.err().match(/fb_[\w-]{43}/g)).toHaveLength(1);
  const asked = await fetch(`${server.address}/v1/audit`, {headers: {authorization: `Bearer ${key}`}});
  expect(asked.status).toBe(200);
  await fetch(`${server.address}/v1/nothing/${WRONG_KEY}`, {headers: {authorization: `Bearer ${WRONG_KEY}`}});
  await server.stop();
  const again = await startServer(folder, ['--host', '0.0.0.0']);
  await again.stop();
  expect(`${again.err()}${server.err().replace(key!, '')}`).not.toMatch(/fb_\w/);
  expect(everyFileIn(folder, ['server.json'])).not.toContain(key);
});

test('what is honest stays as it is', () => {
  for (const text of [
    "part.product in ('fb_1', 'A')",
    'GET /v1/trace/part/P1?asOf=3',
    'http://127.0.0.1:4800/charts?product=A',
    'a basic fault at 10:30',
  ])
    expect(redacted(text)).toBe(text);
});
