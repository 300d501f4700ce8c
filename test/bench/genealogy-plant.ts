/** A plant large enough to be slow in: its files as Parquet, made by arithmetic, loaded the way that any file is loaded. */
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {openDatabase, openSession, quoteText} from '../../warehouse/duckdb.ts';
import {Warehouse} from '../../warehouse/store.ts';

/**
 * At scale 1: 5 M housings in production lots of 100, each with a pin out of a pin lot; 1 M assemblies of 5 housings each;
 * 200 resin lots, each blended into 100 of 10,000 compound lots (two resins a compound), each compound into 10 housing lots
 * (two compounds a lot). One resin lot so reaches about 100,000 housings and what became of them. 10.1 M links.
 */
export function sizesAt(scale: number) {
  const housings = Math.round(5_000_000 * scale);
  return {
    housings,
    lots: housings / 100,
    assemblies: housings / 5,
    compounds: housings / 500,
    // Few enough that one of them reaches 100,000 parts whatever the scale.
    resins: Math.max(2, Math.round(housings / 25_000)),
    pins: housings / 500,
  };
}

const START = "timestamptz '2024-01-01 00:00:00+00'";

/** One select a file, in the order of loading. */
function tables(scale: number): [table: string, select: string][] {
  const {housings, lots, assemblies, compounds, resins, pins} = sizesAt(scale);
  const at = (seconds: string) => `strftime(${START} + to_seconds(${seconds}), '%Y-%m-%dT%H:%M:%SZ')`;
  const id = (letter: string, k: string) => `format('${letter}{:08d}', (${k})::bigint)`;
  const resin = (k: string) => id('R', `(${k}) % ${resins}`);
  const compound = (k: string) => id('C', `(${k}) % ${compounds}`);
  return [
    ['products', `select * from (values ('HOUSING'), ('ASSEMBLY')) t(product)`],
    [
      'lots',
      `select ${id('R', 'k')} as lot, 'resin' as material, 'S' || (k % 3) as supplier, ${at('k')} as made_at from range(${resins}) t(k)
       union all select ${id('C', 'k')}, 'compound', null, ${at('k * 500')} from range(${compounds}) t(k)
       union all select ${id('N', 'k')}, 'pin', 'S9', ${at('k * 500')} from range(${pins}) t(k)
       union all select ${id('H', 'k')}, 'housing', null, ${at('k * 100 + 3600')} from range(${lots}) t(k)`,
    ],
    [
      'parts',
      `select ${id('h', 'k')} as part, 'HOUSING' as product, 'W' || (k // 5000) as work_order, ${id('H', 'k // 100')} as lot,
         ${at('k + 3600')} as made_at from range(${housings}) t(k)
       union all select ${id('a', 'k')}, 'ASSEMBLY', 'V' || (k // 5000), null, ${at('k * 5 + 90000')} from range(${assemblies}) t(k)`,
    ],
    [
      'genealogy',
      `select ${resin('k * 7 + j * 3')} as parent, 'lot' as parent_kind, ${id('C', 'k')} as child, 'lot' as child_kind, ${at('k * 500')} as consumed_at
         from range(${compounds}) t(k), range(2) u(j)
       union all select ${compound('k // 5 + j * 17')}, 'lot', ${id('H', 'k')}, 'lot', ${at('k * 100 + 3600')}
         from range(${lots}) t(k), range(2) u(j)
       union all select ${id('N', 'k // 500')}, 'lot', ${id('h', 'k')}, 'part', ${at('k + 5400')} from range(${housings}) t(k) where k % 1000 <> 7
       union all select ${id('h', 'k')}, 'part', ${id('a', 'k // 5')}, 'part', ${at('k + 90000')} from range(${housings}) t(k)`,
    ],
    [
      'operations',
      `select ${id('h', 'k')} as part, 'mould' as step, 'M' || (k % 8) as station, 'T' || (k % 16) as tool, ${at('k + 3600')} as started_at
         from range(${housings}) t(k)
       union all select ${id('h', 'k')}, 'pin', 'P' || (k % 4), null, ${at('k + 5400')} from range(${housings}) t(k) where k % 1000 <> 13
       union all select ${id('a', 'k')}, 'assemble', 'A' || (k % 5), null, ${at('k * 5 + 90000')} from range(${assemblies}) t(k)`,
    ],
    [
      'inspections',
      `select 'i' || k as inspection, ${id('a', 'k')} as part, ${at('k * 5 + 93600')} as inspected_at, 'X' || (k % 2) as station,
         case when k % 97 = 0 then 'fail' else 'pass' end as result from range(${assemblies}) t(k)`,
    ],
    [
      'movements',
      `select 'lot' as kind, ${id('H', 'k')} as id, ${at('k * 100 + 7200')} as at, 'WIP' as location, 'in-process' as status from range(${lots}) t(k)`,
    ],
  ];
}

/** Makes and loads the plant. @returns the warehouse, and the seconds that each table took */
export async function largePlant(
  folder: string,
  scale: number,
): Promise<{warehouse: Warehouse; seconds: Record<string, number>}> {
  const sources = join(folder, 'sources');
  mkdirSync(sources, {recursive: true});
  const instance = await openDatabase(':memory:', {temporaryFolder: sources, memoryLimitMb: 4000, threads: 2});
  const session = await openSession(instance);
  const warehouse = await Warehouse.open(join(folder, 'warehouse'));
  const seconds: Record<string, number> = {};
  for (const [table, select] of tables(scale)) {
    const path = join(sources, `${table}.parquet`);
    await session.run(`copy (${select}) to ${quoteText(path)} (format parquet)`);
    const began = performance.now();
    const receipt = await warehouse.load(await planFile(path), linesOfRecords);
    seconds[table] = (performance.now() - began) / 1000;
    if (receipt.status !== 'accepted') throw new Error(`${table}: ${JSON.stringify(receipt)}`);
    console.error(`${table}: ${receipt.tables[0].accepted} rows in ${seconds[table].toFixed(1)} s`);
  }
  session.connection.closeSync();
  instance.closeSync();
  return {warehouse, seconds};
}
