// Nothing remote is left in the build, and nothing that is not there can get in.
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {build} from 'vite';
import {afterAll, expect, test} from 'vitest';
import {buildNotebooks} from '../../notebooks/build.ts';
import {localPackages} from '../../notebooks/local-packages.ts';

/**
 * Written like addresses and never fetched: namespaces of the W3C, what two libraries' error messages point to, and the
 * beginning that Markdown puts before a link spelled without one.
 */
const NEVER_FETCHED = [
  /^http:\/\/\$\{\w+\.url\}$/,
  /^http:\/\/www\.w3\.org\/(2000\/svg|2000\/xmlns\/|1999\/xhtml|1999\/xlink|1998\/Math\/MathML|XML\/1998\/namespace)$/,
  /^https:\/\/react\.dev\/errors\//,
  /^https:\/\/github\.com\/valeriangalliat\/markdown-it-anchor#permalinks$/,
];
const REMOTE_NAMES = /jsdelivr|unpkg|esm\.sh|skypack|cdnjs|googleapis|gstatic|observablehq\.com|observableusercontent/i;

const folder = mkdtempSync(join(tmpdir(), 'fishbone-imports-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

test('no file of the build names another host', async () => {
  // Two at the same time: both must end with the same complete folder.
  const [built, same] = await Promise.all([buildNotebooks(), buildNotebooks()]);
  expect(same).toBe(built);
  const files = (await readdir(built, {recursive: true})).filter(name => /\.(html|js|css)$/.test(name));
  expect(files).toEqual(
    expect.arrayContaining([
      'index.html',
      'from-file-to-finding.html',
      'tracing-a-lot.html',
      'why-lots-and-not-parts.html',
      'judging-an-inspector.html',
      'your-own-method.html',
    ]),
  );
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const text = await readFile(join(built, file), 'utf8');
    const addresses = text.match(/(?:https?|wss?):\/\/[^\s"'`<>)\\]+/g) ?? [];
    expect(
      addresses.filter(address => !NEVER_FETCHED.some(known => known.test(address))),
      file,
    ).toEqual([]);
    expect(text.match(/["'`(]\/\/[a-z0-9-]+\.[a-z]/i), file).toBeNull();
    expect(text.match(REMOTE_NAMES), file).toBeNull();
    if (!file.endsWith('.html')) continue;
    // What the policy of the server would block.
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=/);
  }
});

const bundled = async (source: string) => {
  const input = join(folder, 'cell.js');
  writeFileSync(input, source);
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [localPackages()],
    build: {write: false, minify: false, rollupOptions: {input, treeshake: false}},
  });
  if (!('output' in output)) throw new Error('one build was asked for');
  return output.output.map(chunk => (chunk.type === 'chunk' ? chunk.code : '')).join('');
};

test.each(['npm:internmap', 'npm:internmap@2', 'https://cdn.jsdelivr.net/npm/internmap/+esm'])(
  'an import of %s is the package in node_modules',
  async specifier => {
    const code = await bundled(`import {InternMap} from "${specifier}"; console.log(new InternMap());`);
    expect(code).toMatch(/InternMap\b.* extends Map/);
    expect(code).not.toContain(specifier);
  },
);

test.each(['npm:no-such-package', 'https://esm.sh/jsr/@std/path', 'https://cdn.jsdelivr.net/npm/no-such-package/+esm'])(
  'an import of %s does not build',
  async specifier => {
    await expect(bundled(`import thing from "${specifier}"; console.log(thing);`)).rejects.toThrow(
      `"${specifier}" is not in node_modules`,
    );
  },
);
