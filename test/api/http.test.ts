/** The HTTP door, without a network: what it answers, refuses and remembers. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {tableFromArrays, tableFromIPC, tableToIPC} from 'apache-arrow';
import type {InjectOptions} from 'fastify';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {z} from 'zod';
import {Problem} from '../../api/problem.ts';
import {ContainAnswer, Plant, ScreenAnswer, TraceAnswer} from '../../warehouse/answers.ts';
import {ChartAnswer} from '../../warehouse/chart-answers.ts';
import {Receipt} from '../../warehouse/data-answers.ts';
import {ParetoAnswer, YieldAnswer} from '../../warehouse/pareto-answers.ts';
import {servedPlant} from './plant.ts';

const CSV = {'content-type': 'text/csv'};

test('questions, with the parameters of the command line in camelCase', async () => {
  const {http} = await servedPlant();
  const get = async (url: string) => (await http.inject({url})).json<unknown>();
  expect(ParetoAnswer.parse(await get('/v1/pareto?by=product&top=1'))).toMatchObject({
    by: 'product',
    bars: [{key: 'A', count: 4}],
  });
  expect(YieldAnswer.parse(await get('/v1/yield?product=A'))).toMatchObject({inspected: 8, passedFirst: 4, fpy: 0.5});
  expect(YieldAnswer.parse(await get(`/v1/yield?where=${encodeURIComponent("bore.tool = 'T1'")}`)).inspected).toBe(8);
  // Lot L1 fails, before 11:00 UTC; 1.5 is added to the sigma level only where it is known.
  const {comparison} = ParetoAnswer.parse(await get('/v1/pareto?againstTo=2024-03-01T11:00:00Z&defect=scratch'));
  expect(comparison).toMatchObject({unit: 'lot', overall: {now: {parts: 8}, against: {parts: 4, defective: 4}}});
  expect(YieldAnswer.parse(await get('/v1/yield?sigmaShift=1.5&by=product'))).toMatchObject({
    unit: 'lot',
    lots: 3,
    sigmaShift: 1.5,
    sigmaLevel: null,
    route: [{step: '', inspected: 12, rolled: expect.closeTo(8 / 12, 12)}],
  });
  expect(TraceAnswer.parse(await get('/v1/trace/any/P1?backward=true')).kind).toBe('part');
  expect(Plant.parse(await get('/v1/plant'))).toMatchObject({
    plant: 'plant-1',
    parts: 12,
    defects: [{defect: 'scratch', parts: 4}],
    access: {mode: 'single-user', name: null, role: null},
  });
  const screened = await http.inject({method: 'POST', url: '/v1/screen', payload: {defect: 'scratch'}});
  const {findings} = ScreenAnswer.parse(screened.json());
  const found = await get(`/v1/findings/${findings[0].id}`);
  expect(found).toMatchObject({finding: {id: findings[0].id}, asOf: 7});
  const {id} = ContainAnswer.parse(
    (await http.inject({method: 'POST', url: '/v1/contain', payload: {target: 'L1'}})).json(),
  );
  expect(await get(`/v1/contained/${id}`)).toMatchObject({id, lots: [{lot: 'L1'}]});
  expect(await get('/v1/batches')).toMatchObject({
    batches: expect.arrayContaining([expect.objectContaining({batch: 7})]),
  });
});

test('charts, and what cannot be drawn', async () => {
  const {http} = await servedPlant();
  const chart = ChartAnswer.parse((await http.inject({url: '/v1/charts/any-fail?kind=p&subgroup=4'})).json());
  expect(chart).toMatchObject({center: 4 / 12, n: 12, rules: {name: 'limits'}});
  expect(chart.points.map(p => p.value)).toEqual([1, 0, 0]);
  expect((await http.inject({url: '/v1/charts/any-fail?kind=pie'})).statusCode).toBe(400);
  const refused = await http.inject({url: '/v1/capability/bore.torque'});
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({detail: expect.stringContaining('no parameter "bore.torque" is measured')});
});

test('a wrong field is pointed at', async () => {
  const {http} = await servedPlant({empty: true});
  const problemOf = async (request: InjectOptions) => {
    const response = await http.inject(request);
    expect(response.headers['content-type']).toContain('application/problem+json');
    return Problem.parse(response.json());
  };
  const wrong = await problemOf({method: 'POST', url: '/v1/screen', payload: {top: 'three', defekt: 'scratch'}});
  expect(wrong).toMatchObject({status: 400, code: 'USAGE', exitCode: 2});
  expect(wrong.errors?.map(({pointer}) => pointer)).toEqual(['/top', '/defekt']);
  expect((await problemOf({url: '/v1/pareto?asOf=x'})).errors).toMatchObject([{pointer: '/asOf'}]);
  expect((await problemOf({url: '/v1/pareto?where=bore'})).detail).toMatch(/character/);
  expect(await problemOf({url: '/v1/trace/part/nobody'})).toMatchObject({status: 404, code: 'NOT_FOUND'});
  expect(await problemOf({url: '/v1/findings/f0'})).toMatchObject({status: 404});
  expect(await problemOf({url: '/v1/chart/x'})).toMatchObject({status: 404});
  expect(await problemOf({url: '/v1/pareto?asOf=99'})).toMatchObject({status: 400});
  for (const time of ['soon', '5 Jan 2024', '2024-02-30T00:00:00Z']) {
    expect(await problemOf({url: `/v1/yield?from=${encodeURIComponent(time)}`})).toMatchObject({
      status: 400,
      errors: [{pointer: '/from', detail: `"${time}" is no time: write 2026-05-14, or 2026-05-14T06:12:00+02:00`}],
    });
  }
  const broken = {method: 'POST', url: '/v1/screen', headers: {'content-type': 'application/json'}} as const;
  expect(await problemOf({...broken, payload: '{"top": '})).toMatchObject({status: 400});
  expect(await problemOf({...broken, payload: `{"defect": "${'x'.repeat(1_000_001)}"}`})).toMatchObject({status: 413});
});

describe('ingest', () => {
  test('a file is streamed in; the same Idempotency-Key gives the same receipt, for that file only', async () => {
    const {app, http} = await servedPlant({empty: true});
    const send = (payload: string, key = 'k1') =>
      http.inject({method: 'POST', url: '/v1/ingest/parts', headers: {...CSV, 'idempotency-key': key}, payload});
    const first = await send('part,product\nP1,A\nP2,\n');
    expect(z.array(Receipt).parse(first.json())).toMatchObject([
      {batch: 1, status: 'partly-rejected', tables: [{table: 'parts', accepted: 1, rejected: 1}]},
    ]);
    const [again, atOnce] = await Promise.all([send('part,product\nP1,A\nP2,\n'), send('part,product\nP1,A\nP2,\n')]);
    expect([again.json(), atOnce.json()]).toEqual([first.json(), first.json()]);
    expect((await send('part,product\nP3,A\n')).statusCode).toBe(409);
    expect((await send('part,product\nP1,A\n', 'k2')).json()).toMatchObject([{status: 'duplicate', batch: null}]);
    expect(app.warehouse.position).toBe(1);
    const {rows} = (await http.inject({url: '/v1/quarantine/1'})).json<{rows: object[]}>();
    expect(rows).toMatchObject([{source: 'POST /v1/ingest/parts', line: 3, field: 'product'}]);
  });

  test('a file that says what its tables are needs no table; a stream of Arrow is a file', async () => {
    const {http} = await servedPlant({empty: true});
    const send = async (url: string, type: string, payload: string | Buffer) =>
      (await http.inject({method: 'POST', url, headers: {'content-type': type}, payload})).json<unknown>();
    const dfq = readFileSync(new URL('../ingest/readers/dfq/lines/input.dfq', import.meta.url));
    expect(await send('/v1/ingest?timeZone=UTC', 'text/plain', dfq)).toMatchObject([
      {source: 'POST /v1/ingest', batch: 1},
    ]);
    expect(await send('/v1/ingest?name=lots.csv', 'text/csv', 'lot,material\nL1,steel\n')).toMatchObject([
      {source: 'lots.csv', tables: [{table: 'lots', accepted: 1}]},
    ]);
    expect(await send('/v1/ingest', 'text/csv', 'lot,material\nL1,steel\n')).toMatchObject({code: 'FILE_UNUSABLE'});
    const arrow = Buffer.from(tableToIPC(tableFromArrays({lot: ['L2'], material: ['steel']}), 'stream'));
    expect(await send('/v1/ingest/lots', 'application/vnd.apache.arrow.stream', arrow)).toMatchObject([
      {tables: [{table: 'lots', accepted: 1, rejected: 0}]},
    ]);
    expect(await send('/v1/ingest/lots', 'text/plain', 'x')).toMatchObject({code: 'USAGE'});
  });

  test('what cannot be used is refused in a sentence', async () => {
    const {app, http} = await servedPlant({empty: true});
    const send = async (table: string, payload: string, headers = CSV) =>
      (await http.inject({method: 'POST', url: `/v1/ingest/${table}`, headers, payload})).json<Problem>();
    expect(await send('lots', 'lot,material,colour\nL1,steel,red\n')).toMatchObject({
      status: 422,
      code: 'FILE_UNUSABLE',
    });
    expect((await send('lots', '')).detail).toMatch(/^POST \/v1\/ingest\/lots: is empty/);
    expect((await send('lotz', 'lot\nL1\n')).detail).toBe('there is no table "lotz"');
    expect((await send('..%2F..%2Fx', 'lot\nL1\n')).status).toBe(400);
    expect((await send('lots', '<lots/>', {'content-type': 'application/xml'})).status).toBe(415);
    expect(app.warehouse.position).toBe(0);
  });
});

describe('inspections in real time', () => {
  const inspection = {inspection: 'R1', part: 'P1', inspected_at: '2024-04-01T06:00:00Z', result: 'fail'};
  const defects = [{defect: 'scratch', x: 1.5}, {defect: 'scratch'}];

  test('a repeated id is a duplicate, a contradiction a conflict, a newer version a correction', async () => {
    const {app, http} = await servedPlant({empty: true});
    const send = (payload: object) => http.inject({method: 'POST', url: '/v1/inspections?wait=true', payload});
    expect((await send({...inspection, defects})).json()).toEqual({
      batch: 1,
      results: [{inspection: 'R1', status: 'accepted'}],
    });
    expect((await send({...inspection, defects})).json()).toEqual({
      batch: null,
      results: [{inspection: 'R1', status: 'duplicate'}],
    });
    expect((await send({...inspection, result: 'pass'})).json()).toMatchObject({status: 409, code: 'CONFLICT'});
    // The same judgement with fewer defects is no duplicate: the plant would go on believing in the second scratch.
    expect((await send({...inspection, defects: [defects[0]]})).json()).toMatchObject({status: 409, code: 'CONFLICT'});
    expect((await send(inspection)).json()).toMatchObject({status: 409, code: 'CONFLICT'});
    expect(
      (
        await send([
          {...inspection, defects},
          {...inspection, inspection: 'R2'},
        ])
      ).json(),
    ).toEqual({
      batch: 2,
      results: [
        {inspection: 'R1', status: 'duplicate'},
        {inspection: 'R2', status: 'accepted'},
      ],
    });
    const newer = {...inspection, defects: [{defect: 'void'}], recorded_at: '2024-04-02T00:00:00Z'};
    expect((await send(newer)).statusCode).toBe(200);
    // Both versions sent again are duplicates, as they were.
    for (const known of [newer, {...inspection, defects}]) {
      expect((await send(known)).json()).toMatchObject({batch: null, results: [{status: 'duplicate'}]});
    }
    expect((await send({...newer, result: 'error', recorded_at: '2024-04-01T00:00:00Z'})).statusCode).toBe(409);
    // One of many that contradicts: nothing of them is recorded.
    const before = app.warehouse.position;
    expect(
      (
        await send([
          {...inspection, inspection: 'R3'},
          {...inspection, result: 'error'},
        ])
      ).statusCode,
    ).toBe(409);
    expect(app.warehouse.position).toBe(before);
    const {rows} = (await http.inject({url: '/v1/tables/inspections.json'})).json<{rows: {inspection: string}[]}>();
    expect(rows).toMatchObject([{inspection: 'R1', result: 'fail'}, {inspection: 'R2'}]);
    const stored = (await http.inject({url: '/v1/tables/defects.json'})).json<{rows: object[]}>();
    // The correction said all that was found.
    expect(stored.rows).toMatchObject([{inspection: 'R1', defect: 'void', n: 1}]);
  });

  test('what is new is on the disk when it is acknowledged, and seen by whoever asks after that', async () => {
    const {app, http} = await servedPlant({empty: true});
    const answer = await http.inject({method: 'POST', url: '/v1/inspections', payload: {...inspection, defects}});
    expect(answer.json()).toEqual({batch: null, results: [{inspection: 'R1', status: 'accepted'}]});
    const journal = join(app.warehouse.folder, 'journal');
    const lines = readdirSync(journal).map(name => readFileSync(join(journal, name), 'utf8'));
    expect(lines.join('')).toContain('"inspection":"R1"');
    expect((await http.inject({url: '/v1/tables/inspections.json'})).json()).toMatchObject({asOf: 1, rows: [{}]});
    await vi.waitFor(
      () =>
        expect(
          readdirSync(journal)
            .map(name => readFileSync(join(journal, name), 'utf8'))
            .join(''),
        ).toBe(''),
      {timeout: 120_000},
    );
    // The same again at once, and something else under the same id.
    const again = {...inspection, inspection: 'R2'};
    const sent = await Promise.all(
      [again, again, {...again, result: 'pass'}].map(payload =>
        http.inject({method: 'POST', url: '/v1/inspections', payload}),
      ),
    );
    expect(sent.map(({statusCode}) => statusCode)).toEqual([200, 200, 409]);
    expect(sent[1].json()).toEqual({batch: null, results: [{inspection: 'R2', status: 'duplicate'}]});
  });

  test('what is acknowledged is recorded; many at once share batches', async () => {
    const {app, http} = await servedPlant({empty: true});
    const ids = Array.from({length: 6}, (_, k) => `R${k}`);
    const sent = await Promise.all(
      ids.map(id => http.inject({method: 'POST', url: '/v1/inspections', payload: {...inspection, inspection: id}})),
    );
    expect(sent.map(({statusCode}) => statusCode)).toEqual(ids.map(() => 200));
    await app.recorder.recorded();
    const batches = app.warehouse.entries().filter(({kind}) => kind === 'batch');
    const accepted = batches.flatMap(({body}) => (body as {tables: {accepted: number}[]}).tables.map(t => t.accepted));
    expect(accepted.reduce((sum, n) => sum + n, 0)).toBe(6);
    // What came while the first was being recorded shares a batch.
    expect(batches.length).toBeLessThan(6);
    const local = await http.inject({
      method: 'POST',
      url: '/v1/inspections',
      payload: {...inspection, inspection: 'R9', inspected_at: '2024-04-01T06:00:00'},
    });
    expect(local.body).toMatch(/:422,.* R9: inspected_at: a time without an offset: .*"times need an offset/);
    expect((await http.inject({url: '/v1/tables/inspections.json'})).json()).toMatchObject({rows: {length: 6}});
  });

  test('of a request all are recorded or none, and who shares its batch is not harmed', async () => {
    const {http} = await servedPlant({empty: true});
    const send = (payload: object) => http.inject({method: 'POST', url: '/v1/inspections', payload});
    const rows = (...ids: string[]) => ids.map(id => ({...inspection, inspection: id, defects: [{defect: 'void'}]}));
    const [ahead] = rows('future').map(row => ({...row, inspected_at: '2199-01-01T00:00:00Z'}));
    const [early] = rows('past').map(row => ({...row, inspected_at: '1970-01-01T00:00:00Z'}));
    const sent = await Promise.all([
      send(rows('first')),
      send([...rows('beside'), ahead]),
      send(rows('fellow')),
      send([early, ...rows('after')]),
    ]);
    expect(sent.map(({statusCode}) => statusCode)).toEqual([200, 422, 200, 422]);
    const table = async (name: string) =>
      (await http.inject({url: `/v1/tables/${name}.json`}))
        .json()
        .rows.map((row: {inspection: string}) => row.inspection);
    expect((await table('inspections')).sort()).toEqual(['fellow', 'first']);
    expect((await table('defects')).sort()).toEqual(['fellow', 'first']);
  });

  test('what the warehouse does not take is refused, not acknowledged; odd texts are kept as sent', async () => {
    const {http} = await servedPlant({empty: true});
    const send = (row: object) =>
      http.inject({
        method: 'POST',
        url: '/v1/inspections',
        headers: {'content-type': 'application/json'},
        payload: JSON.stringify({...inspection, ...row}),
      });
    expect((await send({inspection: 'half \ud800'})).statusCode).toBe(422);
    expect((await send({inspection: 'R0', defects: [{defect: 'half \ud800'}]})).statusCode).toBe(422);
    expect((await send({inspection: 'nul \u0000'})).json().detail).toBe('/inspection: holds a NUL character');
    const odd = ['line\nend\u2028', `"'\\`, 'x'.repeat(10_000), '\u{1F41F}'];
    for (const id of odd) expect((await send({inspection: id, part: id})).statusCode).toBe(200);
    expect((await send({inspection: 'R2', inspected_at: '2024-04-01T06:00:00.123456789+05:30'})).statusCode).toBe(200);
    const {rows} = (await http.inject({url: '/v1/tables/inspections.json'})).json<{rows: {inspection: string}[]}>();
    expect(rows.map(row => row.inspection).sort()).toEqual([...odd, 'R2'].sort());
    expect((await http.inject({url: '/v1/quarantine'})).json()).toMatchObject({batches: []});
  });

  test('wrong fields are pointed at, also in an array', async () => {
    const {http} = await servedPlant({empty: true});
    const payload = [inspection, {inspection: 'R2', part: '', result: 'maybe', colour: 'red', defects: [{}]}];
    const {errors} = Problem.parse((await http.inject({method: 'POST', url: '/v1/inspections', payload})).json());
    expect(errors?.map(({pointer}) => pointer).sort()).toEqual([
      '/1/colour',
      '/1/defects/0/defect',
      '/1/part',
      '/1/result',
    ]);
  });
});

test('tables as JSON, CSV and Arrow: the position is stated, formulas are defused', async () => {
  const {http} = await servedPlant({empty: true});
  const payload = 'part,product,made_at\n"=HYPERLINK(1)",A,2024-01-01T00:00:00Z\nP2,"x, ""y""",\nP3,A,\n';
  await http.inject({method: 'POST', url: '/v1/ingest/parts', headers: CSV, payload});
  const csv = await http.inject({url: '/v1/tables/parts.csv?limit=2'});
  expect(csv.headers).toMatchObject({'fishbone-as-of': '1', 'fishbone-truncated': 'true'});
  expect(csv.body.split('\r\n').slice(0, 3)).toEqual([
    'part,product,work_order,lot,made_at,recorded_at',
    "'=HYPERLINK(1),A,,,2024-01-01T00:00:00.000Z,",
    'P2,"x, ""y""",,,,',
  ]);
  expect((await http.inject({url: '/v1/tables/parts.json'})).json()).toMatchObject({
    asOf: 1,
    truncated: false,
    rows: [{part: '=HYPERLINK(1)'}, {part: 'P2', made_at: null}, {part: 'P3'}],
  });
  const arrow = tableFromIPC((await http.inject({url: '/v1/tables/parts.arrows'})).rawPayload);
  expect(arrow.getChild('part')?.toArray()).toEqual(['=HYPERLINK(1)', 'P2', 'P3']);
  expect(Number(arrow.getChild('made_at')?.get(0))).toBe(Date.UTC(2024, 0, 1));
  for (const table of ['nix', 'fact.parts', "parts'--"]) {
    expect((await http.inject({url: `/v1/tables/${encodeURIComponent(table)}.json`})).statusCode).toBe(404);
  }
});

test('an unchanged answer is not computed again, and a new batch is a new answer', async () => {
  const {http} = await servedPlant();
  const first = await http.inject({url: '/v1/pareto'});
  const asked = {url: '/v1/pareto', headers: {'if-none-match': String(first.headers.etag)}};
  expect((await http.inject(asked)).statusCode).toBe(304);
  expect((await http.inject({...asked, url: '/v1/pareto?by=product'})).statusCode).toBe(200);
  await http.inject({method: 'POST', url: '/v1/ingest/lots', headers: CSV, payload: 'lot,material\nL9,steel\n'});
  expect((await http.inject(asked)).statusCode).toBe(200);
});

test('who allows it gets the last answer at once, told how old it is, while a newer one is made', async () => {
  const {http, app} = await servedPlant();
  const old = {url: '/v1/pareto', headers: {'cache-control': 'max-age=0, max-stale=60'}};
  const before = (await http.inject(old)).json<ParetoAnswer>();
  const inspection = {inspection: 'n1', part: 'P1', inspected_at: '2024-01-01T00:00:00Z', result: 'fail'};
  expect((await http.inject({method: 'POST', url: '/v1/inspections?wait=true', payload: inspection})).statusCode).toBe(
    200,
  );
  let letGo = () => {};
  onTestFinished(() => letGo());
  const held = new Promise<void>(resolve => {
    letGo = resolve;
  });
  const read = app.warehouse.read.bind(app.warehouse);
  const reads = vi.spyOn(app.warehouse, 'read').mockImplementation(async (asOf, ask) => {
    await held;
    return read(asOf, ask);
  });
  const [stale, again] = await Promise.all([http.inject(old), http.inject(old)]);
  expect(stale.json()).toEqual(before);
  expect(Number(stale.headers.age)).toBeGreaterThanOrEqual(1);
  expect(again.headers.etag).toBe(stale.headers.etag);
  // Nothing said is nothing allowed; and the one that is being made is not made twice.
  const asked = [http.inject({url: '/v1/pareto'}), http.inject({url: '/v1/pareto'})];
  letGo();
  const [fresh, other] = await Promise.all(asked);
  expect(other.body).toBe(fresh.body);
  expect(fresh.json<ParetoAnswer>().asOf).toBe(before.asOf + 1);
  expect(fresh.headers.age).toBeUndefined();
  expect((await http.inject(old)).json()).toEqual(fresh.json());
  expect(reads).toHaveBeenCalledTimes(1);
  // Another question, and one that is not right, are answered for themselves.
  expect((await http.inject({...old, url: '/v1/pareto?by=product'})).json<ParetoAnswer>().by).toBe('product');
  expect((await http.inject({...old, url: '/v1/pareto?by=nothing.such'})).statusCode).toBe(400);
});

test('it is alive, ready, measured and described', async () => {
  const {http} = await servedPlant({empty: true});
  expect((await http.inject({url: '/livez'})).body).toBe('ok\n');
  expect((await http.inject({url: '/readyz'})).body).toBe('ready\n');
  expect((await http.inject({url: '/metrics'})).body).toMatch(/^fishbone_position 0$/m);
  const {openapi, paths} = (await http.inject({url: '/v1/openapi.json'})).json<{openapi: string; paths: object}>();
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      '/v1/pareto',
      '/v1/screen',
      '/v1/inspections',
      '/v1/holds/{id}/approve',
      '/v1/ingest/{table}',
    ]),
  );
  expect(Object.keys(paths)).not.toContain('/v1/operations/{name}');
  const {headers} = await http.inject({url: '/livez'});
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|upgrade-insecure-requests/);
});
