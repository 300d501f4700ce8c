/**
 * What people keep open, in a real browser as they use it: the palette, the overview with its trend and andon view, the plots
 * of a finding, what can be taken along, a trace on one screen, and the supply of data. Pictures at three widths in both themes
 * are in `screenshots/`.
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

const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-pages-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;
/** A part of the tool that scratches. */
let part: string;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
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
  page.setDefaultTimeout(60_000);
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
  await page.getByText(/lots against \d+/).waitFor();
  await page.getByRole('region', {name: 'Trend'}).getByText('compared from here').waitFor();
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
  expect([...(await taken('Picture as PNG')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
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
  '%s at three widths in both themes',
  async path => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({colorScheme});
      for (const width of [1440, 900, 360]) {
        await page.setViewportSize({width, height: 800});
        if (width === 1440) await open(path.replace('PART', part));
        else await settled(page);
        // Drawings take up the new width a moment later.
        await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
        const name = `pages-${path.replaceAll(/\W+/g, '') || 'overview'}-${width}-${colorScheme}`;
        await page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});
      }
      if (colorScheme === 'dark') await accessible();
    }
  },
);

test('nothing went wrong in the pages, and nothing was asked of another machine', () => {
  expect(troubles).toEqual([]);
});
