/** Inspectors against each other, a reference and reviewers, asked of a warehouse. */
import {describe, expect, test} from 'vitest';
import {agreementText} from '../../../api/command-line/print/msa.ts';
import {agreement} from '../../../warehouse/measurement-systems/agreement.ts';
import {plantOf, sharedPlant, type Table} from '../plant-in-a-folder.ts';
import {bearings} from '../statistics/gage-data.ts';

interface Inspection {
  part: string;
  inspector: string;
  result: 'pass' | 'fail' | 'error';
  verification?: 'confirmed' | 'rejected' | 'unverified';
  station?: string;
  at?: number;
}

function inspectionsTable(inspections: readonly Inspection[]): Table {
  const rows = inspections.map(
    ({part, inspector, result, verification = '', station = '', at = 0}, k) =>
      `i${k},${part},${new Date(Date.UTC(2024, 0, 1, 0, at)).toISOString()},visual,${station},${inspector},${result},${verification}`,
  );
  return ['inspections', `inspection,part,inspected_at,step,station,inspector,result,verification\n${rows.join('\n')}`];
}

const decided = Object.entries(bearings).flatMap(([inspector, text]) =>
  text.split(' ').flatMap((decisions, i) =>
    Array.from(
      decisions,
      (decision, k): Inspection => ({
        part: `B${i + 1}`,
        inspector,
        result: decision === 'Y' ? 'pass' : 'fail',
        at: 60 * k + i,
      }),
    ),
  ),
);

describe('bearings: three appraisers, three trials, a reference (kappas: statsmodels 0.15; counts by hand)', () => {
  const plant = sharedPlant([inspectionsTable(decided)]);

  test('between appraisers', async () => {
    const {pairs, fleiss} = await agreement(plant(), {reference: 'reference'});
    expect(pairs.map(({first, second, decisions, agree}) => [first, second, decisions, agree])).toEqual([
      ['BL', 'EG', 45, 42],
      ['BL', 'MH', 45, 33],
      ['EG', 'MH', 45, 36],
    ]);
    expect(pairs[0].table).toEqual({failFail: 17, failPass: 3, passFail: 0, passPass: 25});
    [
      [0.862944, 0.0757247],
      [0.425532, 0.1162409],
      [0.525205, 0.1245834],
    ].forEach(([value, standardError], k) => {
      expect(pairs[k].kappa!.value).toBeCloseTo(value, 6);
      expect(pairs[k].kappa!.standardError).toBeCloseTo(standardError, 6);
    });
    expect(fleiss).toMatchObject({
      inspectors: ['BL', 'EG', 'MH'],
      decisions: 45,
      value: expect.closeTo(0.6, 9) as number,
    });
  });

  test('within an appraiser, and each against the reference', async () => {
    const {within, reference, notes} = await agreement(plant(), {reference: 'reference'});
    expect(within.map(({inspector, parts, agree}) => [inspector, parts, agree])).toEqual([
      ['BL', 15, 14],
      ['EG', 15, 14],
      ['MH', 15, 12],
    ]);
    expect(reference!.inspector).toBe('reference');
    expect(reference!.appraisers.map(a => [a.inspector, a.effectiveness.correct, a.effectiveness.parts])).toEqual([
      ['BL', 11, 15],
      ['EG', 12, 15],
      ['MH', 9, 15],
    ]);
    [0.492308, 0.612903, 0.264151].forEach((kappa, k) => {
      expect(reference!.appraisers[k].kappa!.value).toBeCloseTo(kappa, 6);
    });
    // EG: 3 of 15 bad decisions missed, 5 of 30 good ones failed.
    expect(reference!.appraisers[1].missRate!.value).toBeCloseTo(3 / 15, 12);
    expect(reference!.appraisers[1].falseAlarmRate!.value).toBeCloseTo(5 / 30, 12);
    expect(notes.join()).toContain('first against first');
  });

  test('nothing was reviewed: what cannot be told says so', async () => {
    const {inspectors} = await agreement(plant(), {inspector: 'EG'});
    expect(inspectors).toHaveLength(1);
    expect(inspectors[0]).toMatchObject({
      inspector: 'EG',
      inspected: 45,
      trueRate: null,
      ppv: null,
      npv: null,
      sensitivity: null,
      reviews: {fail: {inspected: 17, reviewed: 0, fraction: 0}, pass: {inspected: 28, reviewed: 0}},
      unit: 'part (no lots are known)',
    });
    expect(inspectors[0].notTold.map(({reason}) => reason)).toEqual([
      'no pass was reviewed: how many bad parts pass is not known',
      'no fail was reviewed: how many good parts fail is not known',
    ]);
  });

  test('a reference that is not there, one inspector alone, a filter that leaves none', async () => {
    await expect(agreement(plant(), {reference: 'Referenz'})).rejects.toThrow(
      '"Referenz" inspected nothing in this scope; there are reference',
    );
    await expect(agreement(plant(), {step: 'final'})).rejects.toThrow('no inspections with a result');
    const one = await agreement(plant(), {inspector: 'EG'});
    expect(one).toMatchObject({pairs: [], reference: null, fleiss: null});
  });
});

describe('reviews (hepatic scintigraphy, Drum & Christacopoulos 1972: 0.836 and 0.738 corrected, Begg & Greenes)', () => {
  const say = (n: number, result: 'pass' | 'fail', verification: Inspection['verification']) =>
    Array.from({length: n}, (): Omit<Inspection, 'part'> => ({inspector: 'spots@2', result, verification}));
  const all = [
    ...say(231, 'fail', 'confirmed'),
    ...say(32, 'fail', 'rejected'),
    ...say(166, 'fail', 'unverified'),
    ...say(27, 'pass', 'rejected'),
    ...say(54, 'pass', 'confirmed'),
    ...say(140, 'pass', undefined),
  ].map((inspection, k) => ({...inspection, part: `p${k}`}));
  const plant = sharedPlant([inspectionsTable(all)]);

  test('each result is weighted by how often it came, and the fractions are shown', async () => {
    const {inspectors, notes} = await agreement(plant(), {});
    expect(inspectors).toHaveLength(1);
    const [model] = inspectors;
    expect(model.reviews.fail).toEqual({
      inspected: 429,
      reviewed: 263,
      fraction: expect.closeTo(263 / 429, 12),
      bad: 231,
      good: 32,
    });
    expect(model.reviews.pass).toMatchObject({inspected: 221, reviewed: 81, bad: 27, good: 54});
    expect(model.sensitivity!.value).toBeCloseTo(0.836, 3);
    expect(model.specificity!.value).toBeCloseTo(0.738, 3);
    // Without the weights it would be 231 / 258 = 0.895 and 54 / 86 = 0.628.
    expect(model.missRate!.value).toBeCloseTo(1 - 0.836, 3);
    expect(model.overkill!.value).toBeCloseTo(32 / 263, 12);
    expect(model.escape!.value).toBeCloseTo(27 / 81, 12);
    expect(model.trueRate!.value).toBeCloseTo(0.66 * (231 / 263) + 0.34 / 3, 9);
    expect(model.apparentRate!.value).toBeCloseTo(0.66, 12);
    expect(model.notTold).toEqual([]);
    expect(notes.join()).toContain('those reviewed are like those that were not');
  });

  test('a reference sample of its own: Rogan and Gladen beside it', async () => {
    const sample = {sensitivity: 0.9, sensitivityN: 80, specificity: 0.97, specificityN: 300};
    const {inspectors} = await agreement(plant(), sample);
    // By hand: (0.66 + 0.97 - 1) / (0.9 + 0.97 - 1).
    expect(inspectors[0].correctedRate!.value).toBeCloseTo(0.63 / 0.87, 9);
    await expect(agreement(plant(), {...sample, specificityN: undefined})).rejects.toThrow('specificityN missing');
    await expect(agreement(plant(), {...sample, specificity: 0.1})).rejects.toThrow('do not add up to more than 1');
  });

  test('as text', async () => {
    const text = agreementText(await agreement(plant(), {}));
    expect(text).toContain('263 of 429 fails reviewed (231 bad, 32 good)');
    expect(text).toContain('false calls: good of failed (overkill)');
    expect(text).not.toMatch(/NaN|null|undefined/);
  });
});

describe('models, stations, defects, lots', () => {
  // Model 1 in lots A to D: in A and B every fail is a false call, elsewhere none; five passes of each lot are reviewed.
  const lots = ['A', 'B', 'C', 'D'];
  const parts = lots.flatMap(lot => Array.from({length: 20}, (_, k) => ({part: `${lot}${k}`, lot, k})));
  const inspections = parts.map(
    ({part, lot, k}): Inspection => ({
      part,
      inspector: 'spots@1',
      station: lot < 'C' ? 'S1' : 'S2',
      result: k < 10 ? 'fail' : 'pass',
      verification: k < 10 ? (lot < 'C' ? 'rejected' : 'confirmed') : k < 15 ? 'confirmed' : 'unverified',
    }),
  );
  const others: Inspection[] = [
    {part: 'A0', inspector: 'spots@2', result: 'pass', at: 5},
    {part: 'A1', inspector: 'spots@2', result: 'error', at: 5},
    {part: 'A2', inspector: '', result: 'fail', at: 5},
  ];
  const plant = sharedPlant([
    ['parts', `part,product,lot\n${parts.map(({part, lot}) => `${part},H,${lot}`).join('\n')}`],
    inspectionsTable([...inspections, ...others]),
    [
      'defects',
      `inspection,defect\n${inspections.flatMap(({result}, k) => (result === 'fail' ? [`i${k},${k % 2 ? 'dent' : 'spot'}`] : [])).join('\n')}`,
    ],
  ]);

  test('lots are the unit: four lots that are all or nothing tell little', async () => {
    const {inspectors, notes} = await agreement(plant(), {inspector: 'spots@1'});
    const [model] = inspectors;
    expect(model.unit).toBe('lot (4)');
    // By hand: shares 1, 1, 0, 0 of 10 each; variance (4 / 3) * 4 * 25 / 40^2 = 1 / 12, so 3 independent fails' worth,
    // and fewer as four lots tell little of a variance: Student's quantile at 3 degrees is 3.182446 (tables).
    const worth = 3 * (1.959964 / 3.182446) ** 2;
    expect(model.overkill!.value).toBe(0.5);
    expect(model.overkill!.low).toBeCloseTo(0.5 - wilsonHalf(worth), 5);
    expect(model.overkill!.high).toBeCloseTo(0.5 + wilsonHalf(worth), 5);
    expect(notes.join()).toContain('1 of 83 inspections ended in an error');
    expect(notes.join()).toContain('1 inspections name no inspector');
  });

  test('by model version, station and defect', async () => {
    const byModel = await agreement(plant(), {});
    expect(byModel.inspectors.map(({inspector, inspected}) => [inspector, inspected])).toEqual([
      ['spots@1', 80],
      ['spots@2', 1],
      ['(not named)', 1],
    ]);
    expect(byModel.pairs).toMatchObject([{first: 'spots@1', second: 'spots@2', decisions: 1, agree: 0}]);
    const byStation = await agreement(plant(), {by: 'station', inspector: 'spots@1'});
    expect(byStation.inspectors.map(({level, overkill}) => [level, overkill?.value])).toEqual([
      ['S1', 1],
      ['S2', 0],
    ]);
    const byDefect = await agreement(plant(), {by: 'defect', inspector: 'spots@1'});
    expect(byDefect.inspectors.map(of => [of.level, of.inspected, of.overkill?.value, of.escape])).toEqual([
      ['dent', 20, 0.5, null],
      ['spot', 20, 0.5, null],
    ]);
    expect(byDefect.inspectors[0].notTold[0].reason).toContain('a part that passed has no defect');
  });

  test('no escape among the reviewed passes: sensitivity 1 is a lower bound only', async () => {
    const {inspectors} = await agreement(plant(), {inspector: 'spots@1', where: "part.lot in ('C','D')"});
    expect(inspectors[0].sensitivity).toMatchObject({value: 1, high: 1});
    expect(inspectors[0].sensitivity!.low).toBeLessThan(0.85);
    expect(inspectors[0].trueRate!.value).toBe(0.5);
  });

  test('a reference sample belongs to one inspector', async () => {
    const sample = {sensitivity: 0.9, sensitivityN: 80, specificity: 0.97, specificityN: 300};
    await expect(agreement(plant(), sample)).rejects.toThrow('belong to one inspector, and there are 2');
  });
});

test('a part that was reworked is another part: fail, then pass, is no contradiction', async () => {
  const parts = ['a', 'b', 'c'];
  const plant = await plantOf([
    // a and b go through the mill again between two looks; c is looked at twice as it is.
    [
      'operations',
      `part,step,run,started_at
       a,mill,1,2024-01-01T00:00:00Z
       a,mill,2,2024-01-01T01:00:00Z
       b,mill,2,2024-01-01T01:00:00Z
       c,mill,1,2024-01-01T00:00:00Z
       c,visual,2,2024-01-01T01:00:00Z`,
    ],
    inspectionsTable([
      ...parts.map((part): Inspection => ({part, inspector: 'm@1', result: 'fail', at: 30})),
      ...parts.map((part): Inspection => ({part, inspector: 'm@1', result: 'pass', at: 90})),
      {part: 'a', inspector: 'Ann', result: 'pass', at: 100},
    ]),
  ]);
  const {within, pairs, notes} = await agreement(plant, {});
  expect(within).toMatchObject([{inspector: 'm@1', parts: 1, agree: 0}]);
  // Ann saw the part after its rework, and agrees with what the model said of it then.
  expect(pairs).toMatchObject([{first: 'Ann', second: 'm@1', decisions: 1, agree: 1}]);
  expect(notes.join()).toContain('3 inspections came after a rework');
});

test('full agreement on few parts is no proof of more: the bound of kappa follows from that of the agreement', async () => {
  const plant = await plantOf([
    inspectionsTable(
      ['a', 'b', 'c', 'd'].flatMap((part, k) =>
        ['Ann', 'Ben', 'Cid'].map((inspector): Inspection => ({part, inspector, result: k < 2 ? 'fail' : 'pass'})),
      ),
    ),
  ]);
  const {pairs, fleiss} = await agreement(plant, {});
  // By hand: 4 of 4 agree, at least 0.025 ^ (1 / 4) do; chance gives one half.
  expect(pairs[0].kappa).toMatchObject({
    value: 1,
    high: 1,
    low: expect.closeTo((0.025 ** 0.25 - 0.5) / 0.5, 9) as number,
  });
  expect(fleiss).toMatchObject({value: 1, low: null, high: null});
});

test('everything passed, everything the same: stated, never NaN', async () => {
  const plant = await plantOf([
    inspectionsTable(
      ['a', 'b', 'c'].flatMap((part): Inspection[] => [
        {part, inspector: 'm@1', result: 'pass', verification: 'confirmed'},
        {part, inspector: 'Ann', result: 'pass'},
        {part, inspector: 'Ben', result: 'pass'},
      ]),
    ),
  ]);
  const answer = await agreement(plant, {reference: undefined});
  expect(answer.pairs.map(({agreement, kappa}) => [agreement.value, kappa])).toEqual([
    [1, null],
    [1, null],
    [1, null],
  ]);
  expect(answer.fleiss).toBeNull();
  expect(answer.notes.join()).toContain('they said the same one thing of all parts');
  const model = answer.inspectors.find(({inspector}) => inspector === 'm@1')!;
  expect(model.trueRate).toMatchObject({value: 0, low: 0});
  expect(model.sensitivity).toBeNull();
  expect(model.notTold).toEqual([
    {
      what: ['sensitivity', 'specificity', 'missRate', 'falseAlarmRate'],
      reason: 'everything passed: there is nothing to tell apart',
    },
  ]);
  expect(agreementText(answer)).toContain('undefined');
  expect(agreementText(answer)).not.toContain('NaN');
});

/** Half of Wilson's interval around one half, n independent things. */
function wilsonHalf(n: number): number {
  const z = 1.959963984540054;
  return (z * Math.sqrt(0.25 / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
}
