// The program's own modules. Sources are TypeScript and run as they are; read one by one they take seconds to start, so they
// are put together once, and again when one of them has changed. Plain JavaScript: it runs before TypeScript can be read.
import {createHash, randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILDS = join(ROOT, 'warehouse', 'dist');
/** Says which build is the newest, and of which sources. */
const NEWEST = join(BUILDS, 'newest.json');
/** Where processes and threads begin. */
const ENTRIES = ['api/cli.ts', 'inference/worker.ts', 'warehouse/sandbox/worker.ts', 'warehouse/screening/worker.ts'];

/** Of the global object: the address of the root, which may be another than where it was built. */
const HOME = 'fishboneHome';

/**
 * Imports where a process begins.
 * @param {string} entry one of `ENTRIES`
 * @returns {Promise<any>} its exports
 */
export async function start(entry) {
  const folder = newest() ?? (await build().catch(() => null));
  globalThis[HOME] = pathToFileURL(ROOT).href;
  if (folder !== null) return import(pathToFileURL(join(folder, entry.replace(/\.ts$/, '.js'))).href);
  // Nothing can be written here, or it does not build: one by one it goes as well, and says what is wrong.
  const {register} = await import('tsx/esm/api');
  register();
  return import(pathToFileURL(join(ROOT, entry)).href);
}

/**
 * Builds, unless there is a build of the sources as they are.
 * @returns {Promise<string[]>} the paths that it consists of: its folder, and what says that it is the newest
 */
export async function buildProgram() {
  return [newest() ?? (await build()), NEWEST];
}

/** @returns {string | null} the folder of a build of the sources as they are now */
function newest() {
  try {
    const {folder, sources, digest} = JSON.parse(readFileSync(NEWEST, 'utf8'));
    const path = join(BUILDS, folder);
    return digestOf(sources) === digest && existsSync(path) ? path : null;
  } catch {
    // None yet, or of sources that are gone.
    return null;
  }
}

/**
 * @param {readonly string[]} sources paths below the root
 * @param {Map<string, string>} [read] what was in those that were read
 */
function digestOf(sources, read) {
  const hash = createHash('sha256');
  for (const path of sources) {
    const at = join(ROOT, path);
    hash.update(`${path}\0`).update(read?.get(at) ?? readFileSync(at, 'utf8'));
  }
  return hash.digest('hex').slice(0, 16);
}

async function build() {
  const {build: bundle} = await import('esbuild');
  const unfinished = join(BUILDS, `.unfinished-${randomUUID()}`);
  mkdirSync(unfinished, {recursive: true});
  // Somebody may be editing: a build is of what it has read.
  const read = new Map();
  const readSource = ({path}) => {
    const text = readFileSync(path, 'utf8');
    read.set(path, text);
    return {contents: withOwnAddress(text, path), loader: 'ts'};
  };
  try {
    const {metafile} = await bundle({
      absWorkingDir: ROOT,
      entryPoints: ENTRIES,
      outbase: ROOT,
      outdir: unfinished,
      bundle: true,
      splitting: true,
      metafile: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'silent',
      plugins: [{name: 'own addresses', setup: made => made.onLoad({filter: /\.ts$/}, readSource)}],
    });
    const sources = Object.keys(metafile.inputs).sort();
    const digest = digestOf(sources, read);
    const folder = join(BUILDS, digest);
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      // Another process may have been faster: its build is as good.
      if (!existsSync(folder)) throw error;
    }
    const told = join(BUILDS, `.newest-${randomUUID()}`);
    writeFileSync(told, JSON.stringify({folder: digest, digest, sources}));
    renameSync(told, NEWEST);
    return folder;
  } finally {
    rmSync(unfinished, {recursive: true, force: true});
  }
}

/** Files beside a source are found from where it is, not from where the build is. */
function withOwnAddress(text, path) {
  const below = JSON.stringify(relative(ROOT, path).split(sep).join('/'));
  return text.replaceAll('import.meta.url', `new URL(${below}, globalThis.${HOME}).href`);
}
