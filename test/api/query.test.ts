/** SQL from people over HTTP: what is answered, to whom, on which copy. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {tableFromIPC} from 'apache-arrow';
import {describe, expect, test} from 'vitest';
import type {Role} from '../../api/access/roles.ts';
import {openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {Ledger} from '../../warehouse/ledger.ts';
import type {QueryAnswer} from '../../warehouse/query-answers.ts';
import {verify} from '../../warehouse/verify.ts';
import {fishboneHere, plantFiles, servedPlant, startServer, temporaryFolder} from './plant.ts';

const LIMITS = {seconds: 60, memoryMb: 200, processes: 1, waiting: 8};

type Served = Awaited<ReturnType<typeof servedPlant>>;

const asking =
  ({http}: Served) =>
  (payload: object, headers: Record<string, string> = {}) =>
    http.inject({method: 'POST', url: '/v1/query', payload, headers});

describe('an answer', () => {
  test('a number that no double holds is refused as that', async () => {
    const answer = await asking(await servedPlant({sql: LIMITS}))({sql: 'select 1e400 as n'});
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{detail: string}>().detail).toBe('it has a number that is too large');
  });

  test('states its position, follows what is ingested, and is recorded', async () => {
    const served = await servedPlant({sql: LIMITS});
    const {app, folder} = served;
    const ask = asking(served);
    const sql = 'select count(*) as n from parts where product = $p';
    const first = (await ask({sql, params: {p: 'A'}})).json<QueryAnswer>();
    const {position} = app.warehouse;
    expect(first).toEqual({
      asOf: position,
      columns: [{name: 'n', type: 'BIGINT'}],
      rows: [{n: 8}],
      truncated: false,
      notes: [],
    });
    const more = join(temporaryFolder(), 'parts.csv');
    writeFileSync(more, 'part,product\nP99,A\n');
    await ingest(app, [more]);
    const fresh = (await ask({sql, params: {p: 'A'}, fresh: true})).json<QueryAnswer>();
    expect(fresh).toMatchObject({asOf: position + 1, rows: [{n: 9}]});
    expect((await ask({sql, params: {p: 'A'}, asOf: position})).json()).toMatchObject({asOf: position, rows: [{n: 8}]});
    expect((await ask({sql, asOf: position + 9})).json()).toMatchObject({status: 400, code: 'USAGE'});
    // One copy is kept, the newest.
    expect(readdirSync(join(folder, 'tmp', 'snapshots'))).toHaveLength(1);

    await ask({sql: 'select colour from parts'});
    await app.queries.close();
    const record = await Ledger.open(join(folder, 'queries'));
    expect(record.entries().map(({body}) => body)).toMatchObject([
      {sql, params: ['p'], by: null, asOf: position, rows: 1, outcome: 'answered'},
      {asOf: position + 1},
      {asOf: position},
      {sql: 'select colour from parts', rows: null, outcome: 'USAGE'},
    ]);
    await record.close();
  });

  test('comes as CSV and as an Arrow stream, with position and truncation in headers', async () => {
    const ask = asking(await servedPlant({sql: LIMITS}));
    const question = {sql: 'select part, made_at from parts order by made_at', limit: 2};
    const csv = await ask(question, {accept: 'text/csv'});
    expect(csv.body).toBe('part,made_at\r\nP1,2024-03-01T06:00:00.000Z\r\nP2,2024-03-01T07:00:00.000Z\r\n');
    expect(csv.headers).toMatchObject({'fishbone-truncated': 'true', 'content-type': 'text/csv; charset=utf-8'});
    const arrow = await ask(question, {accept: 'application/vnd.apache.arrow.stream'});
    expect(
      tableFromIPC(arrow.rawPayload)
        .toArray()
        .map(row => (row as {part: string}).part),
    ).toEqual(['P1', 'P2']);
    expect(Number(arrow.headers['fishbone-as-of'])).toBeGreaterThan(0);
  });

  test('that there is none is told with a pointer, the place and what there is', async () => {
    const ask = asking(await servedPlant({sql: LIMITS}));
    const wrong = await ask({sql: 'select part,\n colour from parts'});
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json()).toMatchObject({
      code: 'USAGE',
      errors: [{pointer: '/sql', detail: expect.stringMatching(/colour.*Candidate.*line 2, column 2/s)}],
    });
    const forbidden = (await ask({sql: "select * from read_csv('x')"})).json();
    expect(forbidden).toMatchObject({status: 400, hint: expect.stringContaining('fishbone ingest')});
    expect((await ask({sql: 'select 1', params: {a: {b: 1}}})).json()).toMatchObject({status: 400});
    expect((await ask({sql: 'select 1', row: 3})).json()).toMatchObject({errors: [{pointer: '/row'}]});
  });
});

test('persons are pseudonyms, but for who may read their list; the record never says a name', async () => {
  const served = await servedPlant({sql: LIMITS});
  const {app, folder} = served;
  const file = join(temporaryFolder(), 'operations.csv');
  writeFileSync(file, 'part,step,operator\nP1,polish,Anna Quist\n');
  await ingest(app, [file]);
  const key = async (role: Role) => (await app.keys.create({name: `a ${role}`, role, by: 'test'})).key;
  const sql = "select operator from operations where step = 'polish' and operator <> 'Anna Quistin'";
  const ask = asking(served);
  const seenBy = async (role: Role) =>
    (await ask({sql}, {authorization: `Bearer ${await key(role)}`})).json<QueryAnswer>().rows[0].operator;
  expect(await seenBy('engineer')).toMatch(/^person-/);
  expect(await seenBy('admin')).toBe('Anna Quist');
  await ask(
    {sql: "from operations where operator = 'Anna Quist'"},
    {authorization: `Bearer ${await key('quality-lead')}`},
  );
  await app.queries.close();
  const record = readFileSync(join(folder, 'queries', 'ledger', 'ledger.ndjson'), 'utf8');
  expect(record).not.toMatch(/Anna Quist\b/);
  expect(record).toContain('"by":"a engineer"');
});

describe('the command', () => {
  test('asks the database at rest, and prints for people and for programs', async () => {
    const folder = join(temporaryFolder(), 'W');
    const app = await openApp(folder, {make: true});
    await ingest(app, [plantFiles()]);
    const {position} = app.warehouse;
    await app.close();
    const sql = (...args: string[]) => fishboneHere(['sql', ...args, '--warehouse', folder]);
    const people = await sql('select part, lot, 1.5 as x from parts where part = $p', '--param', 'p=P1');
    expect(people.out).toBe(`  part  lot    x\n  P1    L1   1.5\n\n1 row, as of ${position}.\n`);
    const json = await sql(
      'select count(*) as n from parts where lot in (select unnest($l))',
      '--param',
      'l=["L1"]',
      '--json',
    );
    expect(json.json()).toMatchObject({asOf: position, rows: [{n: 4}], truncated: false});
    const csv = await sql('select part from parts order by made_at', '--format', 'csv', '--limit', '1');
    expect(csv).toMatchObject({out: 'part\r\nP1\r\n', err: expect.stringContaining('cut after 1 rows')});
    const wrong = await sql('select prt from parts');
    expect(wrong).toMatchObject({code: 2, err: expect.stringMatching(/"prt" not found.*column 8/s)});
    const record = readFileSync(join(folder, 'queries', 'ledger', 'ledger.ndjson'), 'utf8');
    expect(record.match(/"outcome":"asked"/g)).toHaveLength(4);
    expect((await verify(folder)).problems).toEqual([]);
    writeFileSync(join(folder, 'queries', 'ledger', 'ledger.ndjson'), record.replace('select prt', 'select xyz'));
    expect((await verify(folder)).problems).toMatchObject([{where: expect.stringContaining('queries')}]);
  });

  test('goes through the server that owns the warehouse', async () => {
    const folder = join(temporaryFolder(), 'W');
    const app = await openApp(folder, {make: true});
    await ingest(app, [plantFiles()]);
    await app.close();
    const server = await startServer(folder);
    const asked = await fishboneHere(['sql', 'select count(*) as n from parts', '--json', '--warehouse', folder]);
    expect(asked.json()).toMatchObject({rows: [{n: 12}]});
    expect(readFileSync(join(folder, 'queries', 'ledger', 'ledger.ndjson'), 'utf8')).toContain('"outcome":"answered"');
    expect(await server.stop()).toBe(0);
  });
});
