// A real Tryton 7.0 on this machine, for tests of the write-back. It is never installed without being asked for:
//   FISHBONE_TRYTON=1        installs it from PyPI into a folder under the system's temporary one, and keeps it there
//   FISHBONE_TRYTON=/a/venv  uses the installation in that virtual environment
// Without the variable, what an earlier run has kept is used.
import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {cp, mkdir, mkdtemp, rename, rm, stat, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);
const KEPT = join(tmpdir(), 'fishbone-tryton-7.0');
const MODULES = ['production_routing', 'production_work', 'stock_lot', 'stock_lot_sled', 'quality'];
export const PASSWORD = 'a-test-password';

export interface Tryton {
  url: string;
  /** Calls a method of the JSON-RPC interface as the administrator, in the context of the company. */
  call: <T = unknown>(method: string, params: unknown[], context?: object) => Promise<T>;
  stop(): Promise<void>;
}

/** @returns the folder of an installation's programs, or why there is none */
export async function findTryton(): Promise<{bin: string} | {missing: string}> {
  const wish = process.env.FISHBONE_TRYTON ?? '';
  const venv = wish === '' || wish === '1' ? join(KEPT, 'venv') : wish;
  if (wish === '1' && !(await exists(join(venv, 'bin', 'trytond')))) await install(venv);
  if (await exists(join(venv, 'bin', 'trytond'))) return {bin: join(venv, 'bin')};
  return {missing: `no Tryton in ${venv}; FISHBONE_TRYTON=1 installs one, FISHBONE_TRYTON=<venv> names one`};
}

/** Starts a server on an empty plant: a company, no products. */
export async function startTryton(bin: string): Promise<Tryton> {
  const folder = await mkdtemp(join(tmpdir(), 'fishbone-tryton-'));
  await cp(await emptyDatabase(bin), join(folder, 'mes.sqlite'));
  const port = await freePort();
  const config = await configure(folder, port);
  const server = spawn(join(bin, 'trytond'), ['-c', config], {stdio: ['ignore', 'ignore', 'pipe']});
  let log = '';
  server.stderr.on('data', chunk => {
    log = `${log}${String(chunk)}`.slice(-5_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(server);
    await rm(folder, {recursive: true, force: true});
  };
  try {
    await answering(url, server);
    const call = await session(`${url}/mes/`, 'admin');
    return {url, call, stop};
  } catch (error) {
    await stop();
    throw new Error(`Tryton did not start: ${log}`, {cause: error});
  }
}

/** A session of a user: calls are made in the user's company, the context being the last parameter. */
export async function session(url: string, user: string): Promise<Tryton['call']> {
  let authorization = '';
  const ask = async (method: string, params: unknown[]): Promise<unknown> => {
    const headers = {'content-type': 'application/json', ...(authorization && {authorization})};
    const response = await fetch(url, {method: 'POST', headers, body: JSON.stringify({id: 1, method, params})});
    const answer = (await response.json()) as {result?: unknown; error?: unknown};
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error).slice(0, 2_000)}`);
    return answer.result;
  };
  const [uid, key] = (await ask('common.db.login', [user, {password: PASSWORD}, 'en'])) as [number, string];
  authorization = `Session ${Buffer.from(`${user}:${uid}:${key}`).toString('base64')}`;
  return async <T>(method: string, params: unknown[], context: object = {}) =>
    (await ask(`model.${method}`, [...params, {company: 1, ...context}])) as T;
}

/** A database with the modules in it, made once. */
async function emptyDatabase(bin: string): Promise<string> {
  const kept = join(KEPT, 'database', 'mes.sqlite');
  if (await exists(kept)) return kept;
  console.log('making a Tryton database, once: this takes about half a minute');
  await mkdir(KEPT, {recursive: true});
  const folder = await mkdtemp(join(KEPT, 'making-'));
  await writeFile(join(folder, 'mes.sqlite'), '');
  const config = await configure(folder, 0);
  await writeFile(join(folder, 'password'), PASSWORD);
  const env = {...process.env, TRYTONPASSFILE: join(folder, 'password')};
  const admin = (...more: string[]) => run(join(bin, 'trytond-admin'), ['-c', config, '-d', 'mes', ...more], {env});
  await admin('--all', '--email', 'admin@example.invalid');
  await admin('-u', ...MODULES, '--activate-dependencies');
  await rename(folder, join(KEPT, 'database'));
  return kept;
}

async function install(venv: string): Promise<void> {
  console.log('installing Tryton 7.0, once: this takes about half a minute');
  await mkdir(KEPT, {recursive: true});
  await run('python3', ['-m', 'venv', venv]);
  const modules = ['production', ...MODULES].map(name => `trytond_${name}~=7.0.0`);
  await run(join(venv, 'bin', 'pip'), ['install', '--quiet', 'trytond~=7.0.0', ...modules]);
}

async function configure(folder: string, port: number): Promise<string> {
  const config = join(folder, 'trytond.conf');
  const lines = ['[database]', 'uri=sqlite://', `path=${folder}`, '[web]', `listen=127.0.0.1:${port}`];
  await writeFile(config, lines.join('\n'));
  return config;
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let n = 0; n < 600; n++) {
    if (server.exitCode !== null) throw new Error(`it ended with ${server.exitCode}`);
    if (await fetch(url).then(() => true, () => false)) return; // biome-ignore format: one thought
    await wait(200);
  }
  throw new Error('it does not listen');
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false); // biome-ignore format: one thought
}
