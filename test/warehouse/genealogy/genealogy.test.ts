import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, onTestFailed, test} from 'vitest';
import type {Session} from '../../../warehouse/duckdb.ts';
import {circlesAmong} from '../../../warehouse/genealogy/circles.ts';
import type {Genealogy, Reached} from '../../../warehouse/genealogy/genealogy.ts';
import {genealogyOf} from '../../../warehouse/genealogy/read.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {feed, folder, plantOf, type Table} from '../plant-in-a-folder.ts';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const SEED = 20_261_122;

const lot = fc.integer({min: 0, max: 7}).map(k => ({kind: 'lot', id: `L${k}`}));
const part = fc.integer({min: 0, max: 15}).map(k => ({kind: 'part', id: `p${k}`}));
const link = fc
  .record({parent: fc.oneof(lot, part), child: fc.oneof(lot, part)})
  .map(({parent, child}) => `${parent.id},${parent.kind},${child.id},${child.kind}`);
/** Which lot a part belongs to, corrected again and again, with and without saying when that was recorded. */
const belonging = fc
  .record({
    part,
    lot: fc.option(lot, {freq: 4}),
    recorded: fc.option(fc.integer({min: 1, max: 3}), {freq: 1}),
  })
  .map(({part, lot, recorded}) => `${part.id},X,${lot?.id ?? ''},${recorded ? `2024-01-0${recorded}T00:00:00Z` : ''}`);
const batch = fc.oneof(
  fc
    .array(link, {minLength: 1, maxLength: 12})
    .map((rows): Table => ['genealogy', ['parent,parent_kind,child,child_kind', ...rows].join('\n')]),
  fc
    .array(belonging, {minLength: 1, maxLength: 10})
    .map((rows): Table => ['parts', ['part,product,lot,recorded_at', ...rows].join('\n')]),
);

test('forward and backward are what the recursive queries say, at every position, whole or brought up to date', async () => {
  onTestFailed(() => console.error(`seed ${SEED}`));
  const plants = fc.array(batch, {minLength: 1, maxLength: 6});
  await fc.assert(
    fc.asyncProperty(plants, fc.integer({min: 0, max: 23}), async (tables, first) => {
      const into = folder();
      const grown = await Warehouse.open(into);
      for (const table of tables) {
        await feed(grown, table);
        // Asked after each batch: the genealogy grows with the warehouse.
        await grown.read(undefined, (session, asOf) => genealogyOf(grown, session, asOf));
      }
      for (let asOf = 1; asOf <= grown.position; asOf++) await agree(grown, asOf, first);
      await grown.close();
      const whole = await Warehouse.open(into);
      for (let asOf = whole.position; asOf >= 1; asOf--) await agree(whole, asOf, first);
      await whole.close();
    }),
    {seed: SEED, numRuns: 4},
  );
});

async function agree(warehouse: Warehouse, asOf: number, first: number): Promise<void> {
  await warehouse.read(asOf, async session => {
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const {items} = genealogy;
    for (const asked of [[first % items], [(first + 1) % items, (first + 6) % items]]) {
      expect(byDepth(genealogy.wentInto(asked, asOf))).toEqual(await recursively(session, 'went-into', asked));
      expect(byDepth(genealogy.madeFrom(asked, asOf))).toEqual(await recursively(session, 'made-from', asked));
    }
    const all = Int32Array.from({length: items}, (_, item) => item);
    expect(circlesAmong(genealogy, [all], asOf).sort((a, b) => a - b)).toEqual(circlesByClosure(genealogy, asOf));
  });
}

async function recursively(session: Session, name: string, items: number[]): Promise<string[]> {
  await session.run('create or replace temp table asked as select unnest($items::integer[]) as item', {items});
  const rows = await session.rows<{item: number; depth: number}>(sql(name));
  return rows.map(({item, depth}) => `${item}:${depth}`).sort();
}

const byDepth = ({items, starts}: Reached) =>
  [...items].map((item, k) => `${item}:${starts.findLastIndex(start => start <= k)}`).sort();

/** Items that come before and after some item that comes back to itself: by all pairs, not by taking away. */
function circlesByClosure(genealogy: Genealogy, asOf: number): number[] {
  const all = Array.from({length: genealogy.items}, (_, item) => item);
  const onward = all.map(item => new Set(nextOf(genealogy, item, asOf)));
  // Warshall (1962): whoever reaches k reaches what k reaches.
  for (const k of all) for (const i of all) if (onward[i].has(k)) for (const j of onward[k]) onward[i].add(j);
  const round = all.filter(item => onward[item].has(item));
  const before = (item: number) => round.some(r => r === item || onward[r].has(item));
  const after = (item: number) => round.some(r => r === item || onward[item].has(r));
  return all.filter(item => before(item) && after(item));
}

function nextOf(genealogy: Genealogy, item: number, asOf: number): number[] {
  const {items, starts} = genealogy.wentInto([item], asOf);
  const next = [...items.subarray(1, starts[2] ?? items.length)];
  const lot = genealogy.lotOf(item, asOf);
  const itself = (from: number) => genealogy.forward.each(from, asOf, child => child === item && next.push(item));
  itself(item);
  if (lot >= 0) itself(lot);
  return next;
}

test('a link to itself, a long circle, and a tree without any', async () => {
  const chain = Array.from({length: 500}, (_, k) => `c${k},part,c${(k + 1) % 500},part`);
  const links = ['s,lot,s,lot', 'r,lot,t,lot', 'c7,part,out,part', 'in,lot,c9,part', ...chain];
  const warehouse = await plantOf([['genealogy', ['parent,parent_kind,child,child_kind', ...links].join('\n')]]);
  await warehouse.read(undefined, async (session, asOf) => {
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const all = Int32Array.from({length: genealogy.items}, (_, item) => item);
    const circles = circlesAmong(genealogy, [all], asOf);
    const named = await session.rows<{id: string}>(
      `select id from fact.items where item in (${circles.join(', ')}) and id not like 'c%'`,
    );
    expect(named.map(n => n.id)).toEqual(['s']);
    expect(circles).toHaveLength(501);
    expect(genealogy.wentInto([circles[0]], asOf).items.length).toBeGreaterThan(0);
  });
});
