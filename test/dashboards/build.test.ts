// The build as it is served: offline, under a strict policy, and small enough for a plant's network.
import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {buildDashboards} from '../../dashboards/build.ts';

/** Compressed. React's development build alone would go beyond it. */
const MOST_SCRIPT_BYTES = 250_000;

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
  for (const sheet of sheets) expect(sheet.toString()).not.toMatch(/url\((?!["']?\/assets\/)|@import/);
  expect(assets.some(name => name.endsWith('.woff2'))).toBe(true);

  expect(process.env.NODE_ENV).toBe('test');
  const before = await stat(join(folder, 'index.html'));
  expect(await buildDashboards()).toBe(folder);
  expect((await stat(join(folder, 'index.html'))).mtimeMs).toBe(before.mtimeMs);
});
