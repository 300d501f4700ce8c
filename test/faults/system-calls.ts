/** Lives ended by SIGKILL at every single system call that writes, DuckDB's own among them. Needs Linux and strace. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Beginning, begin, type Death, pointsOf, within} from './kills.ts';

/** Linux has it where it was installed: a name that may be replaced. */
const STRACE = process.env.STRACE ?? 'strace';
const CALLS = 'write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat2,ftruncate,unlink,unlinkat,rmdir,mkdir';

export interface Traced {
  /** The files on which calls are counted: those whose names are the same in each life. */
  paths: string[];
  /** The most calls that one thread makes on them: after so many kills every one of them was hit. */
  calls: number;
}

export function hasStrace(): boolean {
  return process.platform === 'linux' && spawnSync(STRACE, ['--version']).status === 0;
}

export async function traceLife(beginning: Beginning, whole: string): Promise<Traced> {
  const points = await within(async folder => {
    await begin(beginning, whole, folder);
    return pointsOf(folder);
  });
  const named = points.map(point => point.split(' ')[2]).filter(path => /^W\/.*\.(ndjson|head|parquet)$/.test(path));
  const paths = [...new Set(named), 'W/warehouse.duckdb', 'W/warehouse.duckdb.wal'].map(path => path.slice(2));
  const calls = await within(async folder => {
    await begin(beginning, whole, folder);
    const log = `${folder}.trace`;
    await traced(folder, paths, ['-o', log]);
    const byThread = new Map<string, number>();
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      const [, thread] = /^(\d+) +\w+\(/.exec(line) ?? [];
      if (thread) byThread.set(thread, (byThread.get(thread) ?? 0) + 1);
    }
    execFileSync('rm', [log]);
    return Math.max(...byThread.values());
  });
  return {paths, calls};
}

/** @param nth the first thread to make so many of these calls dies at that one, and the process with it */
export function dieAtCall(folder: string, paths: readonly string[], nth: number): Promise<Death> {
  return traced(folder, paths, ['-o', '/dev/null', '-e', `inject=${CALLS}:signal=KILL:when=${nth}`]);
}

async function traced(folder: string, paths: readonly string[], options: readonly string[]): Promise<Death> {
  const script = new URL('./life-to-be-killed.ts', import.meta.url).pathname;
  const files = paths.flatMap(path => ['-P', join(folder, path)]);
  const args = ['-f', '-qq', '-e', `trace=${CALLS}`, ...files, ...options];
  const child = spawn(STRACE, [...args, process.execPath, '--import', 'tsx', script, folder, '-1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // One thread for files and queries, so that calls come in one order.
    env: {...process.env, UV_THREADPOOL_SIZE: '1'},
  });
  let out = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return {killed: signal === 'SIGKILL', said: out.split('\n')};
}
