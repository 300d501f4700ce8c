/**
 * "What is different about these?" from any selection, by mouse and by keyboard alone: bars of a Pareto, points of a chart, a
 * stretch of time. The address says what is selected.
 */
import {mkdirSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {Server} from '../../api/server.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {settled} from './browser.ts';
import {browsed, leave} from './served.ts';

const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-selections-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  const plant = makePlant({seed: 1, parameters: 8, lots: 60, partsPerLot: 25, uninspectedLots: 0, effect: 5});
  await writePlant(join(folder, 'plant'), plant);
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  await ingest(app, [join(folder, 'plant', 'wide', 'measurements.bore.csv')], {wide: true});
  ({server, browser, page} = await browsed(app, troubles));
});
afterAll(() => leave(folder, {app, server, browser}));

const inAddress = (name: string) => new URL(page.url()).searchParams.getAll(name);
const chosenBars = () => page.getByRole('region', {name: 'Selected bars'});
const chosenPoints = () => page.getByRole('region', {name: /points? selected/});

/** How many inspected parts a filter describes. */
async function partsWith(where: string): Promise<number> {
  const response = await fetch(`${server.address}/v1/pareto?${new URLSearchParams({where})}`);
  const answer = (await response.json()) as {basis: {parts: number}};
  return answer.basis.parts;
}

async function inspected(): Promise<number> {
  const answer = (await (await fetch(`${server.address}/v1/yield`)).json()) as {inspected: number};
  return answer.inspected;
}

/** The points of a chart, with how many parts each has. */
async function pointsOf(chart: string): Promise<{x: string; n: number}[]> {
  const answer = await (await fetch(`${server.address}/v1/charts/${chart}`)).json();
  return (answer as {points: {x: string; n: number}[]}).points;
}

const sum = (points: readonly {n: number}[]) => points.reduce((all, {n}) => all + n, 0);

/** On Investigate: these parts against all others, every inspected part in one of the two. */
async function isComparedWithTheRest(): Promise<number> {
  await page.waitForURL(/\/investigate\?/);
  await settled(page);
  await page.getByText(/tests? of \d+ factors? on/).waitFor();
  const [where] = inAddress('where');
  const [against] = inAddress('against');
  const [these, others] = [await partsWith(where), await partsWith(against)];
  expect([these > 0, these + others]).toEqual([true, await inspected()]);
  return these;
}

test('two bars of a Pareto, by mouse: their parts together against all others', async () => {
  await page.goto(server.address);
  await page.getByRole('checkbox', {name: 'Select scratch'}).click();
  await page.getByRole('list', {name: 'Bars to compare'}).getByRole('checkbox').nth(1).click();
  await chosenBars().getByText('2 bars selected').waitFor();
  const names = inAddress('bar');
  expect(names).toHaveLength(2);
  // The link selects the same for whoever opens it.
  await page.reload();
  await chosenBars()
    .getByText(`: ${names.join(', ')}`)
    .waitFor();
  await chosenBars().getByRole('link', {name: 'What is different about the parts of these 2?'}).click();
  const these = await isComparedWithTheRest();
  const one = names.map(name => `inspection.defect = '${name}'`);
  expect(these).toBe(await partsWith(one.join(' or ')));
  expect(these).toBeGreaterThan(await partsWith(one[0]));
});

test('a bar of lots below a defect, by keyboard: only parts that have that defect', async () => {
  await page.goto(`${server.address}/?drill=defect:scratch&by=part.lot`);
  const first = page.getByRole('list', {name: 'Bars to compare'}).getByRole('checkbox').first();
  await first.focus();
  await page.keyboard.press('Space');
  const [lot] = inAddress('bar');
  await chosenBars().getByText(lot).waitFor();
  await chosenBars().getByRole('link', {name: 'What is different about its parts?'}).focus();
  await page.keyboard.press('Enter');
  expect(await isComparedWithTheRest()).toBe(
    await partsWith(`part.lot = '${lot}' and inspection.defect = 'scratch' and inspection.result = 'fail'`),
  );
});

test('a stretch of the trend, drawn over with the mouse: the lots that lie in it', async () => {
  await page.goto(server.address);
  const drawing = page.getByRole('region', {name: 'Trend'}).locator('svg.plot-drawing');
  await drawing.scrollIntoViewIfNeeded();
  const box = (await drawing.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 30);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30);
  await page.mouse.up();
  const title = await chosenPoints()
    .getByText(/points selected/)
    .textContent();
  const lots = Number(/^(\d+) of 60/.exec(title!)![1]);
  expect(lots).toBeGreaterThan(5);
  expect(inAddress('span')[0]).toMatch(/^2\d{3}-.*Z\.\.2\d{3}-.*Z$/);
  await page.reload();
  await chosenPoints().getByText(title!.slice(0, 12)).waitFor();
  await page.getByRole('button', {name: 'Select nothing'}).waitFor();
  await page.screenshot({path: join(pictures, 'selection-trend.png'), fullPage: true});
  await chosenPoints()
    .getByRole('link', {name: `What is different about these ${lots} lots?`})
    .click();
  const these = await isComparedWithTheRest();
  const named = (await pointsOf('any-fail?kind=laney-p')).filter(({x}) => inAddress('where')[0].includes(`'${x}'`));
  expect([named.length, these]).toEqual([lots, sum(named)]);
});

test('by keyboard alone: the ends of a stretch, then a point out of it in the table', async () => {
  await page.goto(`${server.address}/charts/any-fail?kind=laney-p`);
  await page.getByRole('button', {name: 'Select points'}).focus();
  await page.keyboard.press('Enter');
  await chosenPoints().getByText('1 of 60 points selected').waitFor();
  await page.getByRole('slider', {name: 'First point'}).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await chosenPoints().getByText('3 of 60 points selected').waitFor();
  expect(await page.getByRole('slider', {name: 'First point'}).getAttribute('aria-valuetext')).toMatch(/^L/);
  await page.getByRole('button', {name: 'View as table'}).first().focus();
  await page.keyboard.press('Enter');
  const boxes = page.getByRole('table').first().getByRole('checkbox');
  expect(await boxes.evaluateAll(all => all.filter(one => (one as HTMLInputElement).checked).length)).toBe(3);
  await boxes.nth(1).focus();
  await page.keyboard.press('Space');
  await chosenPoints().getByText('2 of 60 points selected').waitFor();
  expect([inAddress('span'), inAddress('point').length]).toEqual([[], 2]);
  await chosenPoints().getByRole('link', {name: 'What is different about these 2 lots?'}).focus();
  await page.keyboard.press('Enter');
  const points = await pointsOf('any-fail?kind=laney-p');
  // The middle one of the newest three was taken out.
  expect(await isComparedWithTheRest()).toBe(sum([points[57], points[59]]));
});

test('single points of a chart by clicks, those beyond the limits too', async () => {
  await page.goto(`${server.address}/charts/any-fail?kind=laney-p&span=`);
  const drawing = page.locator('svg.plot-drawing').first();
  await drawing.waitFor();
  const box = (await drawing.boundingBox())!;
  for (const share of [0.25, 0.6]) await page.mouse.click(box.x + box.width * share, box.y + 120);
  await expect.poll(() => inAddress('point').length).toBe(2);
  await page.mouse.click(box.x + box.width * 0.25, box.y + 120);
  await expect.poll(() => inAddress('point').length).toBe(1);
});

test('points that are hours of a measurement: the parts that were measured then', async () => {
  await page.goto(`${server.address}/charts/bore.diameter?kind=xbar&subgroup=hour`);
  await page.getByRole('button', {name: 'Select points'}).click();
  const first = page.getByRole('slider', {name: 'First point'});
  for (let k = 0; k < 9; k++) await first.press('ArrowLeft');
  await chosenPoints()
    .getByText(/^10 of /)
    .waitFor();
  const measured = sum((await pointsOf('bore.diameter?kind=xbar&subgroup=hour')).slice(-10));
  await chosenPoints().getByRole('link', {name: 'What is different about the parts of this time?'}).click();
  await isComparedWithTheRest();
  const [where] = inAddress('where');
  expect(where).toMatch(/bore\.at >= '2/);
  // Of a few parts that went through the step then this one value is missing.
  expect(await partsWith(`(${where}) and bore.diameter is not missing`)).toBe(measured);
});

test.each(['/?bar=scratch&bar=void&span=2026-01-01..', '/charts/any-fail?kind=laney-p&span=2026-01-01..'])(
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
      await chosenPoints().waitFor();
      const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      const name = path.startsWith('/?') ? 'overview' : 'chart';
      await page.screenshot({path: join(pictures, `selection-${name}-${width}-${colorScheme}.png`), fullPage: true});
    }
  },
);

test('nothing went wrong in the page', () => {
  expect(troubles).toEqual([]);
});
