/** What becomes of a hold when facts behind it change, over real HTTP against a real warehouse; counted by hand. */
import {describe, expect, onTestFinished, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {HoldWatch} from '../../api/hold-watch.ts';
import {buildHttp} from '../../api/http.ts';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {feed, folder, type Table} from '../warehouse/plant-in-a-folder.ts';

/** Lot A (a1, a2) and B (b1) went through press T7, lot C (c1) through T1. a1 failed; A went into kit K1. */
const PLANT: Table[] = [
  ['lots', 'lot,material\nA,housing\nB,housing\nC,housing\nK1,kit'],
  ['parts', 'part,product,lot\na1,H,A\na2,H,A\nb1,H,B\nc1,H,C'],
  [
    'operations',
    `part,step,run,tool,started_at,recorded_at
     a1,press,1,T7,2024-05-01T01:00:00Z,2024-05-01T05:00:00Z
     a2,press,1,T7,2024-05-01T01:10:00Z,2024-05-01T05:00:00Z
     b1,press,1,T7,2024-05-01T01:20:00Z,2024-05-01T05:00:00Z
     c1,press,1,T1,2024-05-01T01:30:00Z,2024-05-01T05:00:00Z`,
  ],
  [
    'inspections',
    'inspection,part,inspected_at,result,recorded_at\ni1,a1,2024-05-02T00:00:00Z,fail,2024-05-02T01:00:00Z\ni2,c1,2024-05-02T00:00:00Z,pass,2024-05-02T01:00:00Z',
  ],
  ['genealogy', 'parent,parent_kind,child,child_kind\nA,lot,K1,lot'],
];

async function plant(settings: Parameters<typeof openApp>[1] = {}) {
  const receivers = {mes: {driver: 'webhook' as const, url: 'http://127.0.0.1:9/holds', secretFile: 'none'}};
  const app = await openApp(folder(), {make: true, ...settings, config: {receivers, ...settings.config}});
  const http = await buildHttp(app, {localToken: null, dashboards: null});
  onTestFinished(async () => {
    await http.close();
    await app.close();
  });
  for (const table of PLANT) await feed(app.warehouse, table);
  const post = async <T>(path: string, payload: object) => {
    const response = await http.inject({method: 'POST', url: `/v1${path}`, payload});
    return {status: response.statusCode, body: response.json<T>()};
  };
  const show = async (id: string) => (await http.inject({method: 'GET', url: `/v1/holds/${id}`})).json<Hold>();
  return {app, http, post, show};
}
type Doors = Awaited<ReturnType<typeof plant>>;

async function held({post}: Pick<Doors, 'post'>, more: object = {}): Promise<string> {
  const {body: contained} = await post<ContainAnswer>('/contain', {target: "press.tool = 'T7'"});
  const proposal = {contained: contained.id, reason: 'SCRATCH', text: 'T7', by: 'Anna', ...more};
  const {id} = (await post<Hold>('/holds', proposal)).body;
  await post<Hold>(`/holds/${id}/approve`, {by: 'Ben'});
  return id;
}
const states = ({coverage}: Hold) => coverage.map(({lot, state}) => `${lot} ${state}`);
const entries = (app: App) =>
  app.warehouse
    .entries()
    .filter(({kind}) => kind === 'hold')
    .map(({body}) => body as {did: string; by: string});

describe('children', () => {
  test('what held lots go into later is held too, by an entry of the system with actions of the same hold', async () => {
    const {app, post, show} = await plant();
    const id = await held({post});
    expect(states(await show(id))).toEqual(['A held', 'B held', 'K1 held']);
    // K1 went into a pallet, and b1 into part k9 of lot K9.
    await feed(app.warehouse, ['parts', 'part,product,lot\nk9,K,K9']);
    await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot\nb1,part,k9,part']);
    const after = await show(id);
    expect(after.coverage.slice(3)).toMatchObject([
      {lot: 'K9', parts: 1, state: 'held', inherited: {through: 'part b1, which went into part k9', asOf: 7}},
      {lot: 'PAL', parts: 0, state: 'held', inherited: {through: 'lot K1', asOf: 7}},
    ]);
    // The evidence has not changed by it.
    expect([after.review, after.compared]).toEqual([null, {asOf: 7, why: null}]);
    expect(after.lots.filter(({lot}) => lot === 'PAL')).toMatchObject([{action: 'hold', delivery: 'queued'}]);
    expect(entries(app).at(-1)).toMatchObject({did: 'inherit', by: 'fishbone', authenticated: false});
    expect(after.events.filter(({what}) => what === 'inherited')).toHaveLength(2);
    // Shown again, nothing is written again.
    await show(id);
    // Nor by whoever looks for the first time.
    await new HoldWatch(app).check();
    expect(entries(app).map(({did}) => did)).toEqual(['propose', 'approve', 'inherit']);
    const released = (await post<Hold>(`/holds/${id}/release`, {by: 'Cem', reason: 'SORTED'})).body;
    expect(released.decision).toBe('released');
    expect(released.lots.filter(({action}) => action === 'release').map(({lot}) => lot)).toEqual([
      'A',
      'B',
      'K1',
      'K9',
      'PAL',
    ]);
  });

  test('what came before the approval is held by it; what comes after the release is not', async () => {
    const {app, post, show} = await plant();
    const {body: contained} = await post<ContainAnswer>('/contain', {target: "press.tool = 'T7'"});
    const {id} = (await post<Hold>('/holds', {contained: contained.id, reason: 'X', text: '', by: 'Anna'})).body;
    await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot']);
    // Nobody has decided yet: nothing is held.
    expect(states(await show(id))).toEqual(['A proposed', 'B proposed', 'K1 proposed']);
    const approved = (await post<Hold>(`/holds/${id}/approve`, {by: 'Ben'})).body;
    expect(states(approved)).toEqual(['A held', 'B held', 'K1 held', 'PAL held']);
    await post<Hold>(`/holds/${id}/release`, {by: 'Cem', reason: 'SORTED'});
    await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nPAL,lot,SHIP,lot']);
    expect((await show(id)).coverage).toHaveLength(4);
    expect(app.holds.list()[0].decision).toBe('released');
  });

  test('a hold of these lots only is flagged for a person instead', async () => {
    const {app, post, show} = await plant();
    const id = await held({post}, {children: false});
    await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot']);
    const after = await show(id);
    expect(states(after)).toEqual(['A held', 'B held', 'K1 held']);
    expect(after.review?.reasons).toContain('lot PAL came from lot K1 since, and is not covered');
  });
});

describe('a correction', () => {
  test('a part in another lot, an inspection overturned, an exposure withdrawn: each is told, and a person closes it', async () => {
    const {app, post, show} = await plant();
    const id = await held({post});
    expect((await show(id)).review).toBeNull();
    await feed(app.warehouse, ['parts', 'part,product,lot,recorded_at\na2,H,C,2024-05-03T00:00:00Z']);
    await feed(app.warehouse, [
      'inspections',
      'inspection,part,inspected_at,result,verification,recorded_at\ni1,a1,2024-05-02T00:00:00Z,fail,rejected,2024-05-03T00:00:00Z',
    ]);
    await feed(app.warehouse, [
      'operations',
      'part,step,run,tool,started_at,recorded_at\nb1,press,1,T1,2024-05-01T01:20:00Z,2024-05-03T00:00:00Z',
    ]);
    const flagged = await show(id);
    expect(flagged.review?.asOf).toBe(8);
    expect(flagged.review?.reasons).toEqual([
      '1 suspect part changed the lot: a2 (from A to C)',
      '1 suspect part had failed and no longer count as failed: a1',
      '1 part no longer suspect: b1',
      '1 lot no longer suspect: B',
      '1 lot became suspect and not covered by this hold: C',
    ]);
    // Nothing is let go, and nothing more is held, by that.
    expect(states(flagged)).toEqual(['A held', 'B held', 'K1 held']);
    expect(flagged.lots.every(({action}) => action === 'hold')).toBe(true);
    expect(await post(`/holds/${id}/review`, {by: 'Cem', reason: ' '})).toMatchObject({status: 400});
    expect(await post(`/holds/${id}/review`, {by: 'Cem', reason: 'seen', asOf: 5})).toMatchObject({status: 409});
    const [one, other] = await Promise.all(
      ['Cem', 'Dora'].map(by => post<Hold>(`/holds/${id}/review`, {by, reason: 'hold C by another hold', asOf: 8})),
    );
    expect([one.status, other.status].sort((a, b) => a - b)).toEqual([200, 409]);
    const closed = await show(id);
    expect(closed.review).toBeNull();
    expect(closed.events.at(-1)).toMatchObject({what: 'reviewed', why: 'hold C by another hold'});
    // What was seen is not told again; what changes then is.
    await feed(app.warehouse, ['parts', 'part,product,lot,recorded_at\na1,H,C,2024-05-04T00:00:00Z']);
    expect((await show(id)).review?.reasons[0]).toBe('1 suspect part changed the lot: a1 (from A to C)');
  });

  test('a held lot that the MES reports as free to use', async () => {
    const {app, post, show} = await plant();
    const id = await held({post});
    const later = new Date(Date.now() + 1_000).toISOString();
    await feed(app.warehouse, [
      'movements',
      `kind,id,at,location,status\nlot,B,${later},LINE-3,in-process\nlot,A,${later},CAGE,quarantine`,
    ]);
    expect((await show(id)).review?.reasons).toEqual([
      '1 held lot reported as free to use since the hold: B (in-process, LINE-3)',
    ]);
  });

  test('everything is read back from the ledger', async () => {
    const {app, post, show} = await plant();
    const id = await held({post});
    await feed(app.warehouse, ['parts', 'part,product,lot,recorded_at\na2,H,C,2024-05-03T00:00:00Z']);
    await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot']);
    const before = await show(id);
    const {folder: where} = app.config;
    await app.close();
    const again = await openApp(where);
    onTestFinished(() => again.close());
    expect({...again.holds.show(id), compared: before.compared}).toEqual(before);
  });
});

describe('scrap, and a part of the lots', () => {
  test('some lots are released, others scrapped; parallel attempts on the same lot: one counts', async () => {
    const {post, show, app} = await plant();
    const id = await held({post});
    const attempts = await Promise.all([
      post<Hold>(`/holds/${id}/release`, {by: 'Cem', reason: 'SORTED', lots: ['A']}),
      post<Hold>(`/holds/${id}/scrap`, {by: 'Dora', reason: 'NOT-REPAIRABLE', lots: ['A']}),
      post<Hold>(`/holds/${id}/scrap`, {by: 'Emil', reason: 'NOT-REPAIRABLE', lots: ['A']}),
    ]);
    expect(attempts.map(({status}) => status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(attempts.find(({status}) => status === 409)?.body).toMatchObject({code: 'HOLD_LOT_NOT_HELD'});
    expect((await show(id)).decision).toBe('approved');
    expect(await post(`/holds/${id}/scrap`, {by: 'Dora', reason: 'X', lots: ['C']})).toMatchObject({status: 409});
    await post(`/holds/${id}/scrap`, {by: 'Dora', reason: 'NOT-REPAIRABLE', lots: ['B']});
    const done = (await post<Hold>(`/holds/${id}/release`, {by: 'Cem', reason: 'SORTED'})).body;
    expect(done.decision).toBe('released');
    expect(states(done).slice(1)).toEqual(['B scrapped', 'K1 released']);
    const told = done.lots.filter(({action}) => action !== 'hold');
    // One message a lot: A by whoever was first.
    expect(told.map(({lot}) => lot)).toEqual(['A', 'B', 'K1']);
    expect(await post(`/holds/${id}/scrap`, {by: 'Dora', reason: 'X'})).toMatchObject({status: 409});
    expect(
      entries(app)
        .map(({did}) => did)
        .filter(did => did === 'scrap' || did === 'release'),
    ).toHaveLength(3);
  });

  test('a release by one hold sends nothing for a lot that another has scrapped', async () => {
    const {post} = await plant();
    const [first, second] = [await held({post}), await held({post})];
    await post(`/holds/${first}/scrap`, {by: 'Dora', reason: 'NOT-REPAIRABLE', lots: ['A']});
    const released = (await post<Hold>(`/holds/${second}/release`, {by: 'Cem', reason: 'SORTED'})).body;
    expect(released.lots.filter(({action}) => action === 'release')).toEqual([]);
    expect(released.events.filter(({what}) => what === 'kept').map(({why}) => why)).toEqual([
      `lot A was scrapped by ${first}: its release was not sent`,
      `lot B is still held by ${first}: its release was not sent`,
      `lot K1 is still held by ${first}: its release was not sent`,
    ]);
  });
});

test('the proposer neither approves nor refuses, parallel attempts included', async () => {
  const {post, show} = await plant();
  const {body: contained} = await post<ContainAnswer>('/contain', {target: 'A'});
  const {id} = (await post<Hold>('/holds', {contained: contained.id, reason: 'X', text: '', by: 'Anna'})).body;
  const attempts = await Promise.all(
    [
      ['refuse', 'anna'],
      ['approve', 'ANNA'],
      ['approve', 'Ben'],
      ['refuse', 'Cem'],
      ['approve', 'Dora'],
    ].map(([what, by]) => post(`/holds/${id}/${what}`, {by, reason: 'so'})),
  );
  expect(attempts.slice(0, 2).map(({status}) => status)).toEqual([403, 403]);
  expect(
    attempts
      .slice(2)
      .map(({status}) => status)
      .sort((a, b) => a - b),
  ).toEqual([200, 409, 409]);
  expect((await show(id)).events.filter(({what}) => what === 'approved' || what === 'refused')).toHaveLength(1);
});

test('reason codes: a configured list is kept to, what has none takes any', async () => {
  const {post, http} = await plant({
    config: {reasonCodes: {hold: {SCRATCH: 'a scratch'}, scrap: {DEAD: 'beyond repair'}}},
  });
  const {body: contained} = await post<ContainAnswer>('/contain', {target: 'A'});
  const proposal = {contained: contained.id, reason: 'WHIM', text: '', by: 'Anna'};
  const refused = await post<{code: string; detail: string}>('/holds', proposal);
  expect([refused.status, refused.body.code]).toEqual([400, 'HOLD_REASON_UNKNOWN']);
  expect(JSON.stringify(refused.body)).toContain('SCRATCH (a scratch)');
  const {id} = (await post<Hold>('/holds', {...proposal, reason: 'SCRATCH'})).body;
  await post(`/holds/${id}/approve`, {by: 'Ben'});
  expect((await post(`/holds/${id}/scrap`, {by: 'Cem', reason: 'SORTED'})).status).toBe(400);
  expect((await post(`/holds/${id}/release`, {by: 'Cem', reason: 'whatever we say'})).status).toBe(200);
  const offered = (await http.inject({method: 'GET', url: '/v1/reason-codes'})).json<Record<string, {only: boolean}>>();
  expect([offered.hold, offered.release.only, offered.scrap.only]).toEqual([
    {only: true, codes: [{code: 'SCRATCH', meaning: 'a scratch'}]},
    false,
    true,
  ]);
});

test('whoever decides does not wait for a look at all holds, and closing does not either', async () => {
  const {app, post} = await plant();
  const holds: string[] = [];
  for (let k = 0; k < 8; k++) holds.push(await held({post}));
  await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot']);
  const {position} = app.warehouse;
  const compared = () => holds.filter(id => app.holdWatch.compared(id).asOf === position).length;
  // The newest come first: without its own turn the oldest would come last.
  const all = app.holdWatch.check();
  await app.holdWatch.check(holds[0]);
  expect(app.holdWatch.compared(holds[0])).toEqual({asOf: position, why: null});
  expect(app.holds.show(holds[0]).coverage.map(({lot}) => lot)).toContain('PAL');
  expect(compared()).toBeLessThanOrEqual(3);
  await app.holdWatch.stop();
  await all;
  expect(compared()).toBeLessThan(holds.length);
});

test('a server answers an approval at once, and holds what the lots went into since the proposal right after', async () => {
  const {app, post} = await plant();
  for (let k = 0; k < 3; k++) await held({post});
  const {body: contained} = await post<ContainAnswer>('/contain', {target: "press.tool = 'T7'"});
  const proposal = {contained: contained.id, reason: 'SCRATCH', text: 'T7', by: 'Anna'};
  const {id} = (await post<Hold>('/holds', proposal)).body;
  await feed(app.warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,PAL,lot']);
  app.holdWatch.start(3_600_000);
  // Others are being compared meanwhile.
  const others = app.holdWatch.check();
  const {body: approved} = await post<Hold>(`/holds/${id}/approve`, {by: 'Ben'});
  expect(states(approved)).toEqual(['A held', 'B held', 'K1 held']);
  expect(app.holdWatch.compared(id).asOf).not.toBe(app.warehouse.position);
  const now = () => states(app.holds.show(id));
  await expect.poll(now, {timeout: 120_000}).toEqual(['A held', 'B held', 'K1 held', 'PAL held']);
  await others;
});
