/** Rules that cannot be: each says where and what. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readConfig} from '../../../api/config.ts';
import {temporaryFolder} from '../plant.ts';

const mes = {driver: 'webhook', url: 'http://127.0.0.1:1/', secretFile: 's'};
const tryton = {
  driver: 'tryton',
  url: 'http://127.0.0.1:1',
  database: 'mes',
  user: 'f',
  passwordFile: 'p',
  quarantine: 'Q',
};

async function complaint(rule: object, receivers: object = {mes, erp: tryton}): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({receivers, responses: {scratches: rule}}));
  const error: Error & {hint?: string} = await readConfig(folder).then(
    () => new Error('taken'),
    (error: Error) => error,
  );
  return `${error.message.replace(folder, 'W')} | ${error.hint ?? ''}`;
}

test.each([
  [
    'a receiver that is none',
    {when: {fail: {}}, then: [{do: 'notify', to: 'mess'}]},
    'W/fishbone.json: responses.scratches.then.0.to: there is no receiver "mess" | did you mean mes?',
  ],
  [
    'a receiver that cannot',
    {when: {fail: {}}, then: [{do: 'rework', to: 'erp'}]},
    'responses.scratches.then.0.to: receiver erp (tryton) takes no rework',
  ],
  [
    'two triggers',
    {when: {fail: {}, alert: 'rejects.rate'}, then: [{do: 'notify', to: 'mes'}]},
    'responses.scratches.when: needs exactly one of',
  ],
  [
    'a filter that cannot be read',
    {when: {fail: {where: "bore.tool = 'T7' and"}}, then: [{do: 'notify', to: 'mes'}]},
    'responses.scratches.when.fail.where: ',
  ],
  [
    'a time that is none',
    {when: {fail: {}}, then: [{do: 'notify', to: 'mes'}], limits: {freshWithin: 'a while'}},
    'responses.scratches.limits.freshWithin: is no length of time',
  ],
  [
    'rework of an alert',
    {when: {alert: 'drift.*'}, then: [{do: 'rework', to: 'mes'}]},
    'responses.scratches.then.0.do: rework is about one part',
  ],
  [
    'a hold of an alert',
    {when: {alert: 'drift.*'}, then: [{do: 'hold', reason: 'X'}]},
    'responses.scratches.then.0.do: nothing to hold is known',
  ],
  [
    'a hold of an alarm',
    {when: {alarm: {}}, then: [{do: 'hold', reason: 'X'}]},
    'responses.scratches.then.0.do: nothing to hold is known',
  ],
  [
    'an alarm and a chart',
    {when: {alarm: {of: 'bore.torque'}, chart: {of: 'bore.torque', kind: 'imr'}}, then: [{do: 'notify', to: 'mes'}]},
    'responses.scratches.when: needs exactly one of fail, alert, alarm, chart and finding',
  ],
  [
    'a fail once a cause',
    {when: {fail: {}}, then: [{do: 'notify', to: 'mes'}], limits: {once: {per: 'cause', within: '1 day'}}},
    'responses.scratches.limits.once.per: a fail has no cause yet',
  ],
  [
    'an adjustment of nothing',
    {when: {fail: {}}, then: [{do: 'adjust', to: 'mes', value: 3}]},
    'responses.scratches.then.0: needs "set" with one of value and step',
  ],
])('%s', async (_what, rule, expected) => {
  expect(await complaint(rule)).toContain(expected);
});

test('the name of Fishbone itself is no receiver', async () => {
  expect(await complaint({when: {fail: {}}, then: [{do: 'hold', reason: 'X'}]}, {fishbone: mes})).toContain(
    'receivers.fishbone',
  );
});
