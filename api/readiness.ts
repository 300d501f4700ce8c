import {statfs} from 'node:fs/promises';
import type {App} from './app.ts';
import type {Traffic} from './traffic.ts';

/** With less than this nothing large can be taken in, and the database cannot be sure to write its own. */
const DISK_FULL_BYTES = 100_000_000;

/** Why nobody should be sent here, in words; empty when all is well. */
export async function notReady(
  app: App,
  {isStarting, isClosing}: Pick<Traffic, 'isStarting' | 'isClosing'>,
  freeBytes: () => Promise<number> = () => freeOn(app.config.folder),
): Promise<string[]> {
  const reasons: string[] = [];
  if (isStarting) reasons.push('STARTING it is not at work yet');
  if (isClosing) reasons.push('CLOSING it is being stopped');
  const {failure} = app.warehouse.ledger;
  if (failure) reasons.push(`LEDGER nothing can be recorded: ${failure.message}`);
  const free = await freeBytes();
  if (free < DISK_FULL_BYTES) reasons.push(`DISK ${Math.floor(free / 1e6)} MB are free: make room`);
  if (isClosing) return reasons;
  await app.warehouse
    .read(undefined, session => session.row('select 1 as ready'))
    .catch((error: Error) => reasons.push(`DATABASE ${error.message.split('\n')[0]}`));
  return reasons;
}

const LOOK_EVERY_MS = 30_000;

/** Tells the log when the server becomes one that nobody should be sent to, and when that is over. @returns how to stop */
export function watchReadiness(
  app: App,
  traffic: Pick<Traffic, 'isStarting' | 'isClosing'>,
  everyMs = LOOK_EVERY_MS,
): () => void {
  let known = new Set<string>();
  const look = async () => {
    const reasons = await notReady(app, traffic).catch((error: Error) => [`DISK ${error.message}`]);
    if (traffic.isClosing) return;
    const names = reasons.map(reason => reason.split(' ', 1)[0]);
    reasons.forEach((reason, k) => {
      if (known.has(names[k])) return;
      app.log(`not ready: ${reason}; questions are answered as long as they can be, "fishbone doctor" says more`);
    });
    for (const name of known) if (!names.includes(name)) app.log(`ready again: ${name}`);
    known = new Set(names);
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  void look();
  return () => clearInterval(timer);
}

export async function freeOn(folder: string): Promise<number> {
  const {bavail, bsize} = await statfs(folder);
  return bavail * bsize;
}
