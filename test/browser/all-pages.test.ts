/** Every page at three widths in both themes: nothing sticks out, no table is cut off on a laptop, nothing fails; the pictures are in `screenshots/`. */
import {mkdirSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {runOperation} from '../../api/operations.ts';
import type {Server} from '../../api/server.ts';
import {OVERVIEW} from '../../api/warm-up.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {settled} from './browser.ts';
import {browsed, leave} from './served.ts';

const CALLER = {authenticated: null};
const pictures = new URL('./screenshots/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-all-pages-'));
const troubles: string[] = [];
let app: App;
let server: Server;
let browser: Browser;
let page: Page;
/** Ids that the addresses of pages need. */
const ids = {finding: '', part: '', lot: '', hold: ''};

beforeAll(async () => {
  mkdirSync(pictures, {recursive: true});
  const plant = makePlant({seed: 1, parameters: 8, lots: 60, partsPerLot: 25, uninspectedLots: 0, effect: 5});
  await writePlant(join(folder, 'plant'), plant);
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  await ingest(app, [join(folder, 'plant', 'wide', 'measurements.bore.csv')], {wide: true});
  const {findings} = await runOperation(app, 'screen', {defect: 'scratch'}, CALLER);
  ids.finding = findings.find(({factor}) => factor === 'bore.tool')!.id;
  const {id, lots} = await runOperation(app, 'contain', {target: ids.finding}, CALLER);
  ids.lot = lots[0].lot!;
  const hold = await runOperation(
    app,
    'hold.propose',
    {contained: id, reason: 'TOOL', text: 'T7 scratches the bore', by: 'Ada'},
    CALLER,
  );
  ids.hold = hold.id;
  const [{part}] = await app.warehouse.read(undefined, session =>
    session.rows<{part: string}>("select part from operations where tool = 'T7' order by part limit 1"),
  );
  ids.part = part;
  ({server, browser, page} = await browsed(app, troubles));
});
afterAll(() => leave(folder, {app, server, browser}));

const PAGES: Record<string, () => string> = {
  overview: () => '/',
  'overview, a way down': () => '/?drill=defect:scratch&by=part.lot',
  andon: () => '/?kiosk=on',
  investigate: () => '/investigate?defect=scratch',
  finding: () => `/investigate?defect=scratch&finding=${ids.finding}`,
  contain: () => `/contain?target=${ids.finding}`,
  trace: () => `/trace?id=${ids.part}&kind=part`,
  'trace of a lot': () => `/trace?id=${ids.lot}&kind=lot`,
  charts: () => '/charts',
  'chart of a parameter': () => '/charts/bore.diameter?kind=xbar',
  'chart of failures': () => '/charts/any-fail?kind=laney-p',
  capability: () => '/capability',
  'capability of a parameter': () => '/capability/bore.diameter',
  measurement: () => '/measurement',
  holds: () => '/holds',
  hold: () => `/holds/${ids.hold}`,
  'hold, report': () => `/holds/${ids.hold}/report`,
  responses: () => '/responses',
  inspections: () => '/inspections',
  'inspections, places': () => '/inspections?tab=places',
  'inspections, review': () => '/inspections?tab=review',
  'inspections, inspectors': () => '/inspections?tab=inspectors',
  data: () => '/data',
  nowhere: () => '/nonsense',
};

test('the overview asks what a server answers in advance, and nothing else', async () => {
  const asked: string[] = [];
  const note = (request: {url: () => string}) => asked.push(request.url().replace(server.address, ''));
  page.on('request', note);
  await page.goto(server.address);
  await settled(page);
  page.off('request', note);
  const ofFacts = asked.filter(url => /^\/v1\/(?!session|plant|events)/.test(url));
  expect([...new Set(ofFacts)].sort()).toEqual(OVERVIEW.toSorted());
});

test.each(Object.keys(PAGES))('%s', async name => {
  const sticksOut: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({colorScheme});
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({width, height: 900});
      // Of a page that is there a width asks nothing new: it is loaded once a theme.
      if (width === 360) await page.goto(server.address + PAGES[name]());
      if (name === 'andon')
        await page
          .getByText(/first-pass yield/i)
          .first()
          .waitFor();
      else await settled(page);
      // Drawings take up the new width a moment later.
      await page
        .waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, null, {timeout: 30_000})
        .catch(() => sticksOut.push(`${width} px, ${colorScheme}`));
      const file = `all-${name.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}.jpg`;
      await page.screenshot({path: join(pictures, file), fullPage: true, type: 'jpeg', quality: 85});
    }
  }
  // On a laptop every column is there without scrolling sideways, those behind a heading too.
  await page.setViewportSize({width: 1366, height: 768});
  const cut = () =>
    page.evaluate(() => {
      for (const details of document.querySelectorAll<HTMLDetailsElement>('#answer .step-values')) details.open = true;
      const tables = [...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth);
      return tables.map(e => e.getAttribute('aria-label'));
    });
  await expect.poll(cut).toEqual([]);
  expect(sticksOut).toEqual([]);
  expect(troubles).toEqual([]);
});
