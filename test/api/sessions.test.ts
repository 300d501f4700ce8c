/** Browsers are signed in by a cookie: what it may do, what a page from elsewhere may not, and when it ends. */
import type {InjectOptions} from 'fastify';
import {describe, expect, test} from 'vitest';
import {Keys} from '../../api/access/keys.ts';
import {Limit} from '../../api/access/limits.ts';
import type {SessionAnswer} from '../../api/access/session-answer.ts';
import {Sessions} from '../../api/access/sessions.ts';
import {LimitSettings} from '../../api/access/settings.ts';
import type {Http} from '../../api/http.ts';
import {servedPlant} from './plant.ts';

const HERE = {host: 'plant.example', origin: 'https://plant.example'};

/** A proxy in front that speaks https, as the tests' caller is: inject() comes from 127.0.0.1. */
const BEHIND_HTTPS = {...HERE, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'plant.example'};

async function signIn(http: Http, key: string, headers: Record<string, string> = HERE) {
  const response = await http.inject({method: 'POST', url: '/v1/session', payload: {key}, headers});
  const cookie = response.headers['set-cookie'] as string | undefined;
  return {response, cookie, sent: cookie?.split(';')[0] ?? '', told: response.json<SessionAnswer>()};
}

describe('a session', () => {
  test('stands for a key that the browser need not keep, and ends with signing out and with its key', async () => {
    const {app, http} = await servedPlant();
    const {key} = await app.keys.create({name: 'Anna', role: 'quality-lead', by: 'test'});
    const {cookie, sent, told} = await signIn(http, key);
    expect(cookie).toMatch(/^fishbone-session=fs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(told).toMatchObject({mode: 'keys', name: 'Anna', role: 'quality-lead', signIn: null});
    expect(JSON.stringify(told)).not.toContain(sent.split('=')[1]);
    const get = async (url: string, cookie: string) => http.inject({url, headers: {...HERE, cookie}});
    expect((await get('/v1/plant', sent)).json()).toMatchObject({access: {name: 'Anna', role: 'quality-lead'}});
    expect((await get('/v1/persons', sent)).statusCode).toBe(403);
    expect((await get('/v1/session', sent)).json()).toEqual(told);
    expect((await get('/v1/session', '')).json()).toMatchObject({name: null, csrf: null});

    const again = await signIn(http, key, {...HERE, cookie: sent});
    expect(again.sent).not.toBe(sent);
    expect((await get('/v1/plant', sent)).statusCode).toBe(401);
    const headers = {...HERE, cookie: again.sent, 'x-csrf-token': again.told.csrf!};
    const ended = await http.inject({method: 'DELETE', url: '/v1/session', headers});
    expect(ended.json()).toEqual({ended: true, issuer: null});
    expect(ended.headers['set-cookie']).toContain('Max-Age=0');
    expect((await get('/v1/plant', again.sent)).statusCode).toBe(401);

    const last = await signIn(http, key);
    await app.keys.revoke('Anna', 'test');
    expect((await get('/v1/plant', last.sent)).json()).toMatchObject({detail: 'this session has ended: sign in again'});
  });

  test('over https is bound to this host by its name', async () => {
    const {app, http} = await servedPlant({empty: true, proxies: ['127.0.0.1']});
    const {key} = await app.keys.create({name: 'Anna', role: 'viewer', by: 'test'});
    const {cookie, sent} = await signIn(http, key, BEHIND_HTTPS);
    expect(cookie).toMatch(/^__Host-fishbone-session=fs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const over = await http.inject({url: '/v1/plant', headers: {...BEHIND_HTTPS, cookie: sent}});
    expect(over.statusCode).toBe(200);
    const plain = sent.replace('__Host-', '');
    expect((await http.inject({url: '/v1/plant', headers: {...BEHIND_HTTPS, cookie: plain}})).statusCode).toBe(401);
    // Whoever is no proxy is not believed.
    const {app: other, http: direct} = await servedPlant({empty: true});
    const {key: another} = await other.keys.create({name: 'Ben', role: 'viewer', by: 'test'});
    expect((await signIn(direct, another, BEHIND_HTTPS)).cookie).not.toContain('Secure');
  });

  test('ends by itself: idle, and at the latest', async () => {
    let nowMs = 0;
    const keys = new Keys({append: () => Promise.reject(new Error('nothing is written')), entries: () => []});
    const sessions = new Sessions(keys, {idleMinutes: 60, hours: 12}, {now: () => nowMs});
    const start = async () => (await sessions.start({name: 'Anna', role: 'viewer', keyId: null, idToken: null})).token;
    const [idle, busy] = [await start(), await start()];
    for (let minute = 30; minute < 12 * 60; minute += 30) {
      nowMs = minute * 60_000;
      expect(sessions.find(busy)?.name).toBe('Anna');
    }
    expect(sessions.find(idle)).toBeNull();
    nowMs = 12 * 3_600_000;
    expect(sessions.find(busy)).toBeNull();
  });

  test('there is none where nobody has to say who they are', async () => {
    const {http} = await servedPlant({empty: true});
    const headers = {host: '127.0.0.1:4800'};
    const asked = await http.inject({url: '/v1/session', headers});
    expect(asked.json()).toMatchObject({mode: 'single-user', name: null, signIn: null});
    const tried = await http.inject({method: 'POST', url: '/v1/session', payload: {key: 'fb_x'}, headers});
    expect(tried.json()).toMatchObject({status: 409});
  });
});

test('forged requests: a cookie alone changes nothing', async () => {
  const {app, http} = await servedPlant();
  const {key} = await app.keys.create({name: 'Anna', role: 'engineer', by: 'test'});
  const {sent, told} = await signIn(http, key);
  const other = await signIn(http, key);
  const token = {'x-csrf-token': told.csrf!};
  const post = async (headers: Record<string, string>) =>
    (
      await http.inject({
        method: 'POST',
        url: '/v1/contain',
        payload: {target: 'L1'},
        headers: {...headers, cookie: sent},
      })
    ).statusCode;
  const {host, origin} = HERE;
  expect(await post({host, origin, ...token})).toBe(200);
  expect(await post({host, 'sec-fetch-site': 'same-origin', ...token})).toBe(200);
  // From elsewhere, with all that it could know.
  expect(await post({host, origin: 'https://evil.example', ...token})).toBe(403);
  expect(await post({host, origin: 'null', ...token})).toBe(403);
  expect(await post({host, origin: 'https://plant.example.evil.example', ...token})).toBe(403);
  expect(await post({host, origin: 'https://plant.example:8443', ...token})).toBe(403);
  expect(await post({host, origin, 'sec-fetch-site': 'cross-site', ...token})).toBe(403);
  expect(await post({host, origin, 'sec-fetch-site': 'same-site', ...token})).toBe(403);
  // From here by its looks, without the token, or with that of another session.
  expect(await post({host, origin})).toBe(403);
  expect(await post({host, origin, 'x-csrf-token': ''})).toBe(403);
  expect(await post({host, origin, 'x-csrf-token': other.told.csrf!})).toBe(403);
  // Nothing says where it comes from.
  expect(await post({host, ...token})).toBe(403);
  // A form from elsewhere signs nobody in either.
  const foreign = await http.inject({
    method: 'POST',
    url: '/v1/session',
    payload: {key},
    headers: {host, origin: 'https://evil.example'},
  });
  expect(foreign.statusCode).toBe(403);
  // Programs with a key have no browser that somebody else could use.
  const program: InjectOptions = {method: 'POST', url: '/v1/contain', payload: {target: 'L1'}};
  expect((await http.inject({...program, headers: {host, authorization: `Bearer ${key}`}})).statusCode).toBe(200);
});

describe('limits', () => {
  test('a burst goes through, a flood does not, and it comes back evenly', () => {
    let nowMs = 0;
    const limit = new Limit(60, () => nowMs);
    const taken = () => Array.from({length: 100}, () => limit.take('a')).filter(wait => wait === 0).length;
    expect(taken()).toBe(60);
    expect([limit.take('a'), limit.take('b')]).toEqual([1, 0]);
    nowMs += 10_000;
    expect(taken()).toBe(10);
    nowMs += 3_600_000;
    expect(taken()).toBe(60);
    // A clock that is set back takes nothing away and gives nothing.
    nowMs -= 1_800_000;
    expect(taken()).toBe(0);
    expect(Array.from({length: 5}, () => new Limit(null).take('a'))).toEqual([0, 0, 0, 0, 0]);
    const slow = new Limit(2, () => nowMs);
    slow.take('a');
    slow.take('a');
    expect(slow.take('a')).toBe(30);
  });

  test('each caller has its own, inspections have theirs, and the answer says when', async () => {
    // Of one a minute no second one comes within a test.
    const limits = LimitSettings.parse({requestsPerMinute: 1, inspectionRequestsPerMinute: 1});
    const {app, http} = await servedPlant({empty: true, limits});
    const key = async (name: string) => (await app.keys.create({name, role: 'admin', by: 'test'})).key;
    const [line, office] = [await key('Line 4'), await key('Office')];
    const ask = (shown: string, method: 'GET' | 'POST' = 'GET') =>
      http.inject({
        method,
        url: method === 'GET' ? '/v1/batches' : '/v1/inspections',
        payload: method === 'GET' ? undefined : [],
        headers: {authorization: `Bearer ${shown}`},
      });
    expect((await ask(line)).statusCode).toBe(200);
    const refused = await ask(line);
    expect(refused.json()).toMatchObject({status: 429, code: 'OVERLOADED'});
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await ask(office)).statusCode).toBe(200);
    expect((await ask(line, 'POST')).statusCode).not.toBe(429);
    expect((await ask(line, 'POST')).statusCode).toBe(429);
  });

  test('who guesses keys is stopped, a right guess included; who was here before goes on', async () => {
    const limits = LimitSettings.parse({failedSignInsPerMinute: 3});
    const {app, http} = await servedPlant({empty: true, limits});
    const key = async (name: string) => (await app.keys.create({name, role: 'viewer', by: 'test'})).key;
    const [known, guessed] = [await key('Known'), await key('Guessed')];
    const ask = async (shown: string, remoteAddress = '10.0.0.1') =>
      (await http.inject({url: '/v1/batches', remoteAddress, headers: {authorization: `Bearer ${shown}`}})).statusCode;
    expect(await ask(known)).toBe(200);
    expect([await ask('fb_1'), await ask('fb_2'), await ask('fb_3'), await ask('fb_4')]).toEqual([401, 401, 401, 429]);
    expect([await ask(guessed), await ask(known), await ask(guessed, '10.0.0.2')]).toEqual([429, 200, 200]);
    const page = await http.inject({
      method: 'POST',
      url: '/v1/session',
      remoteAddress: '10.0.0.1',
      payload: {key: 'fb_5'},
    });
    expect(page.statusCode).toBe(429);
  });
});
