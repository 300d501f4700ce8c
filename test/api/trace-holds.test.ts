// Whoever looks at a part has to know that its lot is held, and whoever is told of a lot by HTTP sees it, too.
import {expect, test} from 'vitest';
import type {TracedAnswer} from '../../warehouse/hold-answers.ts';
import {servedPlant} from './plant.ts';

test('a trace tells the holds of its lot, as far as each has come', async () => {
  const {http} = await servedPlant();
  const post = (url: string, payload: object) => http.inject({method: 'POST', url, payload});
  const traced = async (id: string) => (await http.inject(`/v1/trace/any/${id}`)).json<TracedAnswer>().holds;
  expect(await traced('P1')).toEqual([]);

  const {id: contained} = (await post('/v1/contain', {target: 'L1'})).json<{id: string}>();
  const {id} = (await post('/v1/holds', {contained, reason: 'TOOL', text: 'T7', by: 'Ada'})).json<{id: string}>();
  expect(await traced('P1')).toMatchObject([{id, lot: 'L1', state: 'proposed', reason: 'TOOL', proposedBy: 'Ada'}]);

  await post(`/v1/holds/${id}/approve`, {by: 'Bo'});
  expect(await traced('L1')).toMatchObject([{id, state: 'held', decision: 'approved'}]);
  // P12 is of lot L3, which nobody holds.
  expect(await traced('P12')).toEqual([]);
});
