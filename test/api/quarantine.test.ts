/** The quarantine as work: grouped by reason, replayed once and for all, set aside with a reason, whole files included. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {QueueGroup, Receipt, RejectedRow} from '../../warehouse/data-answers.ts';
import {REJECT_KIND} from '../../warehouse/reject-kind.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

type Served = Awaited<ReturnType<typeof servedPlant>>;

/** Writes files into a folder `out`. @returns their paths */
function files(contents: Record<string, string>): string[] {
  const folder = join(temporaryFolder(), 'out');
  mkdirSync(folder);
  return Object.entries(contents).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}

async function queue({http}: Served): Promise<QueueGroup[]> {
  const answer = await http.inject({url: '/v1/quarantine'});
  expect(answer.statusCode).toBe(200);
  return answer.json<{groups: QueueGroup[]}>().groups;
}

const post = ({http}: Served, url: string, payload: object = {}) => http.inject({method: 'POST', url, payload});

/** Two days of one export: three quantities that are none, one lot without a material. */
const DAYS = {
  'lots_2026-11-26.csv': 'lot,material,quantity\nL1,resin,5\nL2,resin,five\nL3,,7\n',
  'lots_2026-11-27.csv': 'lot,material,quantity\nL4,resin,six\nL5,resin,seven\nL6,resin,8\n',
};

test('rows that are wrong in the same way are one group over the files of a source, the largest first, with an example', async () => {
  const served = await servedPlant({empty: true});
  expect(await queue(served)).toEqual([]);
  for (const path of files(DAYS)) await ingest(served.app, [path], {table: 'lots'});
  const groups = await queue(served);
  expect(groups).toMatchObject([
    {
      source: 'out/lots_*.csv',
      table: 'lots',
      field: 'quantity',
      kind: 'not a number',
      state: 'open',
      open: 3,
      files: ['1', '2'],
      example: {batch: '2', line: 2, reason: 'not a number: "six"', row: {lot: 'L4', quantity: 'six'}},
    },
    {field: 'material', kind: 'missing, but required', open: 1, files: ['1'], example: {line: 4}},
  ]);
  const page = (await served.http.inject({url: `/v1/quarantine/${groups[0].id}?offset=1&limit=1`})).json<{
    rows: RejectedRow[];
    total: number;
  }>();
  expect(page.total).toBe(3);
  // The second of all three is the first of the second file.
  expect(page.rows).toMatchObject([{line: 2, row: {lot: 'L4'}}]);
  expect((await served.http.inject({url: '/v1/quarantine/q0000000000'})).statusCode).toBe(404);
});

test('kinds have no values in them: numbers, times and what is quoted', async () => {
  const {app} = await servedPlant({empty: true});
  const kinds = await app.warehouse.read(undefined, async session => {
    await session.run(REJECT_KIND);
    return session.rows<{kind: string}>(`select reject_kind(unnest([
      'not a number: "1,2"', 'not one of pass, fail, error: "a: ""b"""', 'missing, but required',
      'earlier than started_at: 2026-03-01T06:00:00Z < 2026-03-01 07:00:00+01',
      'not a record of 7 fields: Expected Number of Columns: 7 Found: 8',
      'this local time does not exist in Europe/Berlin (clocks went forward): 2026-03-29 02:30:00',
      'K2110 says "x", not a number'])) as kind`);
  });
  expect(kinds.map(({kind}) => kind)).toEqual([
    'not a number',
    'not one of pass, fail, error',
    'missing, but required',
    'earlier than started_at: … < …',
    'not a record of … fields: Expected Number of Columns: … Found: …',
    'this local time does not exist in Europe/Berlin (clocks went forward): …',
    'K2110 says …, not a number',
  ]);
});

const LOOK_UP = (values: Record<string, string>) => ({
  tables: {
    inspections: {inspection: 'no', part: 'serial', inspected_at: 'at', result: {map: 'verdict', values}},
  },
});

test('a better mapping takes in what waited, once; what still fails stays with its new reason', async () => {
  const served = await servedPlant({empty: true});
  const [path] = files({
    'aoi.csv': `no,serial,at,verdict\n${['OK', 'NG', 'RETRY', 'OK', '??']
      .map((verdict, k) => `I${k},P${k},2026-03-01T0${k}:00:00Z,${verdict}`)
      .join('\n')}\nI9,P9,later,NG\n`,
  });
  const mappings = [LOOK_UP({OK: 'pass'}), LOOK_UP({OK: 'pass', NG: 'fail'})].map((mapping, k) => {
    const at = join(temporaryFolder(), `M${k}.json`);
    writeFileSync(at, JSON.stringify(mapping));
    return at;
  });
  await ingest(served.app, [path], {mapping: mappings[0]});
  const before = await queue(served);
  expect(before.map(({field, kind, open}) => [field, kind, open])).toEqual([
    ['result', 'not in the mapping', 4],
    ['inspected_at', 'not a time', 1],
  ]);
  const {runOperation} = await import('../../api/operations.ts');
  const replay = (input: object) =>
    runOperation(served.app, 'quarantine.replay', input, {authenticated: null}) as Promise<Receipt[]>;
  const [receipt] = await replay({id: before[0].id, mapping: mappings[1]});
  expect(receipt).toMatchObject({status: 'partly-rejected', tables: [{accepted: 1, rejected: 3, duplicates: 2}]});
  expect(receipt.notices).toContain('before this replay 4 rows were rejected; now 3 are');
  expect((await queue(served)).map(({field, kind, open, replayed}) => [field, kind, open, replayed])).toEqual([
    ['result', 'not in the mapping', 2, 1],
    ['inspected_at', 'not a time', 1, 0],
  ]);

  // Again, by every way: nothing is taken twice, and nothing is written down.
  const entries = served.app.warehouse.entries().length;
  for (const input of [
    {id: '1', mapping: mappings[1]},
    {id: before[0].id, mapping: mappings[1]},
  ]) {
    expect(await replay(input)).toMatchObject([{batch: null, tables: [{accepted: 0, rejected: 3, duplicates: 3}]}]);
  }
  expect(served.app.warehouse.entries()).toHaveLength(entries);
  const counted = await served.app.warehouse.read(undefined, s =>
    s.row<{n: number}>('select count(*) as n from inspections'),
  );
  expect(counted.n).toBe(3);
  await expect(replay({})).rejects.toThrow('which rejected rows');
  await expect(replay({all: true, id: '1'})).rejects.toThrow('which rejected rows');
  await expect(replay({reason: 'no such reason'})).rejects.toThrow('no open row');
});

test('--all and --reason go through the files with open rows; rows set aside are left alone until they are taken back', async () => {
  const served = await servedPlant({empty: true});
  const local = 'part,product,made_at\nP1,A,2026-03-01 06:00:00\nP2,,2026-03-01 07:00:00\n';
  for (const path of files({
    'a_1.csv': local,
    'a_2.csv': local.replaceAll('P', 'Q'),
    'lots.csv': 'lot,material\nL1,\n',
  })) {
    await ingest(served.app, [path], {table: path.includes('lots') ? 'lots' : 'parts'});
  }
  const groups = await queue(served);
  expect(groups.map(({kind, open}) => [kind, open])).toEqual([
    ['a time without an offset: say which --time-zone it is', 4],
    ['missing, but required', 2],
    ['missing, but required', 1],
  ]);
  const lots = groups[2];
  const aside = await post(served, `/v1/quarantine/${lots.id}/set-aside`, {reason: 'a test lot', by: 'Ada'});
  expect(aside.json()).toMatchObject({
    groups: [{id: lots.id, state: 'set aside', open: 0, setAside: 1, decided: {by: 'Ada', reason: 'a test lot'}}],
  });
  expect((await post(served, `/v1/quarantine/${lots.id}/set-aside`, {reason: 'x'})).statusCode).toBe(400);
  expect((await post(served, '/v1/quarantine/q0000000000/set-aside', {reason: 'x', by: 'Ada'})).statusCode).toBe(404);
  const replayed = (await post(served, '/v1/quarantine/replay', {all: true, timeZone: 'UTC'})).json<Receipt[]>();
  expect(
    replayed.map(({source, tables}) => [source.split('/').at(-1), tables[0].accepted, tables[0].rejected]),
  ).toEqual([
    ['a_1.csv', 1, 1],
    ['a_2.csv', 1, 1],
  ]);
  expect((await post(served, '/v1/quarantine/replay', {reason: 'OFFSET'})).statusCode).toBe(404);
  // The same fault in a file that comes later is open: nobody has looked at it yet.
  await ingest(served.app, files({'lots.csv': 'lot,material\nL9,\n'}), {table: 'lots'});
  expect((await queue(served)).find(({id}) => id === lots.id)).toMatchObject({state: 'open', open: 1, setAside: 1});
  await post(served, `/v1/quarantine/${lots.id}/reopen`, {reason: 'no test lot after all', by: 'Ada'});
  expect((await queue(served)).find(({id}) => id === lots.id)).toMatchObject({state: 'open', open: 2, setAside: 0});
});

test('a file that is refused as a whole waits too: once, with its bytes, until somebody says how to read it', async () => {
  const folder = join(temporaryFolder(), 'W');
  const app = await openApp(folder, {make: true});
  await ingest(app, files({'lots.csv': 'lot,material\nL1,resin\n'}));
  const text = 'serial;kind\nP1;A\nP2;B\n';
  const [path, again] = files({'serials_1.csv': text, 'serials_2.csv': text});
  const [refused] = await ingest(app, [path]);
  expect(refused).toMatchObject({batch: null, status: 'rejected', tables: []});
  expect(refused.notices.at(-1)).toContain('its bytes are kept');
  await ingest(app, [path]);
  await ingest(app, [again]);
  const {runOperation} = await import('../../api/operations.ts');
  const ask = (name: 'quarantine.list' | 'quarantine.replay' | 'quarantine.set-aside', input: object) =>
    runOperation(app, name, input, {authenticated: null});
  const before = (await ask('quarantine.list', {})) as {batches: object[]; groups: QueueGroup[]};
  expect(before.batches).toMatchObject([{batch: null, rejected: 0, open: 0, state: 'open'}]);
  expect(before.groups).toMatchObject([{unit: 'file', source: 'out/serials_*.csv', open: 1}]);
  const id = before.groups[0].files[0];
  await expect(ask('quarantine.replay', {id})).rejects.toMatchObject({code: 'FILE_UNUSABLE'});
  expect(await ask('quarantine.replay', {all: true})).toMatchObject([{status: 'rejected', tables: []}]);
  const mapping = join(temporaryFolder(), 'M.json');
  writeFileSync(mapping, JSON.stringify({tables: {parts: {part: 'serial', product: 'kind'}}}));
  const [taken] = (await ask('quarantine.replay', {id, mapping})) as Receipt[];
  expect(taken).toMatchObject({batch: 2, status: 'accepted', tables: [{accepted: 2}]});
  expect(taken.notices).toContain('before this replay the whole file was refused; now 0 are');
  const after = (await ask('quarantine.list', {})) as {batches: object[]; groups: QueueGroup[]};
  expect(after.batches).toMatchObject([{state: 'replayed'}]);
  expect(after.groups).toMatchObject([{open: 0, replayed: 1, state: 'replayed'}]);
  await app.close();
  expect((await verify(folder)).problems).toEqual([]);
  await rebuild(folder);
  const anew = await openApp(folder);
  onTestFinished(() => anew.close());
  expect(await runOperation(anew, 'quarantine.list', {}, {authenticated: null})).toEqual(after);
});

test('a file refused in a source that was taken in before is told at once', async () => {
  const {app} = await servedPlant({empty: true});
  const [good, bad] = files({'parts_1.csv': 'part,product\nP1,A\n', 'parts_2.csv': 'serial,product\nP2,A\n'});
  await ingest(app, [good], {table: 'parts'});
  await ingest(app, [bad], {table: 'parts'});
  expect(app.alerts.list().alerts).toMatchObject([{name: 'rejects.rate', source: 'out/parts_*.csv'}]);
});

test('a poison row in the middle keeps no good row waiting: of a file, and of inspections that come together', async () => {
  const {app, http} = await servedPlant({empty: true});
  const rows = Array.from({length: 101}, (_, k) => `P${k},A,${k === 50 ? 'yesterday' : `2026-03-01T06:00:00Z`}`);
  rows[70] = 'P70,A,2026-03-01T06:00:00Z,and,more,fields';
  const [odd] = files({'parts.csv': `part,product,made_at\n${rows.join('\n')}\n`});
  expect(await ingest(app, [odd])).toMatchObject([{batch: 1, tables: [{accepted: 99, rejected: 2}]}]);
  const parts = await app.warehouse.read(undefined, s =>
    s.rows<{part: string}>('select part from parts order by length(part), part'),
  );
  const kept = Array.from({length: 101}, (_, k) => `P${k}`).filter((_, k) => k !== 50 && k !== 70);
  expect(parts.map(({part}) => part)).toEqual(kept);

  const answered: string[] = [];
  const send = (name: string, inspected_at: string) =>
    http
      .inject({
        method: 'POST',
        url: '/v1/inspections',
        payload: {inspection: name, part: 'P1', inspected_at, result: 'pass'},
      })
      .then(({statusCode}) => answered.push(`${name} ${statusCode}`));
  const good = (k: number) => send(`I${k}`, '2026-03-01T06:00:00Z');
  // Before the plant began: it passes the schema, and is refused where rows are looked at.
  await Promise.all([good(0), good(1), send('poison', '1971-01-01T00:00:00Z'), good(2), good(3)]);
  expect(answered.filter(a => a.endsWith('200')).sort()).toEqual(['I0 200', 'I1 200', 'I2 200', 'I3 200']);
  expect(answered.at(-1)).toBe('poison 422');
});

test('the command line says what waits, why, and what came of it', async () => {
  const at = ['--warehouse', join(temporaryFolder(), 'W')];
  await fishboneHere(['ingest', ...files(DAYS), '--table', 'lots', ...at]);
  const listed = (await fishboneHere(['quarantine', ...at])).out;
  expect(listed).toMatch(
    /^q[0-9a-f]{10} {2}3 rows of out\/lots_\*\.csv, lots\n {2}quantity: not a number\n {2}such as 2 line 2/,
  );
  const id = listed.slice(0, 11);
  expect((await fishboneHere(['quarantine', 'show', id, '--limit', '2', ...at])).out).toContain('1 to 2 of 3');
  expect((await fishboneHere(['quarantine', 'replay', '--all', ...at])).out).toContain(
    'before this replay 2 rows were',
  );
  const aside = await fishboneHere(['quarantine', 'set-aside', id, '--reason', 'a test', '--by', 'Ada', ...at]);
  expect(aside.out).toContain('0 rows open, 3 set aside');
  expect((await fishboneHere(['quarantine', 'replay', ...at])).code).toBe(2);
});

test('the same file sent again with what was lacking closes what it takes in; with less it is a file of its own', async () => {
  const served = await servedPlant({empty: true});
  const rows = 'I1,P1,2026-05-01T10:00:00Z,pass\nI2,P2,2026-05-01 11:00:00,fail\nI3,P3,2026-05-01 12:00:00,maybe\n';
  const [path] = files({'inspections.csv': `inspection,part,inspected_at,result\n${rows}`});
  const waits = async () =>
    (await queue(served)).map(({kind, open, replayed}) => [kind, open, replayed]).sort(([a], [b]) => (a < b ? -1 : 1));
  const offset = 'a time without an offset: say which --time-zone it is';
  const result = 'not one of pass, fail, error';
  await ingest(served.app, [path]);
  expect(await waits()).toEqual([
    [offset, 2, 0],
    [result, 1, 0],
  ]);
  await ingest(served.app, [path], {timeZone: 'Europe/Berlin'});
  // I2 is taken in, I3 is still no result.
  const closed = [
    [offset, 0, 1],
    [result, 1, 0],
  ];
  expect(await waits()).toEqual(closed);
  const listed = (await served.http.inject({url: '/v1/quarantine'})).json<{batches: object[]}>().batches;
  expect(listed).toMatchObject([{id: '1', rejected: 2, open: 1}]);
  // The other way round it is a file of its own: what is lacking now was not lacking then.
  const late = rows.replace(/I(\d),P/g, 'J$1,P');
  const [other] = files({'late.csv': `inspection,part,inspected_at,result\n${late}`});
  await ingest(served.app, [other], {table: 'inspections', timeZone: 'Europe/Berlin'});
  await ingest(served.app, [other], {table: 'inspections'});
  const {batches} = (await served.http.inject({url: '/v1/quarantine'})).json<{batches: {open: number}[]}>();
  expect(batches.map(({open}) => open)).toEqual([2, 1, 1]);
});
