/**
 * A quality engineer's walk in a real browser, beside a real server over a demo plant: from the Pareto to the finding, its
 * suspect lots, a hold that a colleague approves, and the MES that has it. Pictures of the way are in `screenshots/`.
 */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Locator, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {type DemoMes, startDemoMes} from '../../api/write-back/demo-mes.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {openBrowser, settled, watchedPage} from './browser.ts';

const SECRET = 'whsec_YnJvd3Nlci13YWxrLXNlY3JldC0xMjM0NTY3OA==';
const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-walk-'));
const troubles: string[] = [];
let mes: DemoMes;
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  const plant = makePlant({seed: 1, parameters: 8, lots: 120, partsPerLot: 40, uninspectedLots: 0, effect: 5});
  await writePlant(join(folder, 'plant'), plant);
  writeFileSync(join(folder, 'secret'), SECRET);
  mes = await startDemoMes({secret: SECRET});
  const receivers = {mes: {driver: 'webhook' as const, url: mes.url, secretFile: join(folder, 'secret')}};
  app = await openApp(join(folder, 'warehouse'), {make: true, config: {receivers}});
  await ingest(app, [join(folder, 'plant')]);
  server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  browser = await openBrowser();
  page = await watchedPage(browser, {address: server.address, troubles});
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await app?.close();
  await mes?.stop();
  rmSync(folder, {recursive: true, force: true});
});

const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});
const waitFor = (text: string | RegExp) => page.getByText(text).first().waitFor();

test('1 the Pareto: scratches lead, their bar leads down to lots and back, and on to their causes', async () => {
  await page.goto(server.address);
  const bar = page
    .locator('.plot')
    .getByRole('link', {name: /scratch/i})
    .first();
  await bar.waitFor();
  await picture('1-overview');
  await bar.click();
  await page.waitForURL(/drill=defect%3Ascratch/);
  await page.getByRole('combobox', {name: 'Pareto by'}).selectOption('part.lot');
  await waitFor('by lot');
  await page.getByRole('link', {name: 'Causes of these'}).click();
  await page.waitForURL(/\/investigate\?.*defect=scratch/);
});

test('1b the time before beside it: a verdict in words, in the address', async () => {
  await page.goto(`${server.address}/`);
  await page.getByRole('combobox', {name: 'compared with'}).selectOption('parts');
  await page.getByLabel(/Parts to compare with/).fill("bore.tool = 'T7'");
  await page.getByRole('button', {name: 'Compare'}).click();
  await page.waitForURL(/against=/);
  await waitFor(/lots against \d+/);
  await waitFor(/better/i);
  await picture('1b-compared');
  await page.goto(`${server.address}/investigate?defect=scratch`);
});

test('2 the fishbone names the tool; its bone opens the finding', async () => {
  await waitFor(/Scratches are [\d.]+\s+times\s+as\s+frequent\s+when\s+bore\.tool\s+is\s+T7/);
  await picture('2-fishbone');
  await picture('2-fishbone');
  await page
    .getByRole('link', {name: /bore\.tool = T7/})
    .first()
    .click();
  await page.getByRole('complementary', {name: /Finding: bore\.tool = T7/}).waitFor();
  await picture('3-finding');
});

test('3 from the finding to its suspect lots, and where they are', async () => {
  await page.getByRole('link', {name: /Suspect lots/}).click();
  await waitFor(/lots? (is|are) suspect|parts in .* lots are suspect/);
  const [lots, where] = [await page.locator('table tbody tr').count(), await page.locator('.blast li').count()];
  expect(lots).toBeGreaterThan(3);
  expect(where).toBeGreaterThan(0);
  await picture('4-suspects');
});

test('4 a hold is proposed; the proposer cannot approve it, a colleague can', async () => {
  await page.getByRole('button', {name: /Propose hold/}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Reason code/).fill('TOOL');
  await dialog.getByLabel(/should know/).fill('T7 scratches the bore');
  await dialog.getByLabel(/Your name/).fill('Ada');
  await picture('5-propose');
  await dialog.getByRole('button', {name: 'Propose hold'}).click();
  await page.waitForURL(/\/holds\/H-/);

  await page.getByLabel(/Your name/).fill('Ada');
  await page.getByRole('button', {name: /Approve/}).click();
  await page
    .getByRole('alert')
    .getByText(/cannot approve/)
    .waitFor();
  expect(mes.held.size).toBe(0);
  await page.getByLabel(/Your name/).fill('Grace');
  await page.getByRole('button', {name: /Approve/}).click();
  await waitFor(/acknowledged/);
  await picture('6-hold');
});

test('5 the MES holds exactly the lots of the hold, each told once', async () => {
  const [hold] = app.holds.list();
  await app.deliver(20);
  expect([...mes.held.keys()].sort()).toEqual(
    app.holds
      .show(hold.id)
      .lots.map(l => l.lot)
      .sort(),
  );
  expect(mes.repeats).toBe(0);
});

test('6 a suspect part tells its story', async () => {
  const [{part}] = await app.warehouse.read(undefined, session =>
    session.rows<{part: string}>("select part from operations where tool = 'T7' order by part limit 1"),
  );
  await page.goto(`${server.address}/trace?id=${part}`);
  await page.getByRole('region', {name: /journey/}).waitFor();
  await waitFor(/T7/);
  await picture('7-trace');
});

test('7 a lot of many parts is told shortly, and all of it on demand', async () => {
  const [{lot}] = await app.warehouse.read(undefined, session =>
    session.rows<{lot: string}>('select lot from parts group by lot order by count(*) desc, lot limit 1'),
  );
  await page.goto(`${server.address}/trace?id=${lot}&kind=lot`);
  const relatives = page.getByRole('region', {name: 'Went into'});
  const all = relatives.getByRole('button', {name: /Show all \d+/}).first();
  await all.waitFor();
  const few = await relatives.locator('li').count();
  await all.click();
  expect(await relatives.locator('li').count()).toBeGreaterThan(few + 20);
});

test('8 an address that leads nowhere says so, and where there is something', async () => {
  await page.goto(`${server.address}/nonsense`);
  await page.getByRole('heading', {name: 'No such page'}).waitFor();
  await page.getByRole('main').getByRole('link', {name: 'Investigate'}).click();
  await page.waitForURL(/\/investigate$/);
  // All failures together: the most frequent defect is offered as a question of its own.
  await page.getByRole('link', {name: /what causes scratch/}).click();
  await page.waitForURL(/defect=scratch/);
});

test('9 rejected rows are looked at and set aside, and the alert about them is closed', async () => {
  const rows = Array.from({length: 30}, (_, k) => `X${k},resin,many`);
  await fetch(`${server.address}/v1/ingest/lots?source=lots.csv`, {
    method: 'POST',
    headers: {'content-type': 'text/csv'},
    body: `lot,material,quantity\n${rows.join('\n')}\n`,
  });
  await page.goto(`${server.address}/data`);
  await page.getByText('30 rows').first().click();
  await page.getByText('1 to 20 of 30').waitFor();
  await page.getByRole('button', {name: 'Later'}).click();
  await page.getByText('21 to 30 of 30').waitFor();
  const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
  await page.getByRole('button', {name: 'Try again as it is'}).click();
  await page.getByText('before this replay 30 rows were rejected; now 30 are').waitFor();
  const decide = async (within: Locator, open: string, act: string) => {
    await within.getByRole('button', {name: open}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').first().fill('a test');
    await dialog.getByRole('textbox').last().fill('Ada');
    await dialog.getByRole('button', {name: act}).click();
  };
  await decide(page.getByRole('main'), 'Set aside …', 'Set aside');
  await page.getByText('What is done: 1 reason').waitFor();
  const alert = page.locator('.alerts li', {hasText: 'lots.csv'});
  await decide(alert, 'Close …', 'Close it');
  await alert.waitFor({state: 'detached'});
});

test.each(['/', '/investigate?defect=scratch', '/holds', '/data', '/nonsense'])(
  '%s is accessible, dark and narrow too',
  async path => {
    for (const [width, colorScheme] of [
      [1440, 'light'],
      [360, 'dark'],
    ] as const) {
      await page.setViewportSize({width, height: 800});
      await page.emulateMedia({colorScheme});
      await page.goto(server.address + path);
      await settled(page);
      const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await picture(`8-${path.replaceAll(/\W+/g, '') || 'overview'}-${width}-${colorScheme}`);
    }
  },
);

test('nothing went wrong in the page, and nothing was asked of another machine', () => {
  // The one refusal that the walk provokes is reported by the browser as a failed request.
  expect(troubles.filter(t => !/status of 4(09|03|22)/.test(t))).toEqual([]);
});
