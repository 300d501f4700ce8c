import {expect, test} from 'vitest';
import {factorCatalogue, factorRelation} from '../../warehouse/factors.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {orders, plantOf, type Table} from './plant-in-a-folder.ts';

const day = (csv: string) => csv.replaceAll(/\b(\d\d:\d\d)\b/g, '2026-01-05T$1:00Z');

const TABLES: Table[] = [
  ['parts', 'part,product,lot\nA,HX,\nB,HX,\nC,HX,L\nD,HX,'],
  [
    'operations',
    day(`part,lot,step,run,station,started_at,ended_at
         A,   ,   oven,1,O1,    10:00,   10:10
         A,   ,   oven,2,O1,    11:00,   11:10
         B,   ,   oven,1,O1,    10:05,   10:15
         ,    L,  oven,1,O1,    11:20,   11:30
         D,   ,   oven,1,O1,    10:00,   10:10
         D,   ,   oven,2,O1,    11:00,   11:10`),
  ],
  [
    'readings',
    day(`station,parameter,  at,   value
         O1,     temperature,09:59,900
         O1,     temperature,10:00,198
         O1,     temperature,10:04,202
         O1,     temperature,10:05,204
         O1,     temperature,10:12,199
         O1,     temperature,11:00,201
         O1,     temperature,11:06,205
         O1,     temperature,11:20,190
         O1,     temperature,11:25,203
         O1,     temperature,11:30,210
         O1,     temperature,12:00,500
         O1,     pressure,   10:07,1.5
         O2,     temperature,10:07,999`),
  ],
  [
    'parameters',
    day(`parameter,  step,product,lsl,usl,valid_from
         temperature,oven,       ,195,200,
         temperature,oven,HY,     ,   1,
         temperature,oven,       ,   ,202,11:15`),
  ],
  [
    'inspections',
    // D went through again after the inspection that judges it.
    day(`inspection,part,inspected_at,result
         IA,        A,   12:00,       pass
         IB,        B,   12:00,       pass
         IC,        C,   12:00,       fail
         ID,        D,   10:30,       fail`),
  ],
];

const valuesOf = (w: Warehouse, factor: string) =>
  w.read(undefined, async session => {
    const {sql, bindings} = await factorRelation(session, factor);
    const rows = await session.rows<{id: string; value: number}>(
      `select i.id, f.value from (${sql}) f join fact.items i on i.item = f.part`,
      bindings,
    );
    return Object.fromEntries(rows.map(r => [r.id, r.value]));
  });

test('a part has the readings of its stay in the run that counts, against the spec of that time (worked out by hand)', async () => {
  for (const order of orders(TABLES)) {
    const w = await plantOf(order);
    // A: 201, 205 (run 2); B: 204, 199, while D was there too; C: 190, 203, 210 by its lot; D: 198, 202, 204 (run 1).
    expect(await valuesOf(w, 'oven.temperature')).toEqual({A: 203, B: 201.5, C: 201, D: 604 / 3});
    expect(await valuesOf(w, 'oven.temperature.min')).toEqual({A: 201, B: 199, C: 190, D: 198});
    expect(await valuesOf(w, 'oven.temperature.max')).toEqual({A: 205, B: 204, C: 210, D: 204});
    expect(await valuesOf(w, 'oven.temperature.last')).toEqual({A: 205, B: 199, C: 210, D: 204});
    // Above 200: A always; B from 10:05 to 10:12; D from 10:04 to 10:10. C above 202, the newer limit: 11:25 to 11:30.
    expect(await valuesOf(w, 'oven.temperature.time_above')).toEqual({A: 600, B: 420, C: 300, D: 360});
    // Nobody below 195; when C was made there was no lower limit any more.
    expect(await valuesOf(w, 'oven.temperature.time_below')).toEqual({A: 0, B: 0, D: 0});
    expect(await valuesOf(w, 'oven.pressure')).toEqual({B: 1.5, D: 1.5});
    const names = (await w.read(undefined, factorCatalogue)).map(f => f.name).filter(n => n.startsWith('oven.p'));
    expect(names).toEqual(['oven.pressure', 'oven.pressure.last', 'oven.pressure.max', 'oven.pressure.min']);
    await w.close();
  }
});
