/** A source that suddenly rejects raises `rejects.rate`: files, a whole file that is refused, inspections in real time. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {ingest} from '../../api/load-files.ts';
import {servedPlant, temporaryFolder} from './plant.ts';

/** A day's file of 200 parts, of which so many have a time that is none. @returns its path */
function day(folder: string, date: string, bad: number): string {
  mkdirSync(folder, {recursive: true});
  const path = join(folder, `parts_${date}.csv`);
  const rows = Array.from({length: 200}, (_, k) => `${date}-${k},A,${k < bad ? 'yesterday' : `${date}T06:00:00Z`}`);
  writeFileSync(path, `part,product,made_at\n${rows.join('\n')}\n`);
  return path;
}
const options = {table: 'parts'};

test('files of one source by day: told once, counted, over with the next good one', async () => {
  const {app} = await servedPlant({empty: true});
  const folder = join(temporaryFolder(), 'out');
  for (const date of ['2026-03-01', '2026-03-02', '2026-03-03']) await ingest(app, [day(folder, date, 1)], options);
  expect(app.alerts.list().alerts).toEqual([]);
  await ingest(app, [day(folder, '2026-03-04', 30)], options);
  await ingest(app, [day(folder, '2026-03-05', 30)], options);
  expect(app.alerts.list().alerts).toMatchObject([
    {
      name: 'rejects.rate',
      source: 'out/parts_*.csv',
      times: 2,
      text: '15.00 % of its newest rows were rejected, 30 of 200; usually 0.50 %, 3 of 600 rows',
      figures: {rows: 200, rejected: 30, share: 0.15, usualRows: 600, usualRejected: 3},
      batch: 4,
    },
  ]);
  await ingest(app, [day(folder, '2026-03-06', 0)], options);
  expect(app.alerts.list().open).toBe(0);
  expect(app.alerts.list({all: true}).alerts).toMatchObject([
    {closed: {by: null, reason: '0.00 % of its newest 200 rows were rejected: no more than usual'}},
  ]);
  // The same rows once more change nothing, and say nothing of the source.
  await ingest(app, [day(folder, '2026-03-04', 30)], options);
  expect(app.alerts.list().open).toBe(0);
});

test('inspections in real time that are refused to their sender count, though no batch has them', async () => {
  const {app, http} = await servedPlant({empty: true});
  const send = (from: number, bad: object = {}) =>
    http.inject({
      method: 'POST',
      url: '/v1/inspections',
      payload: Array.from({length: 40}, (_, k) => ({inspection: `I${from + k}`, part: 'P1', result: 'pass', ...bad})),
    });
  for (let k = 0; k < 5; k++) expect((await send(k * 40)).statusCode).toBe(200);
  expect(app.alerts.list().alerts).toEqual([]);
  expect((await send(900, {result: 'good'})).statusCode).toBe(400);
  await vi.waitFor(() => expect(app.alerts.list().alerts).toMatchObject([{source: 'POST /v1/inspections'}]), {
    timeout: 120_000,
  });
  expect(app.alerts.list().alerts[0].figures).toMatchObject({rejected: 40});
});
