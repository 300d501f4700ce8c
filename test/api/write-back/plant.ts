// What the tests of write-back share: a real ledger in a temporary folder, a real receiver on loopback, quick time.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openDrivers} from '../../../api/write-back/drivers/drivers.ts';
import {Holds} from '../../../api/write-back/holds.ts';
import {Outbox} from '../../../api/write-back/outbox.ts';
import {type Clock, realClock} from '../../../api/write-back/pauses.ts';
import {Ledger} from '../../../warehouse/ledger.ts';

export const SECRET = `whsec_${Buffer.from('a secret of 24 bytes ...').toString('base64')}`;

export interface TestPlant {
  folder: string;
  ledger: Ledger;
  holds: Holds;
  /** Proposed by Anna, approved by Ben. */
  held(...lots: string[]): Promise<string>;
  outbox(
    url: string,
    options?: {concurrency?: number; timeoutMs?: number; log?: string[]; times?: number},
  ): Promise<Outbox>;
  remove(): Promise<void>;
}

export async function testPlant(receivers: string[] = ['mes'], folder?: string): Promise<TestPlant> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'fishbone-holds-')));
  const ledger = await Ledger.open(place);
  const holds = new Holds(ledger, {plant: 'P1', receivers});
  await writeFile(join(place, 'secret'), `${SECRET}\n`);
  return {
    folder: place,
    ledger,
    holds,
    held: async (...lots) => {
      const {id} = await holds.propose(suspect(lots));
      await holds.approve(id, 'Ben');
      return id;
    },
    outbox: async (url, {concurrency, timeoutMs = 5_000, log, times = 100} = {}) => {
      const receiver = {driver: 'webhook' as const, url, secretFile: 'secret', timeoutMs};
      const drivers = await openDrivers({receivers: {mes: receiver}, folder: place});
      return new Outbox(ledger, {drivers, concurrency, clock: quickClock(times), log: line => log?.push(line)});
    },
    remove: async () => {
      await ledger.close();
      await rm(place, {recursive: true, force: true});
    },
  };
}

export function suspect(lots: string[], by = 'Anna') {
  const contained = {id: 'c1', parts: lots.length * 10, lots: lots.map(lot => ({lot, parts: 10})), looseParts: []};
  return {contained, reason: 'SCRATCH', text: 'scratched by tool T7', by, permalink: '/findings/f1?asOf=17'};
}

/** A clock on which waiting passes so many times quicker. */
function quickClock(times: number): Clock {
  const startMs = Date.now();
  return {
    nowMs: () => startMs + performance.now() * times,
    wait: (ms, signal) => realClock.wait(ms / times, signal),
  };
}
