/**
 * A copy from which a warehouse can be made again, taken while batches are being committed:
 *   1 everything up to the newest ledger entry · 2 archive files that are not in the folder yet · 3 ledger, configuration ·
 *   4 the manifest: from here on it is this backup and no longer the one before · 5 what the one before alone needed goes
 */
import {existsSync} from 'node:fs';
import {readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join, resolve, sep} from 'node:path';
import {exists, findRaw, rawPath, sealOf, syncFile} from './archive.ts';
import {
  type BackedUp,
  BackupUnusable,
  BEGUN,
  copyDurably,
  inside,
  MANIFEST,
  type Manifest,
  readManifest,
  writeManifest,
} from './backup-folder.ts';
import type {Caretaker} from './caretaker.ts';
import {folderFor} from './folder-for.ts';
import {keptImages} from './images.ts';
import type {LedgerEntry} from './ledger.ts';
import {diskFiles} from './ledger-file.ts';
import {headBytes, ledgerPath, readLedger} from './ledger-read.ts';

export interface BackupMade {
  folder: string;
  /** The newest batch of accepted rows and the last ledger entry that are in it. */
  position: number;
  seq: number;
  files: number;
  bytes: number;
  copied: {files: number; bytes: number};
  /** Files that the warehouse lost and the backup still has. */
  onlyHere: string[];
}

/**
 * Makes or brings up to date the backup in a folder. Killed at any point, the folder holds the backup before, whole.
 * @throws BackupUnusable when the folder holds something else, or the warehouse has lost what was never backed up
 */
export async function backUp(care: Caretaker, folder: string): Promise<BackupMade> {
  const into = resolve(folder);
  // In one breath, because batches go on being committed: what comes from here on is for the next backup.
  const entries = [...care.entries()];
  const wanted = [...wantedFiles(care), ...(await wantedImages(care.folder))];
  const last = entries.at(-1);
  if (!last) throw new BackupUnusable('refused', 'there is nothing to back up', 'ingest something first');
  const before = await begin(care.folder, into, entries);
  const known = new Map(before?.files.map(f => [f.path, f]));

  const files: BackedUp[] = [];
  const copied = {files: 0, bytes: 0};
  const onlyHere: string[] = [];
  for (const want of wanted) {
    care.signal.throwIfAborted();
    files.push(await keep(care.folder, into, want, known, {copied, onlyHere}));
  }
  const state = `state-${last.seq}-${Date.now()}`;
  files.push(...(await copyState(care.folder, into, state, last)));
  await syncFolders(into, files);
  await writeManifest(into, {
    format: 1,
    madeAt: new Date().toISOString(),
    seq: last.seq,
    hash: last.hash,
    position: positionOf(entries),
    state,
    files,
  });
  await clearAway(into, new Set(files.map(f => f.file)), state);

  const bytes = files.reduce((sum, f) => sum + f.bytes, 0);
  const made = {
    folder: into,
    position: positionOf(entries),
    seq: last.seq,
    files: files.length,
    bytes,
    copied,
    onlyHere,
  };
  await care.record('backup', made);
  return made;
}

/** @returns the manifest of the backup before */
async function begin(from: string, into: string, entries: readonly LedgerEntry[]): Promise<Manifest | null> {
  const other = (what: string) =>
    new BackupUnusable(
      'refused',
      `${into} ${what}`,
      'give a folder of its own, empty or with backups of this warehouse',
    );
  if (`${into}${sep}`.startsWith(`${resolve(from)}${sep}`)) throw other('is inside the warehouse itself');
  await folderFor(into);
  const names = await readdir(into);
  const first = entries[0].hash;
  if (names.length === 0) {
    await writeFile(join(into, BEGUN), `${first}\n`);
    await syncFile(join(into, BEGUN));
    await diskFiles.syncFolder(into);
    return null;
  }
  if (!names.includes(BEGUN)) throw other('is not empty, and no backup was begun in it');
  const begun = (await readFile(join(into, BEGUN), 'utf8')).trim();
  // Killed between making the file and writing it.
  if (begun === '' && names.length === 1) await writeFile(join(into, BEGUN), `${first}\n`);
  else if (begun !== first) throw other('holds a backup of another warehouse');
  const before = await readManifest(into);
  if (before && entries[before.seq - 1]?.hash !== before.hash) {
    throw other(
      `holds a backup up to entry ${before.seq}, which is not in this ledger: one of the two is of another time`,
    );
  }
  return before;
}

type Wanted = {path: string; sha256: string; raw: boolean};

function wantedFiles({folder, holdings}: Caretaker): Wanted[] {
  return [
    ...holdings.files().map(({path, sha256}) => ({path: inside(folder, path), sha256, raw: false})),
    ...[...holdings.raw().keys()].map(digest => ({
      path: inside(folder, rawPath(folder, digest)),
      sha256: digest,
      raw: true,
    })),
  ];
}

/** Kept images under their own names; their small pictures are for the server that shows them, and are not in it. */
async function wantedImages(folder: string): Promise<Wanted[]> {
  const images: Wanted[] = [];
  for await (const {path, digest} of keptImages(folder)) {
    images.push({path: inside(folder, path), sha256: digest, raw: false});
  }
  return images;
}

/** One file of the archive: as it is in the folder already, or copied and compared with what the ledger says. */
async function keep(
  from: string,
  into: string,
  {path, sha256, raw}: Wanted,
  known: ReadonlyMap<string, BackedUp>,
  tell: {copied: {files: number; bytes: number}; onlyHere: string[]},
): Promise<BackedUp> {
  const source = raw ? await findRaw(from, sha256) : {path: join(from, path), packed: false};
  const isThere = source !== null && (await exists(source.path));
  for (const form of raw ? [path, `${path}.gz`] : [path]) {
    const found = await kept(join(into, form), sha256, form !== path, known.get(form));
    if (!found) continue;
    if (!isThere) tell.onlyHere.push(join(from, path));
    return {path: form, file: form, ...found};
  }
  if (!isThere) throw lost(join(from, path), 'is missing');
  const target = source.packed ? `${path}.gz` : path;
  const seal = await copyDurably(source.path, join(into, target));
  const content = source.packed ? (await sealOf(join(into, target), true).catch(() => null))?.sha256 : seal.sha256;
  if (content !== sha256) {
    await rm(join(into, target));
    throw lost(source.path, 'was altered');
  }
  tell.copied.files++;
  tell.copied.bytes += seal.bytes;
  return {path: target, file: target, ...seal};
}

/** What a backup before has of a file; what a killed run left is believed only after it was read. */
async function kept(path: string, sha256: string, packed: boolean, known: BackedUp | undefined) {
  const size = await stat(path).then(
    s => s.size,
    () => null,
  );
  if (size === null) return null;
  if (known && known.bytes === size) return {bytes: size, sha256: known.sha256};
  const content = await sealOf(path, packed).catch(() => null);
  return content?.sha256 === sha256 ? sealOf(path) : null;
}

function lost(path: string, what: string): BackupUnusable {
  return new BackupUnusable(
    'damaged',
    `${path} ${what}, and the backup does not have it`,
    'see "fishbone verify"; the backup before, if there is one, is as it was',
  );
}

/** What changes: the ledger up to an entry with its witness, and what people configured and asked. */
async function copyState(from: string, into: string, state: string, last: LedgerEntry): Promise<BackedUp[]> {
  const files: BackedUp[] = [];
  const add = (path: string, seal: {bytes: number; sha256: string}) =>
    files.push({path, file: `${state}/${path}`, ...seal});
  const end = await endOf(from, last);
  add(
    'ledger/ledger.ndjson',
    await copyDurably(ledgerPath(from), join(into, state, 'ledger', 'ledger.ndjson'), {end: end - 1}),
  );
  const head = join(into, state, 'ledger', 'ledger.head');
  await writeFile(head, headBytes(last));
  await syncFile(head);
  add('ledger/ledger.head', await sealOf(head));
  for (const path of await changing(from)) {
    // An answer may be cleared away while the backup is being made.
    if (existsSync(join(from, path))) add(path, await copyDurably(join(from, path), join(into, state, path)));
  }
  return files;
}

/** The byte after an entry's line. */
async function endOf(from: string, {seq, hash}: LedgerEntry): Promise<number> {
  for await (const {entry, end} of readLedger(from)) if (entry?.seq === seq && entry.hash === hash) return end;
  throw new BackupUnusable(
    'damaged',
    `the ledger on the disk has no entry ${seq}`,
    'stop the server and run "fishbone verify"',
  );
}

/** Configuration, mappings, kept answers, the audit and the names of persons; no database, no keys of receivers, no models. */
async function changing(from: string): Promise<string[]> {
  const names = (await readdir(from)).filter(
    name => ['fishbone.json', 'answers', 'audit', 'mappings'].includes(name) || name.startsWith('persons'),
  );
  const paths: string[] = [];
  for (const name of names) {
    if (!(await stat(join(from, name))).isDirectory()) paths.push(name);
    else
      for (const file of await readdir(join(from, name), {withFileTypes: true}))
        if (file.isFile()) paths.push(`${name}/${file.name}`);
  }
  // The audit goes on meanwhile: how far it has to reach in the copy is what the ledger says.
  return paths.filter(path => !path.endsWith('.tmp') && path !== 'audit/audit.head');
}

async function syncFolders(into: string, files: readonly BackedUp[]): Promise<void> {
  const folders = new Set<string>([into]);
  for (const {file} of files) {
    const parts = file.split('/').slice(0, -1);
    for (let k = 1; k <= parts.length; k++) folders.add(join(into, ...parts.slice(0, k)));
  }
  for (const folder of folders) await diskFiles.syncFolder(folder);
}

/** Removes what only earlier backups named. */
async function clearAway(into: string, named: ReadonlySet<string>, state: string): Promise<void> {
  const folders = new Set([...named].map(file => file.slice(0, file.lastIndexOf('/'))));
  for (const name of await readdir(into)) {
    if (name.startsWith('state-') && name !== state) await rm(join(into, name), {recursive: true});
    if (name.startsWith(`${MANIFEST}.`)) await rm(join(into, name));
  }
  for (const name of ['batches', 'raw']) {
    const folder = join(into, 'archive', name);
    for (const file of await readdir(folder).catch(() => [])) {
      const path = `archive/${name}/${file}`;
      if (!named.has(path) && !folders.has(path)) await rm(join(into, path), {recursive: true});
    }
  }
  for await (const {path} of keptImages(into)) if (!named.has(inside(into, path))) await rm(path);
}

function positionOf(entries: readonly LedgerEntry[]): number {
  const newest = entries.findLast(e => e.kind === 'batch' && (e.body as {batch: number | null}).batch !== null);
  return newest ? (newest.body as {batch: number}).batch : 0;
}
