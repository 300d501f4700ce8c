/** People sign in at a real OpenID provider; what comes back has to be the answer to what was asked. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {SessionAnswer} from '../../api/access/session-answer.ts';
import {openApp} from '../../api/app.ts';
import {buildHttp} from '../../api/http.ts';
import {freePort} from './free-port.ts';
import {Browser, CLIENT_SECRET, ROLES, startIssuer} from './issuer.ts';
import {temporaryFolder} from './plant.ts';

/** A server whose people sign in at an issuer; both listen on this machine. */
async function servedWithIssuer({down = false}: {down?: boolean} = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'client.secret'), `${CLIENT_SECRET}\n`);
  // The port has to be known to the issuer before the server is built.
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const callback = `${address}/v1/session/callback`;
  const provider = await startIssuer(callback);
  onTestFinished(provider.stop);
  if (down) await provider.stop();
  const oidc = {
    issuer: provider.issuer,
    clientId: 'fishbone',
    clientSecretFile: 'client.secret',
    postLogoutRedirectUri: `${address}/`,
    scope: 'openid profile',
    name: 'preferred_username',
    clockToleranceSeconds: 30,
    roles: ROLES,
  };
  const app = await openApp(folder, {make: true, config: {oidc}});
  const http = await buildHttp(app, {localToken: null, dashboards: null, checksAnswers: true});
  await http.listen({host: '127.0.0.1', port});
  onTestFinished(async () => {
    await http.close();
    await app.close();
  });
  const session = async (browser: Browser) =>
    (await (await browser.go(`${address}/v1/session`)).json()) as SessionAnswer;
  return {...provider, app, address, callback, session};
}

test('somebody with a role signs in, acts under a name that stays, and signs out here and at the issuer', async () => {
  const {address, callback, session, issuer, app, asked} = await servedWithIssuer();
  const browser = new Browser();
  expect((await browser.go(`${address}/v1/batches`)).status).toBe(401);
  expect(await session(browser)).toMatchObject({mode: 'keys', name: null, signIn: {issuer}});

  const sent = await browser.go(`${address}/v1/session/sign-in?returnTo=/charts%3Fproduct=A`);
  const there = new URL(sent.headers.get('location')!);
  expect(Object.fromEntries(there.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: callback,
  });
  expect([...there.searchParams.keys()]).toEqual(expect.arrayContaining(['state', 'nonce', 'code_challenge']));

  const back = await browser.signInAt(there.href, 'anna', callback);
  const done = await browser.go(back);
  expect([done.status, done.headers.get('location')]).toEqual([303, '/charts?product=A']);
  const cookie = done.headers.getSetCookie().find(text => text.startsWith('fishbone-session='));
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const {csrf, ...signedIn} = await session(browser);
  expect(signedIn).toMatchObject({name: 'Anna Berg', role: 'quality-lead'});
  expect((await browser.go(`${address}/v1/batches`)).status).toBe(200);
  // Twice is once too often: the code and what was kept for it are used up.
  expect((await browser.go(back)).status).toBe(400);

  const ended = await browser.go(`${address}/v1/session`, {
    method: 'DELETE',
    headers: {origin: address, 'x-csrf-token': csrf!},
  });
  const {issuer: endAt} = (await ended.json()) as {issuer: string};
  expect(new URL(endAt).origin).toBe(issuer);
  expect((await browser.go(endAt)).status).toBe(200);
  expect((await browser.go(`${address}/v1/batches`)).status).toBe(401);
  expect(asked.filter(url => url.includes('openid-configuration'))).toHaveLength(1);

  const other = new Browser();
  await other.go(await other.signInAt(`${address}/v1/session/sign-in`, 'mallory', callback));
  expect((await session(other)).name).toBe('Anna Berg (2)');
  await expect(app.keys.create({name: 'anna berg', role: 'viewer', by: 'test'})).rejects.toThrow('who signs in');
});

test('somebody without a role is refused on a page that says so', async () => {
  const {address, callback, session} = await servedWithIssuer();
  const browser = new Browser();
  const back = await browser.signInAt(`${address}/v1/session/sign-in`, 'ben', callback);
  const refused = await browser.go(back, {headers: {accept: 'text/html'}});
  expect(refused.status).toBe(403);
  const page = await refused.text();
  expect(page).toContain('Ben is known to');
  expect(page).toContain('has no role here');
  expect(page).not.toMatch(/<script|style=/);
  expect((await session(browser)).name).toBeNull();
});

test('an answer that was not asked for is refused: of another browser, with another state, or forged', async () => {
  const {address, callback, session} = await servedWithIssuer();
  const [victim, attacker] = [new Browser(), new Browser()];
  // The attacker's own answer, put into the victim's browser, would sign the victim in as the attacker.
  const back = await attacker.signInAt(`${address}/v1/session/sign-in`, 'anna', callback);
  expect(await (await victim.go(back)).json()).toMatchObject({status: 400, code: 'SIGN_IN_REFUSED'});
  await victim.go(`${address}/v1/session/sign-in`);
  expect(await (await victim.go(back)).json()).toMatchObject({status: 400, code: 'SIGN_IN_REFUSED'});
  expect((await session(victim)).name).toBeNull();
  const another = new URL(back);
  another.searchParams.set('code', 'forged');
  expect(await (await attacker.go(another.href)).json()).toMatchObject({status: 400, code: 'SIGN_IN_REFUSED'});
  for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example'])
    expect((await attacker.go(`${address}/v1/session/sign-in?returnTo=${encodeURIComponent(elsewhere)}`)).status).toBe(
      400,
    );
});

test('with the issuer down the server serves, keys work, and signing in says so until it is back', async () => {
  const {address, app, start, callback, session} = await servedWithIssuer({down: true});
  const {key} = await app.keys.create({name: 'Line 4', role: 'viewer', by: 'test'});
  const asked = await fetch(`${address}/v1/batches`, {headers: {authorization: `Bearer ${key}`}});
  expect(asked.status).toBe(200);
  const browser = new Browser();
  const refused = await browser.go(`${address}/v1/session/sign-in`);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({code: 'ISSUER_UNREACHABLE', hint: expect.stringContaining('with a key')});
  await start();
  await browser.go(await browser.signInAt(`${address}/v1/session/sign-in`, 'anna', callback));
  expect((await session(browser)).name).toBe('Anna Berg');
});
