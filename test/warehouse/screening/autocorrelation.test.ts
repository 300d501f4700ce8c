import {expect, test} from 'vitest';
import {likenessInTime} from '../../../warehouse/screening/autocorrelation.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {centredSums} from '../../../warehouse/statistics/permutation-moments.ts';

const DAYS = 48;
const A_DAY = 5;
/** Correlation of two lots of a day. */
const SHARED = 0.3;

/** Mean widening over series of lots whose days differ, for an exposure of which each day, or each lot, draws anew. */
function meanInflation(each: 'day' | 'lot', shared: number): number {
  let sum = 0;
  const series = 60;
  for (let seed = 1; seed <= series; seed++) {
    const rng = random(seed);
    const count = DAYS * A_DAY;
    const [residual, exposure] = [new Float64Array(count), new Float64Array(count)];
    for (let day = 0, k = 0; day < DAYS; day++) {
      const fate = Math.sqrt(shared) * rng.normal();
      const crew = rng.below(4);
      for (let j = 0; j < A_DAY; j++, k++) {
        residual[k] = fate + Math.sqrt(1 - shared) * rng.normal();
        exposure[k] = Number((each === 'day' ? crew : rng.below(4)) === 0);
      }
    }
    const members = [Int32Array.from(residual.keys())];
    const residualSums = members.map(at => centredSums(residual, at));
    sum += likenessInTime({members, stratumOf: new Int32Array(count), residual, residualSums}, exposure).inflation;
  }
  return sum / series;
}

test('an exposure that changes with the day is widened by what lots of a day share', () => {
  // The sum over a day of five lots, each pair correlated by .3, varies by 1 + 4 * .3 = 2.2 times that of single lots.
  const widening = 1 + (A_DAY - 1) * SHARED;
  expect(meanInflation('day', SHARED)).toBeGreaterThan(0.85 * widening);
  expect(meanInflation('day', SHARED)).toBeLessThan(1.15 * widening);
});

test('nothing is widened much where lots, or the exposure, follow no time', () => {
  expect(meanInflation('lot', SHARED)).toBeLessThan(1.06);
  expect(meanInflation('day', 0)).toBeLessThan(1.15);
});

test('how sure the widening is: less where the exposure itself is alike in time', () => {
  const count = 240;
  const rng = random(7);
  const residual = Float64Array.from({length: count}, () => rng.normal());
  const members = [Int32Array.from(residual.keys())];
  const outcome = {
    members,
    stratumOf: new Int32Array(count),
    residual,
    residualSums: members.map(at => centredSums(residual, at)),
  };
  const doubtOf = (run: number) =>
    likenessInTime(
      outcome,
      Float64Array.from({length: count}, (_, k) => Number(Math.floor(k / run) % 4 === 0)),
    ).doubt;
  expect(doubtOf(20)).toBeGreaterThan(2 * doubtOf(5));
});
