/** The dry run on history, and that what happens live is judged the same. */
import {expect, test} from 'vitest';
import {demoMes, inspect, MINUTE, plantWith, rows, rulesOf, soon, webhook} from './plant.ts';

const notify = [{do: 'notify', to: 'mes'}];

test('a month of history: which would have fired, what would have been sent, what would have been withheld', async () => {
  const mes = webhook('http://127.0.0.1:1/');
  const {app} = await plantWith({receivers: {mes}}, {serves: false});
  await rows(app, 'work_orders', [{work_order: 'W1', product: 'A', quantity: 10}]);
  await rows(
    app,
    'parts',
    [1, 2, 3, 4, 5].map(k => ({part: `P${k}`, product: 'A', lot: k < 4 ? 'L1' : 'L2', work_order: 'W1'})),
  );
  await rows(
    app,
    'operations',
    [1, 2, 3, 4, 5].map(k => ({part: `P${k}`, step: 'bore', tool: k === 5 ? 'T1' : 'T7'})),
  );
  const results = ['fail', 'fail', 'pass', 'fail', 'fail'];
  await rows(
    app,
    'inspections',
    results.map((result, k) => ({
      inspection: `I${k + 1}`,
      part: `P${k + 1}`,
      result,
      inspected_at: `2026-03-0${k + 1}T06:00:00Z`,
      station: 'CAM1',
      confidence: 0.9,
    })),
  );
  // Defects in a file of their own, as plants send them.
  await rows(app, 'defects', [
    {inspection: 'I1', defect: 'scratch', severity: 4, x: 12, y: 30},
    {inspection: 'I2', defect: 'scratch', severity: 1},
    {inspection: 'I4', defect: 'dent', severity: 5},
    {inspection: 'I5', defect: 'scratch', severity: 3, confidence: 0.4},
  ]);
  const rule = (fail: object, limits = {}) => ({
    when: {fail},
    then: [
      {do: 'rework', to: 'mes', route: 'R9'},
      {do: 'completion', to: 'mes'},
    ],
    limits,
  });
  const fired = async (fail: object, limits = {}, window = {}) => {
    const {rules} = await app.responses.try({rules: {r: rule(fail, limits)}, ...window});
    return {...rules[0], parts: rules[0].firings.map(({part}) => part)};
  };
  expect((await fired({})).parts).toEqual(['P1', 'P2', 'P4', 'P5']);
  expect((await fired({defect: 'scratch'})).parts).toEqual(['P1', 'P2', 'P5']);
  expect((await fired({defect: ['scratch', 'dent'], severityAtLeast: 3})).parts).toEqual(['P1', 'P4', 'P5']);
  // The defect's own confidence goes before the inspection's.
  expect((await fired({defect: 'scratch', confidenceAtLeast: 0.8})).parts).toEqual(['P1', 'P2']);
  expect((await fired({where: "bore.tool = 'T7'"})).parts).toEqual(['P1', 'P2', 'P4']);
  expect((await fired({}, {}, {from: '2026-03-02T00:00:00Z', to: '2026-03-05T00:00:00Z'})).parts).toEqual(['P2', 'P4']);
  // As everywhere: a day, and without an offset UTC.
  expect((await fired({}, {}, {from: '2026-03-02', to: '2026-03-05 00:00:00'})).parts).toEqual(['P2', 'P4']);
  const once = await fired({}, {once: {per: 'lot', within: '1 week'}});
  expect(once).toMatchObject({fired: 2, withheld: {once: 2, budget: 0}, parts: ['P1', 'P4'], late: 2});
  expect(once.held).toMatchObject([
    {part: 'P2', why: expect.stringContaining('once per lot within 1 week')},
    {part: 'P5'},
  ]);
  expect((await fired({atLeast: {fails: 2, within: '36 hours', per: 'station'}})).parts).toEqual(['P2', 'P5']);
  const [first] = (await fired({defect: 'scratch', severityAtLeast: 4})).firings;
  expect(first).toMatchObject({
    part: 'P1',
    lot: 'L1',
    station: 'CAM1',
    at: '2026-03-01T06:00:00.000Z',
    text: 'part P1 failed: scratch (severity 4), at CAM1, lot L1, work order W1',
    about: {
      defect: 'scratch',
      severity: 4,
      confidence: 0.9,
      workOrder: 'W1',
      defects: [{defect: 'scratch', x: 12, y: 30}],
    },
    actions: [
      {do: 'rework', receiver: 'mes', content: {route: 'R9'}},
      // Of the five parts one had passed and four had failed.
      {do: 'completion', receiver: 'mes', content: {good: 1, failed: 4, inspected: 5, quantity: 10}},
    ],
  });
  expect(app.warehouse.entries().filter(({kind}) => kind === 'response')).toEqual([]);
  await expect(app.responses.try({rules: {r: rule({where: "bore.tol = 'T7'"})}})).rejects.toThrow(
    'responses.r.when.fail.where: there is no factor "bore.tol"; near it: bore.tool',
  );
});

test('a review that takes a fail back, and a defect that is withdrawn, count from the batch that says so', async () => {
  const {app} = await plantWith({receivers: {mes: webhook('http://127.0.0.1:1/')}}, {serves: false});
  const one = {part: 'P1', inspected_at: '2026-03-01T06:00:00Z'};
  await inspect(app, {inspection: 'I1', ...one, defects: [{defect: 'scratch'}], recorded_at: '2026-03-01T06:00:01Z'});
  await inspect(app, {inspection: 'I2', ...one, result: 'pass', recorded_at: '2026-03-01T06:00:01Z'});
  await inspect(app, {
    inspection: 'I1',
    ...one,
    result: 'fail',
    verification: 'rejected',
    recorded_at: '2026-03-01T07:00:00Z',
  });
  await inspect(app, {
    inspection: 'I2',
    ...one,
    result: 'fail',
    defects: [{defect: 'dent'}],
    recorded_at: '2026-03-01T08:00:00Z',
  });
  await inspect(app, {
    inspection: 'I2',
    ...one,
    result: 'fail',
    defects: [{defect: 'crack'}],
    recorded_at: '2026-03-01T09:00:00Z',
  });
  const inspections = async (fail: object) => {
    const {rules} = await app.responses.try({rules: {r: {when: {fail}, then: notify}}});
    return rules[0].firings.map(({about, batch}) => [about.inspection, about.defect, batch]);
  };
  // Each fires once, with what was known when it failed first.
  expect(await inspections({})).toEqual([
    ['I1', 'scratch', 1],
    ['I2', 'dent', 4],
  ]);
  expect(await inspections({defect: 'crack'})).toEqual([['I2', 'crack', 5]]);
});

test('what was fired live, batch after batch, is what the dry run says of it', async () => {
  const mes = await demoMes();
  const rules = {
    all: {when: {fail: {}}, then: [{do: 'result', to: 'mes'}], limits: {budget: {perHour: 7, perDay: 20}}},
    lots: {when: {fail: {defect: 'scratch'}}, then: notify, limits: {once: {per: 'lot', within: '2 hours'}}},
    runs: {when: {fail: {atLeast: {fails: 3, within: '30 minutes', per: 'station'}}}, then: notify},
    tool: {when: {fail: {where: "part.product = 'A'"}}, then: notify},
  };
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rulesOf(rules)});
  const now = Date.now();
  for (let k = 0; k < 12; k++) {
    await rows(
      app,
      'parts',
      Array.from({length: 5}, (_, j) => ({part: `P${k * 5 + j}`, product: j % 2 === 0 ? 'A' : 'B', lot: `L${k % 3}`})),
    );
    const fails = Array.from({length: 5}, (_, j) => {
      const n = k * 5 + j;
      // Not in order, and half of them pass.
      const at = new Date(now - ((n * 37) % 300) * MINUTE).toISOString();
      return {
        inspection: `I${n}`,
        part: `P${n}`,
        inspected_at: at,
        station: `S${n % 2}`,
        result: n % 4 === 3 ? ('pass' as const) : ('fail' as const),
        defects: n % 3 === 0 ? [{defect: 'scratch'}] : [],
      };
    });
    await inspect(app, ...fails);
  }
  const live = () => {
    const log = app.responses.log();
    return Object.keys(rules).map(rule => ({
      rule,
      fired: log
        .filter(row => row.rule === rule && row.withheld === null)
        .map(({id}) => id)
        .sort(),
      withheld: log
        .filter(row => row.rule === rule && row.withheld !== null)
        .map(({id}) => id)
        .sort(),
    }));
  };
  const tried = (await app.responses.try({})).rules.map(({rule, firings, held}) => ({
    rule,
    fired: firings.map(({id}) => id).sort(),
    withheld: held.map(({id}) => id).sort(),
  }));
  await soon(() => expect(live()).toEqual(tried));
  // Not by being empty: each rule fires, and both limits have held something back.
  expect(tried.map(({fired}) => fired.length > 2)).toEqual([true, true, true, true]);
  expect(tried.map(({withheld}) => withheld.length > 0)).toEqual([true, true, false, false]);
  const sent = tried.reduce((sum, {fired}) => sum + fired.length, 0);
  await soon(() => expect(mes.said).toHaveLength(sent));
  expect(mes).toMatchObject({repeats: 0, forged: 0});
});
