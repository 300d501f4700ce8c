import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {backUp} from '../../warehouse/backup.ts';
import {checkBackup} from '../../warehouse/backup-folder.ts';
import {checksums} from '../../warehouse/content.ts';
import {packRawFiles} from '../../warehouse/raw-files.ts';
import {restore} from '../../warehouse/restore.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {feed, folder, plantOf, type Table} from './plant-in-a-folder.ts';

/** Rows of batch n, unlike those of any other. */
const partsOf = (n: number): Table => [
  'parts',
  `part,product,lot\n${Array.from({length: 40}, (_, k) => `P${n}-${k},HX,L${n}`).join('\n')}`,
];

const PLANT: Table[] = [
  partsOf(1),
  ['measurements', 'part,parameter,step,value\nP1-1,torque,bore,4.2\nP1-2,torque,bore,4.3\nP1-3,torque,bore,four'],
];

const backUpTo = (warehouse: Warehouse, into: string) => warehouse.tend(care => backUp(care, into));

async function sums(path: string, asOf?: number) {
  const warehouse = await Warehouse.open(path);
  try {
    const views = ['parts', 'lots', 'measurements'].map(
      v => `(select coalesce(sum(hash(t)::hugeint), 0)::varchar from main.${v} t) as ${v}`,
    );
    return {
      position: warehouse.position,
      facts: await warehouse.read(undefined, session => checksums(session)),
      rows: await warehouse.read(asOf, session => session.row(`select ${views.join(', ')}`)),
    };
  } finally {
    await warehouse.close();
  }
}

/** Every file of a folder with its bytes. */
function bytesOf(path: string): Record<string, string> {
  const files = readdirSync(path, {recursive: true, withFileTypes: true}).filter(f => f.isFile());
  return Object.fromEntries(
    files.map(f => join(f.parentPath, f.name)).map(f => [f.replace(path, ''), readFileSync(f, 'latin1')]),
  );
}

test('what is restored is what was backed up: rows, rejects, raw bytes, decisions, configuration', async () => {
  const warehouse = await plantOf(PLANT);
  await warehouse.append('hold', {hold: 'H1'});
  writeFileSync(join(warehouse.folder, 'fishbone.json'), '{"plant": "hx"}');
  writeFileSync(join(warehouse.folder, 'persons.json'), '{"op-1": "Ada"}');
  writeFileSync(join(warehouse.folder, 'secret.txt'), 'whsec_');
  const into = join(folder(), 'backup');
  const made = await backUpTo(warehouse, into);
  expect(made).toMatchObject({position: 2, seq: 3, onlyHere: []});
  expect(warehouse.entries().at(-1)).toMatchObject({kind: 'backup', seq: 4, body: {folder: into, position: 2}});
  await warehouse.close();
  // By hand: two Parquet files of rows and one of rejects, two raw files, ledger and witness, two of configuration.
  expect(Object.keys(bytesOf(into))).toHaveLength(3 + 2 + 2 + 2 + 2);
  expect(made.files).toBe(9);
  expect(await checkBackup(into)).toMatchObject({problems: []});

  const target = join(folder(), 'restored');
  const restored = await restore(into, target);
  expect(restored).toMatchObject({position: 2, seq: 3, verification: {ok: true, problems: []}});
  expect(readFileSync(join(target, 'fishbone.json'), 'utf8')).toBe('{"plant": "hx"}');
  expect(readFileSync(join(target, 'persons.json'), 'utf8')).toBe('{"op-1": "Ada"}');
  expect(existsSync(join(target, 'secret.txt'))).toBe(false);
  const [before, after] = [await sums(warehouse.folder), await sums(target)];
  // The entry that tells of the backup is not in it.
  const {decisions: _told, applied: _at, ...facts} = before.facts;
  expect(after.facts).toMatchObject(facts);
  expect(after.facts.decisions.rows).toBe(before.facts.decisions.rows - 1);
  expect(after.rows).toEqual(before.rows);
});

test('while a writer commits batch after batch: everything acknowledged up to its position, and nothing half', async () => {
  const warehouse = await plantOf([partsOf(0)]);
  const into = join(folder(), 'backup');
  const acknowledged: number[] = [];
  let isWriting = true;
  const writer = (async () => {
    for (let n = 1; isWriting; n++) acknowledged.push((await feed(warehouse, partsOf(n))).batch!);
  })();
  const made: {position: number; before: number}[] = [];
  for (let k = 0; k < 4; k++) {
    const before = acknowledged.at(-1) ?? 1;
    made.push({position: (await backUpTo(warehouse, into)).position, before});
    while (acknowledged.length < 2 * (k + 1)) await new Promise(resolve => setTimeout(resolve, 5));
  }
  isWriting = false;
  await writer;
  await warehouse.close();
  for (const {position, before} of made) expect(position).toBeGreaterThanOrEqual(before);
  const {position} = made.at(-1)!;
  // It was taken in the middle, or this test says nothing.
  expect(acknowledged.at(-1)).toBeGreaterThan(position);
  expect(position).toBeGreaterThan(1);

  const target = join(folder(), 'restored');
  expect((await restore(into, target)).verification.problems).toEqual([]);
  const [source, copy] = [await sums(warehouse.folder, position), await sums(target)];
  expect(copy.position).toBe(position);
  expect(copy.rows).toEqual(source.rows);
});

test('a second backup copies what is new, and drops what is no longer named', async () => {
  const warehouse = await plantOf([partsOf(1), partsOf(2)]);
  const into = join(folder(), 'backup');
  const first = await backUpTo(warehouse, into);
  const untouched = readdirSync(join(into, 'archive', 'raw'));
  expect(first.copied.files).toBe(4);
  expect((await backUpTo(warehouse, into)).copied).toEqual({files: 0, bytes: 0});
  await feed(warehouse, partsOf(3));
  // A packed file is the same evidence: what the backup has is not copied again.
  await warehouse.tend(packRawFiles);
  const third = await backUpTo(warehouse, into);
  expect(third.copied.files).toBe(2);
  expect(readdirSync(into).filter(name => name.startsWith('state-'))).toHaveLength(1);
  expect(readdirSync(join(into, 'archive', 'raw'))).toEqual(expect.arrayContaining(untouched));
  // The warehouse loses a file: the backup still has it, and says so.
  const lost = join(warehouse.folder, 'archive', 'batches', '00000001', '0.parts.long.parquet');
  rmSync(lost);
  expect(await backUpTo(warehouse, into)).toMatchObject({onlyHere: [lost], copied: {files: 0}});
  await warehouse.close();
  expect((await restore(into, join(folder(), 'restored'))).verification).toMatchObject({ok: true});
});

test('what the warehouse lost or has altered is never backed up in silence', async () => {
  const warehouse = await plantOf([partsOf(1)]);
  const into = join(folder(), 'backup');
  const file = join(warehouse.folder, 'archive', 'batches', '00000001', '0.parts.long.parquet');
  appendFileSync(file, 'x');
  await expect(backUpTo(warehouse, into)).rejects.toMatchObject({name: 'BackupUnusable', code: 'BACKUP_DAMAGED'});
  expect(existsSync(join(into, 'backup.json'))).toBe(false);
  rmSync(file);
  await expect(backUpTo(warehouse, into)).rejects.toThrow('0.parts.long.parquet is missing');
  await expect(restore(into, join(folder(), 'restored'))).rejects.toThrow('no finished backup');
});

test('killed at any point, the folder holds the backup before, and the next run completes it', async () => {
  const warehouse = await plantOf([partsOf(1)]);
  const into = join(folder(), 'backup');
  // What a first run leaves when it dies: nothing but its beginning; some files, one of them half and one altered.
  mkdirSync(into);
  writeFileSync(join(into, 'begun'), '');
  await backUpTo(warehouse, into);
  const manifest = join(into, 'backup.json');
  rmSync(manifest);
  const [raw] = readdirSync(join(into, 'archive', 'raw'));
  truncateSync(join(into, 'archive', 'raw', raw), 10);
  writeFileSync(join(into, 'archive', 'raw', `${raw}.unfinished`), 'half');
  await expect(restore(into, join(folder(), 'restored'))).rejects.toMatchObject({code: 'BACKUP_REFUSED'});
  await backUpTo(warehouse, into);
  expect((await checkBackup(into)).problems).toEqual([]);

  // A second run that dies before its manifest: new files, a new state, the old manifest.
  const first = folder();
  cpSync(into, first, {recursive: true});
  await feed(warehouse, partsOf(2));
  await backUpTo(warehouse, into);
  const late = folder();
  cpSync(into, late, {recursive: true});
  cpSync(join(first, 'backup.json'), join(late, 'backup.json'));
  for (const name of readdirSync(first).filter(n => n.startsWith('state-'))) {
    cpSync(join(first, name), join(late, name), {recursive: true});
  }
  writeFileSync(join(late, 'backup.json.unfinished'), '{"format":');
  expect((await checkBackup(late)).problems).toEqual([]);
  expect(await restore(late, join(folder(), 'restored'))).toMatchObject({position: 1, verification: {ok: true}});
  expect(await backUpTo(warehouse, late)).toMatchObject({position: 2, copied: {files: 0}});
  const names = readdirSync(late).map(name => name.replace(/^state-.*/, 'state'));
  expect(names.sort()).toEqual(['archive', 'backup.json', 'begun', 'state']);
});

test('a folder with anything else, another warehouse’s backup or a later one is refused', async () => {
  const warehouse = await plantOf([partsOf(1)]);
  const other = await plantOf([partsOf(7)]);
  const into = join(folder(), 'backup');
  await backUpTo(other, into);
  await expect(backUpTo(warehouse, into)).rejects.toThrow('holds a backup of another warehouse');
  await expect(backUpTo(warehouse, join(warehouse.folder, 'archive'))).rejects.toThrow('inside the warehouse');
  const strange = folder();
  writeFileSync(join(strange, 'thesis.txt'), '');
  await expect(backUpTo(warehouse, strange)).rejects.toThrow('is not empty');
  expect(readdirSync(strange)).toEqual(['thesis.txt']);
  const empty = await Warehouse.open(folder());
  await expect(backUpTo(empty, join(folder(), 'b'))).rejects.toThrow('nothing to back up');
  await empty.close();

  // A warehouse that was set back in time does not overwrite the backup of what came after.
  const early = folder();
  await warehouse.close();
  cpSync(warehouse.folder, early, {recursive: true});
  const later = await Warehouse.open(warehouse.folder);
  await feed(later, partsOf(2));
  const backup = join(folder(), 'backup');
  await backUpTo(later, backup);
  await later.close();
  const back = await Warehouse.open(early);
  await expect(backUpTo(back, backup)).rejects.toThrow('one of the two is of another time');
  await back.close();
});

test('a backup that is not what it was is not restored, and nothing is left of the attempt', async () => {
  const warehouse = await plantOf(PLANT);
  const whole = join(folder(), 'backup');
  await backUpTo(warehouse, whole);
  const damages: [what: string, damage: (into: string) => void][] = [
    ['was altered', into => flip(join(into, 'archive', 'batches', '00000001', '0.parts.long.parquet'))],
    ['is missing', into => rmSync(join(into, 'archive', 'raw', readdirSync(join(into, 'archive', 'raw'))[0]))],
    ['was altered', into => flip(join(into, stateOf(into), 'ledger', 'ledger.ndjson'))],
    ['is missing', into => renameSync(join(into, stateOf(into)), join(into, 'state-0'))],
    ['not what a backup was finished with', into => truncateSync(join(into, 'backup.json'), 100)],
    // Somebody takes a file out of the manifest, or makes it lead elsewhere.
    ['is named by the ledger, but not in the backup', into => edit(into, m => m.files.splice(0, 1))],
    ['not what a backup was finished with', into => edit(into, m => Object.assign(m.files[0], {path: '../../x'}))],
    ['does not end with entry', into => edit(into, m => Object.assign(m, {seq: 1}))],
  ];
  for (const [what, damage] of damages) {
    const into = folder();
    cpSync(whole, into, {recursive: true});
    damage(into);
    const place = folder();
    await expect(restore(into, join(place, 'w')), what).rejects.toThrow(what);
    expect(readdirSync(place)).toEqual([]);
    const told = await checkBackup(into).then(
      ({problems}) => problems.map(p => p.what).join(),
      (error: Error) => error.message,
    );
    expect(told).toContain(what);
  }
  const taken = folder();
  writeFileSync(join(taken, 'x'), '');
  await expect(restore(whole, taken)).rejects.toThrow('is not empty');
  const emptied = folder();
  expect((await restore(whole, emptied)).verification.ok).toBe(true);
  expect((await verify(emptied)).ok).toBe(true);
});

const stateOf = (into: string) => readdirSync(into).find(name => name.startsWith('state-'))!;

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  writeFileSync(path, bytes);
}

function edit(into: string, change: (manifest: {seq: number; files: {path: string}[]}) => void): void {
  const manifest = JSON.parse(readFileSync(join(into, 'backup.json'), 'utf8'));
  change(manifest);
  writeFileSync(join(into, 'backup.json'), JSON.stringify(manifest));
}
