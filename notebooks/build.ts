/** Builds the notebooks on first use, and not again until their sources change. */
import {createHash, randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm} from 'node:fs/promises';
import {join, relative, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Plugin} from 'vite';
import {localPackages} from './local-packages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTEBOOKS = join(ROOT, 'notebooks');
const BUILDS = join(NOTEBOOKS, 'dist');
const TEMPLATE = join(NOTEBOOKS, 'template.html');
/** What a notebook is made of; its charts and its look are those of the pages. */
const SOURCES = ['notebooks', 'dashboards/charts', 'dashboards/style', 'dashboards/format.ts', 'package-lock.json'];

/**
 * @returns the folder to serve: index.html, a page for each notebook, and assets whose names carry their digest
 * @throws if a notebook does not build; its cause says where
 */
export async function buildNotebooks(): Promise<string> {
  const folder = join(BUILDS, await digestOfSources());
  if (existsSync(join(folder, 'index.html'))) return folder;
  const unfinished = join(BUILDS, `.unfinished-${randomUUID()}`);
  await mkdir(unfinished, {recursive: true});
  try {
    await bundle(unfinished);
    await rename(unfinished, folder);
  } catch (cause) {
    // Another process may have been faster: its build is as good as ours.
    if (!existsSync(join(folder, 'index.html'))) throw new Error('the notebooks could not be built', {cause});
  } finally {
    await rm(unfinished, {recursive: true, force: true});
  }
  return folder;
}

async function bundle(outDir: string): Promise<void> {
  // Loaded here, so that whoever finds the build ready does not pay for the bundler.
  const [{build}, {observable}] = await Promise.all([import('vite'), import('@observablehq/notebook-kit/vite')]);
  const kit = fileURLToPath(new URL('..', import.meta.resolve('@observablehq/notebook-kit/vite')));
  const names = (await readdir(NOTEBOOKS)).filter(name => name.endsWith('.html') && name !== 'template.html');
  await build({
    root: NOTEBOOKS,
    configFile: false,
    envFile: false,
    logLevel: 'error',
    base: './',
    appType: 'mpa',
    // The same build whoever asks for it, be it a test.
    define: {'process.env.NODE_ENV': '"production"'},
    resolve: {alias: [{find: /^observable:(.*)$/, replacement: `${kit}$1`}]},
    plugins: [localPackages(), observable({template: TEMPLATE}), ourStyleOnly()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      // A strict content security policy knows no data: addresses and no inline scripts.
      assetsInlineLimit: 0,
      modulePreload: {polyfill: false},
      chunkSizeWarningLimit: 2000,
      // Libraries that are not installed are modules without exports.
      rollupOptions: {input: names.map(name => join(NOTEBOOKS, name)), shimMissingExports: true},
    },
  });
}

/** Notebook Kit puts its theme into the page as a style element, which a strict policy blocks; the template has our own. */
function ourStyleOnly(): Plugin {
  return {
    name: 'our-style-only',
    transformIndexHtml: {order: 'pre', handler: html => html.replace(/<style type="text\/css">[^<]*<\/style>/g, '')},
  };
}

/** One digest over names and contents of all sources, and over the versions of what they are built with. */
async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const paths = (await Promise.all(SOURCES.map(source => filesOf(join(ROOT, source))))).flat();
  for (const path of paths.sort()) {
    hash.update(`${relative(ROOT, path).split(sep).join('/')}\0`);
    hash.update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(path: string): Promise<string[]> {
  if (/\.(ts|json)$/.test(path)) return [path];
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  return entries
    .filter(entry => entry.isFile() && /\.(tsx?|css|html)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !file.startsWith(BUILDS + sep));
}
