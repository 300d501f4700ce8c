/**
 * Tables out of a running server into Python, against reading the same Parquet file where it lies; and `publish` against the
 * engine's own COPY. Medians of turns within one run.
 *   npx tsx test/bench/published.ts [ROWS] [--runs N]      1,000,000 rows and 3 turns unless told
 * Python as for the tests: FISHBONE_PYTHON=1 makes an environment, FISHBONE_PYTHON=<python> names one; without it only `publish` is measured.
 * Needs some gigabytes of disk in `$FISHBONE_BENCH` for ten million rows.
 */
import {createWriteStream} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {cpus, loadavg, totalmem} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type Server, serve} from '../../api/server.ts';
import {quoteName, quoteText} from '../../warehouse/duckdb.ts';
import {exportable, withPseudonyms} from '../../warehouse/export-table.ts';
import {forgetExports} from '../../warehouse/kept-exports.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {findPython, type Python} from '../peers/python.ts';
import {inspectionLines} from './exports.ts';
import {cost, inFolder, median, print, round} from './measure.ts';

const [asked = '1000000'] = process.argv.slice(2).filter(word => /^\d/.test(word));
const at = process.argv.indexOf('--runs');
const runs = at < 0 ? 3 : Number(process.argv[at + 1]);
const size = Number(asked.replaceAll('_', ''));
if (!(size > 0) || !(runs > 0)) {
  console.error('usage: npx tsx test/bench/published.ts [ROWS] [--runs N]');
  process.exit(2);
}
const found = await findPython();
if ('missing' in found) console.warn(`NOT MEASURED: the way into Python, as there is ${found.missing}`);
const load = () => loadavg()[0].toFixed(1);
console.log(
  `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, load ${load()}`,
);

/** What the server does before the first byte leaves, unless it was asked for the same table lately. */
const COPIED = 'of it, COPY in the order of the keys, in the server';
const FIRST = 'asked first';

await inFolder(async folder => {
  const app = await openApp(join(folder, 'w'), {make: true});
  const file = join(folder, 'inspections.csv');
  await pipeline(inspectionLines(size), createWriteStream(file));
  await ingest(app, [file]);
  await rm(file);
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
  if (!('missing' in found)) await intoPython(app, server, found, folder);
  await publishing(app, folder);
  // With it the warehouse.
  await server.close();
});
console.log(`load at the end ${load()}`);

/**
 * Each way in a fresh interpreter, which times itself: how long Python takes to start is nobody's business here. It ends at once,
 * as pyarrow's threads sometimes abort a process that tidies up.
 */
async function intoPython(app: App, server: Server, python: Python, folder: string): Promise<void> {
  const local = join(folder, 'local.parquet');
  const address = `${server.address}/v1/tables/inspections`;
  await download(`${address}.parquet`, local);
  const served: Record<string, string> = {
    'server, fishbone.table, pyarrow': 'fishbone.table("inspections").to("arrow")',
    'server, fishbone.table, polars': 'fishbone.table("inspections").to("polars")',
    'server, fishbone.table as Parquet, pyarrow': 'fishbone.table("inspections", form="parquet").to("arrow")',
    'server, no client, polars': `polars.read_parquet(urlopen("${address}.parquet").read())`,
  };
  const ways: Record<string, string> = {
    'local Parquet, pyarrow': `pyarrow.parquet.read_table(${JSON.stringify(local)})`,
    'local Parquet, polars': `polars.read_parquet(${JSON.stringify(local)})`,
    ...Object.fromEntries(
      Object.entries(served).flatMap(([way, program]) => [
        [`${FIRST}: ${way}`, program],
        [`asked again: ${way}`, program],
      ]),
    ),
  };
  const seconds = new Map<string, number[]>();
  for (let run = 0; run < runs; run++) {
    await app.warehouse.read(undefined, async session => {
      const query = 'from main.inspections order by inspection nulls last';
      const copy = `copy (${query}) to ${quoteText(join(folder, 'copy.parquet'))} (format parquet)`;
      seconds.set(COPIED, [...(seconds.get(COPIED) ?? []), (await cost(() => session.run(copy))).ms / 1000]);
    });
    for (const [way, program] of Object.entries(ways)) {
      if (way.startsWith(FIRST)) await forgetExports(app.warehouse.persons);
      const whole = `
import os, time, fishbone, polars, pyarrow.parquet
from urllib.request import urlopen
since = time.perf_counter(); table = ${program}; took = time.perf_counter() - since
assert len(table) == ${size}, len(table)
print(took, flush=True)
os._exit(0)`;
      const took = Number(await python.run(['-c', whole], {FISHBONE_URL: server.address}));
      seconds.set(way, [...(seconds.get(way) ?? []), took]);
    }
  }
  const of = (way: string) => median(seconds.get(way)!);
  print({
    title: `${size} inspections into Python, against reading the same Parquet file (medians of ${runs}; goal 2)`,
    head: ['way', 'seconds', 'x local', 'million rows/s'],
    rows: [COPIED, ...Object.keys(ways)].map(way => [
      way,
      round(of(way), 2),
      way === COPIED ? '' : round(of(way) / of(`local Parquet, ${way.split(', ').at(-1)}`), 2),
      round(size / of(way) / 1e6, 2),
    ]),
  });
}

async function download(url: string, to: string): Promise<void> {
  const {body} = await fetch(url);
  await pipeline(body!, createWriteStream(to));
}

/** The engine's own: each table by COPY to one file, compressed alike; the database by CREATE TABLE from these files. */
async function publishing(app: App, folder: string): Promise<void> {
  const {warehouse} = app;
  const seconds: Record<string, number[]> = {copy: [], 'copy and database': [], parquet: [], both: []};
  const took = async (what: string, into: string, work: () => Promise<unknown>) => {
    seconds[what].push((await cost(work)).ms / 1000);
    await rm(into, {recursive: true, force: true});
  };
  const target = join(folder, 'target');
  for (let run = 0; run < runs; run++) {
    await took('copy', target, () => copied(app, target, false));
    await took('parquet', target, () => publish(warehouse, target, {parquetOnly: true}));
    await took('copy and database', target, () => copied(app, target, true));
    await took('both', target, () => publish(warehouse, target, {}));
  }
  const row = (what: string, name: string, against: string) => [
    name,
    round(median(seconds[what]), 2),
    round(median(seconds[what]) / median(seconds[against]), 2),
  ];
  print({
    title: `A warehouse of ${size} inspections published, against COPY of the same tables (medians of ${runs}; goal 1.5)`,
    head: ['what', 'seconds', 'x COPY'],
    rows: [
      row('copy', 'COPY to Parquet', 'copy'),
      row('parquet', 'publish --parquet-only: with digests, on the disk', 'copy'),
      row('copy and database', 'COPY to Parquet, and CREATE TABLE from it', 'copy and database'),
      row('both', 'publish', 'copy and database'),
    ],
  });
}

async function copied({warehouse}: App, target: string, withDatabase: boolean): Promise<void> {
  await mkdir(target, {recursive: true});
  const file = (table: string) => quoteText(join(target, `${table}.parquet`));
  const tables = await warehouse.read(undefined, async session => {
    const names = await exportable(session);
    for (const table of names)
      await session.run(`copy (from ${withPseudonyms(table)}) to ${file(table)} (format parquet, compression zstd)`);
    return names;
  });
  if (!withDatabase) return;
  const session = await warehouse.aside();
  await session.run(`attach ${quoteText(join(target, 'all.duckdb'))} as copied`);
  for (const table of tables)
    await session.run(`create table copied.main.${quoteName(table)} as from read_parquet(${file(table)})`);
  await session.run('detach copied');
  session.connection.closeSync();
}
