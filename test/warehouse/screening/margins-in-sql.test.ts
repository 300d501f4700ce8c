import {expect, test} from 'vitest';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
import {aucOf} from '../../../warehouse/screening/number.ts';
import {randomFrame} from './random-frame.ts';

interface LotSums {
  [column: string]: unknown;
  lot: number;
  stratum: number;
  parts: number;
  mean: number;
  squares: number;
  spread: number;
  low: number;
  high: number;
}

/** Midranks by window functions, two passes for what is squared. */
const BY_LOT = `
  with known as (from parts where y is not null and value is not null),
  ranked as (
    select *, (rank() over (order by value) - 1 + (count(*) over (partition by value)) / 2.0) / count(*) over () as r from known
  ), lots as (select lot, stratum, avg(r) as mean from ranked group by lot, stratum)
  select lot, stratum, count(*) as parts, any_value(mean) as mean, sum((r - mean) ** 2) as squares, avg(abs(r - 0.5)) as spread,
    count(*) filter (r < 0.1) as low, count(*) filter (r > 0.9) as high
  from ranked join lots using (lot, stratum) group by lot, stratum order by lot, stratum`;

const AUC = `
  select (count(*) filter (b.value > g.value) + 0.5 * count(*) filter (b.value = g.value)) / nullif(count(*), 0) as auc
  from (from parts where y = 1 and value is not null) b, (from parts where y = 0 and value is not null) g`;

test('sums by lot and the area under the curve are what plain SQL finds', async () => {
  const instance = await openDatabase(':memory:', {temporaryFolder: '', memoryLimitMb: 500, threads: 1});
  const session = await openSession(instance);
  let compared = 0;
  for (const seed of [1, 2, 3, 5, 6, 7]) {
    const {frame, values} = randomFrame(seed);
    const keep = Uint8Array.from(frame.outcome, y => Number(Number.isFinite(y)));
    const ground = groundOf(frame, keep, 0.05);
    for (const factor of frame.factors) {
      const byRow = values.get(factor.name);
      if (factor.kind !== 'number' || byRow === undefined) continue;
      const sql = (x: number) =>
        Number.isNaN(x) ? 'null::double' : `'${String(x).replace('Infinity', 'inf')}'::double`;
      const rows = Array.from(
        byRow,
        (x, i) => `(${frame.lot[i]}, ${frame.stratum[i]}, ${sql(frame.outcome[i])}, ${sql(x)})`,
      );
      await session.run(
        `create or replace table parts as select lot, stratum, y::double as y, value::double as value
         from (values ${rows.join(', ')}) t(lot, stratum, y, value)`,
      );
      const where = `seed ${seed}, ${factor.name}`;
      const {slots, parts, location, spread, bins, high} = ground.layout.number(factor);
      const told = [...slots.cells.keys()].filter(j => parts[j] > 0);
      const lots = await session.rows<LotSums>(BY_LOT);
      expect(told.length, where).toBe(lots.length);
      for (const [at, j] of told.entries()) {
        const lot = lots[at];
        expect(ground.cells.lotOf[slots.cells[j]], where).toBe(lot.lot);
        expect([parts[j], bins[j * 20] + bins[j * 20 + 1], high[j]], where).toEqual([lot.parts, lot.low, lot.high]);
        expect(location.mean[j], where).toBeCloseTo(lot.mean, 10);
        expect(location.squares[j], where).toBeCloseTo(lot.squares, 10);
        expect(spread.mean[j], where).toBeCloseTo(lot.spread, 10);
        compared++;
      }
      const {auc} = await session.row<{auc: number | null}>(AUC);
      const counted = aucOf(ground, factor);
      if (auc === null || counted === null) expect(counted, where).toBe(auc);
      else expect(counted, where).toBeCloseTo(auc, 10);
    }
  }
  session.connection.closeSync();
  instance.closeSync();
  expect(compared).toBeGreaterThan(300);
}, 30_000);
