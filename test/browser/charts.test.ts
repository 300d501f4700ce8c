/** The charts page in a real browser: no alarm yet, a chart, another kind, a baseline that is frozen, watched and retired. */
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
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
const folder = mkdtempSync(join(tmpdir(), 'fishbone-charts-'));
const troubles: string[] = [];
const LOTS = 60;
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  await writePlant(
    join(folder, 'plant'),
    makePlant({seed: 1, parameters: 152, lots: LOTS, partsPerLot: 25, uninspectedLots: 0, effect: 5}),
  );
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  await ingest(app, [join(folder, 'plant', 'wide', 'measurements.bore.csv')], {wide: true});
  ({server, browser, page} = await browsed(app, troubles));
});
afterAll(() => leave(folder, {app, server, browser}));

const picture = (name: string) => page.screenshot({path: join(pictures, `${name}.png`), fullPage: true});
const limits = () => page.getByRole('region', {name: 'Where the limits come from'});
const drawing = (name: RegExp) => page.locator('svg.plot-drawing').and(page.getByLabel(name));

test('1 nothing is watched yet, and the page says how that is changed; a parameter leads to its chart', async () => {
  await page.goto(server.address);
  await page.getByRole('navigation', {name: 'Places'}).getByRole('link', {name: 'Charts'}).click();
  await page.getByRole('heading', {name: 'No chart is watched yet'}).waitFor();
  const worst = page.getByRole('region', {name: 'Parameters, the most worrying first'});
  const [first] = (await scanned()).worrying;
  await worst.getByRole('row', {name: new RegExp(first.parameter)}).waitFor();
  const cells = await worst.getByRole('row').nth(1).getByRole('cell').allTextContents();
  expect(cells[0]).toBe(first.parameter);
  expect(cells[1]).toContain(first.verdict.replaceAll('-', ' '));
  if (first.ppk) expect(cells[2]).toBe(first.ppk.value.toFixed(2));
  await picture('11-charts');
  await worst.getByRole('link', {name: first.parameter, exact: true}).click();
  await page.waitForURL(new RegExp(`/charts/${first.parameter}\\?.*kind=xbar`));
  await page.goBack();
  await page.getByLabel(/Parameter, defect/).fill('bore.torque');
  await page.getByRole('button', {name: 'Open chart'}).click();
  await page.waitForURL(/\/charts\/bore\.torque$/);
  await page.getByText(/bore\.torque: (none|\d+) of 60 points/).waitFor();
});

interface Scan {
  worrying: {parameter: string; verdict: string; ppk: {value: number} | null}[];
}

async function scanned(): Promise<Scan> {
  return (await fetch(`${server.address}/v1/scan`)).json() as Promise<Scan>;
}

test('2 one mark a lot, the spread below it, and the run length in words', async () => {
  const means = drawing(/^Means by lot/);
  await means.waitFor();
  expect(await means.locator('circle, path[transform]').count()).toBe(LOTS);
  await drawing(/^Standard deviations by lot/).waitFor();
  await page.getByText(/a false alarm about every \d+ points/).waitFor();
  const broken = await means.locator('path[transform]').count();
  await page.getByText(new RegExp(`^.? ?bore\\.torque: ${broken === 0 ? 'none' : broken} of 60`)).waitFor();
});

test('3 another kind, its table one key away', async () => {
  await page.getByLabel('Chart of').selectOption('ewma');
  await page.waitForURL(/kind=ewma/);
  await drawing(/^Weighted averages by lot/).waitFor();
  // Rules are about independent points: a chart that remembers has limits alone.
  expect(await page.getByRole('combobox', {name: 'Rules'}).count()).toBe(0);
  await page.getByRole('button', {name: 'View as table'}).click();
  const table = page.getByRole('region', {name: /Weighted averages by lot as a table/});
  expect(await table.getByRole('row').count()).toBe(LOTS + 1);
  await page.getByRole('button', {name: 'View as chart'}).click();
  await page.getByLabel('Chart of').selectOption('xbar');
  await page.getByLabel('Subgroups').selectOption('lot');
  await page.getByLabel('Sigma by').selectOption('pooled');
  await page.waitForURL(/sigma=pooled/);
});

let span: {from: string; to: string};

test('4 a baseline by its times: the points that it is made of are counted and shaded', async () => {
  const answer = (await (await fetch(`${server.address}/v1/charts/bore.torque?kind=xbar&subgroup=lot`)).json()) as {
    points: {at: string}[];
  };
  span = {from: answer.points[0].at, to: answer.points[30].at};
  const {timeZone} = (await (await fetch(`${server.address}/v1/plant`)).json()) as {timeZone: string};
  const local = (at: string) => new Date(at).toLocaleString('sv', {timeZone}).replace(' ', 'T');
  await page.getByText('Baseline and stages').click();
  await page.getByLabel(/Baseline from/).fill(local(span.from));
  await page.getByLabel('Baseline to, exclusive').fill(local(span.to));
  await page.getByRole('button', {name: 'Draw with these'}).click();
  await page.waitForURL(/baseline=/);
  expect(new URL(page.url()).searchParams.get('baseline')).toBe(`${span.from}..${span.to}`);
  await limits()
    .getByText(/from 30 of these points/)
    .waitFor();
  await drawing(/^Means by lot/)
    .getByText('baseline')
    .waitFor();
});

test('5 drawn over with the mouse, a stretch becomes the baseline when one says so; back again', async () => {
  const box = (await drawing(/^Means by lot/).boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.2, box.y + 150);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 160);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 160);
  await page.mouse.up();
  await page.getByRole('button', {name: 'Use as baseline'}).click();
  await page.waitForFunction(({from}) => !new URL(location.href).searchParams.get('baseline')!.startsWith(from), span);
  await page.goBack();
  await page.goBack();
  await page.waitForFunction(({from}) => new URL(location.href).searchParams.get('baseline')!.startsWith(from), span);
});

test('6 the baseline is frozen with a reason and a name, and stands on the chart', async () => {
  await limits()
    .getByText(/from 30 of these points/)
    .waitFor();
  await limits()
    .getByRole('button', {name: /Freeze limits/})
    .click();
  const dialog = page.getByRole('dialog', {name: 'Freeze limits'});
  await dialog.getByLabel(/Reason/).fill('thirty good lots');
  await dialog.getByLabel(/Your name/).fill('Ada');
  await picture('12-freeze');
  await dialog.getByRole('button', {name: 'Freeze'}).click();
  await page.waitForURL(url => !url.searchParams.has('baseline'));
  await drawing(/^Means by lot/)
    .locator('text', {hasText: 'version 1 · Ada: thirty good lots'})
    .waitFor();
  await limits().getByText('Version 1: thirty good lots').waitFor();
  await picture('13-control-chart');
});

test('7 alarms watch it now, with a stated budget; an alarm leads to its chart', async () => {
  await page.getByRole('navigation', {name: 'Way down'}).getByRole('link', {name: 'Charts'}).click();
  const alarms = page.getByRole('region', {name: 'Alarms'});
  await alarms.getByText(/on 1 of 1 watched chart/).waitFor();
  await alarms.getByText(/false alarms a week would be expected; 1 is allowed/).waitFor();
  const answer = (await (await fetch(`${server.address}/v1/alarms`)).json()) as {alarms: {first: string}[]};
  // Lots of this plant differ more than the values within them explain: limits from within alarm often.
  const raised = answer.alarms.length;
  expect(raised).toBeGreaterThan(0);
  // One more is not hidden behind a button.
  expect(await alarms.getByRole('listitem').count()).toBe(raised <= 9 ? raised : 8);
  const [newest] = answer.alarms;
  await alarms
    .getByRole('link', {name: new RegExp(`the mean was (higher|lower) than usual in .*${newest.first}`)})
    .first()
    .click();
  await page.waitForURL(/\/charts\/bore\.torque\?.*kind=xbar/);
  await page.getByText(/Judged by limits that Ada froze as version 1/).waitFor();
});

test('8 retired, with a reason, nothing is watched any more', async () => {
  await page.goto(`${server.address}/charts/bore.torque?kind=xbar&subgroup=lot`);
  await limits().getByRole('button', {name: 'Retire version 1'}).click();
  const dialog = page.getByRole('dialog', {name: 'Retire version 1'});
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('Retire version 1');
  await page.keyboard.press('Enter');
  await dialog.getByLabel(/Reason/).fill('the tool was changed');
  await dialog.getByLabel(/Your name/).fill('Bo');
  await dialog.getByRole('button', {name: 'Retire'}).click();
  await limits()
    .getByText(/Nothing: limits are estimated anew/)
    .waitFor();
  // What opened the dialog is gone: the focus is where it is after a change of page, not nowhere.
  await expect.poll(focused).toBe('Control chart of bore.torque');
});

test('9 what cannot be drawn is refused in the words of the API, and the controls stay', async () => {
  await page.goto(`${server.address}/charts/bore.torque?kind=xbar&baseline=1999-01-01..1999-02-01`);
  await page
    .getByRole('alert')
    .getByText(/no points within/)
    .waitFor();
  await page.getByRole('button', {name: 'As usual'}).click();
  await drawing(/^Means by lot/).waitFor();
  // Counts of failures, without a kind in the address.
  await page.goto(`${server.address}/charts/any-fail`);
  await drawing(/^Share of defective parts by lot/).waitFor();
});

test.each(['/charts', '/charts/bore.torque?kind=xbar&rules=nelson&stages=2026-03-01', '/charts/any-fail?kind=p'])(
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
      await page
        .locator(path === '/charts' ? 'table' : 'svg.plot-drawing')
        .first()
        .waitFor();
      const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await picture(`14-${path.split('?')[0].replaceAll(/\W+/g, '')}-${width}-${colorScheme}`);
    }
  },
);

test('a parameter whose name has a percent sign has a chart and a capability like any other', async () => {
  const parts = await app.warehouse.read(undefined, session =>
    session.rows<{part: string}>('select part from parts order by part limit 40'),
  );
  const rows = parts.map(({part}, k) => `${part},moisture_%,bore,${10 + (k % 3)}`);
  writeFileSync(join(folder, 'measurements.csv'), `part,parameter,step,value\n${rows.join('\n')}\n`);
  await ingest(app, [join(folder, 'measurements.csv')]);
  await page.goto(`${server.address}/charts/${encodeURIComponent('bore.moisture_%')}?kind=imr`);
  await page.getByText(/bore\.moisture_%: (none|\d+) of 40/).waitFor();
  await page.goto(`${server.address}/capability/${encodeURIComponent('bore.moisture_%')}?lsl=5&usl=15`);
  await page.getByText(/bore\.moisture_% .*Ppk/).waitFor();
});

test('nothing went wrong in the page', () => {
  // The one refusal that is provoked is reported by the browser as a failed request.
  expect(troubles.filter(t => !/status of 4(00|22)/.test(t))).toEqual([]);
});
