/**
 * What people keep open, in a real browser as they use it: the palette, the overview with its trend and andon view, the plots
 * of a finding, what can be taken along, a trace on one screen, and the supply of data.
 */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {ParetoAnswer} from '../../api/schemas.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {openBrowser, settled, watchedPage} from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'fishbone-pages-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;
/** A part of the tool that scratches. */
let part: string;

beforeAll(async () => {
  const plant = makePlant({seed: 1, parameters: 8, lots: 120, partsPerLot: 25, uninspectedLots: 0, effect: 6});
  await writePlant(join(folder, 'plant'), plant);
  mkdirSync(join(folder, 'warehouse'));
  writeFileSync(join(folder, 'warehouse', 'fishbone.json'), JSON.stringify({timeZone: 'Asia/Tokyo'}));
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  [{part}] = await app.warehouse.read(undefined, session =>
    session.rows<{part: string}>("select part from operations where tool = 'T7' order by part limit 1"),
  );
  browser = await openBrowser();
  // A reader in another place, who writes figures another way: neither may change what the pages say.
  page = await watchedPage(browser, {
    address: server.address,
    troubles,
    locale: 'de-DE',
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await app?.close();
  rmSync(folder, {recursive: true, force: true});
});

const open = async (path: string) => {
  await page.goto(server.address + path);
  await settled(page);
};

async function accessible(): Promise<void> {
  const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
}

test('palette: a serial that is scanned into it leads to its trace, a name to its page, Escape back', async () => {
  await open('/');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', {name: /Serial/});
  await field.fill(part.slice(0, -1).toLowerCase());
  await page.getByRole('option', {name: new RegExp(part)}).waitFor();
  await accessible();
  await field.fill(part);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/trace?id=${part}**`);
  await page.getByRole('button', {name: /Find/}).click();
  await field.fill('capab');
  await page.getByRole('option', {name: /Capability/}).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/capability');
  // As a scanner types: nothing is lost between the keys and the field.
  await page.keyboard.press('Control+k');
  await page.keyboard.type(part);
  expect(await field.inputValue()).toBe(part);
  await page.keyboard.press('Escape');
  await field.waitFor({state: 'detached'});
});

test('overview: the trend has limits; a point beyond them leads to what is different about its lot', async () => {
  await open('/');
  const trend = page.getByRole('region', {name: 'Trend'});
  await trend.getByRole('heading', {name: /points? breaks? a rule/}).waitFor();
  await trend
    .getByRole('link', {name: /What is different about/})
    .first()
    .press('Enter');
  await page.waitForURL(/\/investigate\?.*against=/);
  await page.getByRole('heading', {name: 'Findings'}).waitFor();
});

test('overview: did the fix work? The day is marked on the trend, the verdict stands above', async () => {
  await open('/');
  await page.getByRole('combobox', {name: 'compared with'}).selectOption('before');
  await page.getByLabel('The time before this day').fill('2026-03-10');
  await page.getByRole('button', {name: 'Compare'}).click();
  // The plant's midnight, with its offset: a bare date would be one in UTC.
  await page.waitForURL(/againstTo=2026-03-10T00%3A00%3A00%2B/);
  await page.getByText(/lots against \d+/).waitFor();
  expect(await page.locator('.side.against').textContent()).toBe('□ before 2026-03-10');
  expect(await page.getByLabel('The time before this day').inputValue()).toBe('2026-03-10');
  await page.getByRole('region', {name: 'Trend'}).getByText('compared from here').waitFor();
});

test("overview: a month against the one before it, in the plant's calendar, from the end of the window or the newest part", async () => {
  await open('/');
  const compared = page.getByRole('combobox', {name: 'compared with'});
  await compared.selectOption('the month before');
  await page.waitForURL(/againstFrom=/);
  const {from, to, againstFrom, againstTo} = Object.fromEntries(new URL(page.url()).searchParams);
  expect([from.slice(8, 19), to.slice(8, 19), againstTo]).toEqual(['01T00:00:00', '01T00:00:00', from]);
  expect(await compared.locator('option:checked').textContent()).toBe(
    `${againstFrom.slice(0, 10)} to ${from.slice(0, 10)}`,
  );
  await page.getByText(/lots against \d+/).waitFor();
  // Once more: the month before that one is the last of the same window.
  await page.getByLabel('To, exclusive').fill(from.slice(0, 10));
  await compared.selectOption('the month before');
  await page.waitForURL(url => url.searchParams.get('to') === from && url.searchParams.get('from') === againstFrom);
  await settled(page);
  await accessible();
});

test('overview: without the period the window is what it was before, unless it was changed by hand since', async () => {
  await open('/?from=2026-03-03');
  const compared = page.getByRole('combobox', {name: 'compared with'});
  const choose = async (option: string, then: (params: URLSearchParams) => boolean) => {
    await compared.selectOption(option);
    await page.waitForURL(url => then(url.searchParams));
  };
  const asked = () => Object.fromEntries(new URL(page.url()).searchParams);
  await choose('the month before', params => params.has('againstFrom'));
  const {againstFrom: month} = asked();
  await choose('the quarter before', params => params.get('againstFrom') !== month);
  await choose('nothing', params => !params.has('againstTo'));
  expect(asked()).toEqual({from: '2026-03-03'});
  await choose('the 7 days before', params => params.has('againstFrom'));
  const {from: week, to} = asked();
  // Within that week: what is compared may not overlap.
  const day = new Date(Date.parse(week) + 2 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('From', {exact: true}).fill(day);
  await page.waitForURL(url => url.searchParams.get('from')!.startsWith(day));
  await choose('nothing', params => !params.has('againstTo'));
  expect(asked()).toEqual({from: `${day}T00:00:00+09:00`, to});
  // Nor does another comparison keep the window of a period.
  await open('/');
  await choose('the month before', params => params.has('againstFrom'));
  await page.getByText(/lots against \d+/).waitFor();
  await compared.selectOption('before');
  await page.getByLabel('The time before this day').fill('2026-03-10');
  await page.getByRole('button', {name: 'Compare'}).click();
  await page.waitForURL(/againstTo=2026-03-10/);
  expect(asked()).toEqual({againstTo: '2026-03-10T00:00:00+09:00'});
});

test('overview: a bar by keyboard keeps the focus on the way, and the next stop is its causes', async () => {
  await open('/');
  const bar = page
    .locator('.plot')
    .getByRole('link', {name: /scratch/i})
    .first();
  await bar.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/drill=/);
  await settled(page);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('scratch');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Causes of these');
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Everything');
  await page.keyboard.press('Enter');
  await page.waitForURL(url => !url.searchParams.has('drill'));
  await settled(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Causes of all failures');
});

test('overview on a laptop of 1366 pixels: no column of a table is cut off', async () => {
  const before = page.viewportSize()!;
  await page.setViewportSize({width: 1366, height: 768});
  await open('/');
  const table = page.getByRole('region', {name: 'Yield by product'});
  await table.waitFor();
  expect(await table.evaluate(e => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize(before);
});

test('andon: what matters is a tenth of the screen high, nothing is cut off, Escape leaves', async () => {
  await page.setViewportSize({width: 1920, height: 1080});
  await open('/?kiosk=on');
  await page.getByRole('list').getByText('scratch').waitFor();
  const figure = await page.locator('.andon-figure').boundingBox();
  expect(figure!.height).toBeGreaterThan(108);
  // At 0.6 mm a pixel and ten metres, 48 px are 10 minutes of arc: read without effort.
  const sizes = await page
    .locator('.andon p, .andon li')
    .evaluateAll(all => all.map(e => parseFloat(getComputedStyle(e).fontSize)));
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(48);
  expect(await page.evaluate(() => document.querySelector('.andon')!.scrollHeight)).toBeLessThanOrEqual(1080);
  await accessible();
  await page.keyboard.press('Escape');
  await page.getByRole('navigation', {name: 'Places'}).waitFor();
  await page.setViewportSize({width: 1440, height: 900});
});

test('a finding: rates by level, the outcome over time, and of a number its distribution by outcome', async () => {
  await open('/investigate?defect=scratch');
  await page
    .getByRole('link', {name: /bore\.tool = T7/})
    .first()
    .press('Enter');
  const panel = page.getByRole('complementary', {name: /Finding: bore\.tool = T7/});
  await panel.getByRole('heading', {name: 'Rate by level'}).waitFor();
  await panel.getByRole('heading', {name: 'Over time'}).waitFor();
  await panel.locator('figure', {hasText: 'Over time'}).getByRole('button', {name: 'View as table'}).click();
  await panel.getByRole('columnheader', {name: 'exposed'}).waitFor();
  const number = page.getByRole('row', {name: /(≥|<) [\d.]+/}).first();
  await number.getByRole('link').first().click();
  await page.getByRole('heading', {name: 'Distribution by outcome'}).waitFor();
  await accessible();
});

test('taken along: the data with all digits, pictures that speak for themselves, the SQL and the code', async () => {
  await open('/');
  const pareto = await fetch(`${server.address}/v1/pareto?by=defect&top=10`).then(
    r => r.json() as Promise<ParetoAnswer>,
  );
  const figure = page.locator('figure', {hasText: 'Defects by defect'});
  const taken = async (name: string) => {
    await figure.getByText('Take along').click();
    const [download] = await Promise.all([page.waitForEvent('download'), figure.getByRole('button', {name}).click()]);
    return readFileSync(await download.path());
  };
  const [head, first] = (await taken('Data as CSV')).toString().split('\r\n');
  const [bar] = pareto.bars;
  expect(head).toBe('key,count,parts,ppm,weight,share,cumulative,where');
  expect(first).toBe(
    `${bar.key},${bar.count},${bar.parts},${bar.ppm},${bar.weight},${bar.share},${bar.cumulative},${bar.where}`,
  );
  const svg = (await taken('Picture as SVG')).toString();
  expect(svg).toContain('scratch');
  expect(svg).toContain(`batch ${pareto.asOf}`);
  expect(svg).not.toMatch(/var\(--|<style|class=/);
  const png = await taken('Picture as PNG');
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  // Drawn in the page's own font: where that cannot be had, the picture is another one.
  const bare = await (await browser.newContext({viewport: page.viewportSize()})).newPage();
  await bare.route('**/*.woff2', route => route.abort());
  await bare.goto(`${server.address}/`);
  await settled(bare);
  const barePareto = bare.locator('figure', {hasText: 'Defects by defect'});
  await barePareto.getByText('Take along').click();
  const [bareDownload] = await Promise.all([
    bare.waitForEvent('download'),
    barePareto.getByRole('button', {name: 'Picture as PNG'}).click(),
  ]);
  expect(png.equals(readFileSync(await bareDownload.path()))).toBe(false);
  await bare.context().close();
  expect(png.equals(await taken('Picture as PNG'))).toBe(true);
  await figure.getByText('Take along').click();
  await figure.getByRole('button', {name: 'Show SQL and code'}).click();
  const dialog = page.getByRole('dialog', {name: 'What is behind it'});
  await dialog.getByText(/from failures f group by f\.defect/).waitFor();
  await accessible();
  await dialog.getByRole('radio', {name: 'Command line'}).check();
  await dialog.getByText('npx fishbone pareto --by defect --weight count --top 10').waitFor();
  await dialog.getByRole('button', {name: 'Close'}).click();
});

test('a trace: genealogy as links, what was seen, values against their limits; times are those of the plant', async () => {
  await open(`/trace?id=${part}`);
  const input = page.getByRole('figure').getByRole('link', {name: /^lot /}).first();
  await input.waitFor();
  await page
    .getByRole('region', {name: 'Inspections'})
    .getByText(/pass|fail/)
    .first()
    .waitFor();
  const made = await app.warehouse.read(undefined, session =>
    session.row<{at: string}>(
      `select strftime(made_at at time zone 'Asia/Tokyo', '%H:%M') as "at" from parts where part = '${part}'`,
    ),
  );
  await page
    .getByRole('region', {name: /journey/})
    .getByText(made.at)
    .first()
    .waitFor();
  const lot = (await input.getAttribute('aria-label'))!.replace('lot ', '');
  await input.press('Enter');
  await page.waitForURL(`**/trace?id=${lot}**`);
});

test('data: freshness by source, completeness of what ties parts and lots', async () => {
  await open('/data');
  await page.getByRole('region', {name: 'Freshness by source'}).first().getByText('plant/parts.csv').waitFor();
  await page
    .getByRole('region', {name: 'Completeness of genealogy'})
    .first()
    .getByText('parts in a production lot')
    .waitFor();
  // Figures are written one way for all readers, so that they can be compared.
  await page
    .getByText(/3,000|2,9\d\d/)
    .first()
    .waitFor();
});

test.each(['/', '/?kiosk=on', '/investigate?defect=scratch', '/trace?id=PART', '/data'])(
  '%s is accessible in the dark',
  async path => {
    await page.emulateMedia({colorScheme: 'dark'});
    await page.setViewportSize({width: 360, height: 800});
    await open(path.replace('PART', part));
    await accessible();
  },
);

test('nothing went wrong in the pages, and nothing was asked of another machine', () => {
  expect(troubles).toEqual([]);
});
