/**
 * How fast the genealogy is: npx tsx test/bench/trace.ts [--scale N] [--growth] [--keep FOLDER]
 * At scale 1: ten million links, six million parts, eleven million operations. `--growth` measures 1/100 and 1/10 of it too.
 */
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {contain} from '../../warehouse/contain.ts';
import type {Session} from '../../warehouse/duckdb.ts';
import {genealogyOf} from '../../warehouse/genealogy/read.ts';
import {habitsOf} from '../../warehouse/habits.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {trace} from '../../warehouse/trace.ts';
import {largePlant, sizesAt} from './genealogy-plant.ts';

const argument = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const scale = Number(argument('--scale') ?? 1);
const scales = process.argv.includes('--growth') ? [scale / 100, scale / 10, scale] : [scale];

async function measure(at: number): Promise<void> {
  const kept = argument('--keep');
  const folder = kept ? join(kept, `trace-${at}`) : mkdtempSync(join(tmpdir(), 'fishbone-bench-'));
  const known = existsSync(join(folder, 'warehouse'));
  const warehouse = known ? await Warehouse.open(join(folder, 'warehouse')) : (await largePlant(folder, at)).warehouse;
  try {
    await tell(warehouse, at);
  } finally {
    await warehouse.close();
    if (!kept) rmSync(folder, {recursive: true, force: true});
  }
}

async function tell(warehouse: Warehouse, at: number): Promise<void> {
  const {housings, resins, assemblies, lots} = sizesAt(at);
  console.log(`\nscale ${at}: ${housings + assemblies} parts, ${lots} production lots`);
  const longest = watchTurns();
  const [built, genealogy] = await timed(() => warehouse.read(undefined, (s, asOf) => genealogyOf(warehouse, s, asOf)));
  const {links} = genealogy.forward;
  console.log(
    `genealogy: ${links} links read and sorted both ways in ${seconds(built)}, ${megabytes(genealogy.bytes)},`,
  );
  console.log(`  others waited ${longest().toFixed(0)} ms for their turn at most`);
  const [counted] = await timed(() => warehouse.read(undefined, (s, asOf) => habitsOf(warehouse, s, genealogy, asOf)));
  console.log(`habits: counted in ${seconds(counted)}`);

  const eight = (k: number) => String(k).padStart(8, '0');
  const lot = (k: number) => `R${eight((k * 7 + 1) % resins)}`;
  const reached = (await trace(warehouse, {id: lot(0)})).forward.length;
  console.log(
    `a resin lot reaches ${(await trace(warehouse, {id: lot(0)})).truncated.forward + reached} parts and lots`,
  );
  console.log('| what | median ms | p95 ms | computing ms, on all cores |');
  console.log('|---|---|---|---|');
  const plain = await warehouse.read(undefined, (session, asOf) =>
    repeat('reach, plain recursive query', 7, async k => recursively(session, await keyOf(session, lot(k)), asOf)),
  );
  const sorted = await warehouse.read(undefined, (session, asOf) =>
    repeat('reach, in memory', 21, async k => genealogy.wentInto([await keyOf(session, lot(k))], asOf).items.length),
  );
  const whole = await repeat('trace of the lot, whole answer', 21, k => trace(warehouse, {id: lot(k)}));
  await repeat("one part's story", 101, k => trace(warehouse, {id: `h${eight((k * 7919 * 31) % housings)}`}));
  await repeat("one assembly's story", 101, k => trace(warehouse, {id: `a${eight((k * 7919 * 31) % assemblies)}`}));
  await repeat('one production lot', 41, k => trace(warehouse, {id: `H${eight((k * 7919) % lots)}`}));
  await repeat('contain the lot', 5, k => contain(warehouse, {target: lot(k)}));
  console.log(`in memory / plain: ${(sorted / plain).toFixed(3)}; whole answer / plain: ${(whole / plain).toFixed(2)}`);
}

/** What a trace forward is as one straightforward query. */
async function recursively(session: Session, item: number, asOf: number): Promise<number> {
  const {n} = await session.row<{n: number}>(
    `with recursive reached(item) as (
       select ${item}::integer
       union
       select onward.item from (
         select g.child as item from reached r join fact.genealogy g on g.parent = r.item where g.batch <= ${asOf}
         union all
         select p.part from reached r join fact.parts p on p.lot = r.item where p.batch <= ${asOf}
       ) onward
     ) select count(*) as n from reached`,
  );
  return n;
}

async function keyOf(session: Session, id: string): Promise<number> {
  return (await session.row<{item: number}>(`select item from fact.items where id = '${id}'`)).item;
}

async function timed<T>(what: () => Promise<T>): Promise<[milliseconds: number, answer: T]> {
  const began = performance.now();
  const answer = await what();
  return [performance.now() - began, answer];
}

/** Prints a line of the table. @returns the median, in milliseconds; the first call is for warming up */
async function repeat(what: string, times: number, ask: (k: number) => Promise<unknown>): Promise<number> {
  await ask(0);
  const taken: number[] = [];
  const before = process.cpuUsage();
  for (let k = 1; k <= times; k++) taken.push((await timed(() => ask(k)))[0]);
  const {user, system} = process.cpuUsage(before);
  taken.sort((a, b) => a - b);
  const [median, p95] = [0.5, 0.95].map(share => taken[Math.min(times - 1, Math.floor(share * times))]);
  console.log(
    `| ${what} | ${median.toFixed(1)} | ${p95.toFixed(1)} | ${((user + system) / 1000 / times).toFixed(1)} |`,
  );
  return median;
}

/** How long a timer had to wait for its turn, at most, since then. */
function watchTurns(): () => number {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 1);
    last = performance.now();
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

for (const s of scales) await measure(s);
