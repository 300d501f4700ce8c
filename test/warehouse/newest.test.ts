import {expect, test} from 'vitest';
import type {Session} from '../../warehouse/duckdb.ts';
import {historyQuery, KEPT, type KeptTable, NEWEST, OF_ALL_PARTS, prepareHistory} from '../../warehouse/history.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

const PARTS = 400;
const LOTS = 40;

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const time = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const rows = (head: string, count: number, row: (k: number) => unknown[]) =>
  [head, ...Array.from({length: count}, (_, k) => row(k).join(','))].join('\n');

const START: Table[] = [
  ['parts', rows('part,product,work_order,lot', PARTS, k => [`p${k}`, `X${k % 3}`, `w${k % 9}`, `l${k % LOTS}`])],
  ['stations', 'station,step\nS0,test\nS1,test'],
  ['shifts', `shift,starts_at,ends_at\nearly,${time(0)},${time(500)}`],
  [
    'operations',
    rows('part,step,station,started_at,ended_at', PARTS, k => [`p${k}`, 'mill', `M${k % 4}`, time(k), time(k + 3)]),
  ],
  [
    'inspections',
    rows('inspection,part,inspected_at,station,result', PARTS, k => [
      `i${k}`,
      `p${k}`,
      time(500 + k),
      `S${k % 2}`,
      k % 7 ? 'pass' : 'fail',
    ]),
  ],
];

/** Anything that a plant may say next: new and old parts, words taken back, lots and work orders, what bears on all. */
function batch(n: number, below: (n: number) => number): Table {
  const part = () => `p${below(PARTS + 20)}`;
  const at = () => time(below(2000));
  const recorded = time(100_000 + n);
  const some = 1 + below(6);
  const tables: (() => Table)[] = [
    () => [
      'inspections',
      rows('inspection,part,inspected_at,station,step,result,verification', some, () => [
        `n${n}-${below(9)}`,
        part(),
        at(),
        `S${below(3)}`,
        below(3) ? '' : 'test',
        below(2) ? 'pass' : 'fail',
        below(5) ? '' : 'rejected',
      ]),
    ],
    // Said anew, often of another part.
    () => [
      'inspections',
      rows('inspection,part,inspected_at,result,recorded_at', 1, () => [
        `i${below(30)}`,
        part(),
        at(),
        below(2) ? 'pass' : 'fail',
        recorded,
      ]),
    ],
    () => [
      'parts',
      rows('part,product,lot,recorded_at', some, () => [part(), `X${below(4)}`, `l${below(LOTS)}`, recorded]),
    ],
    () => [
      'operations',
      rows('part,step,run,station,started_at,ended_at', some, k => {
        const start = below(2000);
        return [part(), `s${below(3)}`, 1 + k, `M${below(4)}`, time(start), time(start + 5)];
      }),
    ],
    () => ['operations', rows('lot,step,station,started_at', 1, () => [`l${below(LOTS)}`, 'heat', 'H1', at()])],
    () => ['operations', rows('work_order,step,station,started_at', 1, () => [`w${below(9)}`, 'paint', 'P1', at()])],
    () => ['events', `station,at,kind\nM${below(4)},${at()},changeover`],
    () => ['shifts', `shift,starts_at,ends_at\nlate,${time(600 + n)},${time(900 + n)}`],
    () => ['stations', `station,step,recorded_at\nS${below(3)},${below(2) ? 'test' : 'final'},${recorded}`],
    () => ['defects', `inspection,defect\ni${below(30)},scratch${n}`],
    () => ['measurements', rows('part,step,parameter,value', some, () => [part(), 'mill', 'force', below(99)])],
  ];
  return tables[below(tables.length)]();
}

/** Which of the kept tables differ from what their queries say now, and which were renewed rather than made anew. */
async function compare(warehouse: Warehouse): Promise<{differ: KeptTable[]; renewed: KeptTable[]}> {
  return warehouse.read(undefined, async session => {
    await prepareHistory(session, ...KEPT);
    const differ: KeptTable[] = [];
    const renewed: KeptTable[] = [];
    for (const table of KEPT) {
      const [found, expected] = [await all(session, table), await all(session, `(${historyQuery(table)})`)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) differ.push(table);
      const {last} = await session.row<{last: number | null}>(`select max(rowid) as last from ${NEWEST}.main.${table}`);
      if (last !== null && last >= found.length) renewed.push(table);
    }
    return {differ, renewed};
  });
}

const all = (session: Session, relation: string) => session.rows(`from ${relation} order by all`);

/** `FISHBONE_SEEDS=1,2,3` tries those. */
const SEEDS = (process.env.FISHBONE_SEEDS ?? '3').split(',').map(Number);

test.each(SEEDS)(
  'what is kept is what would be made anew, whatever comes (seed %i)',
  async seed => {
    const below = random(seed);
    const warehouse = await plantOf(START);
    expect(await compare(warehouse)).toEqual({differ: [], renewed: []});
    const renewed = new Set<KeptTable>();
    for (let n = 0; n < 30; n++) {
      const table = batch(n, below);
      const receipt = await feed(warehouse, table);
      expect(receipt.status, JSON.stringify([table, receipt])).toMatch(/accepted|duplicate/);
      if (below(2) === 0) continue;
      const found = await compare(warehouse);
      expect(found.differ, `batch ${n}: ${table.join('\n')}`).toEqual([]);
      for (const kept of found.renewed) renewed.add(kept);
    }
    expect([...renewed].sort()).toEqual(KEPT.filter(table => !OF_ALL_PARTS.has(table)).sort());
    await warehouse.close();
  },
  120_000,
);

test('an earlier position is answered beside the newest, and readings at once see one position each', async () => {
  const warehouse = await plantOf(START);
  const failed = (asOf?: number) =>
    warehouse.read(asOf, async (session, position) => {
      await prepareHistory(session, 'subjects');
      const row = await session.row<{n: number}>('select count(*) filter (failed) as n from subjects');
      return [position, row.n];
    });
  const before = warehouse.position;
  // Every seventh of 400 parts fails: 58.
  expect(await failed()).toEqual([before, 58]);
  for (let n = 0; n < 5; n++) {
    const answers = [failed(), failed(before), failed()];
    // p1, p2 ... passed at first; an earlier inspection says fail.
    await feed(warehouse, ['inspections', `inspection,part,inspected_at,result\ne${n},p${n + 1},${time(0)},fail`]);
    answers.push(failed(), failed(before), failed(warehouse.position));
    for (const [position, fails] of await Promise.all(answers)) expect(fails).toBe(58 + position - before);
  }
  expect(await failed()).toEqual([before + 5, 63]);
  // The sessions that looked from there when it was the newest do not go on with what is the newest now.
  for (let position = before; position <= before + 5; position++)
    expect(await failed(position)).toEqual([position, 58 + position - before]);
  await warehouse.close();
}, 60_000);
