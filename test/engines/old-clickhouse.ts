/**
 * The ClickHouse server that Debian has, 18.16: far too old for the questions, and the only one that could be had to listen. It
 * is what the client is tried on: it connects, is told to end a query, and is refused. `FISHBONE_OLD_CLICKHOUSE=1` fetches
 * its packages by apt-get and lays them in a folder, once, installing nothing; `FISHBONE_OLD_CLICKHOUSE=FOLDER` names one.
 */
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {freePort} from './trino-cluster.ts';

/** @returns null where there is none */
export async function startOldClickhouse(): Promise<{url: string; stop(): void} | null> {
  const asked = process.env.FISHBONE_OLD_CLICKHOUSE;
  if (!asked) return null;
  const laid = asked === '1' ? install(join(homedir(), '.cache', 'fishbone-clickhouse-18')) : asked;
  const home = mkdtempSync(join(tmpdir(), 'fishbone-clickhouse-'));
  const port = await freePort();
  writeFileSync(
    join(home, 'config.xml'),
    `<yandex><logger><level>error</level><console>1</console></logger><http_port>${port}</http_port>
<listen_host>127.0.0.1</listen_host><path>${home}/data/</path><tmp_path>${home}/tmp/</tmp_path><mark_cache_size>50000000</mark_cache_size>
<users_config>${join(laid, 'etc/clickhouse-server/users.xml')}</users_config><default_profile>default</default_profile></yandex>`,
  );
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map(folder => join(laid, folder));
  const server = spawn(join(laid, 'usr/sbin/clickhouse-server'), [`--config-file=${join(home, 'config.xml')}`], {
    cwd: home,
    env: {...process.env, LD_LIBRARY_PATH: libraries.join(':')},
    stdio: 'ignore',
  });
  const stop = () => {
    server.kill('SIGKILL');
    rmSync(home, {recursive: true, force: true});
  };
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 60; tries++) {
    if ((await fetch(`${url}/ping`).catch(() => null))?.ok) return {url, stop};
    await wait(250);
  }
  stop();
  throw new Error('the ClickHouse of Debian did not start');
}

/** What it needs and this machine lacks, unpacked and not installed. */
function install(folder: string): string {
  if (existsSync(join(folder, 'usr/sbin/clickhouse-server'))) return folder;
  const debs = join(folder, 'debs');
  mkdirSync(debs, {recursive: true});
  const lines = (command: string, ...arguments_: string[]) =>
    execFileSync(command, arguments_, {encoding: 'utf8', cwd: debs}).split('\n');
  const there = new Set(lines('dpkg-query', '--show').map(line => line.split(/[:\t]/)[0]));
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(kind => `--no-${kind}`);
  const wanted = lines('apt-cache', 'depends', '--recurse', ...only, 'clickhouse-server').filter(
    name => /^(lib|clickhouse-)/.test(name) && !there.has(name),
  );
  lines('apt-get', 'download', '-q', ...new Set(wanted));
  for (const deb of readdirSync(debs)) lines('dpkg', '--extract', deb, folder);
  rmSync(debs, {recursive: true});
  return folder;
}
