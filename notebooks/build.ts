/** Builds the notebooks on first use, and not again until their sources change. */
import {readdir} from 'node:fs/promises';
import {join, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Plugin} from 'vite';
import {buildOnce, digestOfFiles} from '../dashboards/build-once.ts';
import {localPackages} from './local-packages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTEBOOKS = join(ROOT, 'notebooks');
const BUILDS = join(NOTEBOOKS, 'dist');
const TEMPLATE = join(NOTEBOOKS, 'template.html');
/** What a notebook is made of; its charts and its look are those of the pages, its screening that of the warehouse. */
const SOURCES = [
  'notebooks',
  'dashboards/charts',
  'dashboards/style',
  'dashboards/format.ts',
  'warehouse',
  'package-lock.json',
];

/**
 * @returns the folder to serve: index.html, a page for each notebook, and assets whose names carry their digest
 * @throws if a notebook does not build; its cause says where
 */
export async function buildNotebooks(): Promise<string> {
  const paths = (await Promise.all(SOURCES.map(source => filesOf(join(ROOT, source))))).flat();
  return buildOnce(BUILDS, await digestOfFiles(ROOT, paths), 'notebooks', bundle);
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
      // Whoever is sent the libraries is sent what they ask to be told.
      license: {fileName: 'licences.md'},
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

async function filesOf(path: string): Promise<string[]> {
  if (/\.(ts|json)$/.test(path)) return [path];
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  return entries
    .filter(entry => entry.isFile() && /\.(tsx?|css|html)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !file.startsWith(BUILDS + sep));
}
