// The build as it is served: offline, under a strict policy, and small enough for a plant's network.
import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {buildDashboards} from '../../dashboards/build.ts';

/** Compressed: what the first page needs, and all pages together. React's development build alone would go beyond the first. */
const MOST_FIRST_BYTES = 200_000;
const MOST_SCRIPT_BYTES = 300_000;

test('built once, small, with nothing inline and nothing from elsewhere', async () => {
  // Two at the same time end with the same complete folder, and leave the environment as it was.
  const [folder, same] = await Promise.all([buildDashboards(), buildDashboards()]);
  expect(same).toBe(folder);

  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(html).not.toMatch(/<style|style=|https?:\/\//);

  const assets = await readdir(join(folder, 'assets'));
  const read = (extension: string) =>
    Promise.all(assets.filter(name => name.endsWith(extension)).map(name => readFile(join(folder, 'assets', name))));
  const scripts = await read('.js');
  const sheets = await read('.css');
  expect(scripts.reduce((sum, script) => sum + gzipSync(script).length, 0)).toBeLessThan(MOST_SCRIPT_BYTES);
  expect(await firstLoad(folder, html)).toBeLessThan(MOST_FIRST_BYTES);
  const packed = await readFile(join(folder, 'index.html.gz'));
  expect(gunzipSync(packed).toString()).toBe(html);
  for (const sheet of sheets) expect(sheet.toString()).not.toMatch(/url\((?!["']?\/assets\/)|@import/);
  expect(assets.some(name => name.endsWith('.woff2'))).toBe(true);

  expect(process.env.NODE_ENV).toBe('test');
  const before = await stat(join(folder, 'index.html'));
  expect(await buildDashboards()).toBe(folder);
  expect((await stat(join(folder, 'index.html'))).mtimeMs).toBe(before.mtimeMs);
});

/** Compressed bytes of the page, its sheets, its scripts and those that they cannot begin without. */
async function firstLoad(folder: string, html: string): Promise<number> {
  const waiting = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(match => match[1]);
  const seen = new Set<string>();
  const sheets = [...html.matchAll(/href="\/assets\/([^"]+\.css)"/g)].map(match => join('assets', match[1]));
  let bytes = 0;
  // As they are sent: packed when they were built.
  for (const name of ['index.html', ...sheets]) bytes += (await stat(join(folder, `${name}.gz`))).size;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const script = await readFile(join(folder, 'assets', name));
    bytes += (await stat(join(folder, 'assets', `${name}.gz`))).size;
    waiting.push(...[...script.toString().matchAll(/\bfrom\s*["']\.\/([^"']+\.js)["']/g)].map(match => match[1]));
  }
  expect(seen.size).toBeGreaterThan(0);
  return bytes;
}
