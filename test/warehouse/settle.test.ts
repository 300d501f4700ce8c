import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {Scratch} from '../../warehouse/scratch.ts';
import {type Stored, settle} from '../../warehouse/settle.ts';

/** Rows of a file, against what is stored, in a database that has 30 MB. */
async function settled(rows: number, stored: Stored) {
  const into = mkdtempSync(join(tmpdir(), 'fishbone-settle-'));
  const instance = await openDatabase(':memory:', {temporaryFolder: into, memoryLimitMb: 30, threads: 1});
  const session = await openSession(instance);
  onTestFinished(() => {
    session.connection.closeSync();
    instance.closeSync();
    rmSync(into, {recursive: true});
  });
  await session.run(`create temp table valid_0 as
    select i::integer as ordinal, i::varchar as defect, null::varchar as "group", null::double as severity_weight,
      null::double as cost, null::timestamptz as recorded_at from range(${rows}) t(i)`);
  return settle(new Scratch(session), 'defect_codes', 0, null, stored);
}

test('keys of a file that do not fit into the memory of the database are told apart all the same', async () => {
  // A table of digests alone takes 24 bytes a row.
  const all = await settled(1_000_000, {versions: '', surelyNone: async () => true});
  expect(all).toEqual({accepted: 1_000_000, duplicates: 0, conflicts: 0, isNew: true, hashes: null});
});

test('a file that is sent again is known, though what is stored of its keys does not fit into that memory', async () => {
  const same = {versions: 'select * exclude (ordinal) from valid_0', surelyNone: async () => false};
  const all = await settled(300_000, same);
  expect(all).toEqual({accepted: 0, duplicates: 300_000, conflicts: 0, isNew: false, hashes: null});
});
