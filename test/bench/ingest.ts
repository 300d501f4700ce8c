/** A file into a fresh warehouse, against DuckDB's own COPY of the same file into a bare table with the same types. */
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {openDatabase, openSession, quoteText} from '../../warehouse/duckdb.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {bytesIn, type Cost, cost, inFolder, median, round, type Table} from './measure.ts';
import {bareColumns, TABLES, withMaker, writeFile} from './plant-files.ts';

type Name = keyof typeof TABLES;

const PARAMETERS = 60;
const RUNS = 3;
const PARTS: Record<Name, number> = {
  parts: 200_000,
  operations: 200_000,
  inspections: 200_000,
  wide: 200_000,
  long: 50_000,
};
const GOALS: Partial<Record<Name, number>> = {wide: 2.5, long: 4};
const STEPS = ['recognise', 'raw', 'parse and validate', 'keys and duplicates', 'archive', 'ledger', 'project'];

/** @returns one row a file: ratios to COPY, and where the time went; then the same over sizes */
export async function ingest(scale: number): Promise<Table[]> {
  const files: Measured[] = [];
  for (const name of Object.keys(TABLES) as Name[]) {
    for (const format of ['csv', 'parquet']) files.push(await measure(name, format, PARTS[name] * scale, RUNS));
  }
  const growth: Measured[] = [];
  for (const name of ['wide', 'long', 'inspections'] as const) {
    for (const size of [0.01, 0.1, 1]) growth.push(await measure(name, 'csv', PARTS[name] * scale * size, RUNS));
  }
  return [
    {
      title: `Ingest against COPY, medians of ${RUNS}`,
      head: ['file', 'rows', 'MB', 'COPY ms', 'ingest ms', 'ratio', 'CPU ratio', 'goal', ...STEPS.map(s => `${s} ms`)],
      rows: files.map(f => [...shape(f), ...ratios(f), GOALS[f.name] ?? '', ...STEPS.map(s => round(f.steps[s] ?? 0))]),
    },
    {
      title: 'Growth: the same over 1, 10 and 100 times the rows',
      head: ['file', 'rows', 'MB', 'COPY ms', 'ingest ms', 'ratio', 'CPU ratio', 'µs a row'],
      rows: growth.map(f => [...shape(f), ...ratios(f), round((f.ingestMs / f.rows) * 1000, 1)]),
    },
  ];
}

interface Measured {
  name: Name;
  format: string;
  rows: number;
  bytes: number;
  copyMs: number;
  ingestMs: number;
  ratio: number;
  cpuRatio: number;
  steps: Record<string, number>;
}

const shape = (f: Measured) => [`${f.name}.${f.format}`, f.rows, round(f.bytes / 1e6, 1)];
const ratios = (f: Measured) => [round(f.copyMs), round(f.ingestMs), round(f.ratio, 2), round(f.cpuRatio, 2)];

export async function measure(name: Name, format: string, parts: number, runs: number): Promise<Measured> {
  return inFolder(async folder => {
    const query = TABLES[name](Math.round(parts), PARAMETERS);
    const path = await withMaker(folder, maker => writeFile(maker, folder, `${name}.${format}`, query));
    const copies: Cost[] = [];
    const ingests: (Cost & {rows: number; steps: Record<string, number>})[] = [];
    for (let run = 0; run < runs; run++) {
      copies.push(await copyOnce(folder, name, path));
      ingests.push(await ingestOnce(folder, name, path));
    }
    return {
      name,
      format,
      rows: ingests[0].rows,
      bytes: bytesIn(path),
      copyMs: median(copies.map(c => c.ms)),
      ingestMs: median(ingests.map(i => i.ms)),
      ratio: median(ingests.map((i, run) => i.ms / copies[run].ms)),
      cpuRatio: median(ingests.map((i, run) => i.cpuMs / copies[run].cpuMs)),
      steps: Object.fromEntries(STEPS.map(step => [step, median(ingests.map(i => i.steps[step] ?? 0))])),
    };
  });
}

async function copyOnce(folder: string, name: Name, path: string): Promise<Cost> {
  const database = join(folder, 'bare.duckdb');
  const instance = await openDatabase(database, {temporaryFolder: folder, memoryLimitMb: 6000, threads: 2});
  const session = await openSession(instance);
  await session.run(`create table bare (${bareColumns(name, PARAMETERS)})`);
  const options = path.endsWith('.csv') ? 'format csv, header' : 'format parquet';
  const spent = await cost(() => session.run(`copy bare from ${quoteText(path)} (${options})`));
  session.connection.closeSync();
  instance.closeSync();
  rmSync(database);
  rmSync(`${database}.wal`, {force: true});
  return spent;
}

async function ingestOnce(folder: string, name: Name, path: string) {
  const into = join(folder, 'warehouse');
  const warehouse = await Warehouse.open(into);
  const {steps, stop} = listen();
  const spent = await cost(async () => {
    const since = performance.now();
    const plan = await planFile(
      path,
      name === 'wide' || name === 'long' ? {table: 'measurements', wide: name === 'wide'} : {},
    );
    steps.recognise = performance.now() - since;
    return warehouse.load(plan, linesOfRecords);
  });
  stop();
  await warehouse.close();
  rmSync(into, {recursive: true});
  const [{accepted}] = spent.result.tables;
  if (spent.result.status !== 'accepted') throw new Error(`${path} was ${spent.result.status}`);
  return {...spent, rows: accepted, steps};
}

/** Adds up what the load says of its parts. */
function listen(): {steps: Record<string, number>; stop: () => void} {
  const steps: Record<string, number> = {};
  const add = (message: unknown) => {
    const {part, ms} = message as {part: string; ms: number};
    steps[part] = (steps[part] ?? 0) + ms;
  };
  subscribe('fishbone:load', add);
  return {steps, stop: () => unsubscribe('fishbone:load', add)};
}
