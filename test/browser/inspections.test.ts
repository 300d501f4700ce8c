/** The page of inspections in a real browser: pictures, where defects fall, a review by keys and its undo, inspectors side by side. */
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {InspectionInput} from '../../api/inspections/input.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {keepImage} from '../../warehouse/images.ts';
import type {DefectMapAnswer, InspectionListAnswer, QueueAnswer} from '../../warehouse/inspector-answers.ts';
import {openBrowser, settled, watchedPage} from './browser.ts';

const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-inspections-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  await writePlant(
    join(folder, 'plant'),
    makePlant({seed: 3, parameters: 0, lots: 40, partsPerLot: 20, uninspectedLots: 0, effect: 5}),
  );
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  await challenger();
  server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  browser = await openBrowser();
  page = await watchedPage(browser, {address: server.address, troubles, viewport: {width: 1280, height: 900}});
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await app?.close();
  rmSync(folder, {recursive: true, force: true});
});

const answer = async <T>(path: string) => (await fetch(`${server.address}/v1${path}`)).json() as Promise<T>;
const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});

/** A second version that looks at some parts of the first: it lets two fails pass. One of its images is kept here. */
async function challenger(): Promise<void> {
  const png = encodePng(drawSurface({kind: 'scratch', seed: 1}));
  const digest = createHash('sha256').update(png).digest('hex');
  await keepImage(app.warehouse.folder, digest, png, null);
  const rows = await app.warehouse.read(undefined, session =>
    session.rows<{part: string; step: string; station: string; result: string; at: string}>(
      `select part, step, station, result, inspected_at as "at" from inspections
       where inspection like '%-1' order by result, inspected_at desc limit 30`,
    ),
  );
  const seen = rows.map(({part, step, station, result, at}, k) => {
    const fails = result === 'fail' && k > 1;
    return InspectionInput.parse({
      inspection: `new-${k}`,
      part,
      step,
      station,
      inspected_at: k === 5 ? '2026-06-01T00:00:00Z' : at,
      inspector: 'surface-new@2',
      result: fails ? 'fail' : 'pass',
      confidence: 0.85,
      image: k === 5 ? digest : null,
      defects: fails ? [{defect: 'scratch', confidence: 0.8, x: 20, y: 30, width: 40, height: 20}] : [],
    });
  });
  await app.recorder.record(seen);
}

test('1 pictures with what was found; arrow keys go along them, Enter opens one', async () => {
  await page.goto(server.address);
  await page.getByRole('navigation', {name: 'Places'}).getByRole('link', {name: 'Inspections'}).click();
  const list = await answer<InspectionListAnswer>('/inspections?result=fail&limit=24');
  await page.getByText(`1 to 24 of ${list.total} inspections`).waitFor();
  const [first, second] = list.inspections;
  // The one with an image is the newest; where none was sent a plate says so and shows where the box is.
  expect(first.kept).toEqual({width: 128, height: 128});
  await page.getByRole('img', {name: `Image of part ${first.part}, fail: scratch`}).waitFor();
  await page
    .getByRole('img', {name: `No image of part ${second.part}, fail`})
    .first()
    .waitFor();
  expect(await page.getByText('no image was sent').count()).toBe(23);
  expect(await page.locator('.defect-box').count()).toBe(list.inspections.flatMap(({defects}) => defects).length);
  await page
    .getByRole('link', {name: new RegExp(first.part)})
    .first()
    .focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', {name: `Inspection ${second.inspection}`});
  await panel.getByText(`${second.defects[0].defect}`).first().waitFor();
  expect(new URL(page.url()).searchParams.get('inspection')).toBe(second.inspection);
  await picture('20-inspections');
  await panel.getByRole('button', {name: 'Close'}).click();
  await page.getByLabel('Result').selectOption('pass');
  const passes = await answer<InspectionListAnswer>('/inspections?result=pass&limit=1');
  await page.getByText(`of ${passes.total.toLocaleString('en')} inspections`).waitFor();
});

test('2 where they fall: a region chosen by keys becomes a question, with the same parts', async () => {
  await page.goto(`${server.address}/inspections?tab=places&defect=scratch`);
  const {maps} = await answer<DefectMapAnswer>('/defect-map?defect=scratch');
  const [map] = maps;
  const start = map.cells.toSorted((a, b) => b.parts - a.parts)[0];
  const {column, row} = {column: Math.min(start.column, map.columns - 3), row: Math.min(start.row, map.rows - 2)};
  const name = (c: number, r: number) => new RegExp(`^x from ${c * map.cell}, y from ${r * map.cell}: `);
  await page.getByRole('button', {name: name(column, row)}).click();
  await page.keyboard.down('Shift');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
  await page.keyboard.up('Shift');
  const inside = map.cells.filter(
    c => c.column >= column && c.column <= column + 2 && c.row >= row && c.row <= row + 1,
  );
  const parts = inside.reduce((sum, cell) => sum + cell.parts, 0);
  await page.getByRole('heading', {name: new RegExp(`^${parts} parts? in `)}).waitFor();
  expect(await page.getByRole('button', {pressed: true, name: /^x from/}).count()).toBe(6);
  await picture('21-places');
  await page.getByRole('link', {name: 'What is different about these?'}).click();
  await page.waitForURL(/\/investigate\?/);
  const asked = new URL(page.url()).searchParams;
  const {population} = await fetch(`${server.address}/v1/screen`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({where: asked.get('where'), against: asked.get('against')}),
  }).then(response => response.json() as Promise<{population: {parts: number; defective: number}}>);
  expect(population).toMatchObject({parts: map.parts, defective: parts});
  await settled(page);
});

test('3 a review by keys, its undo, and the next one', async () => {
  await page.goto(`${server.address}/inspections?tab=review&inspector=surface-new%402`);
  const queue = await answer<QueueAnswer>('/reviews/queue?inspector=surface-new%402');
  const [first, second] = queue.items;
  await page.getByText(`${queue.waiting} inspections to be reviewed`).waitFor();
  await page.getByLabel('Your name, self-declared and recorded as such').fill('Ada Berg');
  await page.getByRole('heading', {name: first.result === 'fail' ? /^Failed: scratch/ : 'Passed'}).click();
  await page.keyboard.press('d');
  await page.getByText(`${queue.waiting - 1} inspections to be reviewed`).waitFor();
  const verification = async (id: string) => (await answer<{verification: string}>(`/inspections/${id}`)).verification;
  expect(await verification(first.inspection)).toBe('rejected');
  await page.waitForURL(new RegExp(`inspection=${second.inspection}`));
  await page.keyboard.press('u');
  await page.getByText(`${queue.waiting} inspections to be reviewed`).waitFor();
  expect(await verification(first.inspection)).toBe('unverified');
  await page.waitForURL(new RegExp(`inspection=${first.inspection}`));
  await page.keyboard.press('a');
  await page.getByText(`${queue.waiting - 1} inspections to be reviewed`).waitFor();
  expect(await verification(first.inspection)).toBe('confirmed');
  const said = await answer<{reviews: {reviewer: string; sampled: number}[]}>(`/inspections/${first.inspection}`);
  expect(said.reviews).toMatchObject([{reviewer: 'Ada Berg', sampled: first.sampled}]);
  // Left and right go along without a word.
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(new RegExp(`inspection=${queue.items[2].inspection}`));
  expect(await page.getByRole('button', {name: 'Take back'}).isEnabled()).toBe(true);
  await picture('22-review');
});

test('4 inspectors side by side: rates, another threshold, champion and challenger', async () => {
  await page.goto(`${server.address}/inspections?tab=inspectors`);
  const rates = page.getByRole('region', {name: 'Rates of inspectors'});
  await rates.getByRole('row', {name: /surface-new@2/}).waitFor();
  await page.getByText(/^30 parts judged by both, 0 by the same image/).waitFor();
  await page.getByRole('heading', {name: '2 parts on which they differ'}).waitFor();
  await page.getByLabel('Fail from this suspicion on').fill('0.8');
  await page.getByRole('heading', {name: /^At 0\.8: yield /}).waitFor();
  expect(new URL(page.url()).searchParams.get('threshold')).toBe('0.8');
  await settled(page);
  await picture('23-inspectors');
});

test('5 accessible, light and dark, wide and narrow, and without an error on the console', async () => {
  for (const [width, colorScheme] of [
    [1280, 'dark'],
    [360, 'light'],
  ] as const) {
    await page.setViewportSize({width, height: 900});
    await page.emulateMedia({colorScheme});
    for (const tab of ['gallery', 'places', 'review', 'inspectors']) {
      await page.goto(`${server.address}/inspections?tab=${tab}`);
      await settled(page);
      const {violations} = await new AxeBuilder({page})
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect([tab, width, violations.map(({id}) => id)]).toEqual([tab, width, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab} at ${width}`).toBe(
        true,
      );
    }
  }
  expect(troubles).toEqual([]);
});
