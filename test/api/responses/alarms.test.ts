/** Rules of alarms: what the charts with frozen baselines tell fires once an event, live and in a dry run alike. */
import {expect, test} from 'vitest';
import type {App} from '../../../api/app.ts';
import {openApp} from '../../../api/app.ts';
import {runOperation} from '../../../api/operations.ts';
import {demoMes, MINUTE, plantWith, rows, rulesOf, soon, webhook} from './plant.ts';

const nobody = {authenticated: null};
const notify = [{do: 'notify', to: 'mes'}];
const began = Date.now() - 200 * MINUTE;
const at = (k: number) => new Date(began + k * MINUTE).toISOString();

/** One value a part and minute, from the n-th minute on. */
const measured = (app: App, from: number, parameter: string, values: number[]) =>
  rows(
    app,
    'measurements',
    values.map((value, k) => ({
      part: `${parameter}${from + k}`,
      parameter,
      step: 'turn',
      value,
      measured_at: at(from + k),
    })),
  );
/** 10, 10.1 and 10.2 by turns: a moving range of 0.13 on average, so a sigma of about 0.12. */
const steady = (n: number, from = 0) => Array.from({length: n}, (_, k) => 10 + ((from + k) % 3) / 10);

async function frozen(app: App, parameter: string): Promise<void> {
  await measured(app, 0, parameter, steady(60));
  const question = {parameter: `turn.${parameter}`, kind: 'imr' as const, baseline: `${at(0)}..${at(60)}`};
  await runOperation(app, 'baseline.freeze', {...question, reason: 'an hour in order', by: 'Ada'}, nobody);
}

const rules = rulesOf({
  any: {when: {alarm: {}}, then: notify},
  shaft: {when: {alarm: {of: ['turn.shaft', 'turn.none']}}, then: notify},
});

test('an alarm fires once, however long it lasts; the next event and the other side are others', async () => {
  const mes = await demoMes();
  const {app, folder} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rules});
  const said = (rule: string) =>
    mes.said
      .filter(one => one.rule === rule)
      .map(({body}) => `${String(body.parameter)} ${String((body.violations as string[])[0])} ${String(body.value)}`);
  await frozen(app, 'shaft');
  await frozen(app, 'bore');
  await measured(app, 60, 'shaft', steady(6));
  // Some 58 sigma above: an event, which another such point makes longer and not another.
  await measured(app, 66, 'shaft', [17]);
  await soon(() => expect(said('shaft')).toEqual(['turn.shaft mean above 17']));
  await measured(app, 67, 'shaft', [17.5, ...steady(3)]);
  // Below is another event, and so is the other chart's.
  await measured(app, 71, 'shaft', [3]);
  await measured(app, 60, 'bore', [...steady(3), 18]);
  await soon(() =>
    expect(said('any')).toEqual(['turn.shaft mean above 17', 'turn.shaft mean below 3', 'turn.bore mean above 18']),
  );
  expect(said('shaft')).toEqual(['turn.shaft mean above 17', 'turn.shaft mean below 3']);
  expect(mes.said[0].body).toMatchObject({
    kind: 'alarm',
    chart: 'imr',
    point: expect.anything(),
    text: expect.stringContaining('alarm of turn.shaft (imr): the mean is above its baseline since'),
    permalink: '/charts/turn.shaft?kind=imr',
  });

  // Judged again by another server, nothing is new.
  await app.close();
  const config = {receivers: {mes: webhook(mes.url)}, responses: rules};
  const next = await openApp(folder, {config});
  await next.startDelivery();
  await next.startResponses();
  await measured(next, 72, 'shaft', steady(12));
  await measured(next, 84, 'shaft', [19]);
  await soon(() => expect(said('shaft')).toHaveLength(3));
  expect(said('shaft')[2]).toBe('turn.shaft mean above 19');

  const {rules: tried} = await next.responses.try({});
  expect(tried.map(({rule, fired}) => [rule, fired])).toEqual([
    ['any', 4],
    ['shaft', 3],
  ]);
  await next.close();
});

test('without a frozen baseline there is no alarm, and a dry run says why', async () => {
  const {app} = await plantWith({receivers: {mes: webhook('http://127.0.0.1:1/')}, responses: rules}, {serves: false});
  await measured(app, 0, 'shaft', [...steady(60), 17]);
  const {rules: tried} = await app.responses.try({name: 'any'});
  expect(tried).toMatchObject([{fired: 0, notes: [expect.stringContaining('no baseline is frozen')]}]);
});
