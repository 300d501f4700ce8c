import {expect, test} from 'vitest';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {distributionOf} from '../../../warehouse/screening/distribution.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
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

const GAP = `
  with known as (from parts where y is not null and value is not null), shares as (
    select distinct value, sum(y) over to_value / sum(y) over () as bad, sum(1 - y) over to_value / sum(1 - y) over () as good
    from known window to_value as (order by value)
  ) select max(abs(bad - good)) as gap from shares`;

const MEANS = `
  select avg(value) filter (y = 1) as bad, avg(value) filter (y = 0) as good, stddev_samp(value) filter (y = 1) as bad_sd,
    stddev_samp(value) filter (y = 0) as good_sd
  from parts where y is not null and isfinite(value)`;

test('sums by lot, the area under the curve, the largest gap and the means are what plain SQL finds', async () => {
  const instance = await openDatabase(':memory:', {temporaryFolder: '', memoryLimitMb: 500, threads: 1});
  const session = await openSession(instance);
  let [compared, withMeans] = [0, 0];
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
      const {cells, parts, location, spread, bins, high} = ground.layout.number(factor);
      const lots = await session.rows<LotSums>(BY_LOT);
      expect(cells.length, where).toBe(lots.length);
      for (const [j, k] of cells.entries()) {
        const lot = lots[j];
        expect(ground.cells.lotOf[k], where).toBe(lot.lot);
        expect([parts[j], bins[j * 20] + bins[j * 20 + 1], high[j]], where).toEqual([lot.parts, lot.low, lot.high]);
        expect(location.mean[j], where).toBeCloseTo(lot.mean, 10);
        expect(location.squares[j], where).toBeCloseTo(lot.squares, 10);
        expect(spread.mean[j], where).toBeCloseTo(lot.spread, 10);
        compared++;
      }
      const {auc} = await session.row<{auc: number | null}>(AUC);
      const told = distributionOf(ground, factor);
      if (auc === null || told.auc === null) expect(told.auc, where).toBe(auc);
      else {
        expect(told.auc, where).toBeCloseTo(auc, 10);
        expect(told.ks?.statistic, where).toBeCloseTo((await session.row<{gap: number}>(GAP)).gap, 10);
      }
      if (told.means === null) continue;
      const means = await session.row<Record<'bad' | 'good' | 'bad_sd' | 'good_sd', number>>(MEANS);
      const {defective, others} = told.means;
      for (const [ours, theirs] of [
        [defective.mean, means.bad],
        [others.mean, means.good],
        [defective.sd, means.bad_sd],
        [others.sd, means.good_sd],
      ]) {
        expect(ours, where).toBeCloseTo(theirs, 9);
        withMeans++;
      }
    }
  }
  session.connection.closeSync();
  instance.closeSync();
  expect(compared).toBeGreaterThan(300);
  expect(withMeans).toBeGreaterThan(50);
});
