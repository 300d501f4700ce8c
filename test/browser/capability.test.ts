/** The capability page in a real browser: from the list of parameters to six panels, other limits, and what is refused. */
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
const folder = mkdtempSync(join(tmpdir(), 'fishbone-capability-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  await writePlant(
    join(folder, 'plant'),
    makePlant({seed: 1, parameters: 152, lots: 40, partsPerLot: 25, uninspectedLots: 0, effect: 5}),
  );
  app = await openApp(join(folder, 'warehouse'), {make: true});
  const tables = ['parts', 'operations', 'lots', 'parameters'].map(name => join(folder, 'plant', `${name}.csv`));
  await ingest(app, tables);
  await ingest(app, [join(folder, 'plant', 'wide', 'measurements.bore.csv')], {wide: true});
  ({server, browser, page} = await browsed(app, troubles));
});
afterAll(() => leave(folder, {app, server, browser}));

const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});

test('1 from the rail to the list of parameters, and to one of them', async () => {
  await page.goto(server.address);
  await page.getByRole('navigation', {name: 'Places'}).getByRole('link', {name: 'Capability'}).click();
  const table = page.getByRole('region', {name: 'Parameters of bore'});
  await table.getByRole('link', {name: 'torque', exact: true}).click();
  await page.waitForURL(/\/capability\/bore\.torque/);
  await page.getByText(/^. bore\.torque (is|was|may)/).waitFor();
});

test('2 six panels: each a drawing with a name, and its table one key away', async () => {
  const panels = page.getByRole('region', {name: 'Six panels'});
  await panels.locator('svg.plot-drawing').nth(5).waitFor();
  expect(await panels.getByRole('figure').count()).toBe(6);
  const names = await panels
    .locator('svg.plot-drawing')
    .evaluateAll(all => all.map(svg => svg.getAttribute('aria-label')));
  expect(names).toEqual([
    expect.stringMatching(/40 means/),
    'Histogram with limits',
    expect.stringMatching(/40 standard deviations/),
    'Normal probability plot',
    'Values of the last 25 subgroups',
    'Spread of the process against its limits',
  ]);
  // One dot a lot, whether round (within the limits) or a diamond (beyond them).
  const marks = await panels.locator('svg.plot-drawing').first().locator('circle, path[transform]').count();
  expect(marks).toBe(40);
  const histogram = await panels.locator('svg.plot-drawing').nth(1).locator('text').allTextContents();
  expect(histogram.join()).toMatch(/LSL .*USL /);
  await panels.getByRole('button', {name: 'View as table'}).first().click();
  expect(await panels.getByRole('region', {name: 'Means of the subgroups'}).getByRole('row').count()).toBe(41);
  await panels.getByRole('button', {name: 'View as chart'}).click();
  await picture('9-capability');
});

test('3 the figures are those of the API', async () => {
  const response = await fetch(`${server.address}/v1/capability/bore.torque`);
  const answer = (await response.json()) as {ppk: {value: number; low: number; high: number}; interval: {lots: number}};
  const index = page.locator('.indices > div').filter({has: page.getByText('Ppk', {exact: true})});
  expect(await index.textContent()).toContain(answer.ppk.value.toFixed(2));
  expect(await index.textContent()).toContain(`${answer.ppk.low.toFixed(2)} to ${answer.ppk.high.toFixed(2)}`);
  await page.getByText(`${answer.interval.lots} lots as the unit`).waitFor();
});

test('4 other limits and another convention are in the address', async () => {
  await page.getByLabel('Intervals by').selectOption('qcc');
  await page.waitForURL(/interval=qcc/);
  await page.getByText(/as R qcc has it/).waitFor();
  await page.getByText('Other limits').click();
  await page.getByLabel('Upper limit').fill('11.5');
  await page.getByRole('button', {name: 'Ask with these'}).click();
  await page.waitForURL(/usl=11\.5/);
  await page.getByText(/bore\.torque (is|was) not capable/).waitFor();
});

test('5 limits the wrong way round are refused in words', async () => {
  await page.getByLabel('Lower limit').fill('12');
  await page.getByRole('button', {name: 'Ask with these'}).click();
  await page
    .getByRole('alert')
    .getByText(/wrong way round/)
    .waitFor();
});

test.each(['/capability', '/capability/bore.torque'])('%s is accessible, dark and narrow too', async path => {
  for (const [width, colorScheme] of [
    [1440, 'light'],
    [360, 'dark'],
  ] as const) {
    await page.setViewportSize({width, height: 800});
    await page.emulateMedia({colorScheme});
    await page.goto(server.address + path);
    await settled(page);
    await page
      .locator(path === '/capability' ? 'table' : 'svg.plot-drawing')
      .first()
      .waitFor();
    const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
    expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await picture(`9-${path.split('/').length === 2 ? 'parameters' : 'capability'}-${width}-${colorScheme}`);
  }
});

test('nothing went wrong in the page', () => {
  // The one refusal that is provoked is reported by the browser as a failed request.
  expect(troubles.filter(t => !/status of 4(00|22)/.test(t))).toEqual([]);
});
