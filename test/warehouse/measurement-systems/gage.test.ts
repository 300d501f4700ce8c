/** A gage study as a plant sends it: two CSV files, one question. */
import {describe, expect, test} from 'vitest';
import {gageText} from '../../../api/command-line/print/msa.ts';
import {gage} from '../../../warehouse/measurement-systems/gage.ts';
import {feed, plantOf, sharedPlant, type Table} from '../plant-in-a-folder.ts';
import {gaskets, nested, thermal} from '../statistics/gage-data.ts';

const NAMES = ['A', 'B', 'C'];

/** A run a measurement, in the order in which appraisers took turns. */
function studyTables(values: number[][][], parameter: string, step = 'lab'): Table[] {
  const rows = values.flatMap((row, i) =>
    row.flatMap((cell, j) =>
      cell.map((value, k) => ({part: `G${i + 1}`, run: 3 * k + j + 1, operator: NAMES[j], value})),
    ),
  );
  return [
    ['operations', `part,step,run,operator\n${rows.map(r => `${r.part},${step},${r.run},${r.operator}`).join('\n')}`],
    [
      'measurements',
      `part,parameter,step,run,value\n${rows.map(r => `${r.part},${parameter},${step},${r.run},${r.value}`).join('\n')}`,
    ],
  ];
}

describe('gaskets (AIAG MSA; figures as Minitab prints them for gageaiag, tolerance 8)', () => {
  const plant = sharedPlant([
    ...studyTables(gaskets, 'thickness'),
    ['parameters', 'parameter,step,lsl,usl\nthickness,lab,-4,4'],
  ]);
  const of = (answer: Awaited<ReturnType<typeof gage>>, source: string) =>
    answer.components.find(component => component.source === source)!;

  test('the interaction is pooled, and the tables are those printed', async () => {
    const answer = await gage(plant(), {parameter: 'lab.thickness'});
    expect(answer).toMatchObject({design: 'crossed', parts: 10, appraisers: NAMES, trials: 3, n: 90, lsl: -4, usl: 4});
    expect(answer.interaction).toMatchObject({pooled: true, p: expect.closeTo(0.974, 3) as number});
    expect(answer.anova.map(({source, df}) => [source, df])).toEqual([
      ['part', 9],
      ['appraiser', 2],
      ['interaction', 18],
      ['repeatability', 60],
      ['total', 89],
    ]);
    expect(answer.anova[0].f).toBeCloseTo(492.291, 2);
    expect(answer.anova[1].f).toBeCloseTo(79.406, 2);
    expect(answer.anova[2].f).toBeCloseTo(0.01994 / 0.04598, 3);
    expect(answer.anova[4].ss).toBeCloseTo(94.6471, 4);
    expect(answer.anovaPooled![0].f).toBeCloseTo(245.614, 2);
    expect(answer.anovaPooled![1].f).toBeCloseTo(39.617, 2);
    expect(answer.ndc!.value).toBe(4);
    // VarComp, %Contribution, StdDev, Study Var, %Study Var; %Tolerance is Study Var / 8.
    const printed: Record<string, number[]> = {
      gage: [0.09143, 7.76, 0.30237, 1.81423, 27.86],
      repeatability: [0.03997, 3.39, 0.19993, 1.1996, 18.42],
      reproducibility: [0.05146, 4.37, 0.22684, 1.36103, 20.9],
      part: [1.08645, 92.24, 1.04233, 6.25396, 96.04],
      total: [1.17788, 100, 1.0853, 6.5118, 100],
    };
    for (const [source, [variance, contribution, sigma, study, percentStudy]] of Object.entries(printed)) {
      const found = of(answer, source);
      expect(found.variance.value).toBeCloseTo(variance, 5);
      expect(found.contribution).toBeCloseTo(contribution, 2);
      expect(found.percentContribution.value).toBe(found.contribution);
      expect(found.percentContribution.high).toBeCloseTo(found.percentStudy.high ** 2 / 100, 9);
      expect(found.sigma).toBeCloseTo(sigma, 5);
      expect(found.studyVariation).toBeCloseTo(study, 4);
      expect(found.percentStudy.value).toBeCloseTo(percentStudy, 2);
      expect(found.percentTolerance!.value).toBeCloseTo((100 * study) / 8, 3);
    }
  });

  test('a verdict in words, against both, with how sure it is', async () => {
    const {verdicts, notes} = await gage(plant(), {parameter: 'thickness'});
    expect(verdicts.map(({basis, band}) => [basis, band])).toEqual([
      ['study variation', 'may be acceptable'],
      ['tolerance', 'may be acceptable'],
    ]);
    expect(verdicts[0].sentence).toContain('27.9 % of the study variation');
    expect(verdicts[0].sentence).toContain(
      'its interval does not decide between “may be acceptable” and “not acceptable”',
    );
    expect(notes.join()).toContain('modified large sample');
  });

  test('the interaction can be kept: its component is below 0, set to 0 and said', async () => {
    const answer = await gage(plant(), {parameter: 'lab.thickness', keepInteraction: true, lsl: -1, usl: 1});
    expect(answer.interaction).toMatchObject({pooled: false});
    expect(answer.anovaPooled).toBeNull();
    // By hand from the mean squares: (0.01994 - 0.04598) / 3.
    expect(of(answer, 'interaction').variance.value).toBe(0);
    expect(answer.notes.join()).toContain('appraisers by parts comes out below 0 (-0.00868)');
    expect(of(answer, 'repeatability').variance.value).toBeCloseTo(0.04598, 5);
    // The limits asked for, not those recorded.
    expect(of(answer, 'gage').percentTolerance!.value).toBeGreaterThan(80);
    expect(answer.verdicts[1].band).toBe('not acceptable');
  });

  test('every value lies within its interval, and the text says what is wanted', async () => {
    const answer = await gage(plant(), {parameter: 'lab.thickness'});
    for (const {variance, percentStudy} of answer.components) {
      expect(variance.low).toBeLessThanOrEqual(variance.value);
      expect(variance.high).toBeGreaterThanOrEqual(variance.value);
      expect(percentStudy.low).toBeLessThanOrEqual(percentStudy.value);
      expect(percentStudy.high).toBeGreaterThanOrEqual(percentStudy.value);
    }
    const text = gageText(answer);
    expect(text).toContain('Distinct categories (ndc): 4, and at least 5 are wanted');
    expect(text).not.toContain('NaN');
  });

  // AIAG MSA, 4th ed., data sheet and figures of this study: mean ranges 0.184, 0.513, 0.328, in all 0.3417; means 0.1903,
  // 0.0683, -0.2543; constants of three trials A2 = 1.023, D3 = 0, D4 = 2.574 (ASTM MNL 7).
  test('what its plots show, only if asked for', async () => {
    expect((await gage(plant(), {parameter: 'lab.thickness'})).plots).toBeNull();
    const plots = (await gage(plant(), {parameter: 'lab.thickness', plots: true})).plots!;
    expect(plots.cells).toHaveLength(30);
    expect(plots.cells[11]).toMatchObject({part: 'G2', appraiser: 'B', values: [-0.47, -1.22, -0.68]});
    expect(plots.cells[11].range).toBeCloseTo(0.75, 12);
    expect(plots.appraisers.map(({range}) => Number(range.toFixed(3)))).toEqual([0.184, 0.513, 0.328]);
    expect(plots.appraisers.map(({mean}) => Number(mean.toFixed(4)))).toEqual([0.1903, 0.0683, -0.2543]);
    expect(plots.parts.map(({part}) => part)).toEqual(gaskets.map((_, i) => `G${i + 1}`));
    // AIAG: the range of the means of parts is 3.511.
    const means = plots.parts.map(({mean}) => mean);
    expect(Math.max(...means) - Math.min(...means)).toBeCloseTo(3.511, 3);
    expect(plots.ranges.center).toBeCloseTo(0.3417, 4);
    expect(plots.ranges.ucl).toBeCloseTo(0.3417 * 2.574, 3);
    expect(plots.ranges.lcl).toBe(0);
    expect(plots.means.center).toBeCloseTo(0.0014, 4);
    expect(plots.means.ucl - plots.means.center).toBeCloseTo(0.3417 * 1.023, 3);
    // B read 0.01, 1.03 and 0.20 of part 4; no other range reaches 0.88.
    expect(plots.ranges.outside).toBe(1);
    expect(plots.means.outside).toBe(
      gaskets.flat().filter(c => Math.abs((c[0] + c[1] + c[2]) / 3 - 0.0014) > 0.3496).length,
    );
  });

  test('limits of the time of the study, and of the product of its parts', async () => {
    const dated = await plantOf([
      ['parts', `part,product\n${gaskets.map((_, i) => `G${i + 1},gasket`).join('\n')}`],
      ...studyTables(gaskets, 'thickness').map(
        ([table, csv]): Table =>
          table === 'measurements'
            ? [table, csv.replace(/^(part.*)$/m, '$1,measured_at').replace(/^(G.*)$/gm, '$1,2024-05-01T08:00:00Z')]
            : [table, csv],
      ),
      [
        'parameters',
        `parameter,step,product,lsl,usl,valid_from
         thickness,lab,gasket,-2,2,2024-01-01T00:00:00Z
         thickness,lab,gasket,-9,9,2024-06-01T00:00:00Z
         thickness,lab,lid,-5,5,2024-01-01T00:00:00Z`,
      ],
    ]);
    expect(await gage(dated, {parameter: 'lab.thickness'})).toMatchObject({lsl: -2, usl: 2});
    await expect(gage(dated, {parameter: 'lab.thickness', product: 'lid'})).rejects.toThrow(
      'no values of lab.thickness',
    );
  });

  test.each([
    [
      'limits for all products',
      'thickness,lab,,-4,4\nthickness,lab,lid,-5,5',
      -4,
      'the limits are those recorded for all products; limits of their own, not used here, have lid (-5 to 5): ask for one product',
    ],
    [
      'limits of products alone',
      'thickness,lab,gasket,-2,2\nthickness,lab,lid,-5,5',
      null,
      'limits of lab.thickness differ by product, and none is used: ask for one product (gasket, lid), or give lsl or usl',
    ],
  ])('a study of several products and %s: it says whose were not used, on paper too', async (_, rows, lsl, told) => {
    const mixed = await plantOf([
      ['parts', `part,product\n${gaskets.map((_g, i) => `G${i + 1},${i % 2 ? 'lid' : 'gasket'}`).join('\n')}`],
      ...studyTables(gaskets, 'thickness'),
      ['parameters', `parameter,step,product,lsl,usl\n${rows}`],
    ]);
    const answer = await gage(mixed, {parameter: 'lab.thickness'});
    expect(answer.lsl).toBe(lsl);
    expect(answer.notes).toContain(told);
    expect(gageText(answer)).toContain(told);
    for (const question of [{where: "part.product = 'lid'"}, {lsl: -1, usl: 1}])
      expect((await gage(mixed, {parameter: 'lab.thickness', ...question})).notes).not.toContain(told);
  });

  test('a past position', async () => {
    const warehouse = await plantOf(studyTables(gaskets, 'thickness'));
    await feed(warehouse, ['operations', 'part,step,run,operator\nG1,lab,10,D']);
    await feed(warehouse, ['measurements', 'part,parameter,step,run,value\nG1,thickness,lab,10,0.5']);
    await expect(gage(warehouse, {parameter: 'lab.thickness'})).rejects.toThrow('unbalanced');
    expect(await gage(warehouse, {parameter: 'lab.thickness', asOf: 2})).toMatchObject({n: 90, asOf: 2});
  });
});

test('thermal impedance (Montgomery): the interaction stays, p < 0.001, F tests against it', async () => {
  const plant = await plantOf(studyTables(thermal, 'impedance'));
  const answer = await gage(plant, {parameter: 'lab.impedance', lsl: 18, usl: 58});
  expect(answer.interaction).toMatchObject({pooled: false});
  expect(answer.interaction!.p!).toBeLessThan(0.001);
  expect(answer.anova[0].f).toBeCloseTo(162.27, 2);
  expect(answer.anova[1].f).toBeCloseTo(7.28, 2);
  expect(answer.anova[1].p).toBeCloseTo(0.005, 3);
  expect(answer.anova[2].f).toBeCloseTo(5.27, 2);
  const components = Object.fromEntries(answer.components.map(c => [c.source, c.variance.value]));
  expect(components.repeatability).toBeCloseTo(0.51, 2);
  expect(components.reproducibility).toBeCloseTo(1.29, 2);
  expect(components.gage).toBeCloseTo(1.8, 2);
  // Montgomery: 6 * sqrt(1.80) / (58 - 18).
  expect(answer.components[0].percentTolerance!.value).toBeCloseTo((600 * Math.sqrt(1.8037)) / 40, 2);
});

test('nested: each part measured by one appraiser (components by hand from statsmodels’ mean squares)', async () => {
  const rows = nested.flatMap((row, a) =>
    row.flatMap((cell, i) =>
      cell.map((value, k) => ({part: `${NAMES[a]}${i}`, run: k + 1, operator: NAMES[a], value})),
    ),
  );
  const plant = await plantOf([
    ['operations', `part,step,run,operator\n${rows.map(r => `${r.part},pull,${r.run},${r.operator}`).join('\n')}`],
    [
      'measurements',
      `part,parameter,step,run,value\n${rows.map(r => `${r.part},force,pull,${r.run},${r.value}`).join('\n')}`,
    ],
  ]);
  const answer = await gage(plant, {parameter: 'pull.force'});
  expect(answer).toMatchObject({design: 'nested', parts: 15, trials: 2, n: 30, interaction: null, anovaPooled: null});
  const components = Object.fromEntries(answer.components.map(c => [c.source, c.variance.value]));
  expect(components.repeatability).toBeCloseTo(0.080667, 6);
  expect(components.part).toBeCloseTo((3.133833 - 0.080667) / 2, 5);
  expect(components.appraiser).toBe(0);
  expect(answer.notes.join()).toContain('appraisers comes out below 0');
  expect(answer.notes.join()).toContain('nested');
  // Minitab's rule, as printed for gagenest: appraisers are tested against parts.
  expect(answer.anova[0].f).toBeCloseTo(2.181333 / 3.133833, 4);
});

describe('what is no study', () => {
  const rows = (lines: string) =>
    lines
      .trim()
      .split('\n')
      .map(line => line.trim().split(/\s+/));
  /** Lines of part, run, operator and value, each text at a step of its own. */
  const tablesOf = (texts: readonly string[]): Table[] => {
    const all = texts.flatMap((text, k) =>
      rows(text).map(([p, r, o, v]) => ({p, r, o: o === '-' ? '' : o, v, step: `lab${k}`})),
    );
    return [
      ['operations', `part,step,run,operator\n${all.map(({p, r, o, step}) => `${p},${step},${r},${o}`).join('\n')}`],
      [
        'measurements',
        `part,parameter,step,run,value\n${all.map(({p, r, v, step}) => `${p},x,${step},${r},${v}`).join('\n')}`,
      ],
    ];
  };
  const full = gaskets
    .slice(0, 3)
    .flatMap((row, i) => row.flatMap((cell, j) => cell.map((v, k) => `G${i} ${3 * j + k + 1} ${NAMES[j]} ${v}`)));

  const cases = [
    ['one appraiser', 'a 1 A 1\na 2 A 2\nb 1 A 1\nb 2 A 3', 'all values are by one appraiser (A)'],
    ['one trial', 'a 1 A 1\na 2 B 2\nb 1 A 1\nb 2 B 3', 'no appraiser measured any part twice'],
    ['one part', 'a 1 A 1\na 2 A 2\na 3 B 1\na 4 B 3', 'all values are of one part'],
    ['no variation', 'a 1 A 7\na 2 A 7\na 3 B 7\na 4 B 7\nb 1 A 7\nb 2 A 7\nb 3 B 7\nb 4 B 7', 'all values are equal'],
    [
      'nested, uneven',
      'a 1 A 1\na 2 A 2\nb 1 A 1\nb 2 A 3\nc 1 B 1\nc 2 B 3',
      'A measured 2 parts, B measured 1 parts',
    ],
    ['nested, one part each', 'a 1 A 1\na 2 A 2\nc 1 B 1\nc 2 B 3', 'parts and appraisers cannot be told apart'],
    ['no appraiser named', 'a 1 A 1\na 2 - 2\nb 1 A 1\nb 2 B 3', '1 of 4 values name no operator'],
  ];
  const refused = sharedPlant(tablesOf(cases.map(([, lines]) => lines)));

  test.each(cases.map(([what, , message], k) => ({what, message, step: `lab${k}`})))(
    '$what',
    async ({message, step}) => {
      await expect(gage(refused(), {parameter: `${step}.x`})).rejects.toThrow(message);
    },
  );

  test('unbalanced: the cells that lack values are named; the complete subset only when asked for', async () => {
    const [lost, other] = [full.findIndex(l => l.startsWith('G1 5 B')), full.findIndex(l => l.startsWith('G2 9 C'))];
    const plant = await plantOf(tablesOf([full.filter((_, k) => k !== lost && k !== other).join('\n')]));
    await expect(gage(plant, {parameter: 'lab0.x'})).rejects.toThrow(
      'unbalanced (3 parts, 3 appraisers, 3 trials): G1 by B has 2, G2 by C has 2',
    );
    const answer = await gage(plant, {parameter: 'lab0.x', balancedSubset: true});
    // A and B measured G0 and G2, A and C G0 and G1: of two that are as large the one whose appraisers come first.
    expect(answer).toMatchObject({parts: 2, appraisers: ['A', 'B'], trials: 3, n: 12});
    expect(answer.notes.join()).toContain('13 of 25 values are left out');
  });

  test('ordinary production beside a study: named as what it is, left out on request', async () => {
    const plant = await plantOf(tablesOf([[...full, 'P1 1 A 0.4', 'P2 1 B 0.6', 'P3 1 - 0.5'].join('\n')]));
    await expect(gage(plant, {parameter: 'lab0.x'})).rejects.toThrow('1 of 30 values name no operator');
    const answer = await gage(plant, {parameter: 'lab0.x', balancedSubset: true});
    expect(answer).toMatchObject({parts: 3, appraisers: NAMES, trials: 3, n: 27});
    expect(answer.notes.join()).toContain('1 of 30 values name no operator: left out');
    expect(answer.notes.join()).toContain('2 of 29 values are left out');
    expect(answer.notes.join()).toContain('parts times appraisers is 9');
  });

  test('parts that differ and a gage that never does: no categories to count, and no NaN', async () => {
    const plant = await plantOf(tablesOf(['a 1 A 1\na 2 A 1\na 3 B 1\na 4 B 1\nb 1 A 2\nb 2 A 2\nb 3 B 2\nb 4 B 2']));
    const answer = await gage(plant, {parameter: 'lab0.x', lsl: 0, usl: 3});
    expect(answer).toMatchObject({ndc: null, interaction: {p: null, pooled: false}});
    expect(answer.verdicts.map(({band}) => band)).toEqual(['acceptable', 'acceptable']);
    const figures = answer.components.flatMap(({variance, percentStudy}) =>
      [variance, percentStudy].flatMap(Object.values),
    );
    expect(figures.every(figure => Number.isFinite(figure))).toBe(true);
    expect(gageText(answer)).not.toContain('NaN');
  });

  test('a value beyond what the gage shows, several operators for one run, nothing in scope', async () => {
    const plant = await plantOf(tablesOf([full.join('\n')]));
    await expect(gage(plant, {parameter: 'lab0.x', from: '2024-01-01'})).rejects.toThrow(
      'no values of lab0.x in this scope',
    );
    await expect(gage(plant, {parameter: 'lab0.y'})).rejects.toThrow('no parameter "lab0.y" is measured');
    await feed(plant, ['operations', 'part,step,run,operator,started_at\nG0,lab0,1,B,2024-01-01T00:00:00Z']);
    await feed(plant, ['measurements', 'part,parameter,step,run,value,qualifier\nG9,x,lab0,1,5,>']);
    await expect(gage(plant, {parameter: 'lab0.x'})).rejects.toThrow(
      '1 of 28 values have several operators for one part, step and run; 1 of 28 values are beyond what the gage can show',
    );
  });
});
