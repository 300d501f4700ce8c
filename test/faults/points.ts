/**
 * Imported first by a process that is to be hurt: it sees every call of the program that changes what is on the disk,
 * before and after, so that the process can be killed there, the call can fail, or what is durable can be recorded.
 * DuckDB writes natively: of it, the statements are seen that make it write.
 */
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {DuckDBConnection, DuckDBInstance} from '@duckdb/node-api';

export interface Point {
  when: 'before' | 'after';
  /** The call: write, sync, truncate, rename, mkdir, ...; of DuckDB: open, begin, copy, commit, checkpoint, close. */
  call: string;
  path: string;
  /** Set when the call went through an open file. */
  fd?: number;
}

type Listener = (point: Point) => void;
type Work = (...args: unknown[]) => unknown;

let tell: Listener = () => undefined;

/** From now on each point is told; a listener that throws before a call makes that call fail. */
export function watch(listener: Listener): void {
  tell = listener;
}

const CHANGES = ['mkdir', 'rename', 'rm', 'rmdir', 'unlink', 'truncate', 'writeFile', 'appendFile', 'copyFile', 'link'];
const HANDLE = ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'sync', 'datasync'];
const paths = new Map<number, string>();

watchPromises(fs.promises as unknown as Record<string, Work>);
watchCallbacks(fs as unknown as Record<string, Work>);
await watchHandles();
watchDuckDb();
syncBuiltinESMExports();

async function around<T>(point: Omit<Point, 'when'>, run: () => Promise<T>): Promise<T> {
  tell({...point, when: 'before'});
  const result = await run();
  tell({...point, when: 'after'});
  return result;
}

function watchPromises(promises: Record<string, Work>): void {
  for (const call of CHANGES) {
    const original = promises[call];
    promises[call] = async (...args) => around({call, path: String(args[0])}, async () => original(...args));
  }
  const open = promises.open as typeof fs.promises.open;
  promises.open = (async (path: string, flags: string | number = 'r', mode?: number) => {
    const isToRead = flags === 'r' || flags === fs.constants.O_RDONLY;
    const handle = isToRead
      ? await open(path, flags, mode)
      : await around({call: 'create', path}, () => open(path, flags, mode));
    paths.set(handle.fd, path);
    return handle;
  }) as Work;
}

/** Of the streams: they write through the callback functions. */
function watchCallbacks(callbacks: Record<string, Work>): void {
  const {open} = callbacks;
  callbacks.open = (...args) => {
    const done = args.at(-1) as (error: Error | null, fd: number) => void;
    return open(...args.slice(0, -1), (error: Error | null, fd: number) => {
      if (!error) paths.set(fd, String(args[0]));
      done(error, fd);
    });
  };
  for (const call of ['write', 'writev']) {
    const original = callbacks[call];
    callbacks[call] = (...args) => {
      const done = args.at(-1) as (error: Error | null, ...rest: unknown[]) => void;
      const fd = Number(args[0]);
      const point = {call: 'write', path: paths.get(fd) ?? '', fd};
      try {
        tell({...point, when: 'before'});
      } catch (error) {
        return setImmediate(done, error as Error);
      }
      return original(...args.slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
        if (!error) tell({...point, when: 'after'});
        done(error, ...rest);
      });
    };
  }
}

async function watchHandles(): Promise<void> {
  const handle = await fs.promises.open(new URL(import.meta.url));
  const shape = Object.getPrototypeOf(handle) as Record<string, Work>;
  await handle.close();
  for (const name of HANDLE) {
    const original = shape[name];
    const call = name === 'datasync' ? 'sync' : name.startsWith('write') ? 'write' : name;
    shape[name] = async function (this: fs.promises.FileHandle, ...args) {
      const {fd} = this;
      return around({call, path: paths.get(fd) ?? '', fd}, async () => original.apply(this, args));
    };
  }
}

function watchDuckDb(): void {
  const connection = DuckDBConnection.prototype as unknown as Record<string, Work>;
  const {run} = connection;
  connection.run = async function (this: DuckDBConnection, ...args) {
    const sql = String(args[0]);
    const [, call] = /^\s*(begin|copy|commit|checkpoint)\b/i.exec(sql) ?? [];
    if (call === undefined) return run.apply(this, args);
    const [, path] = /\bto '((?:[^']|'')+)'/.exec(sql) ?? [];
    return around({call, path: path?.replaceAll("''", "'") ?? 'warehouse.duckdb'}, async () => run.apply(this, args));
  };
  const create = DuckDBInstance.create.bind(DuckDBInstance);
  DuckDBInstance.create = async (path, options) =>
    around({call: 'open', path: path ?? ''}, () => create(path, options));
  const instance = DuckDBInstance.prototype as unknown as Record<string, Work>;
  const {closeSync} = instance;
  instance.closeSync = function (this: DuckDBInstance) {
    tell({call: 'close', path: 'warehouse.duckdb', when: 'before'});
    closeSync.call(this);
    tell({call: 'close', path: 'warehouse.duckdb', when: 'after'});
  };
}
