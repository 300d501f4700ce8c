/** Baselines, alarms and the scan of all parameters through both doors. */

import {join} from 'node:path';
import {expect, test} from 'vitest';
import {AlarmAnswer, ChartAnswer, FrozenBaseline, ScanAnswer} from '../../warehouse/chart-answers.ts';
import {fishboneHere, plantFiles, servedPlant, temporaryFolder} from './plant.ts';

const FREEZE = {
  parameter: 'any-fail',
  kind: 'p',
  subgroup: 4,
  baseline: '..2024-03-01T15:00:00Z',
  reason: 'before the new tool',
  by: 'Ada',
};

test('a baseline is frozen, listed, used, watched and retired', async () => {
  const {http} = await servedPlant();
  const post = (url: string, payload: object) => http.inject({method: 'POST', url, payload});
  const get = async (url: string) => (await http.inject({url})).json<unknown>();
  const tagged = await http.inject({url: '/v1/charts/any-fail?kind=p&subgroup=4'});
  const frozen = FrozenBaseline.parse((await post('/v1/baselines', FREEZE)).json());
  // Counted by hand: the four parts of L1 failed, the four of L2 did not.
  expect(frozen).toMatchObject({version: 1, center: 0.5, by: 'Ada', window: {points: 2}});
  const after = await http.inject({
    url: '/v1/charts/any-fail?kind=p&subgroup=4',
    headers: {'if-none-match': tagged.headers.etag as string},
  });
  // The rows are the same, the answer is not: its limits are frozen now.
  expect(after.statusCode).toBe(200);
  expect(ChartAnswer.parse(after.json())).toMatchObject({center: 0.5, baseline: {frozen: {id: frozen.id}}});
  expect(await get('/v1/baselines')).toEqual({baselines: [frozen]});
  expect(AlarmAnswer.parse(await get('/v1/alarms?budget=2'))).toMatchObject({charts: 1, tests: 1, budget: 2});
  const retired = await post(`/v1/baselines/${frozen.id}/retire`, {reason: 'the tool is out again', by: 'Ben'});
  expect(retired.statusCode).toBe(200);
  expect(await get('/v1/baselines')).toEqual({baselines: []});
  expect((await post(`/v1/baselines/${frozen.id}/retire`, {reason: 'x', by: 'Ben'})).statusCode).toBe(404);
});

test('nobody freezes without a name, a reason or a baseline', async () => {
  const {http} = await servedPlant();
  const refused = async (payload: object) => {
    const answer = await http.inject({method: 'POST', url: '/v1/baselines', payload});
    expect(answer.statusCode).toBe(400);
    return answer.json<{detail: string; errors?: {pointer: string}[]}>();
  };
  expect((await refused({...FREEZE, by: undefined})).detail).toContain('who decides');
  expect((await refused({...FREEZE, reason: ' '})).errors).toMatchObject([{pointer: '/reason'}]);
  expect((await refused({...FREEZE, baseline: undefined})).detail).toContain('which points');
  expect((await refused({...FREEZE, validFrom: 'soon'})).errors).toMatchObject([{pointer: '/validFrom'}]);
});

test('the same on the command line, in words', async () => {
  const at = ['--warehouse', join(temporaryFolder(), 'W')];
  await fishboneHere(['ingest', plantFiles(), ...at]);
  expect((await fishboneHere(['baseline', 'list', ...at])).out).toContain('No baseline is frozen');
  const limits = ['--kind', 'p', '--subgroup', '4', '--baseline', '..2024-03-01T15:00:00Z'];
  const frozen = await fishboneHere([
    'baseline',
    'freeze',
    'any-fail',
    ...limits,
    '--reason',
    'why not',
    '--by',
    'Ada',
    ...at,
  ]);
  expect(frozen.out).toMatch(/Baseline b[0-9a-f]{12}: version 1 of any-fail \(p, by 4\)/);
  const id = frozen.out.match(/b[0-9a-f]{12}/)![0];
  expect((await fishboneHere(['baseline', 'list', ...at])).out).toContain('why not');
  const chart = await fishboneHere(['chart', 'any-fail', '--kind', 'p', '--subgroup', '4', ...at]);
  expect(chart.out).toContain('Frozen as version 1 by Ada');
  expect((await fishboneHere(['alarms', ...at])).out).toContain('0 alarms on 1 chart');
  expect((await fishboneHere(['scan', ...at])).out).toContain('0 parameters');
  expect((await fishboneHere(['baseline', 'retire', id, '--reason', 'over', '--by', 'Ada', ...at])).code).toBe(0);
});

test('all parameters at a glance, where none is measured', async () => {
  const {http} = await servedPlant();
  expect(ScanAnswer.parse((await http.inject({url: '/v1/scan?top=3'})).json())).toMatchObject({
    parameters: 0,
    worrying: [],
  });
});
