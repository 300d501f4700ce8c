import {expect, test} from 'vitest';
import {random} from '../../../ingest/demo-plant/random.ts';

test('the normal draws have the moments and quantiles of the standard normal', () => {
  const draw = random(1, 'normal');
  const values = Float64Array.from({length: 400_000}, () => draw.normal());
  const moment = (k: number) => values.reduce((sum, x) => sum + x ** k, 0) / values.length;
  expect(moment(1)).toBeCloseTo(0, 2);
  expect(moment(2)).toBeCloseTo(1, 1.7);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.06);
  const sorted = values.sort();
  // R: qnorm(c(.001, .025, .975, .999))
  for (const [p, q] of [
    [0.001, -3.0902],
    [0.025, -1.96],
    [0.975, 1.96],
    [0.999, 3.0902],
  ]) {
    expect(Math.abs(sorted[Math.floor(p * values.length)] - q)).toBeLessThan(0.06);
  }
});

test('streams of different purposes are unrelated', () => {
  const [a, b] = [random(7, 'lots'), random(7, 'queues')];
  let product = 0;
  for (let i = 0; i < 100_000; i++) product += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  // Correlation, with a standard error of 1 / sqrt(100,000) = 0.003.
  expect(Math.abs((product * 12) / 100_000)).toBeLessThan(0.013);
});

test('weighted draws follow their weights', () => {
  const draw = random(3);
  const counts = [0, 0, 0];
  for (let i = 0; i < 60_000; i++) counts[draw.weighted([1, 0, 3])]++;
  expect(counts[1]).toBe(0);
  expect(counts[2] / counts[0]).toBeCloseTo(3, 0.9);
});
