/** A process that holds a warehouse and does what the test tells it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {onTestFinished} from 'vitest';
import type {Order} from './servant.ts';

export interface Answer {
  opened?: boolean;
  status?: string;
  batch?: number | null;
  notices?: string[];
  seq?: number;
  parts?: number;
  now?: string;
  closed?: boolean;
  refused?: string;
  message?: string;
  hint?: string;
}

export interface Servant {
  pid: number;
  tell(order: Order): Promise<Answer>;
  kill(): Promise<void>;
}

/**
 * @param settings `memoryLimitMb`: what its database may use; `blocks`: the largest file that it may write, in blocks of
 * 1024 bytes, as a limit that can be lifted again
 */
export async function hire(folder: string, settings: {memoryLimitMb?: number; blocks?: number} = {}): Promise<Servant> {
  const script = new URL('servant.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', script, folder, ...(settings.memoryLimitMb ? [String(settings.memoryLimitMb)] : [])];
  const options = {stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit']};
  const child =
    settings.blocks === undefined
      ? spawn(process.execPath, args, options)
      : spawn('bash', ['-c', `ulimit -S -f ${settings.blocks}; exec "$@"`, 'bash', process.execPath, ...args], options);
  onTestFinished(() => kill(child));
  const lines = createInterface({input: child.stdout!})[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const {value, done} = (await lines.next()) as {value: string; done?: boolean};
    if (done) throw new Error(`the servant ended with ${child.exitCode ?? child.signalCode}`);
    return JSON.parse(value) as Answer;
  };
  const first = await next();
  if (!first.opened) throw new Error(`the servant did not open: ${JSON.stringify(first)}`);
  return {
    pid: child.pid!,
    tell: order => {
      child.stdin!.write(`${JSON.stringify(order)}\n`);
      return next();
    },
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
