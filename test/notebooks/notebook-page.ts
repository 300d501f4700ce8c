/** Notebooks in a browser that can reach this machine only, served by `fishbone serve` over a real warehouse. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Browser, Page} from 'playwright-core';
import {afterAll, beforeAll, expect} from 'vitest';
import {makePlant, type PlantOptions} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {fishbone} from '../api/plant.ts';
import {openBrowser, PATIENCE_MS} from '../browser/browser.ts';

const BIN = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));

export interface Served {
  address: string;
  browser: Browser;
  /** What the API answers: `/pareto`, or a body posted to it. */
  api: <T>(path: string, body?: unknown) => Promise<T>;
  /** What the command line answers, with `--json`, through the same server. */
  cli: <T>(...args: string[]) => Promise<T>;
}

/** A plant's files loaded and served to the tests of a file. */
export function servedNotebooks(plant: PlantOptions): Served {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-notebook-'));
  const warehouse = ['--warehouse', join(folder, 'warehouse')];
  const served = {} as Served;
  let server: ChildProcess;

  beforeAll(async () => {
    await writePlant(join(folder, 'plant'), makePlant(plant));
    const files = readdirSync(join(folder, 'plant'), {withFileTypes: true}).filter(
      entry => entry.isFile() && entry.name !== 'truth.json',
    );
    const paths = files.map(({name}) => join(folder, 'plant', name));
    for (const what of [paths, [join(folder, 'plant', 'wide'), '--wide']]) {
      const loaded = await fishbone(['ingest', ...what, ...warehouse, '--time-zone', 'Europe/Berlin']);
      expect(loaded.code, loaded.err).toBe(0);
    }
    server = spawn(process.execPath, [BIN, 'serve', ...warehouse, '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(server.stdout!, 'data')) as [Buffer];
    served.address = (JSON.parse(said.toString()) as {address: string}).address;
    served.browser = await openBrowser();
  });
  afterAll(async () => {
    await served.browser?.close();
    if (server) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    rmSync(folder, {recursive: true, force: true});
  });

  served.api = async <T>(path: string, body?: unknown) => {
    const asked = body === undefined ? {} : {method: 'POST', body: JSON.stringify(body)};
    const response = await fetch(`${served.address}/v1${path}`, {
      ...asked,
      headers: {'content-type': 'application/json'},
    });
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  };
  served.cli = async <T>(...args: string[]) => {
    const ran = await fishbone([...args, '--json', ...warehouse]);
    expect(ran.code, ran.err).toBe(0);
    return ran.json<T>();
  };
  return served;
}

/** What goes wrong in a page: requests that leave this server, and whatever the console calls an error (a blocked style, say). */
export async function openNotebook(
  {address, browser}: Served,
  path: string,
  {width = 1100, dark = false}: {width?: number; dark?: boolean} = {},
): Promise<{page: Page; troubles: string[]}> {
  const troubles: string[] = [];
  const colorScheme = dark ? 'dark' : 'light';
  const page = await browser.newPage({viewport: {width, height: 900}, colorScheme});
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', message => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', error => troubles.push(error.message));
  await page.route('**', route => {
    const url = route.request().url();
    if (url.startsWith(`${address}/`)) return route.continue();
    troubles.push(`asked for ${url}`);
    return route.abort();
  });
  await page.goto(`${address}/notebooks/${path}`);
  return {page, troubles};
}

/**
 * A notebook has run when the cells that nothing else follows from show something.
 * @param ends the numbers of those cells
 * @throws what a cell says that cannot run: it would keep those from ever showing anything
 */
export async function finished(page: Page, ends: readonly number[]): Promise<void> {
  const failed = page.locator('.observablehq--error').first();
  const whole = async () => {
    for (const cell of ends) await page.locator(`#cell-${cell} > *`).first().waitFor();
    return null;
  };
  const error = await Promise.race([whole(), failed.waitFor().then(() => failed.textContent())]);
  if (error !== null) throw new Error(`a cell of the notebook failed: ${error}`);
}

/** Figures of a cell by their names. */
export const figures = (page: Page, cell: number): Promise<Record<string, string>> =>
  page
    .locator(`#cell-${cell} .facts > div`)
    .evaluateAll(entries =>
      Object.fromEntries(entries.map(entry => [entry.children[0].textContent, entry.children[1].textContent])),
    ) as Promise<Record<string, string>>;

/** Rows of the first table of a cell, without its head. */
export const rowsOf = (page: Page, cell: number): Promise<string[][]> =>
  page
    .locator(`#cell-${cell} table`)
    .first()
    .locator('tbody tr')
    .evaluateAll(rows => rows.map(row => Array.from(row.children, ({textContent}) => textContent ?? '')));

/** Every drawing has a title, says what its axes are, and what to see; and nothing is wider than the page. */
export async function readsWell(page: Page): Promise<void> {
  const bare = await page
    .locator('main svg[aria-label]')
    .evaluateAll(drawings =>
      drawings.filter(drawing => !drawing.closest('figure')).map(d => d.getAttribute('aria-label')),
    );
  expect(bare).toEqual([]);
  const said = await page
    .locator('figure')
    .evaluateAll(all =>
      all.map(one =>
        ['strong', '.axes', '.under'].map(part => (one.querySelector(part)?.textContent ?? '').length > 8),
      ),
    );
  expect(said.flat()).not.toContain(false);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(beyond, 'wider than the page by').toBeLessThanOrEqual(0);
}
