/** Alerts about the supply of data: raised once, counted, closed by a person or by themselves, and there after a rebuild. */
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {raiseAlert} from '../../api/alerts.ts';
import {openApp} from '../../api/app.ts';
import {examineArchive} from '../../api/doctor-archive.ts';
import {AlertAnswer} from '../../warehouse/alert-answers.ts';
import {forgetDatabase} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

const GAP = {name: 'feed.gap', source: 'mqtt:line-4', text: 'nothing came for 20 minutes', figures: {minutes: 20}};

function clock(): (minutes: number) => void {
  vi.useFakeTimers({toFake: ['Date'], now: Date.parse('2026-03-01T06:00:00Z')});
  onTestFinished(() => void vi.useRealTimers());
  return minutes => vi.setSystemTime(Date.now() + minutes * 60_000);
}

test('an open alert is counted, another source has its own, and after it was closed it is a new one', async () => {
  const later = clock();
  const {app} = await servedPlant({empty: true});
  await Promise.all([raiseAlert(app, {...GAP, batch: null}), raiseAlert(app, {...GAP, batch: null})]);
  later(10);
  await raiseAlert(app, {...GAP, batch: 3, figures: {minutes: 30}, text: 'nothing came for 30 minutes'});
  await raiseAlert(app, {...GAP, batch: null, source: 'mqtt:line-5'});
  const {alerts, open} = app.alerts.list();
  expect(open).toBe(2);
  const mine = alerts.find(({source}) => source === 'mqtt:line-4')!;
  expect(mine).toMatchObject({
    times: 3,
    text: 'nothing came for 30 minutes',
    figures: {minutes: 30},
    batch: 3,
    permalink: '/data#batch-3',
    raisedAt: '2026-03-01T06:00:00.000Z',
    lastAt: '2026-03-01T06:10:00.000Z',
  });
  await app.alerts.close(mine.id, {by: 'Ada', authenticated: false, reason: 'the broker was restarted'});
  await expect(app.alerts.close(mine.id, {by: 'Ben', authenticated: false, reason: 'x'})).rejects.toThrow('before');
  await expect(app.alerts.close('a999', {by: 'Ben', authenticated: false, reason: 'x'})).rejects.toThrow('no alert');
  const again = await raiseAlert(app, {...GAP, batch: null});
  expect(again).toMatchObject({times: 1, state: 'open'});
  expect(again!.id).not.toBe(mine.id);
  expect(app.alerts.list({all: true, source: 'mqtt:line-4'}).alerts).toHaveLength(2);
});

test('what is told many times a minute is counted and written down once; when it is over it closes by itself', async () => {
  const later = clock();
  const {app} = await servedPlant({empty: true});
  const written = () => app.warehouse.entries().filter(({kind}) => kind === 'alert').length;
  for (let k = 0; k < 50; k++) await raiseAlert(app, {...GAP, batch: null});
  expect(written()).toBe(1);
  expect(app.alerts.list().alerts).toMatchObject([{times: 50}]);
  later(2);
  await raiseAlert(app, {...GAP, batch: null});
  expect(written()).toBe(2);
  expect(app.alerts.list().alerts).toMatchObject([{times: 51}]);
  await raiseAlert(app, {...GAP, batch: null});
  await app.alerts.over('feed.gap', 'mqtt:line-4', 'messages come again');
  await app.alerts.over('feed.gap', 'mqtt:line-4', 'messages come again');
  expect(written()).toBe(4);
  expect(app.alerts.list({all: true}).alerts).toMatchObject([
    {times: 52, closed: {by: null, reason: 'messages come again'}},
  ]);
});

test('alerts are in the ledger: they are there after the database was made anew, and verify finds nothing wrong', async () => {
  const folder = join(temporaryFolder(), 'W');
  const first = await openApp(folder, {make: true});
  const raised = await raiseAlert(first, {...GAP, batch: null});
  await first.alerts.close(raised!.id, {by: 'Ada', authenticated: false, reason: 'seen'});
  await raiseAlert(first, {...GAP, batch: null});
  const before = first.alerts.list({all: true});
  const decisions = await first.warehouse.read(undefined, s => s.rows('from fact.decisions order by seq'));
  await first.close();
  expect((await verify(folder)).problems).toEqual([]);
  await forgetDatabase(folder);
  const second = await openApp(folder);
  onTestFinished(() => second.close());
  expect(second.alerts.list({all: true})).toEqual(before);
  expect(await second.warehouse.read(undefined, s => s.rows('from fact.decisions order by seq'))).toEqual(decisions);
  const checks = await examineArchive(folder, {});
  expect(checks.find(({what}) => what === 'alerts')).toMatchObject({warning: true, detail: '1 open: feed.gap'});
});

test('over HTTP and on the command line', async () => {
  const {app, http} = await servedPlant({empty: true});
  expect((await http.inject({url: '/readyz'})).body).toBe('ready\n');
  const raised = await raiseAlert(app, {...GAP, batch: null});
  expect((await http.inject({url: '/readyz'})).body).toContain('ALERTS 1 open');
  expect((await http.inject({url: '/metrics'})).body).toContain('\nfishbone_alerts_open 1\n');
  const listed = AlertAnswer.parse((await http.inject({url: '/v1/alerts?name=feed.gap'})).json());
  expect(listed).toEqual({alerts: [raised], open: 1});
  const close = (payload: object) => http.inject({method: 'POST', url: `/v1/alerts/${raised!.id}/close`, payload});
  expect((await close({by: 'Ada'})).statusCode).toBe(400);
  expect((await close({reason: 'seen'})).statusCode).toBe(400);
  expect((await close({by: 'Ada', reason: 'seen'})).json()).toMatchObject({state: 'closed', closed: {by: 'Ada'}});
  expect((await close({by: 'Ada', reason: 'seen'})).statusCode).toBe(409);

  const folder = join(temporaryFolder(), 'W');
  const at = ['--warehouse', folder];
  const made = await openApp(folder, {make: true});
  const {id} = (await raiseAlert(made, {...GAP, batch: null}))!;
  await made.close();
  expect((await fishboneHere(['alerts', ...at])).out).toContain(`${id}  feed.gap  mqtt:line-4\n  nothing came for 20`);
  const closed = await fishboneHere(['alerts', 'close', id, '--by', 'Ada', '--reason', 'seen', ...at]);
  expect(closed.out).toContain('by Ada: seen');
  expect((await fishboneHere(['alerts', 'list', ...at])).out).toBe('No alert is open.\n');
});
