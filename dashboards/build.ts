/** Builds the dashboards on first use, and not again until their sources change. */
import {existsSync} from 'node:fs';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {gzip, type ZlibOptions} from 'node:zlib';
import {buildOnce, digestOfFiles} from './build-once.ts';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const BUILDS = join(SOURCES, 'dist');
const LOCK = join(SOURCES, '..', 'package-lock.json');

let underWay: Promise<string> | null = null;

/**
 * @returns the folder to serve: index.html, and assets whose names carry their digest
 */
export function buildDashboards(): Promise<string> {
  underWay ??= build().finally(() => {
    underWay = null;
  });
  return underWay;
}

async function build(): Promise<string> {
  // The lock file stands for the versions of what they are built with.
  const digest = await digestOfFiles(SOURCES, [...(await sourceFiles()), ...[LOCK].filter(path => existsSync(path))]);
  return buildOnce(BUILDS, digest, 'dashboards', bundle);
}

async function bundle(outDir: string): Promise<void> {
  // Loaded here, so that whoever finds the build ready does not pay for the bundler.
  const [vite, {default: react}] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  // The bundler takes what it builds from this variable alone: a test runner's would give React's development build.
  const {NODE_ENV} = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await vite.build({
      root: SOURCES,
      configFile: false,
      envFile: false,
      logLevel: 'error',
      base: '/',
      plugins: [react()],
      build: {
        outDir,
        emptyOutDir: true,
        // A strict content security policy knows no data: addresses and no inline scripts.
        assetsInlineLimit: 0,
        modulePreload: {polyfill: false},
        chunkSizeWarningLimit: 2000,
        // Whoever is sent the libraries is sent what they ask to be told.
        license: {fileName: 'licences.md'},
        // What the first page needs is one file, whatever of it other pages use too: it packs better, and is asked for once.
        rolldownOptions: {output: {codeSplitting: {groups: [{name: 'first', tags: ['$initial']}]}}},
      },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  await compress(outDir);
}

/** A third of the bytes: beside each text its like that is sent to whoever takes it. */
async function compress(folder: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const texts = entries.filter(entry => entry.isFile() && /\.(js|css|html|svg)$/.test(entry.name));
  for (const {parentPath, name} of texts) {
    const path = join(parentPath, name);
    await writeFile(`${path}.gz`, await gzipped(await readFile(path), {level: 9}));
  }
}

const gzipped = promisify<Buffer, ZlibOptions, Buffer>(gzip);

async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(SOURCES, {recursive: true, withFileTypes: true});
  return entries
    .filter(entry => entry.isFile() && /\.(tsx?|css|html|svg)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !path.startsWith(BUILDS + sep));
}
