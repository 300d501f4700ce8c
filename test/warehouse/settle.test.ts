import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {Scratch} from '../../warehouse/scratch.ts';
import {settle} from '../../warehouse/settle.ts';

test('keys of a file that do not fit into the memory of the database are told apart all the same', async () => {
  const into = mkdtempSync(join(tmpdir(), 'fishbone-settle-'));
  const instance = await openDatabase(':memory:', {temporaryFolder: into, memoryLimitMb: 30, threads: 1});
  const session = await openSession(instance);
  onTestFinished(() => {
    session.connection.closeSync();
    instance.closeSync();
    rmSync(into, {recursive: true});
  });
  // A table of digests alone takes 24 bytes a row.
  const rows = 1_000_000;
  await session.run(`create temp table valid_0 as
    select i::integer as ordinal, i::varchar as defect, null::varchar as "group", null::double as severity_weight,
      null::double as cost, null::timestamptz as recorded_at from range(${rows}) t(i)`);
  const nothing = {versions: '', surelyNone: async () => true};
  const settled = await settle(new Scratch(session), 'defect_codes', 0, null, nothing);
  expect(settled).toEqual({accepted: rows, duplicates: 0, conflicts: 0, isNew: true, hashes: null});
});
