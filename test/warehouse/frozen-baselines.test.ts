/** Baselines that are chosen, frozen and versioned; stages; alarms within a budget; all parameters at a glance. */
import {describe, expect, test} from 'vitest';
import {scanText} from '../../api/command-line/print/charts.ts';
import type {ChartQuestion} from '../../warehouse/chart-answers.ts';
import {alarms} from '../../warehouse/charts/alarms.ts';
import {capability} from '../../warehouse/charts/capability.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {freezeBaseline, frozenBaselines, retireBaseline} from '../../warehouse/charts/frozen.ts';
import {scan} from '../../warehouse/charts/scan.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {feed, plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';
import {pistonRings, shared} from './statistics/textbook-data.ts';

const START = Date.UTC(2024, 0, 1);
const time = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const hours = (n: number) => time(60 * n);

/** Normal draws, the same every time: sums of twelve uniforms of a linear congruential generator. */
function draws(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  return () => Array.from({length: 12}, uniform).reduce((sum, u) => sum + u, -6);
}

/** A sample an hour, each a lot: rings as Montgomery's, 40 samples of 5. */
function rings(): Table[] {
  const all = pistonRings().flatMap(({values}, s) =>
    values.map((diameter, k) => ({part: `r${s + 1}-${k + 1}`, lot: `S${s + 1}`, at: time(60 * s + k), diameter})),
  );
  return [
    ['parts', `part,product,lot\n${all.map(r => `${r.part},ring,${r.lot}`).join('\n')}`],
    [
      'measurements',
      `part,parameter,value,step,measured_at\n${all.map(r => `${r.part},diameter,${r.diameter},forge,${r.at}`).join('\n')}`,
    ],
    ['events', `station,at,kind\nF1,${hours(25)},maintenance\nF2,${hours(10)},changeover`],
    ['stations', 'station,step\nF1,forge\nF2,polish'],
  ];
}

const XBAR = {parameter: 'forge.diameter', kind: 'xbar'} as const satisfies ChartQuestion;
const ADA = {by: 'Ada', authenticated: false, reason: 'first 25 samples, in control (Montgomery)'};

describe.skipIf(!shared.present)('baselines of the piston rings', () => {
  const open = () => plantOf(rings());

  test('frozen limits are those of the baseline, hold for every chart of the same points, and say who and why', async () => {
    const plant = await open();
    const frozen = await freezeBaseline(plant, {...XBAR, baseline: `..${hours(25)}`}, ADA);
    expect(frozen).toMatchObject({version: 1, parameter: 'forge.diameter', by: 'Ada', window: {points: 25}});
    // As R's qcc prints them for the first 25 samples.
    expect(frozen.center).toBeCloseTo(74.00118, 5);
    expect(frozen.sigma / 0.009785039 - 1).toBeCloseTo(0, 4);
    expect(frozen.validFrom).toBe(new Date(START + 25 * 3_600_000).toISOString());
    const means = await chart(plant, XBAR);
    expect(means.limits).toEqual({lcl: expect.closeTo(73.98805, 4), ucl: expect.closeTo(74.0143, 4)});
    expect(means.baseline.frozen).toMatchObject({id: frozen.id, version: 1, by: 'Ada', reason: ADA.reason});
    expect(means.points.filter(p => p.violations.length > 0).map(p => p.x)).toEqual(['S37', 'S38', 'S39']);
    const ranges = await chart(plant, {...XBAR, kind: 'r'});
    expect(ranges.center).toBeCloseTo(0.02276, 5);
    expect(ranges.baseline.frozen?.id).toBe(frozen.id);
    // A name that means the same parameter shows the same limits; all points only where that is asked for.
    expect((await chart(plant, {...XBAR, parameter: 'diameter'})).baseline.frozen?.id).toBe(frozen.id);
    expect((await chart(plant, {...XBAR, baseline: '..'})).baseline).toMatchObject({frozen: null, points: 40});
    expect((await chart(plant, {...XBAR, product: 'ring'})).baseline.frozen).toBeNull();
  });

  test('later rows do not move frozen limits; earlier positions do not know them', async () => {
    const plant = await open();
    await freezeBaseline(plant, {...XBAR, baseline: `..${hours(25)}`}, ADA);
    const before = await chart(plant, XBAR);
    await feed(plant, ['measurements', `part,parameter,value,step,measured_at\nnew,diameter,74.2,forge,${hours(3)}`]);
    await feed(plant, ['parts', 'part,product,lot\nnew,ring,S4']);
    const after = await chart(plant, XBAR);
    expect(after.n).toBe(before.n + 1);
    expect(after.center).toBe(before.center);
    expect(after.points[3].violations).toEqual(['1']);
    expect((await chart(plant, {...XBAR, asOf: 2})).baseline.frozen).toBeNull();
  });

  test('a second version holds from its time on, the first one before; retired, the first holds again', async () => {
    const plant = await open();
    await freezeBaseline(plant, {...XBAR, baseline: `..${hours(25)}`}, ADA);
    const second = await freezeBaseline(
      plant,
      {...XBAR, baseline: `${hours(25)}..`, validFrom: hours(30)},
      {...ADA, reason: 'new tool'},
    );
    expect(second.version).toBe(2);
    const answer = await chart(plant, XBAR);
    expect(answer.stages.map(s => [s.points, s.baseline.frozen?.version])).toEqual([
      [30, 1],
      [10, 2],
    ]);
    expect(answer.center).toBe(second.center);
    expect(Array.isArray(answer.limits)).toBe(true);
    await retireBaseline(plant, second.id, {...ADA, reason: 'not stable after all'});
    expect((await chart(plant, XBAR)).stages.map(s => s.baseline.frozen?.version)).toEqual([1]);
    expect(frozenBaselines(plant, plant.position)).toHaveLength(1);
    await expect(retireBaseline(plant, second.id, ADA)).rejects.toThrow('no baseline');
    const third = await freezeBaseline(plant, {...XBAR, baseline: `..${hours(25)}`}, ADA);
    expect(third.version).toBe(3);
  });

  test('the ledger does not name a person whom a filter or a reason names; the answer does', async () => {
    const plant = await open();
    const ran = pistonRings().map((_, s) => `r${s + 1}-1,forge,Erika Mustermann`);
    await feed(plant, ['operations', `part,step,operator\n${ran.join('\n')}`]);
    const where = "forge.operator = 'Erika Mustermann'";
    const asked = {parameter: 'diameter', kind: 'imr', where, baseline: '..'} as const;
    const frozen = await freezeBaseline(plant, asked, {...ADA, reason: 'Erika Mustermann ran these'});
    expect(frozen).toMatchObject({where, reason: 'Erika Mustermann ran these', window: {points: 40}});
    expect(JSON.stringify(plant.entries())).not.toContain('Mustermann');
    expect((await chart(plant, {...asked, baseline: undefined})).baseline.frozen?.id).toBe(frozen.id);
    expect(await alarms(plant, {})).toMatchObject({charts: 1, notes: []});
  });

  test('what single means vary by is no spread within subgroups: charts of spread do not take it', async () => {
    const plant = await open();
    const window = `..${hours(25)}`;
    await freezeBaseline(plant, {...XBAR, sigma: 'mr', baseline: window}, ADA);
    expect((await chart(plant, XBAR)).baseline.frozen).toMatchObject({version: 1});
    const ranges = await chart(plant, {...XBAR, kind: 'r'});
    expect(ranges.baseline.frozen).toBe(null);
    expect(ranges.notes.join()).toContain('estimated anew');
    // With limits of these 25 samples, as R's qcc prints them: no range is beyond (Montgomery).
    const {limits, of, notes} = await chart(plant, {...XBAR, kind: 'r', baseline: window});
    expect(limits).toEqual({lcl: 0, ucl: expect.closeTo(0.04812533, 5)});
    expect(of.violations).toBe(0);
    expect(notes).toEqual([]);
    expect(ranges).toMatchObject({subgroup: 'lot', family: 'subgroups'});
  });

  test('frozen baselines outlive the process', async () => {
    const plant = await open();
    const {id} = await freezeBaseline(plant, {...XBAR, baseline: '..'}, ADA);
    const again = plant.entries().filter(e => e.kind === 'baseline');
    expect(again).toHaveLength(1);
    expect(again[0].body).toMatchObject({baseline: id, by: 'Ada', did: 'freeze', reason: ADA.reason});
  });

  test('stages have limits of their own, and moving ranges and runs do not cross them', async () => {
    const plant = await open();
    const staged = await chart(plant, {...XBAR, stages: hours(25)});
    const [first, second] = [`..${hours(25)}`, `${hours(25)}..`].map(baseline => chart(plant, {...XBAR, baseline}));
    expect(staged.stages.map(s => s.center)).toEqual([(await first).center, (await second).center]);
    expect(staged.stages.map(s => s.points)).toEqual([25, 15]);
    const moving = await chart(plant, {parameter: 'diameter', kind: 'mr', stages: hours(25)});
    // 200 values have 199 neighbours, two stages 198.
    expect(moving.of.points).toBe(198);
    expect((await chart(plant, {...XBAR, stages: 'event:maintenance'})).stages.map(s => s.points)).toEqual([25, 15]);
    const both = await chart(plant, {...XBAR, kind: 'cusum', stages: `${hours(10)}, ${hours(25)}`});
    expect(both.stages.map(s => s.points)).toEqual([10, 15, 15]);
  });

  test.each<[string, Partial<ChartQuestion>, string]>([
    ['stages and a baseline', {stages: hours(25), baseline: '..'}, 'the one or the other'],
    ['a stage of one point', {stages: `${hours(1)}`}, 'only 1 point in stage 1 of 2'],
    ['no time', {stages: 'soon'}, '"soon" is neither'],
    ['an event of another step', {stages: 'event:changeover'}, 'no event of kind "changeover"'],
    ['an event that is not known', {stages: 'event:fire'}, 'there are events of kind changeover, maintenance'],
    ['means of neighbours for ranges', {kind: 'r', sigma: 'mr'}, 'ask for rbar, sbar or pooled'],
    ['two parameters', {parameter: 'diameter,diameter'}, 'at once is t2'],
  ])('%s is refused', async (_what, asked, message) => {
    const plant = await open();
    const refused = await chart(plant, {...XBAR, ...asked}).then(
      () => 'answered',
      (error: Error & {hint?: string}) => `${error.message}; ${error.hint ?? ''}`,
    );
    expect(refused).toContain(message);
  });

  test('without a baseline, or with one that has too few points, nothing is frozen', async () => {
    const plant = await open();
    await expect(freezeBaseline(plant, XBAR, ADA)).rejects.toThrow('which points');
    await expect(freezeBaseline(plant, {...XBAR, baseline: '2030-01-01..'}, ADA)).rejects.toThrow('no points');
    expect(frozenBaselines(plant, plant.position)).toEqual([]);
  });

  test('the newest points are listed, all are judged', async () => {
    const answer = await chart(await open(), {...XBAR, baseline: `..${hours(25)}`, last: 2});
    expect(answer.points.map(p => p.x)).toEqual(['S39', 'S40']);
    expect(answer.of).toEqual({points: 40, violations: 3});
    expect(answer.notes.join()).toContain('the newest 2 of 40 points');
  });

  test('EWMA and CUSUM by their own settings, with what they cost', async () => {
    const plant = await open();
    const [ewma, cusum] = await Promise.all([
      chart(plant, {...XBAR, kind: 'ewma', lambda: 0.1, width: 2.814}),
      chart(plant, {...XBAR, kind: 'cusum', k: 0.5, h: 4}),
    ]);
    // Lucas & Saccucci (1990): 500; Montgomery, table 9.3: 168.
    expect(ewma.averageRunLength! / 500).toBeCloseTo(1, 2);
    expect(cusum.averageRunLength! / 168).toBeCloseTo(1, 2);
    expect(cusum.limits).toEqual({lcl: -4, ucl: 4});
  });
});

/** Lots of 10 parts, one every two hours: `name` with this mean and spread, moved by `move` sigma from lot `since` on. */
function lots(seed: number, {count = 60, since = 1e9, move = 0}: {count?: number; since?: number; move?: number}) {
  const draw = draws(seed);
  return Array.from({length: count}, (_, l) =>
    Array.from({length: 10}, (_none, k) => ({
      part: `p${l}-${k}`,
      lot: `L${l}`,
      at: time(120 * l + k),
      value: 10 + draw() + (l >= since ? move : 0),
    })),
  ).flat();
}

function asTables(parameters: Record<string, ReturnType<typeof lots>>): Table[] {
  const [first] = Object.values(parameters);
  return [
    ['parts', `part,product,lot\n${first.map(r => `${r.part},P,${r.lot}`).join('\n')}`],
    [
      'measurements',
      `part,parameter,value,step,measured_at\n${Object.entries(parameters)
        .flatMap(([name, rows]) => rows.map(r => `${r.part},${name},${r.value},bore,${r.at}`))
        .join('\n')}`,
    ],
  ];
}

describe('alarms', () => {
  async function watched(parameters: Record<string, ReturnType<typeof lots>>): Promise<Warehouse> {
    const plant = await plantOf(asTables(parameters));
    for (const parameter of Object.keys(parameters))
      await freezeBaseline(plant, {parameter: `bore.${parameter}`, kind: 'xbar', baseline: `..${hours(60)}`}, ADA);
    return plant;
  }

  test('a process that moves is one alarm, not one a lot; what is in order raises none', async () => {
    const plant = await watched({steady: lots(1, {}), moved: lots(2, {since: 50, move: 3})});
    const answer = await alarms(plant, {});
    expect(answer).toMatchObject({charts: 2, budget: 1});
    expect(answer.alarms).toHaveLength(1);
    expect(answer.alarms[0]).toMatchObject({
      parameter: 'bore.moved',
      what: 'mean',
      side: 'above',
      points: 10,
      first: 'L50',
    });
    expect(answer.falseAlarmsPerWeek.expected).toBeLessThanOrEqual(1);
    // The same facts give the same alarm, whatever else is asked.
    const again = await alarms(plant, {budget: 0.5, from: hours(99)});
    expect(again.alarms.map(a => a.id)).toEqual(answer.alarms.map(a => a.id));
  });

  test('the budget holds for plants in order, and is not reached by silence', async () => {
    const parameters = Object.fromEntries(Array.from({length: 40}, (_, k) => [`x${k}`, lots(100 + k, {})]));
    const plant = await watched(parameters);
    const {alarms: found, falseAlarmsPerWeek, window} = await alarms(plant, {budget: 4, from: hours(60)});
    const weeks = (Date.parse(window.to!) - Date.parse(window.from!)) / (7 * 24 * 3_600_000);
    expect(falseAlarmsPerWeek.expected).toBeCloseTo(4, 6);
    // 2400 tests at three sigma would raise some 6; a budget of 4 a week over 2.5 days some 1.4.
    expect(found.length / weeks).toBeLessThan(14);
    expect(falseAlarmsPerWeek.atThreeSigma).toBeGreaterThan(4);
    const generous = await alarms(plant, {budget: 1000, from: hours(60)});
    expect(generous.chance).toBe(0.0027);
    expect(generous.alarms.length).toBeGreaterThan(0);
  });

  test('nothing is watched without a baseline, and a chart that cannot be drawn any more says so', async () => {
    const plant = await plantOf(asTables({x: lots(3, {})}));
    expect(await alarms(plant, {})).toMatchObject({
      charts: 0,
      alarms: [],
      notes: [expect.stringContaining('no baseline')],
      // Not a time of 1970, which nobody asked about.
      window: {from: null, to: null},
      testsPerWeek: 0,
    });
    const ahead = await alarms(plant, {from: '2099-01-01T00:00:00Z'});
    expect(ahead.window).toEqual({from: '2099-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z'});
    await expect(alarms(plant, {from: hours(2), to: hours(1)})).rejects.toThrow('ends before it begins');
  });

  test('counts alarm by the exact distribution: 12 of 50 after 4 in 100', async () => {
    const rows = Array.from({length: 15}, (_, l) =>
      Array.from({length: 50}, (_none, k) => ({
        part: `c${l}-${k}`,
        lot: `L${l}`,
        at: time(60 * l + k),
        fails: k < (l === 12 ? 12 : 2),
      })),
    ).flat();
    const plant = await plantOf([
      ['parts', `part,product,lot\n${rows.map(r => `${r.part},P,${r.lot}`).join('\n')}`],
      [
        'inspections',
        `inspection,part,inspected_at,result\n${rows.map(r => `i-${r.part},${r.part},${r.at},${r.fails ? 'fail' : 'pass'}`).join('\n')}`,
      ],
    ]);
    await freezeBaseline(plant, {parameter: 'any-fail', kind: 'p', baseline: `..${hours(2)}`}, ADA);
    const {alarms: found} = await alarms(plant, {budget: 5});
    expect(found.map(a => [a.first, a.what, a.side])).toEqual([['L12', 'count', 'above']]);
    // Twice the share of ways to draw 12 or more of 16 marked in 50 of 150, counted with binomial coefficients.
    expect(found[0].worst.p / 0.000785717112109929).toBeCloseTo(1, 9);
  });
});

describe('all parameters at a glance', () => {
  const plant = sharedPlant([
    ...asTables({
      steady: lots(1, {}),
      jumps: lots(2, {since: 59, move: 4}),
      wide: lots(3, {}),
      bare: lots(4, {}),
      constant: lots(5, {}).map(r => ({...r, value: 7})),
    }),
    ['parameters', 'parameter,step,lsl,usl\nsteady,bore,2,18\njumps,bore,-20,40\nwide,bore,8,12\nconstant,bore,0,10'],
  ]);

  test('the worst first, with what is wrong in words', async () => {
    const answer = await scan(plant(), {});
    expect(answer.worrying.map(p => [p.parameter, p.verdict])).toEqual([
      ['bore.wide', 'not-capable'],
      ['bore.jumps', 'unstable'],
      ['bore.steady', 'in-order'],
      ['bore.bare', 'no-limits'],
      ['bore.constant', 'no-limits'],
    ]);
    expect(answer.worrying[0].why).toMatch(/^Ppk 0\.6\d .*1\.33 demanded$/);
    expect(answer.worrying[1].why).toBe('1 of 60 lots jump further than lots usually differ');
    expect(answer.worrying[4].why).toBe('all values are equal');
    expect(answer).toMatchObject({parameters: 5, values: 3000});
    expect((await scan(plant(), {top: 1})).worrying).toHaveLength(1);
  });

  test('its figures are those of the study of one parameter', async () => {
    const {worrying} = await scan(plant(), {});
    for (const name of ['bore.wide', 'bore.steady', 'bore.jumps']) {
      const one = worrying.find(p => p.parameter === name)!;
      const study = await capability(plant(), {parameter: name});
      for (const key of ['mean', 'sigmaWithin', 'sigmaOverall'] as const)
        expect(one[key]! / study[key]).toBeCloseTo(1, 10);
      for (const key of ['cpk', 'ppk'] as const) expect(one[key]!.low).toBeCloseTo(study[key]!.low, 9);
    }
  });

  test('lots that differ though their values do not: nothing to call a spread within lots', async () => {
    const rows = [1, 2, 3, 4].flatMap(value => Array.from({length: 5}, (_, k) => ({value, part: `p${value}-${k}`})));
    const stepped = await plantOf([
      ['parts', `part,product,lot\n${rows.map(r => `${r.part},P,L${r.value}`).join('\n')}`],
      [
        'measurements',
        `part,parameter,value,step\n${rows.flatMap(r => ['gap', 'play'].map(name => `${r.part},${name},${r.value},bore`)).join('\n')}`,
      ],
      ['parameters', 'parameter,step,lsl,usl\ngap,bore,-10,15\nplay,bore,-5,15'],
    ]);
    const [play, gap] = (await scan(stepped, {})).worrying;
    expect(gap).toMatchObject({n: 20, lots: 4, mean: 2.5, sigmaWithin: null, cpk: null, lotsDiffer: null});
    // Both are in order: the smaller Ppk comes first, whatever its name.
    expect([play, gap].map(p => [p.parameter, p.verdict])).toEqual([
      ['bore.play', 'in-order'],
      ['bore.gap', 'in-order'],
    ]);
    // By hand: 25 is the sum of squares of 20 values, and the nearer limits lie 12.5 and 7.5 from the mean.
    expect(gap.sigmaOverall).toBeCloseTo(Math.sqrt(25 / 19), 12);
    expect(gap.ppk?.value).toBeCloseTo(12.5 / (3 * Math.sqrt(25 / 19)), 12);
    expect(play.ppk?.value).toBeCloseTo(7.5 / (3 * Math.sqrt(25 / 19)), 12);
  });

  test('limits for all products beside those of some: it says so as capability does, on paper too', async () => {
    const limits = (names: string[]) => names.map(name => `${name},bore,,2,18\n${name},bore,Q,4,14`).join('\n');
    const named = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const mixed = await plantOf([
      ...asTables(Object.fromEntries(named.map((name, k) => [name, lots(k, {})]))),
      ['parameters', `parameter,step,product,lsl,usl\n${limits(named)}`],
    ]);
    const [told] = (await capability(mixed, {parameter: 'bore.a'})).notes.filter(note => note.includes('all products'));
    expect(told).toContain('have Q (4 to 14)');
    const answer = await scan(mixed, {});
    const notes = answer.notes.filter(note => note.includes('all products'));
    expect(notes.slice(0, -1)).toEqual(answer.worrying.slice(0, 5).map(({parameter}) => `${parameter}: ${told}`));
    expect(notes.at(-1)).toBe('limits of all products are used for 2 more parameters likewise');
    expect(answer.worrying.every(({why}) => why.endsWith('limits of all products'))).toBe(true);
    for (const note of notes) expect(scanText(answer)).toContain(`note: ${note}`);
    // Of one product they are its own.
    for (const product of ['P', 'Q'])
      expect(JSON.stringify(await scan(mixed, {product}))).not.toContain('limits of all products');
  });

  test('a scope without parts has too few of everything, and says so', async () => {
    const answer = await scan(plant(), {product: 'none'});
    expect(answer.verdicts).toMatchObject({'too-few': 5});
    expect(answer.notes.join()).toContain('5 parameters have fewer than');
  });
});
