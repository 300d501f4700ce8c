/** Whether verdicts keep their promise where parts of a lot share their fate: seeded simulation, and cases worked by hand. */
import {describe, expect, test} from 'vitest';
import {changes} from '../../warehouse/change.ts';

/** Uniform numbers in (0, 1). @see Steele & Vigna (2021), the mulberry32 generator */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

/** Gamma variate for any shape. @see Marsaglia & Tsang (2000), ACM TOMS 26:363 */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Lots whose rate is drawn from a beta distribution, so that parts of a lot correlate by `rho` (0: not at all). */
function lotsOf(random: () => number, {lots, rate, rho}: {lots: number; rate: number; rho: number}) {
  return Array.from({length: lots}, () => {
    const of = 150 + Math.floor(random() * 100);
    const scale = rho > 0 ? (1 - rho) / rho : 0;
    const [a, b] = rho > 0 ? [gamma(rate * scale, random), gamma((1 - rate) * scale, random)] : [rate, 1 - rate];
    const p = a / (a + b);
    let count = 0;
    for (let k = 0; k < of; k++) if (random() < p) count++;
    return {count, of};
  });
}

const RUNS = 1000;

function shares(
  seed: number,
  {
    rho,
    now,
    against,
    lots = 20,
    before = lots,
  }: {rho: number; now: number; against: number; lots?: number; before?: number},
) {
  const random = randomOf(seed);
  let [told, naive] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const groups = [lotsOf(random, {lots, rate: now, rho}), lotsOf(random, {lots: before, rate: against, rho})];
    const [change] = changes(
      [{key: 'x', now: new Map([['A', groups[0]]]), against: new Map([['A', groups[1]]])}],
      'lot',
    );
    if (change.verdict === 'better' || change.verdict === 'worse') told++;
    if (Math.abs(naiveZ(change)) > 1.959964) naive++;
  }
  return {told: told / RUNS, naive: naive / RUNS};
}

/** What is usually done: two proportions, every part independent. */
function naiveZ({
  now,
  against,
}: {
  now: {parts: number; defective: number};
  against: {parts: number; defective: number};
}) {
  const pooled = (now.defective + against.defective) / (now.parts + against.parts);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.parts + 1 / against.parts));
  return (now.defective / now.parts - against.defective / against.parts) / error;
}

describe('did it work? 20 lots of about 200 on each side', () => {
  const seed = 20260526;
  // A share of 5 % in 1,000 runs has a standard error of 0.7 %.
  test.each([
    ['no correlation', 0, 0, 0.07],
    ['within-lot correlation 0.005', 0.005, 0.11, 0.3],
    ['within-lot correlation 0.02', 0.02, 0.3, 0.55],
  ])(
    `false alarms with %s (seed ${seed})`,
    (_, rho, naiveLow, naiveHigh) => {
      const {told, naive} = shares(seed, {rho, now: 0.05, against: 0.05});
      expect(told).toBeLessThanOrEqual(0.065);
      expect(naive).toBeGreaterThanOrEqual(naiveLow);
      expect(naive).toBeLessThanOrEqual(naiveHigh);
    },
    60_000,
  );

  test('few lots and rare failures do not raise more false alarms', () => {
    expect(shares(seed + 1, {rho: 0.02, now: 0.01, against: 0.01, lots: 6}).told).toBeLessThanOrEqual(0.065);
    expect(shares(seed + 3, {rho: 0.02, now: 0.03, against: 0.03, lots: 30, before: 6}).told).toBeLessThanOrEqual(
      0.065,
    );
  }, 60_000);

  test('products of uneven rates, some with few parts on one side, do not raise more false alarms', () => {
    const random = randomOf(seed + 4);
    const rates = [0.002, 0.005, 0.01, 0.03];
    const side = (counts: readonly number[]) =>
      new Map(counts.map((n, k) => [String(k), lotsOf(random, {lots: n, rate: rates[k], rho: 0.01})]));
    let told = 0;
    for (let run = 0; run < RUNS; run++) {
      const [{verdict}] = changes([{key: 'x', now: side([25, 25, 25, 25]), against: side([1, 2, 12, 5])}], 'lot');
      if (verdict === 'better' || verdict === 'worse') told++;
    }
    expect(told / RUNS).toBeLessThanOrEqual(0.065);
  }, 60_000);

  test('a rate that was halved is seen in most cases', () => {
    expect(shares(seed + 2, {rho: 0.02, now: 0.025, against: 0.05, lots: 30}).told).toBeGreaterThanOrEqual(0.8);
  }, 60_000);
});

const lots = (...counts: number[]) => counts.map(count => ({count, of: 100}));
const one = (now: ReturnType<typeof lots>, against: ReturnType<typeof lots>) =>
  changes([{key: 'x', now: new Map([['A', now]]), against: new Map([['A', against]])}], 'lot')[0];

describe('verdicts', () => {
  test('better: intervals leave out no change', () => {
    const change = one(lots(1, 0, 2, 1, 0, 1, 2, 1), lots(9, 11, 8, 12, 10, 9, 11, 10));
    expect(change).toMatchObject({verdict: 'better', words: 'better'});
    expect(change.now).toMatchObject({parts: 800, defective: 8, lots: 8, ppm: 10000, standardised: 10000});
    expect(change.ratio?.value).toBeCloseTo(0.1, 12);
    expect(change.ratio?.high).toBeLessThan(1);
    expect(change.difference?.high).toBeLessThan(0);
  });

  test('one bad lot is no trend', () => {
    const change = one(lots(40, 1, 0, 1, 0, 1, 0, 1), lots(1, 0, 1, 0, 1, 0, 1, 1));
    expect(Math.abs(naiveZ(change))).toBeGreaterThan(5);
    expect(change.verdict).toBe('too-little-data');
    expect(change.words).toMatch(/^too little data to tell: would need ≈ \d+ lots on each side$/);
  });

  test('many lots alike: no evidence of a change', () => {
    const even = lots(...Array.from({length: 40}, (_, k) => 9 + (k % 3)));
    expect(one(even, even)).toMatchObject({verdict: 'no-evidence', words: 'no evidence of a change'});
  });

  test('no failure on one side has a ratio, and one without upper limit the other way round', () => {
    const none = lots(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const some = lots(6, 5, 7, 4, 6, 5, 6, 7, 5, 6);
    expect(one(none, some)).toMatchObject({verdict: 'better', ratio: {value: 0, low: 0}});
    expect(one(none, some).ratio?.high).toBeLessThan(0.2);
    expect(one(some, none)).toMatchObject({verdict: 'worse', ratio: {value: null, high: null}});
    expect(one(some, none).ratio?.low).toBeGreaterThan(5);
    expect(one(none, none)).toMatchObject({
      verdict: 'no-evidence',
      words: 'no evidence of a change: none failed on either side',
      p: null,
      ratio: null,
    });
  });

  test('one lot a side: too little to tell, and no number of lots is made up', () => {
    expect(one(lots(10), lots(1))).toMatchObject({
      verdict: 'too-little-data',
      words: 'too little data to tell: too few lots on a side to show how lots differ',
      p: null,
      lotsNeeded: null,
    });
  });

  test('no product on both sides', () => {
    const [change] = changes(
      [{key: 'x', now: new Map([['A', lots(1, 2)]]), against: new Map([['B', lots(3, 4)]])}],
      'lot',
    );
    expect(change).toMatchObject({verdict: 'not-comparable', now: {ppm: 15000, standardised: null}, ratio: null});
  });
});

test('the mix of products changed, not the products: rates as they are rise, those compared do not', () => {
  // A fails at 1 %, B at 10 %; now 80 % of the parts are B, before it was 20 %. In both together half are B: 5.5 %.
  const a = (n: number) => lots(...Array.from({length: n}, () => 1));
  const b = (n: number) => lots(...Array.from({length: n}, () => 10));
  const [change] = changes(
    [
      {
        key: 'x',
        now: new Map([
          ['A', a(10)],
          ['B', b(40)],
        ]),
        against: new Map([
          ['A', a(40)],
          ['B', b(10)],
        ]),
      },
    ],
    'lot',
  );
  expect(change.now.ppm).toBeCloseTo(82000, 6);
  expect(change.against.ppm).toBeCloseTo(28000, 6);
  expect(change.now.standardised).toBeCloseTo(55000, 6);
  expect(change.against.standardised).toBeCloseTo(55000, 6);
  expect(change.verdict).toBe('no-evidence');
});

test('many bars: p is adjusted over all of them, and intervals of claims are wider', () => {
  const noise = lots(5, 6, 5, 4, 6, 5, 4, 5, 6, 4);
  const fixed = lots(0, 1, 0, 1, 1, 0, 1, 0, 1, 0);
  const pairs = Array.from({length: 10}, (_, k) => ({
    key: String(k),
    now: new Map([['A', k === 0 ? fixed : noise]]),
    against: new Map([['A', noise]]),
  }));
  const told = changes(pairs, 'lot');
  expect(told.map(c => c.verdict)).toEqual(['better', ...Array.from({length: 9}, () => told[1].verdict)]);
  expect(told[0].q).toBeCloseTo(told[0].p! * 10, 12);
  // One claim among ten tests: 1 - 0.05 x 1 / 10.
  expect(told.map(c => c.level)).toEqual([0.995, ...Array.from({length: 9}, () => 0.95)]);
  expect(told[1].verdict).not.toBe('better');
});
