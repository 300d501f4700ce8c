import {randomUUID} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {rm, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {isAbsolute, join} from 'node:path';
import {databaseVersion} from '../warehouse/database-version.ts';
import type {Config} from './config.ts';
import type {Check} from './doctor.ts';
import {secretFiles} from './write-back/drivers/drivers.ts';

const SKEW_MAX_MS = 5_000;
/** Acknowledged rows were lost silently by earlier ones. */
const DATABASE_MIN = [1, 5, 6];

/** Of this program, as its package says. */
export function ownVersion(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {version: string}).version;
}

export function versions(): Check {
  const version = ownVersion();
  const database = databaseVersion();
  const found = (/\d+(\.\d+)*/.exec(database)?.[0] ?? '0').split('.').map(Number);
  const differs = DATABASE_MIN.findIndex((least, k) => (found[k] ?? 0) !== least);
  const ok = differs < 0 || (found[differs] ?? 0) > DATABASE_MIN[differs];
  return {
    what: 'versions',
    ok,
    detail: `Fishbone ${version}, DuckDB ${database.replace(/^v/, '')}`,
    hint: ok ? undefined : `DuckDB ${DATABASE_MIN.join('.')} is the least: install the packages of the lock file`,
  };
}

/**
 * What the time is by the disk (which may be another machine's), and whether somebody keeps the clock right.
 * @param newest when the ledger was written last: nothing is recorded in the future
 */
export async function clocks(folder: string, newest: string | null, now = () => Date.now()): Promise<Check> {
  const ahead = newest === null ? 0 : Date.parse(newest) - now();
  if (ahead > SKEW_MAX_MS)
    return {
      what: 'clock skew',
      ok: false,
      detail: `the ledger was written at ${newest}, which is still to come`,
      hint: 'the clock was set back: set it, or what is recorded now will look older than what was recorded before',
    };
  const skewMs = existsSync(folder) ? await diskSkew(folder, now) : null;
  const kept = existsSync('/run/systemd/timesync/synchronized') ? '; kept by the network' : '';
  if (skewMs === null) return {what: 'clock skew', ok: true, detail: `not compared with the disk${kept}`};
  const ok = Math.abs(skewMs) <= SKEW_MAX_MS;
  return {
    what: 'clock skew',
    ok: true,
    warning: !ok,
    detail: `${(skewMs / 1000).toFixed(1)} s from the disk's${kept}`,
    hint: ok ? undefined : 'the disk is of a machine with another time: keep both by the same time server',
  };
}

async function diskSkew(folder: string, now: () => number): Promise<number | null> {
  const path = join(folder, `.clock-${randomUUID()}`);
  try {
    await writeFile(path, '');
    const {mtimeMs} = await stat(path);
    return mtimeMs - now();
  } catch {
    // A folder that may not be written to is told by another check.
    return null;
  } finally {
    await rm(path, {force: true});
  }
}

/** Who else on this machine may read what is not theirs. Windows keeps its rights elsewhere. */
export async function permissions(
  folder: string,
  {
    receivers,
    feeds,
    variables = {},
    methods = {},
  }: Pick<Config, 'receivers' | 'feeds'> & Partial<Pick<Config, 'variables' | 'methods'>>,
): Promise<Check[]> {
  if (process.platform === 'win32') return [];
  const open: Check[] = [];
  const check = async (path: string, what: string, mask: number, hint: string) => {
    const found = await stat(path).catch(() => null);
    if (!found || (found.mode & mask) === 0) return;
    const mode = (found.mode & 0o777).toString(8);
    open.push({what: 'permissions', ok: true, warning: true, detail: `${what} ${path} has mode ${mode}`, hint});
  };
  await check(folder, 'the folder', 0o022, `others may change it: chmod go-w ${folder}`);
  const secrets = [
    ...Object.entries(receivers).flatMap(([name, receiver]) =>
      secretFiles(receiver).map(file => [name, file] as const),
    ),
    ...Object.entries(feeds).flatMap(([name, feed]) =>
      ['passwordFile' as const, 'keyFile' as const].flatMap(field => {
        const file = field in feed ? (feed as Partial<Record<typeof field, string>>)[field] : undefined;
        return file === undefined ? [] : [[name, file] as const];
      }),
    ),
  ];
  for (const [name, file] of secrets) {
    const path = isAbsolute(file) ? file : join(folder, file);
    await check(path, `the secret of ${name}`, 0o077, `others may read it: chmod 600 ${path}`);
  }
  for (const [name, path] of [...Object.entries(variables), ...Object.entries(methods)]) {
    const file = join(folder, path);
    await check(
      file,
      `the module of ${name}`,
      0o022,
      `others may change what runs with your rights: chmod go-w ${file}`,
    );
  }
  await check(join(folder, 'fishbone.json'), 'the configuration', 0o022, 'others may change it: chmod go-w');
  await check(join(folder, 'server.json'), "the server's token", 0o077, 'others may act as you: chmod 600');
  return open.length > 0
    ? open
    : [{what: 'permissions', ok: true, detail: 'nobody else may change data or read secrets'}];
}

/** Whether the usual port is free; with a server at work it is not looked at. */
export async function port(number: number): Promise<Check> {
  const free = await new Promise<boolean>(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(number, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  if (free) return {what: 'port', ok: true, detail: `${number} is free`};
  const hint = 'the next that is free is taken; choose one with --port';
  return {what: 'port', ok: true, warning: true, detail: `${number} is taken by another program`, hint};
}
