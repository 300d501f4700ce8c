/** The plant of the storm: lots, suspect populations of one lot or of several, persons with keys, receivers. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openApp} from '../../../api/app.ts';
import {ingest} from '../../../api/load-files.ts';
import {contain} from '../../../warehouse/contain.ts';

const LOTS_MAX = 4;

export interface Population {
  /** What `hold propose` takes. */
  id: string;
  lots: string[];
}

export interface StormPlant {
  /** Keys in clear text: Anna proposes, Ben approves, releases and settles, the gauge sends inspections. */
  keys: Record<'anna' | 'ben' | 'gauge', string>;
  populations: Population[];
}

/**
 * Makes a warehouse.
 * @param settings.receivers ports of the MESs, by the names of the receivers
 */
export async function makePlant(
  folder: string,
  settings: {
    lots: number;
    populations: number;
    receivers: Record<string, number>;
    secret: string;
    timeoutMs: number;
    random: () => number;
    /** Of each population; without it most are of one, others of up to four. */
    lotsEach?: number;
    /** Where the MESs are; by a name that now and then leads elsewhere, unless said otherwise. */
    host?: string;
  },
): Promise<StormPlant> {
  const {lots, populations, receivers, secret, timeoutMs, random, lotsEach, host = 'mes.plant'} = settings;
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'mes.secret'), secret, {mode: 0o600});
  const webhook = (port: number) => ({
    driver: 'webhook',
    url: `http://${host}:${port}/holds`,
    secretFile: 'mes.secret',
    timeoutMs,
  });
  const config = {
    plant: 'storm',
    log: 'silent',
    receivers: Object.fromEntries(Object.entries(receivers).map(([name, port]) => [name, webhook(port)])),
    allowHosts: ['mes.plant'],
    limits: {requestsPerMinute: null, inspectionRequestsPerMinute: null},
  };
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify(config));
  const parts = Array.from({length: lots * 2}, (_, k) => `P${k},housing,L${k >> 1}`);
  writeFileSync(join(folder, 'parts.csv'), `part,product,lot\n${parts.join('\n')}\n`);
  const app = await openApp(folder, {make: true});
  try {
    const [receipt] = await ingest(app, [join(folder, 'parts.csv')]);
    if (receipt.status !== 'accepted') throw new Error(`the plant's parts were ${receipt.status}`);
    const found: Population[] = [];
    for (let k = 0; k < populations; k++) {
      const size = lotsEach ?? (k < lots ? 1 : 2 + Math.floor(random() * (LOTS_MAX - 1)));
      const drawn = () => Array.from({length: size}, () => `L${Math.floor(random() * lots)}`);
      const wanted = lotsEach !== undefined ? neighbours(k, size, lots) : k < lots ? [`L${k}`] : drawn();
      const target = wanted.length === 1 ? wanted[0] : `part.lot in (${wanted.map(lot => `'${lot}'`).join(', ')})`;
      const {id} = await contain(app.warehouse, {target});
      found.push({id, lots: [...new Set(wanted)]});
    }
    const key = async (name: string, role: 'engineer' | 'quality-lead' | 'ingest') =>
      (await app.keys.create({name, role, by: 'the storm'})).key;
    const keys = {
      anna: await key('Anna', 'engineer'),
      ben: await key('Ben', 'quality-lead'),
      gauge: await key('gauge', 'ingest'),
    };
    return {keys, populations: found};
  } finally {
    await app.close();
  }
}

/** Lots that stand beside one another, from the k-th on. */
const neighbours = (k: number, size: number, lots: number): string[] =>
  Array.from({length: size}, (_, n) => `L${(k + n) % lots}`);
