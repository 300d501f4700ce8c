import {expect, test} from 'vitest';
import {lotPermutationTest} from '../../../warehouse/screening/lot-permutation.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {normalUpperQuantile} from '../../../warehouse/statistics/normal.ts';

const NO_WITHIN = {deviation: 0, variance: 0, third: 0};

/** p by trying every permutation of the residuals: the definition. */
function bruteForce(coefficient: number[], residual: number[]): number {
  const mean = (numbers: number[]) => numbers.reduce((s, x) => s + x) / numbers.length;
  const centre = coefficient.length * mean(coefficient) * mean(residual);
  const observed = Math.abs(coefficient.reduce((s, c, k) => s + c * residual[k], 0) - centre);
  let [all, reached] = [0, 0];
  const walk = (left: number[], k: number, sum: number) => {
    if (left.length === 0) {
      all++;
      reached += Number(Math.abs(sum - centre) >= observed - 1e-9);
    }
    for (const [at, r] of left.entries())
      walk([...left.slice(0, at), ...left.slice(at + 1)], k + 1, sum + coefficient[k] * r);
  };
  walk(residual, 0, 0);
  return reached / all;
}

function score(coefficient: number[], residual: number[], exposed: number[] | null) {
  return {
    members: [Int32Array.from(coefficient.keys())],
    coefficient: Float64Array.from(coefficient),
    residual: Float64Array.from(residual),
    within: NO_WITHIN,
    exposed: exposed && Float64Array.from(exposed),
    likeness: {inflation: 1, doubt: 0},
  };
}

test('whole lots: p is that of all permutations where it is small', () => {
  const exposed = [1, 1, 0, 0, 0, 0, 0, 0, 0];
  const coefficient = exposed.map(x => x - 2 / 9);
  const residual = [3.1, 2.4, 0.2, -0.7, -0.1, -0.9, 0.3, -1.2, 0.1];
  const {p, attainable} = lotPermutationTest(score(coefficient, residual, exposed), {above: 0, below: 1});
  expect(p).toBeCloseTo(bruteForce(coefficient, residual), 12);
  // The two worst of nine lots: one of 36 ways, and no way as far on the other side.
  expect(p).toBeCloseTo(1 / 36, 12);
  expect(attainable).toBeCloseTo(1 / 36, 12);
});

test('three moments come close to random permutations of thirty lots', () => {
  const draws = 20_000;
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const rng = random(seed);
    const coefficient = Array.from({length: 30}, () => rng.normal());
    const residual = Array.from({length: 30}, () => rng.gamma(1));
    const deviation = (order: number[]) => {
      const mean = residual.reduce((s, r) => s + r) / 30;
      return Math.abs(coefficient.reduce((s, c, k) => s + c * (residual[order[k]] - mean), 0));
    };
    const observed = deviation([...residual.keys()]);
    let reached = 0;
    for (let k = 0; k < draws; k++) reached += Number(deviation(rng.shuffled(30)) >= observed);
    // Four standard errors of the draws are at most .014.
    const {p} = lotPermutationTest(score(coefficient, residual, null));
    expect(Math.abs(p - reached / draws), `seed ${seed}: ${p}`).toBeLessThan(0.04);
  }
});

test('no contrast, no claim', () => {
  expect(lotPermutationTest(score([0, 0, 0], [1, 2, 3], null))).toMatchObject({p: 1, z: 0});
  expect(lotPermutationTest(score([1, -1, 0], [2, 2, 2], null))).toMatchObject({p: 1, z: 0});
});

test('likeness in time only ever raises p', () => {
  const exposed = Array.from({length: 40}, (_, k) => Number(k < 6));
  const residual = Array.from({length: 40}, (_, k) => Math.sin(k) + (k < 6 ? 1.6 : 0));
  const base = score(
    exposed.map(x => x - 0.15),
    residual,
    exposed,
  );
  const plain = lotPermutationTest(base).p;
  const widened = lotPermutationTest({...base, likeness: {inflation: 2, doubt: 0}}).p;
  expect(plain).toBeLessThan(0.01);
  expect(widened).toBeGreaterThan(plain * 3);
});

test('lots that come in pairs: the tail of single lots, widened, is about that of the pairs', () => {
  const doubled = (numbers: number[]) => numbers.flatMap(x => [x, x]);
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const rng = random(seed);
    const exposed = Array.from({length: 14}, (_, k) => Number(k < 4));
    const residual = Array.from({length: 14}, (_, k) => rng.gamma(2) + (k < 4 ? 2 : 0));
    const deviation = (at: number[]) => at.reduce((sum, k) => sum + residual[k], 0);
    const centre = (4 / 14) * deviation([...residual.keys()]);
    const observed = Math.abs(deviation([0, 1, 2, 3]) - centre);
    // All C(14, 4) = 1001 ways in which pairs could have been exposed.
    let [ways, reached] = [0, 0];
    for (let a = 0; a < 14; a++)
      for (let b = 0; b < a; b++)
        for (let c = 0; c < b; c++)
          for (let d = 0; d < c; d++) {
            ways++;
            reached += Number(Math.abs(deviation([a, b, c, d]) - centre) >= observed - 1e-9);
          }
    const single = score(doubled(exposed.map(x => x - 4 / 14)), doubled(residual), doubled(exposed));
    // Two lots of a pair are one: the variance of a sum is 2 (28 - 1) / (28 - 2) times that of single lots.
    const {p} = lotPermutationTest({...single, likeness: {inflation: (2 * 27) / 26, doubt: 0}});
    const ratio = normalUpperQuantile(p) / normalUpperQuantile(reached / ways);
    expect(ways).toBe(1001);
    expect(Math.abs(ratio - 1), `seed ${seed}: ${p} for ${reached / ways}`).toBeLessThan(0.1);
  }
});

test('a widening that is unsure itself gives the tail of Student’s t, at the deviate of the exact tail', () => {
  const exposed = [1, 1, 0, 0, 0, 0, 0, 0, 0];
  // The two worst of nine lots, one of 36 ways; no way is as far on the other side.
  const residual = [3.1, 2.4, 0.2, -0.7, -0.1, -0.9, 0.3, -1.2, 0.1];
  const plain = score(
    exposed.map(x => x - 2 / 9),
    residual,
    exposed,
  );
  const pOf = (inflation: number) =>
    lotPermutationTest({...plain, likeness: {inflation, doubt: 0.1}}, {above: 0, below: 1}).p;
  // 2 / .1 = 20 degrees of freedom. SciPy 1.17.1: t.sf(norm.isf(1 / 36), 20), and t.sf(norm.isf(1 / 36) / sqrt(2), 20).
  expect(pOf(1)).toBeCloseTo(0.0349856335956024, 9);
  expect(pOf(2)).toBeCloseTo(0.09545739888332021, 9);
});
