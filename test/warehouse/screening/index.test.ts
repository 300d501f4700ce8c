import {readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {factorRelation} from '../../../warehouse/factors.ts';
import type {Factor} from '../../../warehouse/screening/frame.ts';
import {indexAt} from '../../../warehouse/screening/index/screening-index.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {valuesOf} from '../../../warehouse/screening/rank-codes.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {feed, folder, plantOf, type Table} from '../plant-in-a-folder.ts';

/** 30 lots of 4 parts through two steps; some values missing, tied, below a limit, corrected later, or of a second run. */
function plant(): Table[] {
  const rng = random(4);
  const parts = ['part,product,lot,made_at'];
  const inspections = ['inspection,part,result,inspected_at'];
  const measurements = ['part,step,run,parameter,value'];
  const operations = ['part,step,run,tool,started_at,ended_at'];
  for (let i = 0; i < 120; i++) {
    const at = `2026-03-${String(1 + Math.floor(i / 5)).padStart(2, '0')}T`;
    parts.push(`P${i},H${i % 2},L${Math.floor(i / 4)},${at}06:00:00Z`);
    if (i % 10 !== 9) inspections.push(`I${i},P${i},${rng.uniform() < 0.2 ? 'fail' : 'pass'},${at}12:00:00Z`);
    for (const step of ['bore', 'hone']) {
      if (step === 'hone' && i % 3 === 0) continue;
      for (let run = 1; run <= (i % 7 === 0 ? 2 : 1); run++) {
        operations.push(`P${i},${step},${run},T${rng.below(3)},${at}0${6 + run}:00:00Z,${at}0${6 + run}:30:00Z`);
        for (const parameter of ['heat', 'force']) {
          const value = parameter === 'heat' ? Math.round(rng.normal() * 3) : rng.normal().toFixed(3);
          if (rng.uniform() < 0.9)
            measurements.push(`P${i},${step},${run},${parameter},${rng.uniform() < 0.1 ? '<-2' : value}`);
        }
      }
    }
  }
  return [
    ['parts', parts.join('\n')],
    ['operations', operations.join('\n')],
    ['measurements', measurements.join('\n')],
    ['inspections', inspections.join('\n')],
    ['measurements', 'part,step,run,parameter,value\nP1,bore,1,heat,99'],
  ];
}

const indexOf = (warehouse: Warehouse, asOf = warehouse.position) =>
  warehouse.read(asOf, session => indexAt(warehouse, session, asOf));

/** Values by part, as the index has them. */
function told(factor: Factor, parts: number): (string | number | null)[] {
  if (factor.kind === 'number') return [...valuesOf(factor, parts)].map(v => (Number.isNaN(v) ? null : v));
  return [...factor.codes].map(code => (code < 0 ? null : factor.levels[code]));
}

test.each([5, 4])('at position %i every factor has the values that SQL finds for it', async asOf => {
  const warehouse = await plantOf(plant());
  await warehouse.read(asOf, async session => {
    const index = await indexAt(warehouse, session, asOf);
    expect(index.parts).toBe(108);
    let compared = 0;
    for (const factor of index.factors) {
      const {sql} = await factorRelation(session, factor.name);
      const rows = await session.rows<{value: string | number | null}>(
        `select f.value from inspected_parts p left join (${sql}) f on f.part = p.part order by p.idx`,
      );
      expect(told(factor, index.parts), factor.name).toEqual(rows.map(({value}) => value));
      compared += rows.filter(({value}) => value !== null).length;
    }
    expect(compared).toBeGreaterThan(1000);
    const heat = index.factors.find(f => f.name === 'bore.heat');
    // The correction came with batch 5.
    expect(heat && told(heat, index.parts).includes(99)).toBe(asOf === 5);
  });
});

test('steps are kept in files: read again as they are, made again where one is damaged or facts have changed', async () => {
  const into = folder();
  const first = await plantOf(plant(), into);
  const before = await indexOf(first);
  await first.close();
  const files = (await readdir(join(into, 'index'))).sort();
  expect(files).toEqual(['step-0.codes', 'step-1.codes']);
  const [bore, hone] = files.map(name => join(into, 'index', name));
  const bytes = await readFile(bore);
  const made = (await stat(bore)).mtimeMs;

  const again = await Warehouse.open(into);
  expect((await indexOf(again)).factors).toEqual(before.factors);
  expect((await stat(bore)).mtimeMs).toBe(made);
  await again.close();

  // One bit of a code.
  const damaged = Buffer.from(bytes);
  damaged[bytes.length - 9] ^= 1;
  await writeFile(bore, damaged);
  await writeFile(hone, bytes.subarray(0, 100));
  const mended = await Warehouse.open(into);
  expect((await indexOf(mended)).factors).toEqual(before.factors);
  expect((await readFile(bore)).equals(bytes)).toBe(true);

  await feed(mended, ['measurements', 'part,step,run,parameter,value\nP2,bore,1,heat,98']);
  const honeMade = (await stat(hone)).mtimeMs;
  const after = await indexOf(mended);
  const heat = after.factors.find(f => f.name === 'bore.heat');
  expect(heat && told(heat, after.parts)).toContain(98);
  // Facts of the other step are the same as they were.
  expect((await stat(hone)).mtimeMs).toBe(honeMade);
  await mended.close();
});

test('an inspection that turns out to have been later lets a later run count, in the kept files too', async () => {
  const day = '2026-03-02T';
  const warehouse = await plantOf([
    ['parts', `part,product,lot,made_at\nP1,H,L1,${day}06:00:00Z\nP2,H,L1,${day}06:00:00Z`],
    [
      'measurements',
      `part,step,run,parameter,value,measured_at\nP1,bore,1,heat,1,${day}07:00:00Z\nP1,bore,2,heat,2,${day}10:00:00Z\nP2,bore,1,heat,5,${day}07:00:00Z`,
    ],
    [
      'inspections',
      `inspection,part,result,inspected_at,recorded_at\nI1,P1,fail,${day}09:00:00Z,${day}09:00:00Z\nI2,P2,pass,${day}09:00:00Z,${day}09:00:00Z`,
    ],
  ]);
  const heatOf = async () => {
    const {factors, parts} = await indexOf(warehouse);
    return told(factors.find(f => f.name === 'bore.heat')!, parts);
  };
  expect(await heatOf()).toEqual([1, 5]);
  await feed(warehouse, [
    'inspections',
    `inspection,part,result,inspected_at,recorded_at\nI1,P1,fail,${day}12:00:00Z,${day}13:00:00Z`,
  ]);
  expect(await heatOf()).toEqual([2, 5]);
});
