import {spawnSync} from 'node:child_process';
import {chmodSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {realClock} from '../../api/write-back/pauses.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {folder} from '../warehouse/plant-in-a-folder.ts';
import {hire} from './master.ts';

/** Of util-linux; a name that may be replaced. */
const PRLIMIT = process.env.PRLIMIT ?? 'prlimit';
const ROWS = 4000;

test('a disk that takes no more: told as such, nothing acknowledged lost, and it goes on in the same process when there is room', async context => {
  if (spawnSync(PRLIMIT, ['--version']).status !== 0) context.skip('NOT TESTED HERE: needs prlimit (Linux)');
  const path = folder();
  const servant = await hire(path, {blocks: 2500});
  let acknowledged = 0;
  let batch = 0;
  let told = await servant.tell({do: 'load', first: 0, rows: ROWS});
  while (!told.refused && told.notices?.length === 0 && batch < 200) {
    acknowledged += ROWS;
    told = await servant.tell({do: 'load', first: ++batch * ROWS, rows: ROWS});
  }
  // The one that could not be projected is acknowledged by the ledger, and its receipt says so.
  if (!told.refused) {
    expect(told.notices?.join()).toMatch(/recorded, but the database cannot follow for now: .*(too large|EFBIG)/i);
    acknowledged += ROWS;
    batch++;
  }
  const refused = await servant.tell({do: 'load', first: batch * ROWS, rows: ROWS});
  expect(refused).toMatchObject({refused: 'DiskRefused', hint: expect.stringContaining('make room on the disk')});
  expect(refused.message).toContain(`the disk of ${path} is full`);
  // Nothing is left lying about that takes the room that there is.
  expect(readdirSync(join(path, 'archive', 'batches')).filter(name => name.endsWith('.tmp'))).toEqual([]);
  expect(readdirSync(join(path, 'archive', 'raw')).filter(name => name.startsWith('.'))).toEqual([]);

  expect(spawnSync(PRLIMIT, ['--fsize=unlimited', '--pid', String(servant.pid)]).status).toBe(0);
  expect(await servant.tell({do: 'count'})).toEqual({parts: acknowledged});
  expect(await servant.tell({do: 'load', first: batch * ROWS, rows: ROWS})).toMatchObject({status: 'accepted'});
  expect(await servant.tell({do: 'count'})).toEqual({parts: acknowledged + ROWS});
  expect(await servant.tell({do: 'close'})).toEqual({closed: true});
  expect((await verify(path)).problems).toEqual([]);
});

test('a folder that may not be written to: said so, and nothing is harmed', async context => {
  if (process.getuid?.() === 0 || process.platform === 'win32') {
    context.skip('NOT TESTED HERE: root may write everywhere');
  }
  const path = folder();
  await (await Warehouse.open(path)).close();
  chmodSync(path, 0o555);
  await expect(Warehouse.open(path)).rejects.toThrow('is read-only');
  chmodSync(path, 0o755);
  expect((await verify(path)).problems).toEqual([]);
});

test('a second process is refused and told who holds it; one that died holds nothing', async () => {
  const path = folder();
  const servant = await hire(path);
  await servant.tell({do: 'load', first: 0, rows: 10});
  await expect(Warehouse.open(path)).rejects.toThrow(`is in use by another process (${servant.pid})`);
  await expect(verify(path)).rejects.toThrow('in use by another process');
  expect(await servant.tell({do: 'load', first: 10, rows: 10})).toMatchObject({status: 'accepted'});
  await servant.kill();
  const warehouse = await Warehouse.open(path);
  expect(await warehouse.read(undefined, session => session.row('select count(*) as parts from parts'))).toEqual({
    parts: 20,
  });
  await warehouse.close();
});

test('a clock that jumps: positions follow the order of arrival, times are shown as the clock said', async () => {
  const path = folder();
  const servant = await hire(path);
  const day = 86_400_000;
  await servant.tell({do: 'load', first: 0, rows: 10});
  const {now: past} = await servant.tell({do: 'clock', shiftMs: -day});
  expect(await servant.tell({do: 'load', first: 10, rows: 10})).toMatchObject({status: 'accepted', batch: 2});
  const {now: future} = await servant.tell({do: 'clock', shiftMs: 366 * day});
  expect(await servant.tell({do: 'load', first: 20, rows: 10})).toMatchObject({status: 'accepted', batch: 3});
  expect(await servant.tell({do: 'note', n: 1})).toEqual({seq: 4});
  for (const [asOf, parts] of [
    [1, 10],
    [2, 20],
    [3, 30],
  ]) {
    expect(await servant.tell({do: 'count', asOf})).toEqual({parts});
  }
  await servant.tell({do: 'close'});
  expect((await verify(path)).problems).toEqual([]);
  const warehouse = await Warehouse.open(path);
  const [first, second, third] = warehouse.entries().map(({at}) => at);
  await warehouse.close();
  expect(second.slice(0, 10)).toBe(past!.slice(0, 10));
  expect(third.slice(0, 10)).toBe(future!.slice(0, 10));
  expect(Date.parse(second)).toBeLessThan(Date.parse(first));
});

test('pauses of the delivery do not follow the clock of the wall', () => {
  const before = realClock.nowMs();
  const {now} = Date;
  try {
    Date.now = () => now() - 86_400_000;
    expect(realClock.nowMs()).toBeGreaterThanOrEqual(before);
    Date.now = () => now() + 86_400_000;
    expect(realClock.nowMs() - before).toBeLessThan(86_400_000);
  } finally {
    Date.now = now;
  }
});

test('a load larger than the memory: it is spilled or refused by name, and the same process goes on', async () => {
  const servant = await hire(folder(), {memoryLimitMb: 512});
  const rows = 250_000;
  const large = await servant.tell({do: 'load', first: 0, rows, width: 1000});
  if (large.refused) expect(large.message).toMatch(/out of memory/i);
  else expect(large).toMatchObject({status: 'accepted'});
  expect(await servant.tell({do: 'load', first: 1_000_000, rows: 10})).toMatchObject({status: 'accepted'});
  expect(await servant.tell({do: 'count'})).toEqual({parts: (large.refused ? 0 : rows) + 10});
});
