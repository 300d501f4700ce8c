/**
 * What people wait for in a browser: bytes and time of the first load, and from a click to the answer on the page.
 * npx tsx test/bench/pages.ts [INSPECTIONS] [TIMES] [WAREHOUSE]
 * A warehouse that is not there is made and kept; without one it is made for this run.
 * Browser and server share this machine's cores. An answer that was asked for before is counted apart from one that was not.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {buildDashboards} from '../../dashboards/build.ts';
import {openBrowser, settled} from '../browser/browser.ts';
import {inFolder, median, print, quantile, round} from './measure.ts';
import {makePlant, startServer} from './served-plant.ts';

const [inspections = 100_000, times = 15] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
if (!(inspections >= 1000) || !(times > 0)) {
  console.error('usage: npx tsx test/bench/pages.ts [INSPECTIONS] [TIMES] [WAREHOUSE]');
  process.exit(2);
}

/** What is done, by its name: `new` asks what nobody has asked yet, the others what was asked a moment ago. */
const DEEDS: Record<string, (page: Page, k: number) => Promise<void>> = {
  'filter, new': (page, k) => typed(page, `bore.p0 >= ${11 + k / 100}`),
  'filter, asked before': (page, k) => typed(page, k % 2 === 0 ? 'bore.p0 >= 11' : 'bore.p0 >= 11.01'),
  'Pareto by another factor': (page, k) =>
    page
      .getByRole('combobox', {name: 'Pareto by'})
      .selectOption(['product', 'inspection.station', 'defect'][k % 3])
      .then(),
  'view as table': page =>
    page
      .getByRole('button', {name: /View as/})
      .first()
      .click(),
  'serial typed into the palette': async (page, k) => {
    await page.keyboard.press('Control+k');
    const beginning = `P0000${10 + k}`;
    await page.getByRole('combobox', {name: /Serial/}).fill(beginning);
    await page
      .getByRole('option', {name: new RegExp(`${beginning}.* part`)})
      .first()
      .waitFor();
  },
};

await inFolder(async folder => {
  const W = kept ?? join(folder, 'warehouse');
  if (!existsSync(W)) await makePlant(folder, W, inspections);
  await buildDashboards();
  const server = await startServer(W);
  const browser = await openBrowser();
  try {
    await firstLoads(browser, server.address);
    await interactions(browser, server.address);
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** With an empty cache each time; the server has answered before, as it has in the morning of a plant. */
async function firstLoads(browser: Browser, address: string): Promise<void> {
  const since = performance.now();
  await (await opened(browser, address)).close();
  console.log(`the overview, when nobody has asked yet: ${round((performance.now() - since) / 1000)} s`);
  const seen: {pages: number; fonts: number; answers: number; painted: number; answered: number}[] = [];
  for (let k = 0; k < 5; k++) {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(600_000);
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const kb = {pages: 0, fonts: 0, answers: 0};
    const kinds = new Map<string, keyof typeof kb>();
    network.on('Network.responseReceived', ({requestId, type}) => {
      kinds.set(requestId, type === 'Font' ? 'fonts' : type === 'Fetch' ? 'answers' : 'pages');
    });
    network.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
      kb[kinds.get(requestId) ?? 'pages'] += encodedDataLength / 1000;
    });
    const since = performance.now();
    await page.goto(address);
    await page.locator('.plot svg a').first().waitFor();
    await settled(page);
    const answered = performance.now() - since;
    const painted = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    );
    seen.push({...kb, painted, answered});
    await page.context().close();
  }
  print({
    title: `First load of the overview over ${inspections} inspections, cache empty, median of ${seen.length}`,
    head: ['pages, kB over the wire', 'fonts, kB', 'answers, kB', 'first paint, ms', 'all answers drawn, ms'],
    rows: [
      (['pages', 'fonts', 'answers', 'painted', 'answered'] as const).map(of => round(median(seen.map(s => s[of])))),
    ],
  });
}

async function opened(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({viewport: {width: 1440, height: 900}})).newPage();
  // Ten million take their time when nobody has asked yet.
  page.setDefaultTimeout(600_000);
  await page.goto(address);
  await settled(page);
  return page;
}

async function typed(page: Page, filter: string): Promise<void> {
  const field = page.getByLabel('Where');
  await field.fill(filter);
  await field.press('Enter');
  await page.waitForURL(url => url.searchParams.get('where') === filter);
}

async function closed(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('dialog') === null);
}

async function interactions(browser: Browser, address: string): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [name, deed] of Object.entries(DEEDS)) {
    const page = await opened(browser, address);
    await deed(page, 0);
    await settled(page);
    await closed(page);
    const ms: number[] = [];
    let questions = 0;
    page.on('request', request => {
      if (/\/v1\/(?!events|plant|session)/.test(request.url())) questions++;
    });
    for (let k = 1; k <= times; k++) {
      const since = performance.now();
      await deed(page, k);
      await settled(page);
      ms.push(performance.now() - since);
      await closed(page);
    }
    rows.push([name, round(median(ms)), round(quantile(ms, 0.95)), round(questions / times)]);
    await page.context().close();
  }
  print({
    title: `From the deed to the answer on the page, ${inspections} inspections, ${times} times each`,
    head: ['deed', 'p50, ms', 'p95, ms', 'questions asked each time'],
    rows,
  });
}
