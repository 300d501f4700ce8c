/** Drift: a file is compared with what was accepted from its source; what cannot be trusted waits, the rest is taken. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest, replay} from '../../api/load-files.ts';
import {runOperation} from '../../api/operations.ts';
import {random} from '../../warehouse/screening/planted/random.ts';
import {forgetDatabase} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

const CALLER = {authenticated: null};

/** A supplier of lots: a file a day under one mapping, 40 parts each, lots that differ as lots do. */
function supplier(folder: string) {
  const {normal} = random(7);
  const mapping = join(folder, 'm.json');
  writeFileSync(
    mapping,
    JSON.stringify({
      tables: {
        inspections: {
          inspection: 'Serial',
          part: 'Serial',
          result: {map: 'Result', values: {OK: 'pass', NOK: 'fail'}},
          inspector: 'Inspector',
        },
        measurements: {part: 'Serial', parameters: {'Torque [Nm]': 'torque_nm', 'Depth [mm]': 'depth_mm'}},
      },
    }),
  );
  let day = 0;
  const send = (
    app: App,
    {
      columns = {},
      cells = {},
    }: {columns?: Record<string, string>; cells?: Record<string, (value: string, k: number) => string>} = {},
  ) => {
    day++;
    const lot = normal();
    const header = ['Serial', 'Result', 'Inspector', 'Torque [Nm]', 'Depth [mm]'];
    const records = Array.from({length: 40}, (_, k) => ({
      Serial: `D${day}-${k}`,
      Result: k % 10 === 0 ? 'NOK' : 'OK',
      Inspector: 'AOI@1',
      'Torque [Nm]': (12 + 0.3 * lot + 0.2 * normal()).toFixed(3),
      'Depth [mm]': (30 + 0.05 * lot + 0.1 * normal()).toFixed(3),
    }));
    const cell = (record: Record<string, string>, column: string, k: number) =>
      cells[column]?.(record[column] ?? '', k) ?? record[column];
    const kept = header.filter(column => columns[column] !== '');
    const extra = Object.keys(columns).filter(column => !header.includes(column));
    const lines = records.map((record, k) =>
      [...kept.map(c => cell(record, c, k)), ...extra.map(c => columns[c])].join(','),
    );
    const path = join(folder, `line4_2026-03-${String(day).padStart(2, '0')}.csv`);
    writeFileSync(path, `${[...kept.map(c => columns[c] ?? c), ...extra].join(',')}\n${lines.join('\n')}\n`);
    return ingest(app, [path], {mapping}).then(([receipt]) => receipt);
  };
  const steady = async (app: App, files: number) => {
    for (let k = 0; k < files; k++) expect((await send(app)).status).toBe('accepted');
  };
  return {send, steady, mapping};
}

const alerts = (app: App) =>
  app.alerts
    .list()
    .alerts.filter(({name}) => name.startsWith('drift.'))
    .map(({name}) => name)
    .sort();
const drift = async (app: App, all = false) => (await runOperation(app, 'drift', {all}, CALLER)).drift;
const rowsOf = (app: App, sql: string) => app.warehouse.read(undefined, s => s.rows(sql));

test('lots as they come raise nothing; inches do, and wait while the rest is taken, until a person accepts or corrects', async () => {
  const folder = temporaryFolder();
  const {app} = await servedPlant({empty: true});
  const {send, steady} = supplier(folder);
  await steady(app, 12);
  expect(await drift(app, true)).toEqual([]);
  expect(alerts(app)).toEqual([]);

  const inches = await send(app, {cells: {'Depth [mm]': value => String(Number(value) / 25.4)}});
  expect(inches.status).toBe('partly-rejected');
  expect(inches.notices.join()).toMatch(
    /drift\.unit: "Depth \[mm\]": its median is 1\.1\d+, in 12 lots before it was 30\.?\d*: as if millimetres became inches/,
  );
  expect(alerts(app)).toEqual(['drift.unit']);
  expect(
    await rowsOf(app, "select parameter, count(*) as n from measurements where part like 'D13-%' group by all"),
  ).toEqual([{parameter: 'torque_nm', n: 40}]);
  expect(await rowsOf(app, "select count(*) as n from inspections where part like 'D13-%'")).toEqual([{n: 40}]);
  const waiting = await runOperation(app, 'quarantine.show', {id: String(inches.batch)}, CALLER);
  expect(waiting.rows).toHaveLength(40);
  expect(waiting.rows[0]).toMatchObject({
    field: 'Depth [mm]',
    table: 'measurements',
    reason: expect.stringMatching(/^drift\.unit: /),
  });

  // Nothing is learned from what waits: the next file in inches is told again, one in millimetres is not.
  await send(app, {cells: {'Depth [mm]': value => String(Number(value) / 25.4)}});
  const [found] = await drift(app);
  expect(found).toMatchObject({name: 'drift.unit', times: 2, quarantined: true, state: 'open'});
  const accepted = await runOperation(app, 'drift.accept', {id: found.id, reason: 'new gauge', by: 'Ada'}, CALLER);
  expect(accepted).toMatchObject({state: 'accepted', accepted: {by: 'Ada', reason: 'new gauge', authenticated: false}});
  await expect(runOperation(app, 'drift.accept', {id: found.id, reason: 'x', by: 'Ada'}, CALLER)).rejects.toThrow(
    'before',
  );
  expect(alerts(app)).toEqual([]);
  const [replayed] = await replay(app, String(inches.batch));
  expect(replayed).toMatchObject({status: 'accepted'});
  expect(
    await rowsOf(app, "select count(*) as n from measurements where part like 'D13-%' and parameter = 'depth_mm'"),
  ).toEqual([{n: 40}]);
  // Both levels are known now.
  await steady(app, 1);
  expect((await send(app, {cells: {'Depth [mm]': value => String(Number(value) / 25.4)}})).status).toBe('accepted');
  expect(await drift(app)).toEqual([]);
});

test('a step that no unit explains, codes, and gaps', async () => {
  const {app} = await servedPlant({empty: true});
  const {send, steady} = supplier(temporaryFolder());
  await steady(app, 8);
  const step = await send(app, {cells: {'Torque [Nm]': value => String(Number(value) * 1.7)}});
  expect(step.notices.join()).toMatch(/drift\.scale: "Torque \[Nm\]"/);
  expect(step.tables.map(({accepted, rejected}) => [accepted, rejected])).toEqual([
    [40, 0],
    [40, 0],
    [0, 40],
  ]);
  await steady(app, 1);
  expect(await drift(app)).toEqual([]);
  expect((await drift(app, true)).map(({state}) => state)).toEqual(['over']);

  const codes = await send(app, {cells: {Result: (value, k) => (k < 3 ? 'GOOD' : value)}});
  expect(codes.notices.join()).toContain('codes that the mapping does not list: "GOOD", in 3 records');
  expect(alerts(app)).toEqual(['drift.code']);
  const [code] = await drift(app);
  await expect(runOperation(app, 'drift.accept', {id: code.id, reason: 'x', by: 'Ada'}, CALLER)).rejects.toThrow(
    'when the mapping lists it',
  );

  const gaps = await send(app, {cells: {'Depth [mm]': (value, k) => (k < 25 ? '' : value)}});
  expect(gaps.status).toBe('accepted');
  expect(gaps.notices.join()).toContain(
    'drift.missing: column "Depth [mm]" is missing in 62.5 % of the records, before in 0.0 % at most',
  );
  expect(alerts(app)).toEqual(['drift.missing']);
});

test('columns: renamed, of another unit, new, missing', async () => {
  const {app} = await servedPlant({empty: true});
  const {send, steady} = supplier(temporaryFolder());
  await steady(app, 2);
  const renamed = await send(app, {columns: {'Torque [Nm]': 'Torque tight [Nm]'}});
  expect(renamed.notices.join()).toContain(
    'drift.column-renamed: column "Torque tight [Nm]" is new and "Torque [Nm]" is missing',
  );
  expect(renamed.tables.map(({table, accepted, rejected}) => [table, accepted, rejected])).toEqual([
    ['inspections', 40, 0],
    ['measurements', 40, 0],
    ['measurements', 0, 40],
  ]);
  const [found] = await drift(app);
  expect(found).toMatchObject({column: 'Torque tight [Nm]', was: 'Torque [Nm]'});
  await runOperation(app, 'drift.accept', {id: found.id, reason: 'new software', by: 'Ada'}, CALLER);
  expect((await replay(app, String(renamed.batch)))[0].status).toBe('accepted');
  expect((await send(app, {columns: {'Torque [Nm]': 'Torque tight [Nm]'}})).status).toBe('accepted');
  await steady(app, 1);

  const unit = await send(app, {columns: {'Depth [mm]': 'Depth [in]'}});
  expect(unit.notices.join()).toContain(
    'drift.unit: column "Depth [mm]" is called "Depth [in]" now: its unit was mm and is in',
  );
  expect(unit.tables.at(-1)).toMatchObject({accepted: 0, rejected: 40});
  await steady(app, 1);

  const added = await send(app, {columns: {Remark: 'fine'}});
  expect(added.status).toBe('accepted');
  expect(alerts(app)).toEqual(['drift.column-new']);
  const [remark] = await drift(app);
  await runOperation(app, 'drift.accept', {id: remark.id, reason: 'nobody needs it', by: 'Ada'}, CALLER);
  expect((await send(app, {columns: {Remark: 'fine'}})).status).toBe('accepted');
  expect(await drift(app)).toEqual([]);

  const missing = await send(app, {columns: {Inspector: ''}});
  expect(missing.status).toBe('accepted');
  expect(alerts(app)).toEqual(['drift.column-missing']);
  // Without its parts no record says anything: then the whole file waits.
  const useless = await send(app, {columns: {Serial: ''}});
  expect(useless.status).toBe('rejected');
});

test('a file of records a value, without a mapping: the parameter that changed waits, the others are taken', async () => {
  const folder = temporaryFolder();
  const {app} = await servedPlant({empty: true});
  const file = (day: number, factor: number) => {
    const lines = Array.from({length: 30}, (_, k) => [
      `Q${day}-${k},force,${500 + ((k * 7) % 11)}`,
      `Q${day}-${k},width,${((20 + ((k * 5) % 9) / 10 + day / 50) * factor).toFixed(4)}`,
    ]);
    const path = join(folder, `measurements.${day}.csv`);
    writeFileSync(path, `part,parameter,value\n${lines.flat().join('\n')}\n`);
    return path;
  };
  for (let day = 1; day <= 4; day++) expect((await ingest(app, [file(day, 1)]))[0].status).toBe('accepted');
  const [changed] = await ingest(app, [file(5, 1000)]);
  expect(changed.tables).toMatchObject([{accepted: 30, rejected: 30}]);
  expect(changed.notices.join()).toContain('"value of width"');
});

test('what was accepted is in the ledger: after a rebuild the same files are judged alike; by HTTP and command line', async () => {
  const folder = join(temporaryFolder(), 'W');
  const first = await openApp(folder, {make: true});
  const {send, steady} = supplier(temporaryFolder());
  await steady(first, 5);
  await send(first, {cells: {'Depth [mm]': value => String(Number(value) / 25.4)}});
  const before = await drift(first);
  expect(before).toHaveLength(1);
  await first.close();
  expect((await verify(folder)).problems).toEqual([]);
  await forgetDatabase(folder);
  const at = ['--warehouse', folder];
  const listed = await fishboneHere(['drift', ...at]);
  expect(listed.out).toContain(`${before[0].id}  drift.unit`);
  const accepted = await fishboneHere(['drift', 'accept', before[0].id, '--by', 'Ada', '--reason', 'new gauge', ...at]);
  expect(accepted.out).toContain('by Ada: new gauge');
  expect((await fishboneHere(['drift', ...at])).out).toBe('No file differs from what was accepted before.\n');
  const second = await openApp(folder);
  expect(await drift(second)).toEqual([]);
  expect((await send(second, {cells: {'Depth [mm]': value => String(Number(value) / 25.4)}})).status).toBe('accepted');
  await second.close();

  const {app, http} = await servedPlant({empty: true});
  const other = supplier(temporaryFolder());
  await other.steady(app, 4);
  await other.send(app, {columns: {Remark: 'x'}});
  const {drift: open} = (await http.inject({url: '/v1/drift'})).json<{drift: {id: string}[]}>();
  expect(open).toMatchObject([{name: 'drift.column-new'}]);
  const accept = (payload: object) => http.inject({method: 'POST', url: `/v1/drift/${open[0].id}/accept`, payload});
  expect((await accept({by: 'Ada'})).statusCode).toBe(400);
  expect((await accept({by: 'Ada', reason: 'fine'})).json()).toMatchObject({state: 'accepted'});
  expect((await http.inject({url: '/v1/drift?all=true'})).json()).toMatchObject({drift: [{state: 'accepted'}]});
});
