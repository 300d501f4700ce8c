/** What happens live: fired within a second, once, within limits, across restarts. */
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {raiseAlert} from '../../../api/alerts.ts';
import {openApp} from '../../../api/app.ts';
import {runOperation} from '../../../api/operations.ts';
import {demoMes, inspect, MINUTE, plantWith, rows, rulesOf, soon, webhook} from './plant.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
const notify = [{do: 'notify', to: 'mes'}];
const nobody = {authenticated: null};

test('a fail of a kind: everything that can be done about it is done, within a second', async () => {
  const mes = await demoMes();
  const actions = [
    {do: 'result', to: 'mes'},
    {do: 'rework', to: 'mes', route: 'R9'},
    {do: 'nonconformance', to: 'mes'},
    {do: 'completion', to: 'mes'},
    {do: 'hold', reason: 'SCRATCH', text: 'look at T7'},
  ];
  const rules = {scratches: {when: {fail: {defect: 'scratch'}}, then: actions}};
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rulesOf(rules)});
  await rows(app, 'work_orders', [{work_order: 'W1', product: 'A', quantity: 8}]);
  await rows(app, 'parts', [
    {part: 'P1', product: 'A', lot: 'L1', work_order: 'W1'},
    {part: 'P2', product: 'A', lot: 'L1', work_order: 'W1'},
  ]);
  await inspect(app, {inspection: 'I2', part: 'P2', result: 'pass', inspected_at: ago(2)});
  const defects = [{defect: 'scratch', severity: 4, confidence: 0.93, x: 12, y: 30, width: 5, height: 2}];
  const told = {inspection: 'I1', part: 'P1', inspected_at: ago(1), station: 'CAM1', inspector: 'Maria Lopez', defects};
  await inspect(app, told);
  const durableMs = Date.now();
  await soon(() => expect(mes.said).toHaveLength(4));
  const arrivedMs = Date.now() - durableMs;
  const atOf = (found: (body: {did?: string; batch?: number}) => boolean) =>
    Date.parse(app.warehouse.entries().findLast(({body}) => found(body as object))!.at);
  const firedMs = atOf(({did}) => did === 'fire') - atOf(({did, batch}) => did === undefined && batch === 4);
  console.info(
    `fired ${firedMs} ms after the batch was in the ledger; all four told ${arrivedMs} ms after it was acknowledged`,
  );
  expect(firedMs).toBeLessThan(30_000);
  expect(mes.said.map(({type}) => type).sort()).toEqual([
    'response.completion',
    'response.nonconformance',
    'response.result',
    'response.rework',
  ]);
  const said = (type: string) => mes.said.find(one => one.type === `response.${type}`)!.body;
  expect(said('result')).toMatchObject({
    plant: 'plant-1',
    rule: 'scratches',
    part: 'P1',
    lot: 'L1',
    workOrder: 'W1',
    product: 'A',
    station: 'CAM1',
    result: 'fail',
    defect: 'scratch',
    severity: 4,
    confidence: 0.93,
    model: 'Maria Lopez',
    defects: [{defect: 'scratch', x: 12, y: 30, width: 5, height: 2}],
  });
  expect(said('rework')).toMatchObject({part: 'P1', route: 'R9'});
  expect(said('nonconformance')).toMatchObject({code: 'scratch', lot: 'L1'});
  // P2 passed, P1 failed, of eight that were ordered.
  expect(said('completion')).toMatchObject({workOrder: 'W1', good: 1, failed: 1, inspected: 2, quantity: 8});
  await soon(() => expect(app.holds.list()).toHaveLength(1));
  expect(app.holds.list()).toMatchObject([
    {
      decision: 'proposed',
      reason: 'SCRATCH',
      proposedBy: 'response rule scratches',
      text: expect.stringContaining('look at T7'),
    },
  ]);
  // The ledger says a pseudonym for who inspected; only the receiver hears the name.
  const written = JSON.stringify(app.warehouse.entries().filter(({kind}) => kind === 'response'));
  expect(written).not.toContain('Lopez');
  // The same again, and a correction of it, are the same fail.
  await inspect(app, told);
  await inspect(app, {...told, confidence: 0.5, recorded_at: ago(0)});
  await wait(300);
  expect(mes.said).toHaveLength(4);
  expect(app.responses.list()).toMatchObject([
    {rule: 'scratches', state: 'in force', fired: 1, withheld: 0, failed: 0, open: 0},
  ]);
});

test('beyond the budget: withheld with the reason, one alert says so, nothing is lost or sent', async () => {
  const mes = await demoMes();
  const rules = {r: {when: {fail: {}}, then: notify, limits: {budget: {perHour: 2}}}};
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rulesOf(rules)});
  for (let k = 0; k < 5; k++) await inspect(app, {inspection: `I${k}`, part: `P${k}`});
  await soon(() => expect(app.responses.list()).toMatchObject([{fired: 2, withheld: 3}]));
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P0', 'P1']));
  expect(app.responses.log({fired: false})).toMatchObject([
    {part: 'P4', withheld: 'the budget of 2 an hour is used up', deliveries: []},
    {part: 'P3'},
    {part: 'P2'},
  ]);
  await soon(() => expect(app.alerts.list().alerts).toMatchObject([{name: 'response.withheld', source: 'r'}]));
});

test('10,000 fails in one batch: each is decided on, few leave, and what comes meanwhile does not wait', async () => {
  const mes = await demoMes();
  const rules = {r: {when: {fail: {}}, then: notify, limits: {budget: {perHour: 10}}}};
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rulesOf(rules)});
  await rows(
    app,
    'inspections',
    Array.from({length: 10_000}, (_, k) => ({inspection: `I${k}`, part: `P${k}`, result: 'fail'})),
  );
  const durableMs = Date.now();
  await inspect(app, {inspection: 'next', part: 'Q1', result: 'pass'});
  const nextMs = Date.now() - durableMs;
  await soon(() => expect(app.responses.list()).toMatchObject([{fired: 10, withheld: 9_990}]));
  const decidedMs = Date.now() - durableMs;
  await soon(() => expect(mes.said).toHaveLength(10));
  console.info(`10,000 fails decided in ${decidedMs} ms; the inspection behind them was durable after ${nextMs} ms`);
  expect(decidedMs).toBeLessThan(60_000);
  const entries = app.warehouse.entries().filter(({body}) => (body as {did?: string}).did === 'fire');
  expect(entries.length).toBeLessThanOrEqual(60);
});

test('a rule begins when it is new or changed, ends when it is gone, and goes on where it was left', async () => {
  const mes = await demoMes();
  const receivers = {mes: webhook(mes.url)};
  const rule = (fail: object) => rulesOf({r: {when: {fail}, then: notify}});
  const first = await plantWith({receivers}, {serves: false});
  const {folder} = first;
  await inspect(first.app, {inspection: 'old', part: 'P0'});
  await first.app.close();
  const second = await plantWith({receivers, responses: rule({})}, {folder});
  await inspect(second.app, {inspection: 'I1', part: 'P1'});
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P1']));
  await second.app.close();
  // Recorded while no server runs: the next one answers it.
  const third = await openApp(folder, {config: {receivers, responses: rule({})}});
  await inspect(third, {inspection: 'I2', part: 'P2'});
  await third.close();
  const fourth = await plantWith({receivers, responses: rule({})}, {folder});
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P1', 'P2']));
  await inspect(fourth.app, {inspection: 'I3', part: 'P3', defects: [{defect: 'dent'}]});
  await soon(() => expect(mes.said).toHaveLength(3));
  await fourth.app.close();
  // Another wording, another rule: what was there before is history to it.
  const fifth = await openApp(folder, {config: {receivers, responses: {}}});
  await inspect(fifth, {inspection: 'I4', part: 'P4', defects: [{defect: 'dent'}]});
  await fifth.close();
  const sixth = await plantWith({receivers, responses: rule({defect: 'dent'})}, {folder});
  await inspect(sixth.app, {inspection: 'I5', part: 'P5', defects: [{defect: 'dent'}]}, {inspection: 'I6', part: 'P6'});
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P1', 'P2', 'P3', 'P5']));
  const begun = sixth.app.warehouse
    .entries()
    .filter(({kind, body}) => kind === 'response' && (body as {did: string}).did === 'begin');
  expect(begun).toHaveLength(2);
});

test('fails are counted across a restart', async () => {
  const mes = await demoMes();
  const config = {
    receivers: {mes: webhook(mes.url)},
    responses: rulesOf({r: {when: {fail: {atLeast: {fails: 3, within: '1 hour', per: 'station'}}}, then: notify}}),
  };
  const {app, folder} = await plantWith(config);
  await inspect(app, {inspection: 'I1', part: 'P1', station: 'S', inspected_at: ago(30)});
  await inspect(app, {inspection: 'I2', part: 'P2', station: 'S', inspected_at: ago(20)});
  await wait(200);
  await app.close();
  const next = await plantWith(config, {folder});
  await inspect(next.app, {inspection: 'I3', part: 'P3', station: 'S', inspected_at: ago(10)});
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P3']));
});

test('a rule that cannot be judged is told, and holds up neither the others nor what is recorded', async () => {
  const mes = await demoMes();
  const rules = rulesOf({
    broken: {when: {fail: {where: "bore.tol = 'T7'"}}, then: notify},
    sound: {when: {fail: {}}, then: notify},
  });
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rules});
  await inspect(app, {inspection: 'I1', part: 'P1'});
  await soon(() => expect(mes.said.map(({rule}) => rule)).toEqual(['sound']));
  expect(app.responses.list()[0]).toMatchObject({
    state: 'cannot judge',
    problem: expect.stringContaining('there is no factor "bore.tol"'),
  });
  await soon(() => expect(app.alerts.list().alerts).toMatchObject([{name: 'response.rule', source: 'broken'}]));
  // The factor comes to be known: it judges again, and says so.
  await rows(app, 'parameters', [{parameter: 'tol', step: 'bore'}]);
  await rows(app, 'measurements', [{part: 'P2', parameter: 'tol', step: 'bore', text_value: 'T7'}]);
  await inspect(app, {inspection: 'I2', part: 'P2'});
  await soon(() => expect(mes.said.filter(({rule}) => rule === 'broken').map(({body}) => body.part)).toEqual(['P2']));
  expect(app.alerts.list().open).toBe(0);
});

test('alerts, points of a chart and findings: each fires once, when it is new', async () => {
  const mes = await demoMes();
  const rules = rulesOf({
    supply: {when: {alert: 'drift.*'}, then: notify},
    shaft: {when: {chart: {of: 'turn.shaft', kind: 'imr'}}, then: notify},
    cause: {
      when: {finding: {}},
      then: [...notify, {do: 'hold', reason: 'CAUSE'}],
      limits: {once: {per: 'cause', within: '1 day'}},
    },
  });
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rules});
  const said = (rule: string) => mes.said.filter(one => one.rule === rule);
  const drift = {name: 'drift.scale', source: 'oven', text: 'twice as hot', figures: {}, batch: null};
  await raiseAlert(app, drift);
  await raiseAlert(app, drift);
  await raiseAlert(app, {...drift, name: 'rejects.rate'});
  await soon(() => expect(said('supply')).toMatchObject([{body: {name: 'drift.scale', source: 'oven'}}]));
  // Steady around 10, each point a part; then one far off.
  const measured = (from: number, values: number[]) =>
    rows(
      app,
      'measurements',
      values.map((value, k) => ({
        part: `M${from + k}`,
        parameter: 'shaft',
        step: 'turn',
        value,
        measured_at: ago(200 - from - k),
      })),
    );
  await measured(
    0,
    Array.from({length: 30}, (_, k) => 10 + (k % 3) / 10),
  );
  await measured(30, [17, 10.1]);
  await soon(() => expect(said('shaft')).toMatchObject([{body: {parameter: 'turn.shaft', value: 17}}]));
  await measured(32, [10, 10.1]);
  // One tool scratches: 12 lots of 20 parts, on T7 half of them fail.
  const all = Array.from({length: 240}, (_, k) => ({
    part: `F${k}`,
    lot: `LF${Math.floor(k / 20)}`,
    tool: k % 4 === 0 ? 'T7' : `T${k % 4}`,
    bad: k % 8 === 0,
  }));
  await rows(
    app,
    'parts',
    all.map(({part, lot}) => ({part, lot, product: 'A'})),
  );
  await rows(
    app,
    'operations',
    all.map(({part, tool}) => ({part, step: 'bore', tool})),
  );
  await rows(
    app,
    'inspections',
    all.map(({part, bad}) => ({inspection: `I-${part}`, part, result: bad ? 'fail' : 'pass'})),
  );
  await runOperation(app, 'screen', {anyFail: true}, nobody);
  await soon(() =>
    expect(said('cause')).toMatchObject([{body: {factor: 'bore.tool', level: 'T7', verdict: 'supported'}}]),
  );
  await soon(() => expect(app.holds.list()).toMatchObject([{reason: 'CAUSE', proposedBy: 'response rule cause'}]));
  // The same cause at a later position is another finding, and the same news.
  await rows(app, 'parts', [{part: 'later', product: 'A'}]);
  await runOperation(app, 'screen', {anyFail: true}, nobody);
  await soon(() => expect(app.responses.log({rule: 'cause'})).toHaveLength(2));
  expect(said('cause')).toHaveLength(1);
  expect(said('shaft')).toHaveLength(1);
  // The dry run says the same of all three.
  const {rules: tried} = await app.responses.try({});
  expect(tried.map(({rule, fired, withheld}) => [rule, fired, withheld.once])).toEqual([
    ['supply', 1, 0],
    ['shaft', 1, 0],
    ['cause', 1, 1],
  ]);
});
