/** What doctor says of the archive, from a ledger whose dates and lengths are made up; figures by hand. */
import {mkdirSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {examineArchive} from '../../api/doctor-archive.ts';
import {growth} from '../../warehouse/growth.ts';
import {Holdings} from '../../warehouse/holdings.ts';
import {imagePath} from '../../warehouse/images.ts';
import {Ledger} from '../../warehouse/ledger.ts';

const NOW = '2024-06-30T00:00:00.000Z';
const MB = 1_000_000;

/** A batch a day at noon for so many days before NOW, each of 6 MB of readings, 4 MB of parts and 10 MB of raw bytes. */
async function plant(days: number) {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-doctor-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  mkdirSync(join(folder, 'archive', 'raw'), {recursive: true});
  const ledger = await Ledger.open(folder);
  for (let n = days; n >= 1; n--) {
    const at = new Date(Date.parse(NOW) - n * 86_400_000).toISOString();
    const file = (table: string, bytes: number) => ({
      table,
      form: 'long',
      file: `${table}.parquet`,
      rows: 10,
      bytes,
      sha256: '0'.repeat(64),
    });
    const body = {batch: days - n + 1, digest: String(n).padStart(64, '0'), rawBytes: 10 * MB};
    await ledger.append('batch', {...body, files: [file('readings', 6 * MB), file('parts', 4 * MB)]}, at);
  }
  const entries = ledger.entries();
  onTestFinished(() => ledger.close());
  return {folder, ledger, entries, holdings: new Holdings(folder, () => entries)};
}

const given = {freeBytes: 1000 * MB, rules: {}, now: NOW};

test('bytes a day of the last thirty days, and the day on which the disk is full', async () => {
  const {folder, entries, holdings} = await plant(60);
  expect(await growth(folder, entries, holdings, given)).toEqual({
    days: 30,
    bytesADay: 20 * MB,
    fullInDays: 50,
    freedByRules: 0,
  });
  // A database as large as the archive grows along: 60 batches of 20 MB.
  writeFileSync(join(folder, 'warehouse.duckdb'), '');
  truncateSync(join(folder, 'warehouse.duckdb'), 60 * 20 * MB);
  expect(await growth(folder, entries, holdings, given)).toMatchObject({bytesADay: 40 * MB, fullInDays: 25});
  // Images that were kept in those days: 300 MB in one of them; an older one has been counted in its own time.
  for (const [start, days] of [
    ['aa', 3],
    ['bb', 40],
  ] as const) {
    const image = imagePath(folder, start.repeat(32));
    mkdirSync(dirname(image), {recursive: true});
    writeFileSync(image, '');
    truncateSync(image, 300 * MB);
    const kept = new Date(Date.parse(NOW) - days * 86_400_000);
    utimesSync(image, kept, kept);
  }
  expect(await growth(folder, entries, holdings, given)).toMatchObject({bytesADay: 50 * MB, fullInDays: 20});
});

test('a short history counts for as long as it is; less than a day says nothing', async () => {
  const {folder, entries, holdings} = await plant(10);
  expect(await growth(folder, entries, holdings, given)).toMatchObject({days: 10, bytesADay: 20 * MB});
  const early = await growth(folder, entries, holdings, {...given, now: '2024-06-20T10:00:00.000Z'});
  expect(early).toMatchObject({bytesADay: 0, fullInDays: null});
});

test('what rules would free: raw bytes and readings that came before', async () => {
  const {folder, entries, holdings} = await plant(60);
  const freed = async (rules: object) => (await growth(folder, entries, holdings, {...given, rules})).freedByRules;
  // Batches came 1, 2, ... 60 days before: older than 50 days are ten.
  expect(await freed({raw: '50 days'})).toBe(10 * 10 * MB);
  expect(await freed({readings: '50 days'})).toBe(10 * 6 * MB);
  expect(await freed({raw: '2 years'})).toBe(0);
});

test('the checks: what the archive lost, no backup, the last backup', async () => {
  const {folder, ledger} = await plant(60);
  const told = async () => {
    const checks = await examineArchive(folder, {}, new Date(NOW));
    return Object.fromEntries(checks.map(({what, ok, detail}) => [what, {ok, detail}]));
  };
  expect(await told()).toMatchObject({
    // Of 60 batches two files each and the raw bytes are made up.
    archive: {ok: false, detail: expect.stringMatching(/is missing, and 179 more$/)},
    growth: {detail: expect.stringMatching(/^full in about \d+ days .*at 20.0 MB a day over 30 days$/)},
    backup: {ok: false, detail: 'never made'},
  });
  // In the first day it is no fault yet, but no good news either.
  const first = new Date(Date.parse(ledger.entries()[0].at) + 3_600_000);
  expect((await examineArchive(folder, {}, first)).find(({what}) => what === 'backup')).toMatchObject({
    ok: true,
    warning: true,
    detail: 'never made',
  });
  await ledger.append('backup', {folder: '/mnt/backup', position: 60}, '2024-06-29T22:00:00.000Z');
  expect((await told()).backup).toEqual({
    ok: true,
    detail: '2024-06-29T22:00:00.000Z to /mnt/backup, up to batch 60; 0 batches since',
  });
});
