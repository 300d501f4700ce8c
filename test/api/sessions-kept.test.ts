/** Sessions are written down, so that a new version of the server signs nobody out, and lets in nobody who signed out. */
import {mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {SessionFile, type SessionRow} from '../../api/access/session-file.ts';
import {Sessions} from '../../api/access/sessions.ts';
import {openApp} from '../../api/app.ts';
import {buildHttp} from '../../api/http.ts';
import {startEmpty} from '../warehouse/plant-in-a-folder.ts';
import {freePort} from './free-port.ts';
import {Browser, CLIENT_SECRET, ROLES, startIssuer} from './issuer.ts';
import {fishboneHere, startServer, temporaryFolder} from './plant.ts';

const HERE = {host: 'plant.example', origin: 'https://plant.example'};
const isPosix = process.platform !== 'win32';

/** Opens the warehouse in a folder as a server does, and closes it as one that is told to stop. */
async function opened(folder: string) {
  const lines: string[] = [];
  const app = await openApp(folder, {make: true, log: line => lines.push(line)});
  const http = await buildHttp(app, {localToken: null, dashboards: null, checksAnswers: true});
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await http.close();
    await app.close();
  };
  onTestFinished(close);
  const signIn = async (key: string, cookie = '') => {
    const asked = {method: 'POST' as const, url: '/v1/session', payload: {key}, headers: {...HERE, cookie}};
    const response = await http.inject(asked);
    const sent = String(response.headers['set-cookie']).split(';')[0];
    return {status: response.statusCode, sent, csrf: response.json<{csrf: string}>().csrf};
  };
  const signOut = (cookie: string, csrf: string) =>
    http.inject({method: 'DELETE', url: '/v1/session', headers: {...HERE, cookie, 'x-csrf-token': csrf}});
  const ask = async (cookie: string) =>
    (await http.inject({url: '/v1/batches', headers: {...HERE, cookie}})).statusCode;
  return {app, http, lines, close, signIn, signOut, ask};
}

async function folderWithKey(): Promise<{folder: string; path: string; key: string}> {
  const folder = temporaryFolder();
  await startEmpty(folder);
  const app = await openApp(folder, {make: true});
  const {key} = await app.keys.create({name: 'Anna', role: 'engineer', by: 'test'});
  await app.close();
  return {folder, path: join(folder, 'sessions.json'), key};
}

const writtenIn = (folder: string): Promise<SessionRow[]> => new SessionFile(folder).read();

test('a person who signed in at the issuer stays so over a crash and a restart, until signing out or other settings', async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const callback = `${address}/v1/session/callback`;
  const {issuer, stop} = await startIssuer(callback);
  onTestFinished(stop);
  writeFileSync(join(folder, 'client.secret'), CLIENT_SECRET);
  const configure = (role: string) => {
    const oidc = {issuer, clientId: 'fishbone', clientSecretFile: 'client.secret', scope: 'openid profile'};
    const roles = ROLES.map(rule => ({...rule, role}));
    writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({oidc: {...oidc, roles}}));
  };
  const start = () => startServer(folder, ['--port', String(port)]);
  configure('quality-lead');
  let server = await start();
  const [anna, mallory] = [new Browser(), new Browser()];
  const session = async (browser: Browser) =>
    (await (await browser.go(`${address}/v1/session`)).json()) as {name: string | null; role: string; csrf: string};
  await anna.go(await anna.signInAt(`${address}/v1/session/sign-in`, 'anna', callback));
  await mallory.go(await mallory.signInAt(`${address}/v1/session/sign-in`, 'mallory', callback));
  const before = await session(anna);
  const cookie = `fishbone-session=${anna.cookie(address, 'fishbone-session')}`;
  expect(before).toMatchObject({name: 'Anna Berg', role: 'quality-lead'});

  process.kill(server.pid, 'SIGKILL');
  await server.stop();
  server = await start();
  expect(await session(anna)).toEqual(before);
  const contain = async (headers: Record<string, string>) =>
    (
      await anna.go(`${address}/v1/contain`, {
        method: 'POST',
        headers: {'content-type': 'application/json', ...headers},
        body: JSON.stringify({target: 'L1'}),
      })
    ).status;
  const other = (await session(mallory)).csrf;
  expect(await contain({origin: address})).toBe(403);
  expect(await contain({origin: address, 'x-csrf-token': other})).toBe(403);
  expect(await contain({origin: 'http://evil.example', 'x-csrf-token': before.csrf})).toBe(403);
  // There is no such lot: the door is past.
  expect(await contain({origin: address, 'x-csrf-token': before.csrf})).toBe(404);

  expect(await server.stop()).toBe(0);
  server = await start();
  expect(await session(anna)).toEqual(before);
  const ended = await anna.go(`${address}/v1/session`, {
    method: 'DELETE',
    headers: {origin: address, 'x-csrf-token': before.csrf},
  });
  const {issuer: endAt} = (await ended.json()) as {issuer: string};
  // The ID token was never written down: the issuer is told which client asks, and asks the person.
  expect(Object.fromEntries(new URL(endAt).searchParams)).toEqual({client_id: 'fishbone'});
  expect((await anna.go(endAt)).status).toBe(200);
  const replay = async () => (await fetch(`${address}/v1/batches`, {headers: {cookie}})).status;
  expect(await replay()).toBe(401);
  process.kill(server.pid, 'SIGKILL');
  await server.stop();

  // Whoever was a quality lead by the old rules is nobody by the new ones, and by the old ones again.
  expect((await writtenIn(folder)).map(({name}) => name)).toEqual(['Anna Berg (2)']);
  configure('viewer');
  server = await start();
  expect(await replay()).toBe(401);
  expect((await session(mallory)).name).toBeNull();
  expect(server.err()).toContain('1 session ended');
  await server.stop();
  configure('quality-lead');
  server = await start();
  expect((await session(mallory)).name).toBeNull();
  await server.stop();

  const asked = (await fishboneHere(['audit', '--warehouse', folder, '--json'])).json<{
    entries: {kind: string; who: string | null; role: string; status: number; route: string}[];
  }>().entries;
  const route = 'POST /v1/contain';
  expect(asked).toContainEqual(expect.objectContaining({who: 'Anna Berg', role: 'quality-lead', route, status: 404}));
});

describe('the file', () => {
  test('holds digests, is for its owner only, and is written when somebody signs in or out, not when they ask', async () => {
    const {folder, path, key} = await folderWithKey();
    const {signIn, signOut, ask, close} = await opened(folder);
    // Where nobody signed in there is nothing to write down.
    expect(() => statSync(path)).toThrow('ENOENT');
    const [stays, leaves] = [await signIn(key), await signIn(key)];
    const text = readFileSync(path, 'utf8');
    if (isPosix) expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const secret of [key, stays.sent.split('=')[1], leaves.sent.split('=')[1], stays.csrf, leaves.csrf])
      expect(text).not.toContain(secret.slice(3));
    const {ino} = statSync(path);
    for (let k = 0; k < 20; k++) expect(await ask(stays.sent)).toBe(200);
    expect([statSync(path).ino, readFileSync(path, 'utf8')]).toEqual([ino, text]);

    expect((await signOut(leaves.sent, leaves.csrf)).json()).toEqual({ended: true, issuer: null});
    expect(await writtenIn(folder)).toHaveLength(1);
    const again = await signIn(key, stays.sent);
    expect(await writtenIn(folder)).toHaveLength(1);
    await close();
    const next = await opened(folder);
    expect(await Promise.all([stays, leaves, again].map(({sent}) => next.ask(sent)))).toEqual([401, 401, 200]);
    await next.app.keys.revoke('Anna', 'test');
    await next.close();
    await (await opened(folder)).close();
    expect(await writtenIn(folder)).toEqual([]);
  });

  const damages: Record<string, (path: string, text: string) => void> = {
    'cut off': (path, text) => writeFileSync(path, text.slice(0, -40)),
    empty: path => writeFileSync(path, ''),
    'no JSON': path => writeFileSync(path, '\0\0\0\0'),
    'a list of something else': path => writeFileSync(path, '[]'),
    'of a later format': (path, text) => writeFileSync(path, text.replace('"format": 1', '"format": 2')),
    'with another role': (path, text) => writeFileSync(path, text.replace('"engineer"', '"quality-lead"')),
    'with a role that is none': (path, text) => writeFileSync(path, text.replace('"engineer"', '"root"')),
    'with a bit of a digest flipped': (path, text) =>
      writeFileSync(
        path,
        text.replace(/"sha256": "(.)(?=[^"]*",\n\s*"name)/, (all, c) => all.replace(/.$/, c === '0' ? '1' : '0')),
      ),
    'with an end that is far': (path, text) =>
      writeFileSync(path, text.replace(/"endsMs": \d+/, '"endsMs": 9000000000000')),
    'a folder': path => {
      rmSync(path);
      mkdirSync(path);
    },
  };
  test.each(Object.entries(damages))(
    '%s: nobody is let in by it, a line says so, people sign in anew',
    async (_, damage) => {
      const {folder, path, key} = await folderWithKey();
      const first = await opened(folder);
      const {sent} = await first.signIn(key);
      await first.close();
      const text = readFileSync(path, 'utf8');
      damage(path, text);
      if (statSync(path).isFile()) expect(readFileSync(path, 'utf8')).not.toBe(text);
      const {lines, ask, signIn} = await opened(folder);
      expect(lines.join('\n')).toMatch(/sessions\.json.*nobody is let in by it/);
      expect(await ask(sent)).toBe(401);
      const anew = await signIn(key);
      expect(await ask(anew.sent)).toBe(200);
      if (statSync(path).isFile()) expect(await writtenIn(folder)).toHaveLength(1);
    },
  );

  test('where it cannot be written there is none rather than an old one, and it says so until it can', async () => {
    const {folder, path, key} = await folderWithKey();
    const first = await opened(folder);
    const [leaves, stays] = [await first.signIn(key), await first.signIn(key)];
    mkdirSync(`${path}.unfinished`);
    // The disk refuses: who signs out is out nevertheless, now and after a crash.
    await first.signOut(leaves.sent, leaves.csrf);
    expect([await first.ask(leaves.sent), await first.ask(stays.sent)]).toEqual([401, 200]);
    expect(await writtenIn(folder)).toEqual([]);
    expect((await first.signIn(key)).status).toBe(200);
    expect(first.lines.filter(line => line.includes('everybody has to sign in anew'))).toHaveLength(1);
    rmSync(`${path}.unfinished`, {recursive: true});
    await first.signIn(key);
    expect(first.lines.at(-1)).toContain('is written again');
    expect(await writtenIn(folder)).toHaveLength(3);
  });

  test('is in no backup: whoever restores one signs in anew', async () => {
    const {folder, key} = await folderWithKey();
    const {signIn, close} = await opened(folder);
    await signIn(key);
    await close();
    expect(readdirSync(folder)).toContain('sessions.json');
    const backup = join(temporaryFolder(), 'backup');
    const made = await fishboneHere(['backup', backup, '--warehouse', folder, '--json']);
    expect(made.code).toBe(0);
    const names = readdirSync(backup, {recursive: true, encoding: 'utf8'});
    expect(names.filter(name => name.includes('fishbone') || name.includes('ledger.ndjson'))).not.toEqual([]);
    expect(names.filter(name => name.includes('session'))).toEqual([]);
  });
});

describe('what was written down', () => {
  const SETTINGS = {idleMinutes: 60, hours: 12};
  const anna = {name: 'Anna', role: 'viewer', keyId: null, idToken: 'secret'} as const;
  const works = {works: () => true};
  const HOUR = 3_600_000;

  test('ends when it would have: idle, at the latest, and by settings that are shorter now', async () => {
    let nowMs = 100 * HOUR;
    let rows: SessionRow[] = [];
    const around = {
      now: () => nowMs,
      keep: async (kept: SessionRow[]) => {
        rows = kept;
        return true;
      },
    };
    const first = new Sessions(works, SETTINGS, around);
    const {token} = await first.start(anna);
    expect(JSON.stringify(rows)).not.toContain('secret');
    nowMs += 0.9 * HOUR;
    expect(first.find(token)?.name).toBe('Anna');
    await first.tidy();
    const at = async (hours: number, settings = SETTINGS) => {
      nowMs = (100 + hours) * HOUR;
      const next = new Sessions(works, settings, {now: () => nowMs});
      next.restore(rows);
      return next.find(token)?.name ?? null;
    };
    // Last seen after 0.9 hours.
    expect([await at(1.8), await at(1.91)]).toEqual(['Anna', null]);
    const patient = {idleMinutes: 6_000, hours: 12};
    expect([await at(11.9, patient), await at(12, patient)]).toEqual(['Anna', null]);
    // A longer day is for those who sign in from now on; a shorter one for everybody.
    expect([await at(12.1, {...patient, hours: 24}), await at(1.5, {...patient, hours: 1})]).toEqual([null, null]);
    // The clock was set back to before it began.
    expect([await at(0, patient), await at(-0.1, patient)]).toEqual(['Anna', null]);
  });

  test('is without those that ended, so that a clock that is set back revives nobody', async () => {
    let nowMs = 100 * HOUR;
    const written: SessionRow[][] = [];
    const keep = async (rows: SessionRow[]) => Boolean(written.push(rows));
    const sessions = new Sessions(works, SETTINGS, {now: () => nowMs, keep});
    await sessions.start(anna);
    await sessions.tidy();
    expect(written.map(rows => rows.length)).toEqual([1]);
    nowMs += 2 * HOUR;
    await sessions.tidy();
    await sessions.tidy();
    expect(written.map(rows => rows.length)).toEqual([1, 0]);
  });

  test('many who sign in at once share a write, and each is in it before being told', async () => {
    const written: number[] = [];
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    const keep = async (rows: SessionRow[]) => {
      written.push(rows.length);
      await gate;
      return true;
    };
    const sessions = new Sessions(works, SETTINGS, {keep});
    const first = sessions.start(anna);
    await Promise.resolve();
    let told = 0;
    const others = Array.from({length: 100}, () => sessions.start(anna).then(() => told++));
    await new Promise(resolve => setImmediate(resolve));
    expect([written, told]).toEqual([[1], 0]);
    open();
    await Promise.all([first, ...others]);
    expect([written, told]).toEqual([[1, 101], 100]);
  });

  test('that could not be written is tried again', async () => {
    const tries: number[] = [];
    let isFull = true;
    const keep = async (rows: SessionRow[]) => {
      tries.push(rows.length);
      return !isFull;
    };
    const sessions = new Sessions(works, SETTINGS, {keep});
    await sessions.start(anna);
    await sessions.tidy();
    isFull = false;
    await sessions.tidy();
    await sessions.tidy();
    expect(tries).toEqual([1, 1, 1]);
  });
});
