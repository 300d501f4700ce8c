/**
 * What the warehouse costs: tables of times, as ratios to a baseline measured by turns with them, and how they grow.
 * npx tsx test/bench/warehouse.ts [ingest|bosch|small|startup|latency|exports|all] [--scale N] [--json]
 * `--scale` makes the files larger or smaller (1 by default). `fishbone bench` runs the same. Needs some gigabytes of disk in `$FISHBONE_BENCH`.
 */
import {cpus, totalmem} from 'node:os';
import {bosch} from './bosch.ts';
import {exportsBench} from './exports.ts';
import {ingest} from './ingest.ts';
import {latency} from './latency.ts';
import {print, type Table} from './measure.ts';
import {small} from './small.ts';
import {startup} from './startup.ts';

const BENCHES: Record<string, (scale: number) => Promise<Table[]>> = {
  ingest,
  bosch,
  small,
  startup,
  latency,
  exports: exportsBench,
};

const [asked = 'all', ...more] = process.argv.slice(2);
const at = more.indexOf('--scale');
const scale = at < 0 ? 1 : Number(more[at + 1]);
const chosen = asked === 'all' ? Object.keys(BENCHES) : [asked];
if (!chosen.every(name => name in BENCHES) || !(scale > 0)) {
  console.error(`usage: npx tsx test/bench/warehouse.ts [${Object.keys(BENCHES).join('|')}|all] [--scale N]`);
  process.exit(2);
}
const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, scale ${scale}`;
if (more.includes('--json')) {
  const tables: Table[] = [];
  for (const name of chosen) tables.push(...(await BENCHES[name](scale)));
  console.log(JSON.stringify({machine, tables}));
} else {
  console.log(machine);
  for (const name of chosen) for (const table of await BENCHES[name](scale)) print(table);
}
