/** The ways in: the command line, HTTP, the events, the figures, what doctor and config say. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {buildHttp} from '../../../api/http.ts';
import {LedgerEvents} from '../../../api/live/ledger-events.ts';
import {fishboneHere, plantFiles, temporaryFolder} from '../plant.ts';
import {demoMes, inspect, plantWith, rulesOf, SECRET, soon, webhook} from './plant.ts';

const rule = {
  when: {fail: {defect: 'scratch'}},
  then: [{do: 'notify', to: 'mes'}],
  limits: {once: {per: 'product', within: '2 hours'}},
};

test('on the command line: tried on history before it is in force, then listed', async () => {
  const folder = join(temporaryFolder(), 'W');
  const files = join(temporaryFolder(), 'files');
  mkdirSync(folder);
  mkdirSync(files);
  writeFileSync(join(folder, 'mes.secret'), SECRET);
  const receivers = {
    mes: {driver: 'webhook', url: 'http://127.0.0.1:1/', secretFile: 'mes.secret'},
    mail: {driver: 'smtp', host: '127.0.0.1', from: 'f@plant.example', to: 'q@plant.example'},
  };
  const write = (responses: object) =>
    writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({receivers, responses}));
  write({});
  expect((await fishboneHere(['ingest', plantFiles(files), '--warehouse', folder])).code).toBe(0);
  writeFileSync(join(files, 'rules.json'), JSON.stringify({scratches: rule}));
  const tried = await fishboneHere(['responses', 'try', '--file', join(files, 'rules.json'), '--warehouse', folder]);
  // The four parts of lot L1 failed an hour apart, with scratches; of one product each second is a repetition.
  expect(tried.out).toContain(
    'scratches: would have fired 2 times; 2 withheld as repetitions; 2 of them came too late for a server',
  );
  expect(tried.out).toMatch(/2024-03-01 07:00:00\+00:00 {2}part P1 failed: scratch, lot L1\n {6}notify to mes/);
  expect(tried.out).toContain('once per product within 2 hours');
  const wrong = await fishboneHere(['responses', 'try', 'dents', '--warehouse', folder]);
  expect(wrong).toMatchObject({code: 1, err: expect.stringContaining('there is no rule "dents"')});
  write({scratches: rule});
  expect((await fishboneHere(['responses', '--warehouse', folder])).out).toMatch(
    /scratches +on a fail +waits for a server +0/,
  );
  expect((await fishboneHere(['responses', 'log', '--warehouse', folder])).out).toContain('no rule has fired');
  const doctor = await fishboneHere(['doctor', '--warehouse', folder]);
  expect(doctor.out).toContain('receivers: mes (webhook), mail (mail by 127.0.0.1); response rules: scratches');
  const config = await fishboneHere(['config', '--warehouse', folder, '--json']);
  expect(config.out).toContain('"scratches"');
  write({scratches: {...rule, then: [{do: 'notify', to: 'mess'}]}});
  const refused = await fishboneHere(['responses', '--warehouse', folder]);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining('responses.scratches.then.0.to: there is no receiver "mess"'),
  });
});

test('over HTTP: list, log in pages, try, settle; an event for what fired, figures for what was counted', async () => {
  const mes = await demoMes(({n}) => (n === 1 ? 'refuse' : null));
  const rules = rulesOf({r: {when: {fail: {}}, then: [{do: 'notify', to: 'mes'}], limits: {budget: {perHour: 2}}}});
  const {app} = await plantWith({receivers: {mes: webhook(mes.url)}, responses: rules});
  const http = await buildHttp(app, {localToken: null, dashboards: null, checksAnswers: true});
  onTestFinished(() => http.close());
  for (const k of [1, 2, 3]) await inspect(app, {inspection: `I${k}`, part: `P${k}`});
  const get = async <T>(url: string) => (await http.inject({url})).json<T>();
  interface Log {
    responses: {part: string; withheld: string | null; deliveries: {id: string; state: string}[]}[];
    next: string | null;
  }
  await soon(async () =>
    expect(await get('/v1/responses')).toMatchObject({rules: [{fired: 2, withheld: 1, failed: 1, open: 0}]}),
  );
  const first = await get<Log>('/v1/responses/log?limit=2');
  expect(first.responses.map(({part}) => part)).toEqual(['P3', 'P2']);
  const {responses} = await get<Log>(`/v1/responses/log?limit=2&cursor=${first.next}`);
  expect(responses).toMatchObject([{part: 'P1', deliveries: [{state: 'rejected'}]}]);
  const settle = (id: string, payload: object) =>
    http.inject({method: 'POST', url: `/v1/responses/${id}/settle`, payload});
  const {id} = responses[0].deliveries[0];
  expect((await settle('m0', {as: 'send-again', reason: 'x', by: 'Ben'})).json()).toMatchObject({
    status: 404,
    code: 'DELIVERY_NOT_FOUND',
  });
  expect((await settle(id, {as: 'send-again', reason: 'lot made known', by: 'Ben'})).statusCode).toBe(200);
  await soon(() => expect(mes.said.map(({body}) => String(body.part)).sort()).toEqual(['P1', 'P2']));
  expect((await settle(id, {as: 'acknowledged', reason: 'x', by: 'Ben'})).json()).toMatchObject({
    code: 'DELIVERY_NOT_OPEN',
  });
  const tried = await http.inject({method: 'POST', url: '/v1/responses/try', payload: {}});
  expect(tried.json()).toMatchObject({rules: [{fired: 2, withheld: {budget: 1}}]});
  const metrics = (await http.inject({url: '/metrics'})).body;
  expect(metrics).toContain('fishbone_responses_fired_total{rule="r"} 2');
  expect(metrics).toContain('fishbone_responses_withheld_total{rule="r"} 1');
  const events = new LedgerEvents(app.warehouse);
  const told = await Promise.all(app.warehouse.entries().map(entry => events.of(entry)));
  const fired = told.filter(event => event?.name === 'response').map(event => event!.data);
  expect(fired).toContainEqual(expect.objectContaining({rule: 'r', did: 'fire', fired: 1, withheld: 0, parts: ['P1']}));
  expect(fired).toContainEqual(
    expect.objectContaining({rule: 'r', did: 'deliver', action: 'notify', receiver: 'mes', state: 'rejected'}),
  );
});
