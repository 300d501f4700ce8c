/** An open page shows what comes in, without a reload; and without the stream of events a little later. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {openBrowser, PATIENCE_MS} from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'fishbone-live-'));
let app: App;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  app = await openApp(join(folder, 'W'), {make: true});
  const files = join(folder, 'files');
  mkdirSync(files);
  writeFileSync(
    join(files, 'inspections.csv'),
    'inspection,part,inspected_at,result\nI1,P1,2024-03-01T06:00:00Z,fail\nI2,P2,2024-03-01T07:00:00Z,pass\n',
  );
  writeFileSync(join(files, 'parts.csv'), 'part,product,lot\nP1,A,L1\nP2,A,L1\n');
  writeFileSync(join(files, 'defects.csv'), 'inspection,defect\nI1,scratch\n');
  await ingest(app, [files]);
  server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, {recursive: true, force: true});
});

async function record(inspection: string, defect: string): Promise<void> {
  const row = {inspection, part: `P-${inspection}`, inspected_at: '2024-03-01T09:00:00Z', result: 'fail'};
  const response = await fetch(`${server.address}/v1/inspections`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({...row, defects: [{defect}]}),
  });
  expect(response.status).toBe(200);
}

const bar = (page: Page, defect: string) =>
  page
    .locator('.plot')
    .getByRole('link', {name: new RegExp(defect)})
    .first();

test('a result that is recorded is on the open page without a reload', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(server.address);
  await bar(page, 'scratch').waitFor();
  await page.getByText('· live').waitFor();
  expect(await bar(page, 'dent').count()).toBe(0);
  await record('L1', 'dent');
  await bar(page, 'dent').waitFor();
  await page.getByText(`batch ${app.warehouse.position}`).waitFor();
  expect(loads).toBe(1);
  await page.close();
  // A page that is closed watches no more.
  await expect.poll(() => app.live.watchers, {timeout: 300_000}).toBe(0);
});

test('whoever looks at a part sees that its lot is held, as it happens and when coming back', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  let plants = 0;
  page.on('response', response => response.url().endsWith('/v1/plant') && plants++);
  await page.goto(`${server.address}/trace?id=P1`);
  await page.getByRole('heading', {name: 'Genealogy'}).waitFor();
  await page.getByText('· live').waitFor();
  // Whoever begins to listen asks what the plant has once more; were that answered after the hold, all would be asked anew.
  await expect.poll(() => plants).toBe(2);
  expect(await page.getByText('lot L1: held').count()).toBe(0);
  const post = async (path: string, body: object) => {
    const response = await fetch(`${server.address}/v1/${path}`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as {id: string};
  };
  const {id: contained} = await post('contain', {target: 'L1'});
  const {id} = await post('holds', {contained, reason: 'TOOL', text: 'T7', by: 'Ada'});
  await post(`holds/${id}/approve`, {by: 'Bo'});
  await page.getByText('lot L1: held').waitFor();
  await page.close();
  const again = await browser.newPage();
  again.setDefaultTimeout(PATIENCE_MS);
  await again.goto(`${server.address}/trace?id=P2`);
  await again.getByText('lot L1: held').waitFor();
  await again.close();
});

test('where nothing is told, the page asks', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.route('**/v1/events', route => route.abort());
  await page.clock.install();
  await page.goto(server.address);
  await bar(page, 'scratch').waitFor();
  await page.getByText('· not live').waitFor();
  await record('L2', 'burr');
  await page.clock.fastForward(31_000);
  await bar(page, 'burr').waitFor();
  await page.close();
});
