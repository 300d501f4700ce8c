/** Builds the dashboards on first use, and not again until their sources change. */
import {createHash, randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm} from 'node:fs/promises';
import {join, relative, sep} from 'node:path';
import {fileURLToPath} from 'node:url';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const BUILDS = join(SOURCES, 'dist');
const LOCK = join(SOURCES, '..', 'package-lock.json');

let underWay: Promise<string> | null = null;

/**
 * @returns the folder to serve: index.html, and assets whose names carry their digest
 */
export function buildDashboards(): Promise<string> {
  underWay ??= buildOnce().finally(() => {
    underWay = null;
  });
  return underWay;
}

async function buildOnce(): Promise<string> {
  const folder = join(BUILDS, await digestOfSources());
  if (existsSync(join(folder, 'index.html'))) return folder;
  const unfinished = join(BUILDS, `.unfinished-${randomUUID()}`);
  await mkdir(unfinished, {recursive: true});
  try {
    await bundle(unfinished);
    await rename(unfinished, folder);
  } catch (cause) {
    // Another process may have been faster: its build is as good as ours.
    if (!existsSync(join(folder, 'index.html'))) throw new Error('the dashboards could not be built', {cause});
  } finally {
    await rm(unfinished, {recursive: true, force: true});
  }
  return folder;
}

async function bundle(outDir: string): Promise<void> {
  // Loaded here, so that whoever finds the build ready does not pay for the bundler.
  const [{build}, {default: react}] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  // The bundler takes what it builds from this variable alone: a test runner's would give React's development build.
  const {NODE_ENV} = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({
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
      },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** One digest over names and contents of all sources, and over the versions of what they are built with. */
async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await sourceFiles()).sort()) {
    hash.update(`${relative(SOURCES, path).split(sep).join('/')}\0`);
    hash.update(await readFile(path));
  }
  if (existsSync(LOCK)) hash.update(await readFile(LOCK));
  return hash.digest('hex').slice(0, 16);
}

async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(SOURCES, {recursive: true, withFileTypes: true});
  return entries
    .filter(entry => entry.isFile() && /\.(tsx?|css|html|svg)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => !path.startsWith(BUILDS + sep));
}
