/** A person signs in with a key, or at the issuer, acts and signs out: in a browser, as people do. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {CLIENT_SECRET, ROLES, startIssuer} from '../api/issuer.ts';
import {plantFiles} from '../api/plant.ts';
import {openBrowser, PATIENCE_MS} from './browser.ts';

const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-sign-in-'));
let app: App;
let server: Server;
let browser: Browser;
let page: Page;
let key: string;
let stopIssuer: () => Promise<void>;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  const free = createServer();
  await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve));
  const {port} = free.address() as AddressInfo;
  await new Promise(resolve => free.close(resolve));
  const {issuer, stop} = await startIssuer(`http://127.0.0.1:${port}/v1/session/callback`);
  stopIssuer = stop;
  writeFileSync(join(folder, 'client.secret'), CLIENT_SECRET);
  const oidc = {issuer, clientId: 'fishbone', clientSecretFile: 'client.secret', scope: 'openid profile', roles: ROLES};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({oidc}));
  app = await openApp(folder, {make: true});
  mkdirSync(join(folder, 'files'));
  await ingest(app, [plantFiles(join(folder, 'files'))]);
  key = (await app.keys.create({name: 'Line 4', role: 'engineer', by: 'test'})).key;
  server = await serve(app, {host: '127.0.0.1', port, dashboards: await buildDashboards()});
  browser = await openBrowser();
  page = await (await browser.newContext({viewport: {width: 1440, height: 900}})).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await stopIssuer?.();
  rmSync(folder, {recursive: true, force: true});
});

const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`)});
const focused = () =>
  page.evaluate(() => `${document.activeElement?.localName} ${document.activeElement?.textContent}`);
const heading = () => page.getByRole('heading', {name: 'Who are you?'});

test('nobody sees anything; the way in is there, accessible, light and dark, wide and narrow', async () => {
  await page.goto(`${server.address}/trace?id=P1`);
  await heading().waitFor();
  for (const [width, colorScheme] of [
    [1440, 'light'],
    [360, 'dark'],
  ] as const) {
    await page.setViewportSize({width, height: 900});
    await page.emulateMedia({colorScheme});
    await picture(`sign-in-${width}-${colorScheme}`);
    expect((await new AxeBuilder({page}).analyze()).violations.map(({id}) => id)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test('a wrong key is refused in words; the right one opens the page, and is kept nowhere', async () => {
  await page.getByLabel('or with an API key').fill('fb_wrong');
  await page.getByRole('button', {name: 'Sign in', exact: true}).click();
  await page.getByText('this key is not known here').waitFor();
  await page.getByLabel('or with an API key').fill(key);
  await page.getByRole('button', {name: 'Sign in', exact: true}).click();
  await page.getByRole('button', {name: 'Sign out'}).waitFor();
  // The form is gone that had the focus: it is where it is after every change of page.
  await expect.poll(focused).toBe('h1 Trace of P1');
  await page
    .getByText('Hall 2')
    .or(page.getByText('P1', {exact: true}))
    .first()
    .waitFor();
  await picture('signed-in-360-dark');
  await page.setViewportSize({width: 1440, height: 900});
  await page.emulateMedia({colorScheme: 'light'});
  await picture('signed-in-1440-light');
  const kept = await page.evaluate(() =>
    JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie]),
  );
  expect(kept).not.toMatch(/f[bsc]_/);
  // What changes something goes through: the page sends its token.
  await page.goto(`${server.address}/contain?target=L1`);
  await page
    .getByText(/Hall 2/)
    .first()
    .waitFor();
});

test('signs out, and in again at the issuer, back to where one was', async () => {
  await page.getByRole('button', {name: 'Sign out'}).click();
  await heading().waitFor();
  await expect.poll(focused).toBe('h1 Who are you?');
  await page.goto(`${server.address}/trace?id=P2`);
  await page.getByRole('link', {name: /^Sign in with 127\.0\.0\.1/}).click();
  await page.getByPlaceholder('Enter any login').fill('anna');
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', {name: 'Sign-in'}).click();
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.waitForURL(`${server.address}/trace?id=P2`);
  await page.getByText('Anna Berg').first().waitFor();
  await page.getByRole('button', {name: 'Sign out'}).click();
  await page.waitForURL(/\/session\/end/);
  await page.goto(server.address);
  await heading().waitFor();
});
