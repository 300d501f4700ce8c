/** What everybody looks at first is answered before anybody asks. */
import {expect, test, vi} from 'vitest';
import {InspectionInput} from '../../api/inspections/input.ts';
import {OVERVIEW, warmUp} from '../../api/warm-up.ts';
import {Session} from '../../warehouse/duckdb.ts';
import {servedPlant} from './plant.ts';

test('asked in advance, the overview is answered from memory; of few inspections nothing is asked', async () => {
  const {app, http} = await servedPlant({localToken: 'of-the-command-line'});
  const rows = vi.spyOn(Session.prototype, 'rows');
  const run = vi.spyOn(Session.prototype, 'run');
  const questions = () => rows.mock.calls.length + run.mock.calls.length;
  await warmUp(http, app, 'of-the-command-line');
  expect(questions()).toBe(0);
  await warmUp(http, app, 'of-the-command-line', 1);
  const after = questions();
  expect(after).toBeGreaterThan(0);
  for (const url of OVERVIEW) {
    const answer = await http.inject({url, headers: {'cache-control': 'max-age=1, max-stale=600'}});
    expect(answer.statusCode).toBe(200);
  }
  expect(questions()).toBe(after);
  // What came since is seen by whoever asks for the newest.
  await app.recorder.record([InspectionInput.parse({inspection: 'new', part: 'P-new', result: 'fail'})]);
  const newest = (await http.inject('/v1/yield?by=product')).json<{asOf: number}>();
  expect(newest.asOf).toBe(app.warehouse.position);
  vi.restoreAllMocks();
});
