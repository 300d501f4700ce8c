/** The page of measurement systems in a real browser: published studies, from the list to their plots and tables. */
import {mkdirSync, mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {Server} from '../../api/server.ts';
import {writeStudies} from '../warehouse/measurement-systems/study-files.ts';
import {settled} from './browser.ts';
import {browsed, leave} from './served.ts';

const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-measurement-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  app = await openApp(join(folder, 'warehouse'), {make: true});
  ({server, browser, page} = await browsed(app, troubles));
});
afterAll(() => leave(folder, {app, server, browser}));

const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});
const GAGE = '/measurement?study=gage&parameter=lab.thickness';
const LINEARITY = '/measurement?study=linearity&parameter=bench.width&reference=metrology';
const AGREEMENT = '/measurement?study=agreement&step=visual&reference=reference';

test('1 without a study the page says how to load one, with the command', async () => {
  await page.goto(server.address);
  await page.getByRole('navigation', {name: 'Places'}).getByRole('link', {name: 'Measurement systems'}).click();
  await page.getByRole('heading', {name: 'No study was loaded'}).waitFor();
  await page.getByText('npx fishbone ingest operations.csv measurements.csv').waitFor();
  await picture('10-measurement-empty');
});

test('2 the list names each study by what was loaded, and leads to it', async () => {
  writeStudies(join(folder, 'study'));
  await ingest(app, [join(folder, 'study')]);
  await page.goto(`${server.address}/measurement?product=HX&from=2024-01-01T00:00:00Z`);
  const gages = page.getByRole('region', {name: 'Gage R&R studies'});
  await gages.getByRole('row', {name: /lab\.thickness 3 operators 10 3 90/}).waitFor();
  await page
    .getByRole('region', {name: 'Inspectors by step'})
    .getByRole('row', {name: /visual 4 15 150/})
    .waitFor();
  await picture('10-measurement-list');
  await gages.getByRole('link', {name: 'lab.thickness'}).click();
  // Parts of a study are often neither of a product nor ever inspected.
  await page.waitForURL(/study=gage/);
  expect(new URL(page.url()).search).toBe('?study=gage&parameter=lab.thickness');
});

test('3 gage R&R: the verdict in words, and what Minitab prints for AIAG’s gaskets', async () => {
  await page.getByText('Gage R&R is 27.9\u00a0% of the study variation').waitFor();
  await page.getByText(/Gage R&R is 22\.7\u00a0% of the tolerance/).waitFor();
  const ndc = page.locator('.indices > div').filter({hasText: 'Distinct categories'});
  expect(await ndc.textContent()).toContain('4');
  expect(await ndc.textContent()).toContain('fewer than the 5 wanted');
  const pooled = page.getByRole('region', {name: 'Without the interaction'});
  await pooled.getByRole('row', {name: /Parts 9 .* 245\.61/}).waitFor();
  await page.locator('svg.plot-drawing').nth(5).waitFor();
  const names = await page
    .locator('svg.plot-drawing')
    .evaluateAll(all => all.map(svg => svg.getAttribute('aria-label')));
  expect(names).toEqual([
    'Components of variation, with 95 % intervals',
    expect.stringMatching(/of 30 means lie beyond the limits: the gage tells the parts apart/),
    'Values by part',
    '1 of 30 ranges is beyond the limit: G4 by B',
    'Values by appraiser',
    'Means of parts by appraiser',
  ]);
  await picture('10-gage');
});

test('4 t turns all figures into tables and back, one is turned by its button, and the address says so', async () => {
  await page.locator('body').press('t');
  const components = page.getByRole('region', {name: 'Components of variation'});
  await components.getByRole('row', {name: /Gage R&R 0\.0914\d+ 7\.76 .* 27\.86/}).waitFor();
  expect(await page.getByRole('button', {name: 'View as chart'}).count()).toBe(6);
  expect(new URL(page.url()).searchParams.getAll('table')).toHaveLength(6);
  await page.getByRole('button', {name: 'View as chart'}).first().click();
  await page.getByRole('figure').first().locator('svg.plot-drawing').waitFor();
  await page.reload();
  await page.getByRole('region', {name: 'Ranges by part and appraiser'}).waitFor();
  expect(await page.getByRole('button', {name: 'View as chart'}).count()).toBe(5);
  await page.locator('body').press('t');
  await page.locator('body').press('t');
  await page.locator('svg.plot-drawing').nth(5).waitFor();
  expect(new URL(page.url()).searchParams.has('table')).toBe(false);
});

test('5 the figure is taken along: data, picture, and the same question elsewhere', async () => {
  const figure = page.getByRole('figure').first();
  const taken = async (name: string) => {
    await figure.getByText('Take along').click();
    const [download] = await Promise.all([page.waitForEvent('download'), figure.getByRole('button', {name}).click()]);
    return readFileSync(await download.path(), 'utf8');
  };
  expect(await taken('Data as CSV')).toMatch(/^source,variance\.value.*\r\ngage,0\.0914/);
  const svg = await taken('Picture as SVG');
  expect(svg).toContain('% tolerance');
  expect(svg).toContain('Components of variation with 95');
  await figure.getByText('Take along').click();
  await figure.getByRole('button', {name: 'Show SQL and code'}).click();
  const dialog = page.getByRole('dialog', {name: 'What is behind it'});
  await dialog.getByText('now.operations').waitFor();
  await dialog.getByLabel('Command line').check();
  await dialog.getByText(`npx fishbone gage lab.thickness --plots --as-of ${app.warehouse.position}`).waitFor();
  await dialog.getByRole('button', {name: 'Close'}).click();
});

test('6 other limits and a kept interaction are in the address', async () => {
  await page.getByRole('combobox', {name: 'Interaction'}).selectOption('true');
  await page.waitForURL(/keepInteraction=true/);
  await page
    .getByText(/kept, as asked/i)
    .first()
    .waitFor();
  await page.getByText('Other limits').click();
  await page.getByLabel('Lower limit').fill('-1');
  await page.getByLabel('Upper limit').fill('1');
  await page.getByRole('button', {name: 'Ask with these'}).click();
  await page.getByText(/of the tolerance .*not acceptable/).waitFor();
});

test('7 bias and linearity: AIAG’s line and its table by reference', async () => {
  await page.getByRole('combobox', {name: 'Study'}).selectOption({label: 'bench.width against metrology'});
  await page.waitForURL(/study=linearity/);
  await page.getByRole('heading', {name: /Bias = 0\.737 − 0\.132 × reference/}).waitFor();
  const table = page.getByRole('region', {name: 'Bias by reference value'});
  await table.getByRole('row', {name: /R1 2 12 2\.49\d* \+0\.492/}).waitFor();
  await table.getByRole('row', {name: /^all 60 −0\.053/}).waitFor();
  await page.locator('svg.plot-drawing').waitFor();
  await picture('10-linearity');
});

test('8 agreement: kappas, the same again, overkill and escapes', async () => {
  await page.getByRole('combobox', {name: 'Study'}).selectOption({label: 'inspectors at visual'});
  await page.waitForURL(/study=agreement/);
  await page
    .getByText(/The weakest agreement is that of MH with reference|MH with reference/)
    .first()
    .waitFor();
  await page.getByLabel('The truth is the word of').selectOption('reference');
  await page.getByText(/The weakest agreement is that of MH with reference: kappa 0\.26/).waitFor();
  await page.locator('svg.plot-drawing').nth(2).waitFor();
  const kappas = await page.locator('svg.plot-drawing').first().locator('text').allTextContents();
  // statsmodels: 0.492308, 0.612903, 0.264151 against the reference; 0.862944, 0.425532, 0.525205 between.
  for (const kappa of ['0.49', '0.61', '0.26', '0.86', '0.43', '0.53']) expect(kappas).toContain(kappa);
  await page
    .getByRole('region', {name: 'What both said'})
    .getByRole('row', {name: /BL EG 45 42 17 3 0 25/})
    .waitFor();
  await picture('10-agreement');
});

test('9 what cannot be answered is said, with what to do', async () => {
  await page.goto(`${server.address}/measurement?study=gage&parameter=bench.width`);
  await page
    .getByRole('alert')
    .getByText(/60 of 60 values name no operator/)
    .waitFor();
  await page.goto(`${server.address}/measurement?study=gage&parameter=lab.thickness&where=part.product+%3D+'none'`);
  await page.getByRole('alert').waitFor();
});

test('10 Ctrl+K finds a study, and a capability leads to the study of its gage', async () => {
  await page.goto(`${server.address}/capability/lab.thickness`);
  const link = page.getByRole('link', {name: 'gage study of 10 parts'});
  await link.click();
  await page.waitForURL(/study=gage/);
  await page.goto(`${server.address}/capability/bench.width?lsl=0&usl=20`);
  await settled(page);
  await page.getByText('no gage study was loaded').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('thick');
  await page.getByRole('option', {name: /Gage study of ?lab\.thickness/}).click();
  await page.waitForURL(/study=gage&parameter=lab\.thickness/);
});

test.each([
  ['list', '/measurement', 'table'],
  ['gage', GAGE, 'svg.plot-drawing'],
  ['linearity', LINEARITY, 'svg.plot-drawing'],
  ['agreement', AGREEMENT, 'svg.plot-drawing'],
])('%s is accessible, at three widths in both themes', async (name, path, shows) => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({width, height: 900});
      await page.emulateMedia({colorScheme});
      await page.goto(server.address + path);
      await settled(page);
      await page.locator(shows).first().waitFor();
      const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
      await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
      await picture(`10-${name}-${width}-${colorScheme}`);
    }
});

test('it prints without its controls', async () => {
  await page.setViewportSize({width: 1440, height: 900});
  await page.emulateMedia({media: 'print', colorScheme: 'light'});
  await page.goto(server.address + GAGE);
  await settled(page);
  expect(await page.getByRole('combobox', {name: 'Interaction'}).isVisible()).toBe(false);
  expect(await page.getByText('Take along').first().isVisible()).toBe(false);
  await picture('10-gage-print');
  await page.emulateMedia({media: 'screen'});
});

test('a slow answer: the page says that it works, then the old picture stays, dimmed, and the study can be changed', async () => {
  // Answers come when they are let through: no look at the page has to be quick.
  let held: (() => void)[] | undefined = [];
  await page.route('**/v1/gage/*', async route => {
    await new Promise<void>(go => (held ? held.push(go) : go()));
    await route.continue();
  });
  const letThrough = () => {
    for (const go of held ?? []) go();
    held = undefined;
  };
  await page.goto(server.address + GAGE);
  await page.getByRole('status').getByText('Working it out').waitFor();
  expect(await page.title()).toBe('Gage study of lab.thickness · Fishbone');
  expect(await page.getByRole('combobox', {name: 'Study'}).isEnabled()).toBe(true);
  letThrough();
  await page.getByText('Gage R&R is 27.9').waitFor();
  held = [];
  await page.getByRole('combobox', {name: 'Interaction'}).selectOption('true');
  await page.locator('.answer.old').getByText('Gage R&R is 27.9').waitFor();
  letThrough();
  await page
    .getByText(/kept, as asked/i)
    .first()
    .waitFor();
  expect(await page.locator('.answer.old').count()).toBe(0);
  await page.unroute('**/v1/gage/*');
});

test('a server that is gone: list and study say so and what to do, and come back when it does', async () => {
  let gone = true;
  await page.route(/\/v1\/(studies|gage)/, route => (gone ? route.abort() : route.continue()));
  for (const [path, shows] of [
    ['/measurement', 'Which measurement system?'],
    [GAGE, 'Gage R&R is 27.9'],
  ] as const) {
    gone = true;
    await page.goto(server.address + path);
    const alert = page.getByRole('alert').filter({hasText: 'The server cannot be reached'});
    await alert.getByText('npx fishbone serve').waitFor();
    gone = false;
    await alert.getByRole('button', {name: 'Try again'}).click();
    await page.getByText(shows).waitFor();
    expect(await alert.count()).toBe(0);
  }
  // What was shown stays where another question about it fails.
  gone = true;
  await page.getByRole('combobox', {name: 'Interaction'}).selectOption('true');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await page.unroute(/\/v1\/(studies|gage)/);
});

test('nothing went wrong in the page, and nothing was asked of others', () => {
  // Refusals and failures that are provoked are reported by the browser as failed requests.
  expect(troubles.filter(t => !/status of 4(00|22)|ERR_FAILED/.test(t))).toEqual([]);
});
