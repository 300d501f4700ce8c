/** Suspects by a query of people's SQL, over HTTP against a real warehouse. */
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {buildHttp} from '../../api/http.ts';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import {feed, folder} from '../warehouse/plant-in-a-folder.ts';

test('the parts and lots that a query gives, at the position that it was asked of; half a list is none', async () => {
  const app = await openApp(folder(), {make: true});
  const http = await buildHttp(app, {localToken: null, dashboards: null});
  onTestFinished(async () => {
    await http.close();
    await app.close();
  });
  await feed(app.warehouse, ['parts', 'part,product,lot\na1,H,A\na2,H,A\nb1,H,B']);
  await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nB,lot,K,lot']);
  const ask = async (sql: string, more: object = {}) => {
    const response = await http.inject({method: 'POST', url: '/v1/contain/query', payload: {sql, ...more}});
    return {status: response.statusCode, body: response.json<ContainAnswer & {detail: string}>()};
  };
  const sql = "select part, null as lot from parts where part = 'a1' union all select null, 'B'";
  const {body} = await ask(sql);
  // a1 of A; B as a whole, with b1, and K, which it went into.
  expect(body.lots.map(({lot, parts, of, role}) => `${lot} ${parts}/${of} ${role}`).toSorted()).toEqual([
    'A 1/2 production',
    'B 1/1 asked',
    'K 0/0 consumer',
  ]);
  expect([body.asOf, body.listed]).toEqual([2, {parts: ['a1'], lots: ['B'], sql}]);
  expect(body.basis).toBe(`1 part and 1 lot of the query ${sql}, and what they went into`);
  // Before the second batch nothing had gone into K.
  expect((await ask(sql, {asOf: 1})).body.lots.map(({lot}) => lot)).not.toContain('K');
  const proposal = {contained: body.id, reason: 'X', text: '', by: 'Anna'};
  const hold = await http.inject({method: 'POST', url: '/v1/holds', payload: proposal});
  expect(hold.json()).toMatchObject({decision: 'proposed', covers: 3});
  // What was listed is asked again when facts change: a1 belongs to B now.
  await feed(app.warehouse, ['parts', 'part,product,lot,recorded_at\na1,H,B,2024-05-03T00:00:00Z']);
  const {id} = hold.json<{id: string}>();
  const shown = await http.inject({method: 'GET', url: `/v1/holds/${id}`});
  expect(shown.json<{review: {reasons: string[]}}>().review.reasons[0]).toBe(
    '1 suspect part changed the lot: a1 (from A to B)',
  );
  for (const [wrong, why] of [
    ['select 1 as x', 'its columns are x'],
    ['select null as part', 'row 1 names none'],
    ['select 7 as part', 'row 1: part is 7, which is no text'],
  ]) {
    const refused = await ask(wrong);
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(why)]);
  }
  expect((await ask("select 'nobody' as part")).status).toBe(404);
});
