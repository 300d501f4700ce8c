import {describe, expect, test} from 'vitest';
import {Finding} from '../../../warehouse/answers.ts';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {Factor, Frame} from '../../../warehouse/screening/frame.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {allRows, rankCodes, valuesOf} from '../../../warehouse/screening/rank-codes.ts';

const WithoutId = Finding.omit({id: true});

/** A frame of lots of ten parts in one stratum. */
function frameOf(outcome: number[], factors: Factor[], more: Partial<Frame> = {}): Frame {
  const parts = outcome.length;
  const lots = Math.ceil(parts / 10);
  return {
    parts,
    outcome: Float64Array.from(outcome),
    outcomeKind: 'defective',
    outcomeLabel: 'scratch',
    lot: Int32Array.from({length: parts}, (_, i) => Math.floor(i / 10)),
    lots,
    lotsOrdered: false,
    stratum: new Int32Array(parts),
    strata: ['all'],
    strataFactors: [],
    factors,
    ...more,
  };
}

function category(name: string, levelOf: (i: number) => number, parts: number, levels = ['A', 'B']): Factor {
  const codes = Int32Array.from({length: parts}, (_, i) => levelOf(i));
  return {name, step: 'bore', stepOrder: 1, branch: 'machine', kind: 'category', codes, levels};
}

function number(name: string, valueAt: (i: number) => number, parts: number, stepOrder = 1): Factor {
  const values = Float64Array.from({length: parts}, (_, i) => valueAt(i));
  return {
    name,
    step: 'bore',
    stepOrder,
    branch: 'method',
    kind: 'number',
    unit: 'Nm',
    ...rankCodes(values, allRows(parts)),
  };
}

/** Every answer must hold finite numbers and fit the contract. */
function checked(frame: Frame) {
  const answer = evaluate(frame);
  for (const finding of answer.findings) WithoutId.parse(finding);
  expect(JSON.stringify(answer)).not.toMatch(/NaN|Infinity|undefined/);
  expect(answer.findings.map(({rank}) => rank)).toEqual(answer.findings.map((_, at) => at + 1));
  return answer;
}

test('a bad tool is told in words, with its interval, its lots and its share', () => {
  const {frame, truth} = makePlant({
    seed: 7,
    lots: 120,
    correlation: 0.01,
    confounded: true,
    cause: {kind: 'tool', ratio: 4},
  });
  const {findings, tests} = checked(frame);
  const [first] = findings;
  expect(first).toMatchObject({
    factor: truth?.factor,
    level: 'T3',
    verdict: 'supported',
    kind: 'category',
    branch: 'machine',
  });
  expect(first.effect.low).toBeLessThan(4);
  expect(first.effect.high).toBeGreaterThan(4);
  expect(first.attributableShare).toBeGreaterThan(0.2);
  // Pairs of leading factors are tests too.
  expect(tests).toBeGreaterThanOrEqual(frame.factors.length);
  // The level of false-coverage-rate intervals: R claims of M tests at 1 - .05 R / M.
  const told = findings.filter(({q, verdict}) => q <= 0.05 && verdict !== 'no-evidence');
  expect(told.map(({effect}) => effect.level)).toEqual(told.map(() => 1 - (0.05 * told.length) / tests));
  expect(findings.filter(one => !told.includes(one)).every(({effect}) => effect.level === 0.95)).toBe(true);
  expect(first.sentence).toMatch(
    /^Scratches are \d\.\d times as frequent when s\d+\.tool is T3 \(99\.\d+ % interval \d\.\d to \d+\.\d\), within product; \d+ lots, [\d,]+ parts\.$/,
  );
});

test('the same frame gives the same bytes', () => {
  const make = () =>
    makePlant({seed: 3, lots: 60, correlation: 0.01, lanes: 0.5, cause: {kind: 'tool', ratio: 3}}).frame;
  expect(JSON.stringify(evaluate(make()))).toBe(JSON.stringify(evaluate(make())));
});

describe('what cannot be answered is said, never NaN', () => {
  const parts = 200;
  const some = Array.from({length: parts}, (_, i) => Number(i % 7 === 0));
  const tool = category('bore.tool', i => Math.floor(i / 10) % 2, parts);

  test.each([
    ['no part is defective', some.map(() => 0)],
    ['every part is defective', some.map(() => 1)],
    ['no part has an outcome', some.map(() => Number.NaN)],
  ])('%s', (reason, outcome) => {
    expect(checked(frameOf(outcome, [tool]))).toMatchObject({
      findings: [],
      tests: 0,
      notTested: [{factor: 'bore.tool', reason}],
    });
  });

  test('constant, all missing, a level a part', () => {
    const factors = [
      category('constant', () => 0, parts),
      category('missing', () => -1, parts),
      number('level', () => 4, parts),
      number('silent', () => Number.NaN, parts),
      category(
        'serial',
        i => i,
        parts,
        Array.from({length: parts}, (_, i) => `S${i}`),
      ),
      tool,
    ];
    const answer = checked(frameOf(some, factors));
    expect(answer.notTested).toEqual([
      {factor: 'constant', reason: 'the same for every part'},
      {factor: 'missing', reason: 'missing for every part'},
      {factor: 'level', reason: 'the same for every part'},
      {factor: 'silent', reason: 'missing for every part'},
      {factor: 'serial', reason: 'every part has a level of its own'},
      {factor: 'time.change_point', reason: 'the order of the lots is not known'},
    ]);
    expect(answer.findings.map(({factor}) => factor)).toEqual(['bore.tool']);
  });

  test('one lot: only what differs within it is identifiable', () => {
    const factors = [category('cavity', i => i % 2, parts), number('torque', i => i % 13, parts)];
    const answer = checked(frameOf(some, factors, {lot: new Int32Array(parts), lots: 1}));
    expect(answer.notes.join()).toContain('One lot');
    expect(answer.findings).toHaveLength(2);
  });

  test('a factor that never differs within a stratum is not identifiable', () => {
    const stratum = Int32Array.from({length: parts}, (_, i) => Math.floor(i / 10) % 2);
    const frame = frameOf(some, [tool], {stratum, strata: ['A', 'B'], strataFactors: ['part.product']});
    expect(checked(frame).findings[0]).toMatchObject({verdict: 'not-identifiable', p: 1, effect: {value: 1}});
  });

  test('three of twenty lots are too little data, whatever they show', () => {
    const outcome = Array.from({length: parts}, (_, i) => Number(i < 30 || i % 50 === 49));
    const factors = [category('material.lot', i => Number(i < 30), parts)];
    // With sixty further tests, 1 / C(20, 3) = 8.8e-4 cannot be significant.
    for (let k = 0; k < 60; k++) factors.push(number(`p${k}`, random(k + 1).normal, parts));
    const {findings, tests} = checked(frameOf(outcome, factors));
    const found = findings.find(({factor}) => factor === 'material.lot');
    // A claim needs half of .05 / tests, 4e-4; a fourth exposed lot among 21 permits 1 / C(21, 4) = 1 / 5985 = 1.7e-4.
    expect(0.025 / tests).toBeGreaterThan(1 / 5985);
    expect(0.025 / tests).toBeLessThan(1 / 1140);
    expect(found?.sentence).toContain('3 of 20 could reach p = 0.00088 at best');
    expect(found?.sentence).toMatch(
      / 1 more exposed lot would permit a claim; with 4 in all, .* four times in five\.$/,
    );
    expect(found?.p).toBeCloseTo(1 / 1140, 9);
    expect(found).toMatchObject({verdict: 'too-little-data', lots: 3, parts: 30, defective: 30});
  });

  test('ties, infinities and a value below detection', () => {
    const rng = random(5);
    const values = some.map(y =>
      rng.uniform() < 0.3 ? -Infinity : rng.uniform() < 0.1 ? Infinity : Math.round(rng.normal() + y),
    );
    const [finding] = checked(frameOf(some, [number('torque', i => values[i], parts)])).findings;
    expect(finding.auc).toBeGreaterThan(0);
  });

  test('without lots every part stands alone', () => {
    const lot = Int32Array.from({length: parts}, (_, i) => i);
    // 20 of 200 parts are defective, 17 of them among the 100 with the second level.
    const tool = category('bore.tool', i => Number(i >= 100), parts);
    const one = checked(
      frameOf(
        some.map((_, i) => Number(i < 3 || (i >= 100 && i < 117))),
        [tool],
        {lot, lots: parts},
      ),
    );
    // SciPy 1.17.1: hypergeom.sf(16, 200, 20, 100) + hypergeom.cdf(3, 200, 20, 100).
    expect(one.findings[0].p).toBeCloseTo(0.0015380461941351415, 9);
    // Two strata of 120 and 80 parts, 18 and 9 defective, 40 and 30 exposed, 17 both: SciPy's two hypergeometrics convolved.
    const stratum = Int32Array.from(lot, i => Number(i >= 120));
    const exposed = category('bore.tool', i => Number(i < 40 || (i >= 120 && i < 150)), parts);
    const bad = some.map((_, i) => Number(i < 12 || (i >= 60 && i < 66) || (i >= 120 && i < 125) || i >= 196));
    const two = checked(
      frameOf(bad, [exposed], {lot, lots: parts, stratum, strata: ['A', 'B'], strataFactors: ['part.product']}),
    );
    expect(two.findings[0].p).toBeCloseTo(0.0013082806786431215, 9);
  });

  test('one defective part', () => {
    const one = some.map((_, i) => Number(i === 17));
    const [finding] = checked(frameOf(one, [tool])).findings;
    expect(finding.p).toBeGreaterThan(0.3);
  });
});

test('a step that was skipped is a candidate, once for all it left blank', () => {
  const rng = random(11);
  const parts = 1200;
  const skipped = Array.from({length: parts}, () => rng.uniform() < 0.2);
  const outcome = skipped.map(s => Number(rng.uniform() < (s ? 0.3 : 0.05)));
  const factors = ['torque', 'angle'].map(name => number(name, i => (skipped[i] ? Number.NaN : rng.normal()), parts));
  const {findings} = checked(frameOf(outcome, factors));
  expect(findings[0]).toMatchObject({
    factor: 'torque',
    kind: 'missing',
    ambiguousWith: ['angle'],
    verdict: 'ambiguous',
  });
  expect(findings[0].sentence).toContain('when torque is missing');
  expect(findings.filter(({kind}) => kind === 'missing')).toHaveLength(1);
});

test('a numeric outcome is told as a difference of means', () => {
  const rng = random(13);
  const parts = 1200;
  const tool = category('bore.tool', i => Math.floor(i / 10) % 3, parts, ['T1', 'T2', 'T3']);
  const lots = Array.from({length: parts / 10}, () => rng.normal() * 0.3);
  const outcome = Array.from(
    {length: parts},
    (_, i) => 20 + (Math.floor(i / 10) % 3 === 1 ? 1.5 : 0) + lots[Math.floor(i / 10)] + rng.normal(),
  );
  const [first] = checked(frameOf(outcome, [tool], {outcomeKind: 'numeric', outcomeLabel: 'diameter'})).findings;
  expect(first).toMatchObject({level: 'T2', effect: {measure: 'meanDifference'}, auc: null, defective: 0});
  expect(first.effect.low).toBeLessThan(1.5);
  expect(first.effect.high).toBeGreaterThan(1.5);
  expect(first.effect.low).toBeGreaterThan(1);
  expect(first.sentence).toMatch(/^diameter is 1\.\d higher when bore\.tool is T2/);
});

test('the messenger is not blamed: a tool that shifts a bore, and the bore that scratches', () => {
  const rng = random(17);
  const parts = 6000;
  const bad = Array.from({length: parts / 10}, () => rng.uniform() < 0.3);
  const bore = Array.from({length: parts}, (_, i) => rng.normal() * 0.4 + (bad[Math.floor(i / 10)] ? 2 : 0));
  const outcome = bore.map(b => Number(rng.uniform() < (b > 1 ? 0.25 : 0.03)));
  const factors = [
    category('bore.tool', i => Number(bad[Math.floor(i / 10)]), parts),
    number('bore.diameter', i => bore[i], parts, 2),
  ];
  const {findings} = checked(frameOf(outcome, factors));
  expect(findings.find(({factor}) => factor === 'bore.diameter')).toMatchObject({
    verdict: 'through',
    explainedBy: 'bore.tool',
  });
  expect(findings[0]).toMatchObject({factor: 'bore.tool', level: 'B', verdict: 'supported'});
});

test('a tool that only rides along with the guilty one is explained, not blamed', () => {
  const rng = random(19);
  const parts = 20_000;
  const guilty = Array.from({length: parts / 10}, () => rng.uniform() < 0.4);
  const rider = guilty.map(g => (rng.uniform() < 0.75 ? g : !g));
  const outcome = Array.from({length: parts}, (_, i) =>
    Number(rng.uniform() < (guilty[Math.floor(i / 10)] ? 0.12 : 0.03)),
  );
  const factors = [guilty, rider].map((lots, k) =>
    category(`s${k}.tool`, i => Number(lots[Math.floor(i / 10)]), parts),
  );
  const {findings} = checked(frameOf(outcome, factors));
  expect(findings[0]).toMatchObject({factor: 's0.tool', verdict: 'supported'});
  expect(findings[1]).toMatchObject({factor: 's1.tool', verdict: 'explained', explainedBy: 's0.tool'});
});

test('a sign that turns round within products wears a badge', () => {
  const rng = random(23);
  const parts = 8000;
  // Product B fails often and rarely meets the bad tool: over all parts the bad tool looks good.
  const isB = Array.from({length: parts / 10}, () => rng.uniform() < 0.5);
  const bad = isB.map(b => rng.uniform() < (b ? 0.1 : 0.9));
  const outcome = Array.from({length: parts}, (_, i) => {
    const lot = Math.floor(i / 10);
    return Number(rng.uniform() < (isB[lot] ? 0.2 : 0.02) * (bad[lot] ? 2 : 1));
  });
  const stratum = Int32Array.from({length: parts}, (_, i) => Number(isB[Math.floor(i / 10)]));
  const tool = category('bore.tool', i => Number(bad[Math.floor(i / 10)]), parts);
  const frame = frameOf(outcome, [tool], {stratum, strata: ['A', 'B'], strataFactors: ['part.product']});
  const [finding] = checked(frame).findings;
  expect(finding).toMatchObject({level: 'B', reversed: true, adjustedFor: ['part.product']});
  expect(finding.crude.value).toBeLessThan(1);
  expect(finding.effect.low).toBeGreaterThan(1);
});

test('an interval leaves out 1 exactly when its own test is significant', () => {
  let [inside, outside] = [0, 0];
  for (let seed = 1; seed <= 30; seed++) {
    const {frame} = makePlant({
      seed,
      lots: 40,
      rework: seed % 2 ? 0.2 : 0,
      correlation: 0.01,
      steps: 6,
      numbers: 0,
      partsPerLot: 60,
      cause: {kind: 'tool', ratio: 1.7},
    });
    // Two levels only: then the factor's p is the level's p.
    const pairs = frame.factors
      .filter(f => f.kind === 'category' && f.levels.length === 4)
      .map(f => ({
        ...f,
        codes: f.kind === 'category' ? f.codes.map(code => Number(code === 2)) : new Int32Array(),
        levels: ['other', 'T3'],
        kind: 'category' as const,
      }));
    const {findings, tests} = evaluate({...frame, factors: pairs});
    const claims = findings.filter(({q}) => q <= 0.05).length;
    for (const {p, q, effect} of findings) {
      const alpha = q <= 0.05 ? (0.05 * claims) / tests : 0.05;
      const leavesOut = effect.low > 1 || effect.high < 1;
      expect(leavesOut, `seed ${seed}: p ${p}, ${effect.low} to ${effect.high}`).toBe(p <= alpha);
      if (leavesOut) outside++;
      else inside++;
    }
  }
  expect(Math.min(inside, outside)).toBeGreaterThan(5);
});

describe('the side of a number', () => {
  test.each([60, 30])('%i lots: the interval leaves out 1 exactly when p is within its level', lots => {
    let [inside, outside] = [0, 0];
    for (let seed = 1; seed <= 10; seed++) {
      const kind = seed % 2 ? 'high' : 'spread';
      const {frame} = makePlant({seed, lots, correlation: 0.01, steps: 1, partsPerLot: 60, cause: {kind, ratio: 2}});
      const factors = frame.factors.filter(f => f.kind === 'number');
      const {findings, tests} = evaluate({...frame, factors});
      const claims = findings.filter(({q}) => q <= 0.05);
      const level = Math.max((0.05 * claims.length) / tests, ...claims.map(({p}) => p));
      for (const {p, q, effect} of findings) {
        const leavesOut = effect.low > 1 || effect.high < 1;
        expect(leavesOut, `seed ${seed}: p ${p}, ${effect.low} to ${effect.high}`).toBe(
          p <= (q <= 0.05 ? level : 0.05),
        );
        if (leavesOut) outside++;
        else inside++;
      }
    }
    expect(Math.min(inside, outside)).toBeGreaterThan(3);
  });

  test('an optimum is told by its two ends, as a filter that draws the same line', () => {
    const {frame} = makePlant({seed: 5, lots: 120, correlation: 0.01, steps: 1, cause: {kind: 'spread', ratio: 3}});
    const [first] = checked(frame).findings;
    const [, name, low, high] = /^\("?([^" ]+)"? <= (-?[\d.]+) or \S+ >= ([\d.]+)\)$/.exec(first.where ?? '') ?? [];
    const factor = frame.factors.find(f => f.name === name);
    const exposed =
      factor?.kind === 'number' ? valuesOf(factor, frame.parts).filter(v => v <= Number(low) || v >= Number(high)) : [];
    // Planted beyond the 10 % and the 90 % point; told parts are those of the cuts that each half of the lots chose.
    expect(exposed.length / frame.parts).toBeGreaterThan(0.1);
    expect(exposed.length / frame.parts).toBeLessThan(0.4);
    expect(first).toMatchObject({factor: name, threshold: null, kind: 'number'});
    expect(first.sentence).toMatch(/when s\d\.p\d is outside of -\d\.\d+ to \d\.\d+ Nm \(9\d(\.\d+)? %/);
    expect(first.effect.low).toBeLessThan(3);
    expect(first.effect.low).toBeGreaterThan(1);
  });

  test('with few lots the cut is the score’s own, and that is said', () => {
    const rng = random(29);
    const parts = 300;
    const torque = Array.from({length: parts}, () => rng.normal());
    const outcome = torque.map(t => Number(rng.uniform() < (t > 0 ? 0.4 : 0.05)));
    const [finding] = checked(frameOf(outcome, [number('torque', i => torque[i], parts)])).findings;
    const upper = torque.filter(t => t >= (finding.threshold?.value ?? Number.NaN));
    expect(finding.threshold?.op).toBe('>=');
    // The upper half of 300 values.
    expect(upper).toHaveLength(150);
    expect(finding).toMatchObject({parts: 150, where: `torque >= ${finding.threshold?.value}`});
    expect(finding.sentence).toContain('Too few lots to seek where it begins');
  });
});

test('a ratio at the bound is said to be beyond it, and without lots none are counted', () => {
  const parts = 400;
  // No part of the other tool fails and ten of this one do: how many times as often is anybody's guess.
  const outcome = Array.from({length: parts}, (_, i) => Number(i < 10));
  const tool = category('bore.tool', i => Number(i < 200), parts);
  const lot = Int32Array.from({length: parts}, (_, i) => i);
  const [finding] = checked(frameOf(outcome, [tool], {lot, lots: parts})).findings;
  expect(finding.effect.high).toBeCloseTo(1000, 6);
  expect(finding.sentence).toMatch(/ to more than 1000\); 200 parts\./);
  expect(finding.sentence).not.toContain('lot');
});
