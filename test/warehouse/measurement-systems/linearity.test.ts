/** A bias and linearity study as a plant sends it: reference parts measured by the gage, and by a laboratory at another step. */
import {describe, expect, test} from 'vitest';
import {linearityText} from '../../../api/command-line/print/msa.ts';
import {linearity} from '../../../warehouse/measurement-systems/linearity.ts';
import {feed, plantOf, sharedPlant, type Table} from '../plant-in-a-folder.ts';
import {sizes} from '../statistics/gage-data.ts';

/** A part with what was read at each step; runs count up. */
type Readings = Record<string, Record<string, (number | string)[]>>;

function tableOf(parts: Readings, parameter = 'width'): Table {
  const lines = Object.entries(parts).flatMap(([part, steps]) =>
    Object.entries(steps).flatMap(([step, values]) =>
      values.map((value, k) => {
        const [number, qualifier] = typeof value === 'string' ? [value.slice(1), value[0]] : [value, ''];
        return `${part},${parameter},${step},${k + 1},${number},${qualifier}`;
      }),
    ),
  );
  return ['measurements', `part,parameter,step,run,value,qualifier\n${lines.join('\n')}`];
}

const example: Readings = Object.fromEntries(
  Object.entries(sizes).map(([size, bench], i) => [`R${i + 1}`, {bench, lab: [Number(size)]}]),
);

const to = (digits: number) => (value: number) => Number(value.toFixed(digits));

describe('five parts, twelve trials (AIAG MSA, 4th ed.; figures as SPC for Excel prints them for it)', () => {
  const plant = sharedPlant([tableOf(example)]);
  const ask = {parameter: 'bench.width', reference: 'lab'};

  test('the line, and what it is worth: AIAG has 0.7367 - 0.1317 x, R2 0.714', async () => {
    const {regression, n} = await linearity(plant(), {...ask, processVariation: 16.5368});
    const {intercept, slope, sigma, degrees, rSquared, percentLinearity, linearity: ofProcess} = regression;
    expect(n).toBe(60);
    expect([intercept.value, intercept.low, intercept.high].map(to(3))).toEqual([0.737, 0.591, 0.882]);
    expect([slope.value, slope.low, slope.high].map(to(3))).toEqual([-0.132, -0.154, -0.11]);
    expect([intercept.value, slope.value].map(to(5))).toEqual([0.73667, -0.13167]);
    expect([intercept.standardError, slope.standardError].map(to(4))).toEqual([0.0725, 0.0109]);
    expect([intercept.value / intercept.standardError, slope.value / slope.standardError].map(to(2))).toEqual([
      10.16, -12.04,
    ]);
    // statsmodels 0.15.
    expect(slope.p / 2.03771558e-17).toBeCloseTo(1, 6);
    expect(to(3)(sigma)).toBe(0.24);
    expect(degrees).toBe(58);
    expect(to(4)(rSquared!)).toBe(0.7143);
    expect(to(2)(percentLinearity)).toBe(13.17);
    expect(to(3)(ofProcess!)).toBe(2.177);
  });

  test('the bias of each part and of all', async () => {
    const {levels, overall} = await linearity(plant(), {...ask, processVariation: 16.5368});
    expect(levels.map(({part, reference, referenceValues, n}) => [part, reference, referenceValues, n])).toEqual(
      [2, 4, 6, 8, 10].map((size, i) => [`R${i + 1}`, size, 1, 12]),
    );
    expect(levels.map(({bias}) => to(3)(bias.value))).toEqual([0.492, 0.125, 0.025, -0.292, -0.617]);
    expect(levels.map(({bias}) => to(2)(bias.percent!))).toEqual([2.97, 0.76, 0.15, 1.76, 3.73]);
    expect(levels.map(({bias}) => to(3)(bias.p!))).toEqual([0, 0.354, 0.667, 0, 0]);
    expect([overall.value, overall.p].map(to(3))).toEqual([-0.053, 0.089]);
    expect(to(2)(overall.percent!)).toBe(0.32);
  });

  test('what its plot shows, only if asked for', async () => {
    const {plots, levels} = await linearity(plant(), {...ask, plots: true});
    expect((await linearity(plant(), ask)).plots).toBeNull();
    expect(plots!.values).toHaveLength(60);
    expect(plots!.values[12]).toEqual({part: 'R2', reference: 4, bias: 5.1 - 4});
    expect(plots!.line[0]).toEqual({reference: 2, ...levels[0].fitted});
    expect(plots!.line[20]).toEqual({reference: 6, ...levels[2].fitted});
    expect(plots!.line).toHaveLength(41);
  });

  // SciPy 1.17.1 ttest_1samp; statsmodels 0.15 multipletests (fdr_bh), get_prediction, anova_lm.
  test('intervals, q and the fit of a straight line', async () => {
    const {levels, lackOfFit, overall} = await linearity(plant(), ask);
    expect([levels[1].bias.low!, levels[1].bias.high!].map(to(9))).toEqual([-0.159307363, 0.409307363]);
    expect([levels[4].bias.low!, levels[4].bias.high!].map(to(9))).toEqual([-0.709862972, -0.523470361]);
    const q = [
      7.180832761107091e-8, 0.44248915658460386, 0.667130710762814, 1.069913417590598e-6, 7.180832761107091e-8,
    ];
    for (const [k, {bias}] of levels.entries()) expect(bias.q! / q[k]).toBeCloseTo(1, 8);
    const bands = [
      [0.4733333333, 0.3661158901, 0.5805507766],
      [0.21, 0.1341858188, 0.2858141812],
      [-0.0533333333, -0.1152353531, 0.0085686864],
      [-0.3166666667, -0.3924808479, -0.2408524855],
      [-0.58, -0.6872174433, -0.4727825567],
    ];
    expect(levels.map(({fitted: {value, low, high}}) => [value, low, high].map(to(10)))).toEqual(bands);
    expect(to(6)(lackOfFit!.f)).toBe(1.097665);
    expect(to(6)(lackOfFit!.p)).toBe(0.357948);
    expect(to(9)((overall.high - overall.low) / 2)).toBe(0.061818046);
    expect(overall.percent).toBeNull();
  });

  test('the verdict says what to do with it; the text has it all', async () => {
    const answer = await linearity(plant(), ask);
    expect(answer.verdict.found).toBe('linearity');
    expect(answer.verdict.sentence).toContain(
      'changes by -0.1317 with each unit of size (-0.1536 to -0.1098, p < 0.001)',
    );
    expect(answer.verdict.sentence).toContain('at reference 2 (+0.4917), 8 (-0.2917), 10 (-0.6167)');
    expect(answer.notes.join()).toContain('5 of 5 reference values rest on one measurement');
    expect(answer.notes.join()).not.toContain('AIAG asks for');
    const text = linearityText(answer);
    expect(text).toMatch(/R4 .* 7\.70833 .* -0\.291667 /);
    expect(text).toMatch(/slope +-0\.131667 /);
    expect(text).not.toMatch(/NaN|null|undefined/);
    expect(linearityText(await linearity(plant(), {...ask, processVariation: 16.5368}))).toContain('% process');
  });

  test('a past position; parts by a filter', async () => {
    const warehouse = await plantOf([tableOf(example)]);
    await feed(warehouse, tableOf({R1: {lab: [2, 2.6]}}));
    expect((await linearity(warehouse, ask)).levels[0]).toMatchObject({referenceValues: 2});
    expect((await linearity(warehouse, ask)).levels[0].reference).toBeCloseTo(2.3, 12);
    expect((await linearity(warehouse, {...ask, asOf: 1})).levels[0]).toMatchObject({reference: 2, referenceValues: 1});
    const some = await linearity(warehouse, {...ask, where: 'bench.width > 5'});
    expect(some.levels.map(({part}) => part)).toEqual(['R3', 'R4', 'R5']);
  });
});

// Unequal numbers, biases in a V. SciPy 1.17.1 and statsmodels 0.15 on the same values.
describe('a bent bias', () => {
  const bent: Readings = {
    B1: {bench: [10.2, 10.1, 10.3], lab: [9.9, 10.1]},
    B10: {bench: [20.3, 20.2, 20.4, 20.1], lab: [20.5]},
    B2: {bench: [31.3, 31.2, 31.4], lab: [31]},
  };
  const plant = sharedPlant([tableOf(bent)]);

  test('no slope, no bias over all, and yet no gage to trust', async () => {
    const answer = await linearity(plant(), {parameter: 'bench.width', reference: 'lab'});
    const {levels, overall, regression, lackOfFit, verdict, notes} = answer;
    expect(to(8)(regression.slope.value)).toBe(0.0047619);
    expect(to(8)(regression.slope.p)).toBe(0.68762303);
    expect(to(8)(regression.intercept.standardError)).toBe(0.25183229);
    expect([levels[2].fitted.low, levels[2].fitted.high].map(to(10))).toEqual([-0.2497228426, 0.4497228426]);
    expect(levels.map(({bias}) => to(9)(bias.q!))).toEqual([0.0741799, 0.052648078, 0.052648078]);
    expect(to(9)(overall.p)).toBe(0.205843333);
    expect(to(5)(lackOfFit!.f)).toBe(46.66667);
    expect(to(6)(lackOfFit!.p)).toBe(0.000246);
    expect(verdict.found).toBe('linearity');
    expect(verdict.sentence).toContain('differs between parts by more than repeatability explains (p < 0.001)');
    expect(notes.join()).toContain('does not follow a straight line');
    expect(notes.join()).toContain('3 parts, measured 3 times at least: AIAG asks for 5 parts and 10 times');
    expect(notes.join()).toContain('2 of 3 reference values rest on one measurement');
  });
});

describe('other verdicts', () => {
  const around = (center: number) => [-0.2, -0.1, 0, 0.1, 0.2].map(off => center + off);
  const verdictOf = async (parts: Readings) => {
    const answer = await linearity(await plantOf([tableOf(parts)]), {parameter: 'bench.width', reference: 'lab'});
    return {...answer, text: linearityText(answer)};
  };

  test('the same bias everywhere', async () => {
    const {verdict, lackOfFit} = await verdictOf({
      a: {bench: around(5.5), lab: [5]},
      b: {bench: around(9.5), lab: [9]},
    });
    expect(verdict.found).toBe('bias');
    expect(verdict.sentence).toContain('reads 0.5 too high');
    expect(lackOfFit).toBeNull();
  });

  test('none: how large one may still be is told', async () => {
    const {verdict, overall} = await verdictOf({
      a: {bench: around(5), lab: [5]},
      b: {bench: around(9), lab: [9]},
    });
    expect(verdict.found).toBe('neither');
    expect(overall.value).toBeCloseTo(0, 12);
    // By hand: squares of 0.2 over 8 degrees of freedom; at an end the mean of 5 values counts as much, t(8) = 2.306.
    expect(verdict.sentence).toContain(`up to ${Number((2.306 * Math.sqrt(0.2 / 8 / 5)).toPrecision(3))}`);
  });

  test('a part whose values are all equal has no interval, and says so', async () => {
    const {levels, notes, text} = await verdictOf({
      a: {bench: [5.1, 5.1, 5.1], lab: [5]},
      b: {bench: around(9), lab: [9]},
    });
    expect(levels[0].bias).toMatchObject({low: null, high: null, p: null, q: null});
    expect(levels[0].bias.value).toBeCloseTo(0.1, 12);
    expect(notes.join()).toContain('all values of a are equal');
    expect(text).not.toMatch(/NaN|null|undefined/);
  });
});

describe('what is no study', () => {
  const ask = {parameter: 'bench.width', reference: 'lab'};
  const fine = {a: {bench: [5, 5.1], lab: [5]}, b: {bench: [9, 9.1], lab: [9]}};

  test.each<[string, Readings, string]>([
    ['one size', {a: {bench: [5, 5.1], lab: [5]}, b: {bench: [5, 5.2], lab: [5]}}, 'all reference values are 5'],
    ['one part', {a: {bench: [5, 5.1], lab: [5]}}, 'all reference values are 5'],
    ['no repeats', {...fine, c: {bench: [7], lab: [7]}}, '1 of 3 parts with a reference value were measured once: c'],
    ['no reference', {a: {bench: [5, 5.1]}, b: {lab: [5]}}, 'no part in this scope has values of bench.width and a'],
    ['beyond the gage', {...fine, c: {bench: [7, '>10'], lab: [7]}}, '1 of 9 values are beyond'],
    [
      'no variation',
      {a: {bench: [5.1, 5.1], lab: [5]}, b: {bench: [9, 9], lab: [9]}},
      'no part shows two different values, so that no interval can be told: a reads 5.1 for 5, b reads 9 for 9',
    ],
  ])('%s', async (_what, parts, message) => {
    await expect(linearity(await plantOf([tableOf(parts)]), ask)).rejects.toThrow(message);
  });

  test('production beside the study is left out, and counted', async () => {
    const warehouse = await plantOf([tableOf({...fine, p: {bench: [7]}, q: {bench: [7, 8]}, r: {lab: [3]}})]);
    const {notes, n} = await linearity(warehouse, ask);
    expect(n).toBe(4);
    expect(notes.join()).toContain('left out: 3 values of 2 parts without a reference value at lab');
    expect(notes.join()).toContain('not measured by the gage under study: 1 part with a reference value');
  });

  test('a step or a parameter that is not there, and a step against itself', async () => {
    const warehouse = await plantOf([tableOf(fine), tableOf({a: {bench: [1, 2]}}, 'depth')]);
    await expect(linearity(warehouse, {...ask, reference: 'labs'})).rejects.toThrow(
      'no parameter "labs.width" is measured; near it: ',
    );
    await expect(linearity(warehouse, {...ask, parameter: 'bench.depth'})).rejects.toThrow('no parameter "lab.depth"');
    await expect(linearity(warehouse, {...ask, reference: 'bench'})).rejects.toThrow('cannot be its own reference');
    await expect(linearity(warehouse, {...ask, parameter: 'width'})).rejects.toThrow('measured at several steps');
    await expect(linearity(warehouse, {...ask, from: '2024-01-01'})).rejects.toThrow('no part in this scope');
  });
});
