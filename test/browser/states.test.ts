/** The pages when things are not as they should be: nothing there, nothing let through, slow, failing, and far too much. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {openBrowser, PATIENCE_MS, settled} from './browser.ts';

const CODES = 10_000;
const LONG = `a-name-that-nobody-thought-of-${'very-'.repeat(30)}long`;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-states-'));
const apps: App[] = [];
const servers: Server[] = [];
let [empty, full]: string[] = [];
let browser: Browser;
let page: Page;

async function served(name: string, files: Record<string, string[]>): Promise<string> {
  const app = await openApp(join(folder, name), {make: true});
  apps.push(app);
  const paths = Object.entries(files).map(([table, lines]) => {
    const path = join(folder, `${table}.csv`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  });
  if (paths.length > 0) await ingest(app, paths);
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  servers.push(server);
  return server.address;
}

beforeAll(async () => {
  empty = await served('empty', {});
  const parts = Array.from({length: CODES}, (_, k) => k);
  full = await served('full', {
    parts: ['part,product,lot', ...parts.map(k => `P${k},${LONG},L${Math.floor(k / 100)}`)],
    inspections: [
      'inspection,part,result,inspected_at',
      ...parts.map(
        k => `I${k},P${k},fail,2026-03-${String(1 + (Math.floor(k / 400) % 28)).padStart(2, '0')}T06:00:00Z`,
      ),
    ],
    // Every part has a defect of its own, the first thousand one of the longest name, too.
    defects: [
      'inspection,defect',
      ...parts.map(k => `I${k},code-${k}`),
      ...parts.slice(0, 1000).map(k => `I${k},${LONG}`),
    ],
  });
  browser = await openBrowser();
  page = await (await browser.newContext({viewport: {width: 1280, height: 800}})).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  for (const app of apps) await app.close();
  rmSync(folder, {recursive: true, force: true});
});

test('an empty warehouse: every page says what to do next, and none breaks', async () => {
  const wrong: string[] = [];
  page.on('pageerror', error => wrong.push(error.message));
  for (const path of ['/', '/investigate', '/trace', '/charts', '/capability', '/holds', '/data', '/?kiosk=on']) {
    await page.goto(empty + path);
    await settled(page);
    expect((await page.getByRole('main').textContent())?.length).toBeGreaterThan(10);
  }
  await page.goto(empty);
  await page.getByRole('heading', {name: 'The warehouse is empty'}).waitFor();
  await page.getByText('npx fishbone ingest').waitFor();
  await page.goto(`${empty}/inspections`);
  await page.getByRole('heading', {name: 'The warehouse is empty'}).waitFor();
  expect(wrong).toEqual([]);
});

test('a question that lets nothing through says so, which is another thing, and leads back', async () => {
  await page.goto(`${full}/?product=unknown`);
  await page.getByRole('heading', {name: 'No part was inspected in this scope'}).waitFor();
  await page.getByText(/10,000 parts/).waitFor();
  await page.getByRole('button', {name: 'Ask about everything'}).click();
  await page.getByText('First-pass yield', {exact: true}).waitFor();
  expect(new URL(page.url()).searchParams.get('product')).toBe(null);
});

test('a slow answer: the page says that it works; the old picture stays, dimmed', async () => {
  // Answers come when they are let through: no look at the page has to be quick.
  let held: (() => void)[] | undefined = [];
  await page.route('**/v1/yield*', async route => {
    await new Promise<void>(go => (held ? held.push(go) : go()));
    await route.continue();
  });
  const letThrough = () => {
    for (const go of held ?? []) go();
    held = undefined;
  };
  await page.goto(full);
  await page.getByRole('status').getByText('Working it out').first().waitFor();
  letThrough();
  await page.getByText('First-pass yield', {exact: true}).waitFor();
  held = [];
  await page.getByLabel('From').fill('2026-03-05');
  await page.locator('.answer.old').getByText('First-pass yield', {exact: true}).waitFor();
  letThrough();
  await page.waitForFunction(() => document.querySelector('.answer.old') === null);
  await page.unroute('**/v1/yield*');
});

test('a failing answer says what failed and what to do; the others stand; trying again helps', async () => {
  let failing = true;
  await page.route('**/v1/pareto*', route =>
    failing
      ? route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            title: 'The server is overloaded',
            detail: '64 questions wait',
            hint: 'ask again in a few seconds',
          }),
        })
      : route.continue(),
  );
  await page.goto(full);
  const alert = page.getByRole('alert').filter({hasText: 'The server is overloaded'});
  await alert.getByText('ask again in a few seconds').waitFor();
  await page.getByText('First-pass yield', {exact: true}).waitFor();
  failing = false;
  await alert.getByRole('button', {name: 'Try again'}).click();
  await page.getByText('Defects by defect').waitFor();
  await page.unroute('**/v1/pareto*');
});

test('a server that is gone: what was shown stays, and the page says that it is old', async () => {
  await page.goto(full);
  await page.getByText('First-pass yield', {exact: true}).waitFor();
  await page.route('**/v1/**', route => route.abort());
  await page.getByLabel('From').fill('2026-03-06');
  await page.getByRole('alert').getByText('The server cannot be reached').first().waitFor();
  await page.unroute('**/v1/**');
});

test('a narrow window that is made wider has the whole question, and folds it again', async () => {
  await page.setViewportSize({width: 360, height: 800});
  await page.goto(full);
  await settled(page);
  expect(await page.getByLabel('From').isVisible()).toBe(false);
  await page.setViewportSize({width: 1280, height: 800});
  await page.getByLabel('From').waitFor();
  await page.setViewportSize({width: 360, height: 800});
  await page.getByLabel('From').waitFor({state: 'hidden'});
});

test('ten thousand defect codes and a name without end: the page stays whole, and quick', async () => {
  for (const width of [1280, 360]) {
    await page.setViewportSize({width, height: 800});
    const began = Date.now();
    await page.goto(full);
    await page.getByText(/11,000 defects/).waitFor();
    await page.locator('.plot text', {hasText: 'Other (9,991)'}).waitFor();
    expect(Date.now() - began).toBeLessThan(60_000);
    await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
    // All of them fail: there is nothing to draw limits from, and the page says so without a fuss.
    await page.getByRole('heading', {name: 'No trend yet'}).waitFor();
  }
  await page.setViewportSize({width: 1280, height: 800});
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', {name: /Serial/}).fill('code-9999');
  await page
    .getByRole('option', {name: /code-9999/})
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
});
