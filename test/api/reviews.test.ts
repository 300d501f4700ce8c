/** Reviews by both doors: once, under the name that is proven, and refused where they contradict themselves. */
import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {InspectionInput} from '../../api/inspections/input.ts';
import {watchScores} from '../../api/watch-scores.ts';
import type {
  InspectionAnswer,
  InspectionListAnswer,
  QueueAnswer,
  ReviewAnswer,
  ReviewListAnswer,
} from '../../warehouse/inspector-answers.ts';
import {fishboneHere, servedPlant} from './plant.ts';

test('over HTTP: what was said is there at once, the same word again changes nothing, undo is a new word', async () => {
  const {http} = await servedPlant();
  const say = async (id: string, payload: object) => {
    const response = await http.inject({method: 'POST', url: `/v1/inspections/${id}/review`, payload});
    return {...response.json<ReviewAnswer & {detail: string; hint: string}>(), code: response.statusCode};
  };
  const first = await say('I-P1', {verdict: 'disagree', reason: 'glare', by: 'Ada Berg'});
  expect(first).toMatchObject({
    code: 200,
    status: 'accepted',
    verification: 'rejected',
    reviewer: 'Ada Berg',
    authenticated: false,
  });
  expect(first.batch).toBeGreaterThan(0);
  expect(await say('I-P1', {verdict: 'disagree', reason: 'glare', by: 'Ada Berg'})).toMatchObject({
    status: 'duplicate',
    batch: null,
  });
  expect(await say('I-P1', {verdict: 'agree', defect: 'void', by: 'Bo Ek'})).toMatchObject({
    verification: 'unverified',
  });
  expect(await say('I-P1', {verdict: 'withdrawn', by: 'Ada Berg'})).toMatchObject({
    status: 'accepted',
    verification: 'confirmed',
  });
  expect(await say('I-P1', {verdict: 'withdrawn', by: 'Ada Berg'})).toMatchObject({status: 'duplicate'});
  const shown = (await http.inject('/v1/inspections/I-P1')).json<InspectionAnswer>();
  expect(shown).toMatchObject({verification: 'confirmed', result: 'fail', defects: [{defect: 'scratch'}]});
  expect(shown.reviews.map(({reviewer, verdict, defect}) => [reviewer, verdict, defect])).toEqual([
    ['Ada Berg', 'withdrawn', null],
    ['Bo Ek', 'agree', 'void'],
  ]);
  // What contradicts itself, or is not there.
  expect(await say('I-P1', {verdict: 'disagree', defect: 'void', by: 'Bo Ek'})).toMatchObject({
    code: 400,
    hint: expect.stringContaining('agree with the fail'),
  });
  expect(await say('I-P5', {verdict: 'agree', defect: 'void', by: 'Bo Ek'})).toMatchObject({code: 400});
  expect(await say('I-P5', {verdict: 'agree'})).toMatchObject({
    code: 400,
    detail: expect.stringContaining('who decides'),
  });
  expect(await say('I-P99', {verdict: 'agree', by: 'Bo Ek'})).toMatchObject({code: 404});
  const place = Number(createHash('md5').update('review I-P5').digest().readBigUInt64LE(8)) / 2 ** 64;
  expect(await say('I-P5', {verdict: 'agree', by: 'Bo Ek', sampled: place / 2})).toMatchObject({
    code: 400,
    detail: expect.stringContaining('no queue drew'),
  });
  expect(await say('I-P5', {verdict: 'disagree', by: 'Bo Ek', sampled: place + 1e-6, defect: 'void'})).toMatchObject({
    verification: 'rejected',
  });
  const listed = (await http.inject('/v1/reviews?limit=1')).json<ReviewListAnswer>();
  expect(listed).toMatchObject({total: 3, reviews: [{inspection: 'I-P5', part: 'P5', result: 'pass', defect: 'void'}]});
});

test('the name is the one that the key proves; whoever sends at once is recorded once', async () => {
  const {app, http} = await servedPlant();
  const {key} = await app.keys.create({name: 'Cy Falk', role: 'engineer', by: 'test'});
  const headers = {authorization: `Bearer ${key}`};
  const send = () =>
    http.inject({
      method: 'POST',
      url: '/v1/inspections/I-P2/review',
      payload: {verdict: 'agree', by: 'somebody'},
      headers,
    });
  const answers = await Promise.all([send(), send(), send()]);
  const said = answers.map(answer => answer.json<ReviewAnswer>());
  expect(said.map(({status}) => status).sort()).toEqual(['accepted', 'duplicate', 'duplicate']);
  expect(said[0]).toMatchObject({reviewer: 'Cy Falk', authenticated: true, verification: 'confirmed'});
  const queue = (await http.inject({url: '/v1/reviews/queue?passes=1&fails=1&limit=500', headers})).json<QueueAnswer>();
  expect(queue.waiting).toBe(11);
  expect(queue.items.map(({inspection}) => inspection)).not.toContain('I-P2');
  const list = (
    await http.inject({url: '/v1/inspections?verification=confirmed', headers})
  ).json<InspectionListAnswer>();
  expect(list).toMatchObject({total: 1, inspections: [{inspection: 'I-P2'}]});
});

test("how much is offered for review is the plant's to say, and who asks may ask for more", async () => {
  const {http} = await servedPlant({reviews: {passes: 1, fails: 0.5}});
  const queue = async (query = '') => (await http.inject(`/v1/reviews/queue${query}`)).json<QueueAnswer>();
  const configured = await queue();
  expect(configured.shares).toEqual({passes: 1, fails: 0.5});
  // Nobody says how sure: all fails, and ten times the share of the passes, which is all of them.
  expect(configured.waiting).toBe(12);
  const asked = await queue('?passes=0.0625');
  expect(asked.shares).toEqual({passes: 0.0625, fails: 0.5});
  expect(asked.strata.map(({result, probability}) => [result, probability])).toEqual([
    ['fail', 1],
    ['pass', 0.625],
  ]);
  expect((await http.inject('/v1/reviews/queue?passes=0')).statusCode).toBe(400);
});

test('from the command line', async () => {
  const {app, http, folder} = await servedPlant();
  await http.close();
  await app.close();
  const run = (...args: string[]) => fishboneHere([...args, '--warehouse', folder]);
  const said = await run('review', 'disagree', 'I-P1', '--by', 'Ada Berg', '--reason', 'glare');
  expect(said).toMatchObject({code: 0, out: expect.stringContaining('The inspection is rejected.')});
  expect((await run('review', 'list')).out).toContain('Ada Berg (name not proven): disagree: glare');
  expect((await run('inspections', 'show', 'I-P1')).out).toContain('rejected');
  expect((await run('review', 'next', '--passes', '1')).out).toContain('11 inspections to be reviewed.');
  expect((await run('review', 'agree', 'I-P99', '--by', 'Ada Berg')).code).toBe(1);
  expect((await run('review', 'withdraw', 'I-P1', '--by', 'Ada Berg')).out).toContain('unverified');
});

test('scores that are not what they were raise an alert, once; when they are again it is over', async () => {
  const {app} = await servedPlant({empty: true});
  const feed = (from: number, to: number, score: (lot: number, k: number) => number) => {
    const rows: object[] = [];
    for (let lot = from; lot < to; lot++) {
      for (let k = 0; k < 6; k++) {
        const suspicion = score(lot, k);
        rows.push({
          inspection: `i${lot}-${k}`,
          part: `P${lot}-${k}`,
          inspected_at: new Date(Date.UTC(2026, 0, 1 + lot, 6, k)).toISOString(),
          inspector: 'm@1',
          result: 'pass',
          confidence: 1 - suspicion,
        });
      }
    }
    return app.recorder.record(rows.map(row => InspectionInput.parse(row)));
  };
  await feed(0, 30, (lot, k) => ((lot * 7 + k * 5) % 13) / 40);
  await feed(30, 40, (lot, k) => 0.3 + ((lot + k) % 5) / 40);
  await watchScores(app);
  await watchScores(app);
  expect(app.alerts.list().alerts).toMatchObject([{name: 'inspector.scores', source: 'm@1', state: 'open'}]);
  await feed(40, 60, (lot, k) => ((lot * 7 + k * 5) % 13) / 40);
  await watchScores(app);
  expect(app.alerts.list().alerts).toEqual([]);
});
