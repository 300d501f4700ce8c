/**
 * One archive that installs on a machine without any registry: npm run bundle
 *   --with-node  Node itself is in it
 *   --out DIR    where to; the current folder by default
 *   --try        unpacks it and runs it where there is no network
 * It is for machines like this one: the libraries of other platforms are left out, and all that only developers need.
 */
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {buildDashboards} from '../../dashboards/build.ts';
import {buildNotebooks} from '../../notebooks/build.ts';
import {buildProgram} from '../../warehouse/program.js';
import {FILES, FOLDERS, LAUNCHER} from './contents.ts';
import {withoutDeadLinks} from './links.ts';
import {asText, noticesOf, shippedPackages} from './notices.ts';
import {tryBundle} from './try-bundle.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLATFORM = `${process.platform}-${process.arch}`;
/** Types, maps and handbooks: nothing that runs reads them. */
const UNREAD = /\.(d\.[cm]?ts|map)$|(^|\/)(readme|changelog|history)(\.\w+)?$/i;
/** Some packages bring the libraries of all platforms. */
const OF_A_PLATFORM = /\/(?:bin\/napi-v\d+|prebuilds)\/(darwin|linux|win32)(?:[-/](x64|arm64))?(?=\/|$)/;

const {values: options} = parseArgs({
  options: {'with-node': {type: 'boolean'}, out: {type: 'string', default: '.'}, try: {type: 'boolean'}},
});
const begunMs = Date.now();
const archive = await bundle();
const seconds = Math.round((Date.now() - begunMs) / 1000);
console.log(`${archive}: ${(statSync(archive).size / 1e6).toFixed(1)} MB, made in ${seconds} s`);
if (options.try) await tryBundle(archive);

async function bundle(): Promise<string> {
  // Before the copy: their builds are found by the digest of their sources, which is the same there.
  const builds = [await buildDashboards(), await buildNotebooks(), ...(await buildProgram())];
  const {version} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {version: string};
  const name = `fishbone-${version}-${PLATFORM}`;
  const staging = mkdtempSync(join(tmpdir(), 'fishbone-bundle-'));
  try {
    const into = join(staging, `fishbone-${version}`);
    mkdirSync(into);
    for (const folder of FOLDERS) copySources(join(ROOT, folder), join(into, folder), builds);
    for (const file of FILES) copyFileSync(join(ROOT, file), join(into, file));
    untieTexts(into);
    copyPackages(into);
    writeFileSync(join(into, 'NOTICES.txt'), asText(noticesOf(ROOT, shippedPackages(ROOT))));
    writeLauncher(into);
    const out = resolve(options.out, `${name}.tar.gz`);
    mkdirSync(dirname(out), {recursive: true});
    execFileSync('tar', ['-czf', out, '-C', staging, basename(into)]);
    return out;
  } finally {
    rmSync(staging, {recursive: true, force: true});
  }
}

/** Of the builds only the newest: what lies beside them is of earlier sources. */
function copySources(from: string, to: string, builds: readonly string[]): void {
  const dist = join(from, 'dist');
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    filter: path =>
      basename(path) !== 'node_modules' &&
      (!path.startsWith(dist + sep) || builds.some(build => path === build || path.startsWith(build + sep))),
  });
}

/** Before the packages come: their texts are their own. */
function untieTexts(into: string): void {
  const isShipped = (path: string) => existsSync(join(into, path));
  for (const name of readdirSync(into, {recursive: true, encoding: 'utf8'})) {
    if (!name.endsWith('.md')) continue;
    const path = join(into, name);
    writeFileSync(path, withoutDeadLinks(readFileSync(path, 'utf8'), dirname(name).replaceAll(sep, '/'), isShipped));
  }
}

/** What the lock file names for use, as it is installed here. */
function copyPackages(into: string): void {
  for (const path of shippedPackages(ROOT)) {
    const from = join(ROOT, path);
    cpSync(from, join(into, path), {
      recursive: true,
      dereference: true,
      filter: source => {
        const inside = source.slice(from.length).replaceAll(sep, '/');
        // Packages within packages have lines of their own in the lock file.
        return !inside.includes('/node_modules') && !UNREAD.test(inside) && isOfThisPlatform(inside);
      },
    });
  }
}

function isOfThisPlatform(path: string): boolean {
  const [, os, cpu] = OF_A_PLATFORM.exec(path) ?? [];
  return (os ?? process.platform) === process.platform && (cpu ?? process.arch) === process.arch;
}

function writeLauncher(into: string): void {
  if (options['with-node']) {
    mkdirSync(join(into, 'node'));
    copyFileSync(process.execPath, join(into, 'node', 'node'));
    chmodSync(join(into, 'node', 'node'), 0o755);
  }
  const launcher = join(into, 'fishbone');
  writeFileSync(launcher, LAUNCHER);
  chmodSync(launcher, 0o755);
}
