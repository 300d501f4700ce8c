/**
 * A day without a mouse: where the focus is after each page, how many stops lie between a cause and its suspect lots, and that
 * nothing takes the focus from whoever has it elsewhere. Only the keyboard is used, but for what the test waits for.
 */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {Server} from '../../api/server.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {settled} from './browser.ts';
import {browsed, leave} from './served.ts';

const folder = mkdtempSync(join(tmpdir(), 'fishbone-keyboard-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const plant = makePlant({seed: 1, parameters: 8, lots: 120, partsPerLot: 25, uninspectedLots: 0, effect: 6});
  await writePlant(join(folder, 'plant'), plant);
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  const wide = ['bore', 'mill'].map(step => join(folder, 'plant', 'wide', `measurements.${step}.csv`));
  await ingest(app, wide, {wide: true});
  ({server, browser, page} = await browsed(app, troubles));
});
beforeEach(() => page.setViewportSize({width: 1366, height: 768}));
afterAll(() => leave(folder, {app, server, browser}));

const open = async (path: string) => {
  await page.goto(server.address + path);
  await settled(page);
};
const focused = () =>
  page.evaluate(() => {
    const {activeElement: e} = document;
    return `${e?.localName} ${e?.getAttribute('aria-label') ?? e?.textContent}`;
  });
/** Waits for it: pages come when they have been fetched. */
const isFocused = (what: string | RegExp) => expect.poll(focused, {timeout: 60_000}).toMatch(what);

/** @returns how many stops it took */
async function tabTo(what: RegExp, most = 200): Promise<number> {
  for (let stops = 1; stops <= most; stops++) {
    await page.keyboard.press('Tab');
    if (what.test(await focused())) return stops;
  }
  throw new Error(`no ${what} within ${most} stops, the last at ${await focused()}`);
}

async function goBy(palette: string, option: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', {name: /Serial/});
  await field.waitFor();
  await page.keyboard.type(palette);
  await page.getByRole('option', {name: option}).first().waitFor();
  await page.keyboard.press('Enter');
}

async function accessible(): Promise<void> {
  const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(violations.map(v => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([]);
}

test('from the overview to the hold: each page begins at its heading, and its name is in the title', async () => {
  await open('/');
  expect([await focused(), await page.title()]).toEqual([expect.stringMatching(/^body/), 'Overview · Fishbone']);
  await tabTo(/^a Causes of all failures/);
  await page.keyboard.press('Enter');
  await isFocused(/^h1 Investigate$/);
  expect(await page.title()).toBe('Investigate · Fishbone');
  await goBy('scratch', /scratch/);
  await page.waitForURL(/defect=scratch/);
  await settled(page);
  await tabTo(/^a bore\.tool = T7/);
  await page.keyboard.press('Enter');
  await isFocused(/^h2 bore\.tool = T7/);
  await accessible();
  // Before: 32 stops, past the other bones and all findings.
  expect(await tabTo(/^a Suspect lots/)).toBe(1);
  await page.keyboard.press('Enter');
  await isFocused(/^h1 Suspect lots$/);
  expect(await page.title()).toBe('Suspect lots · Fishbone');
  await settled(page);
  await accessible();
  await tabTo(/^button Propose hold/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(/^textarea/);
  await page.keyboard.type('T7 scratches the bore');
  await page
    .getByRole('dialog')
    .getByLabel(/Reason code/)
    .fill('TOOL');
  await page
    .getByRole('dialog')
    .getByLabel(/Your name/)
    .fill('Ada');
  await page.keyboard.press('Enter');
  await isFocused(/^h1 .*TOOL/);
  expect(await page.title()).toMatch(/^Hold H-.* · Fishbone$/);
  await accessible();
  await page.goBack();
  await isFocused(/^h1 Suspect lots$/);
});

test('a cause that was opened gives the focus back: to its bone, or to its row', async () => {
  await open('/investigate?defect=scratch');
  for (const [link, key] of [
    [/^a bore\.tool = T7:/, 'Escape'],
    [/^a bore\.tool = T7$/, 'Enter'],
  ] as const) {
    await tabTo(link);
    await page.keyboard.press('Enter');
    await isFocused(/^h2 bore\.tool = T7/);
    if (key === 'Enter') {
      await page.keyboard.press('Shift+Tab');
      await isFocused(/^button Close$/);
    }
    await page.keyboard.press(key);
    await page.waitForURL(url => !url.searchParams.has('finding'));
    await isFocused(link);
  }
});

test('an address that names a cause takes no focus; Escape in its panel leads to the bone', async () => {
  await open('/investigate?defect=scratch');
  await tabTo(/^a bore\.tool = T7:/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/finding=/);
  await page.reload();
  await settled(page);
  await page.getByRole('complementary', {name: /Finding/}).waitFor();
  expect(await focused()).toMatch(/^body/);
  // Of the menu that is open, Escape closes the menu alone.
  await tabTo(/^a Suspect lots/);
  await tabTo(/^summary Take along/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await isFocused(/^summary Take along/);
  await page.keyboard.press('Escape');
  await page.waitForURL(url => !url.searchParams.has('finding'));
  await isFocused(/^a bore\.tool = T7:/);
});

test.each([
  ['data', 'Data'],
  ['holds', 'Holds'],
  ['inspections', 'Inspections'],
  ['capability', 'Capability'],
  ['bore.diameter', 'Control chart of bore.diameter'],
  ['any-fail', 'Control chart of any-fail'],
  ['trace', 'Trace'],
  ['overview', 'Overview'],
  ['andon', 'Andon'],
])('by the palette to %s', async (typed, name) => {
  if (typed === 'data') await open('/investigate');
  await goBy(typed, new RegExp(typed, 'i'));
  await isFocused(new RegExp(`^h1 ${name}$`));
  expect(await page.title()).toBe(`${name} · Fishbone`);
});

test('from one trace to the next, and where the keyboard led to, the heading is seen', async () => {
  const [{part}] = await app.warehouse.read(undefined, session =>
    session.rows<{part: string}>('select part from parts order by part limit 1'),
  );
  await open(`/trace?id=${part}`);
  await tabTo(/^a lot /);
  await page.keyboard.press('Enter');
  await isFocused(/^h1 Trace of L/);
  // Out of sight it would be a focus that nobody sees.
  const seen = () =>
    page.evaluate(() => {
      const [h1, ring] = [document.activeElement!.getBoundingClientRect(), getComputedStyle(document.activeElement!)];
      return {shown: h1.width > 20 && h1.height > 10 && ring.clipPath === 'none', ring: ring.outlineStyle};
    });
  expect(await seen()).toEqual({shown: true, ring: 'solid'});
  const top = () => page.locator('main').evaluate(main => main.lastElementChild!.getBoundingClientRect().top);
  const before = await top();
  await page.keyboard.press('Tab');
  expect(await top()).toBe(before);
});

test('the palette opens again however soon after it closed', async () => {
  await open('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', {name: /Serial/}).waitFor();
  await page.evaluate(() => {
    document.querySelector<HTMLDialogElement>('dialog.palette')!.close();
    dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true}));
  });
  // What was closed has said so by then.
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve)));
  await page.getByRole('combobox', {name: /Serial/}).waitFor();
  await page.keyboard.type('abc');
  expect(await page.getByRole('combobox', {name: /Serial/}).inputValue()).toBe('abc');
});

test('another question on the same page, and a field that outlives the page, keep the focus', async () => {
  await open('/');
  await tabTo(/^select any fail/);
  await page.keyboard.press('s');
  await page.waitForURL(/defect=scratch/);
  await settled(page);
  expect(await focused()).toMatch(/^select any fail/);
  // What is compared comes in a figure of its own, and so does its control.
  const compared = page.getByRole('combobox', {name: 'compared with'});
  for (const option of ['month', 'nothing']) {
    await compared.focus();
    await compared.selectOption(option);
    await page.getByText(/lots against \d+/).waitFor({state: option === 'month' ? 'visible' : 'detached'});
    await isFocused(/^select nothing/);
  }
  await open('/capability/bore.diameter');
  const chosen = page.getByRole('combobox', {name: 'parameter'});
  await chosen.focus();
  const other = await chosen.locator('option:not(:checked)').first().textContent();
  await chosen.selectOption(other);
  await page.waitForURL(`**/capability/${other}`);
  await settled(page);
  expect(await chosen.evaluate(e => e === document.activeElement)).toBe(true);
  expect(await page.title()).toBe(`Capability of ${other} · Fishbone`);
});

test('a page that comes late takes no focus from whoever went on', async () => {
  await open('/');
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  // The page's own code, or what it answers, whichever comes last.
  await page.route('**/v1/holds/*', async route => {
    await held;
    await route.continue();
  });
  const [{id}] = app.holds.list();
  await page.evaluate(to => {
    const link = document.createElement('a');
    link.href = to;
    document.querySelector('.frame')!.append(link);
    link.click();
    link.remove();
  }, `/holds/${id}`);
  await expect.poll(() => page.evaluate(() => document.activeElement?.localName)).toBe('main');
  await page.keyboard.press('Shift+Tab');
  const elsewhere = await focused();
  expect(elsewhere).not.toMatch(/^(main|body)/);
  release();
  await page.locator('h1').waitFor();
  expect(await page.title()).toBe(`Hold ${id} · Fishbone`);
  expect(await focused()).toBe(elsewhere);
  await page.unroute('**/v1/holds/*');
});

test('a page is read from its top, and going back leads to where one was', async () => {
  await page.setViewportSize({width: 1366, height: 400});
  await open('/investigate?defect=scratch');
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const below = await page.evaluate(() => scrollY);
  expect(below).toBeGreaterThan(400);
  await goBy('overview', /Overview/);
  await isFocused(/^h1 Overview$/);
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await isFocused(/^h1 Investigate$/);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(below);
});

test('after a decision the focus is at what was decided, not on a button that decides the next thing', async () => {
  const [{id}] = app.holds.list();
  await open(`/holds/${id}`);
  await page.getByLabel(/Your name/).fill('Bo');
  await page.keyboard.press('Enter');
  await isFocused(/^h1 .*on hold/);
});

test('a bar keeps the focus when a new batch has it drawn anew', async () => {
  await open('/');
  const onBar = () =>
    page.evaluate(() => {
      const bar = document.activeElement?.closest('a')?.querySelector('rect[aria-label]');
      return {of: bar?.getAttribute('aria-label')?.split(',')[0], isOld: bar?.hasAttribute('data-seen')};
    });
  for (let stops = 0; (await onBar()).of === undefined; stops++) {
    expect(stops).toBeLessThan(60);
    await page.keyboard.press('Tab');
  }
  const {of} = await onBar();
  await page.evaluate(() => document.activeElement!.querySelector('rect')!.setAttribute('data-seen', ''));
  const [kind, number] = of!.split(': ');
  const files = {
    parts: ['part,product', 'NEW1,HX-100'],
    inspections: ['inspection,part,result,inspected_at', 'NEW1,NEW1,fail,2026-03-01T06:00:00Z'],
    defects: ['inspection,defect', `NEW1,${kind}`],
  };
  for (const [table, lines] of Object.entries(files))
    writeFileSync(join(folder, `${table}.csv`), `${lines.join('\n')}\n`);
  await ingest(
    app,
    Object.keys(files).map(table => join(folder, `${table}.csv`)),
  );
  await expect.poll(onBar).toEqual({of: `${kind}: ${Number(number.replace(',', '')) + 1}`, isOld: false});
});

test('nothing went wrong in the pages, and nothing was asked of another machine', () => {
  expect(troubles).toEqual([]);
});
