/**
 * A backup is a folder that needs no program to be understood:
 *   backup.json     which file of the warehouse is which file here, with its length and digest; written last
 *   archive/...     the archive's files under their own names; they never change. images/... likewise: what cameras saw
 *   state-<entry>/  what changes: the ledger up to that entry and its witness, configuration, kept answers, names of persons
 *   begun           the hash of the ledger's first entry, so that no other warehouse is written into this folder
 */
import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {dirname, isAbsolute, join, normalize, relative, sep} from 'node:path';
import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {z} from 'zod';
import {packedPath, rawPath, sealOf, syncFile, writeWhole} from './archive.ts';
import {Holdings} from './holdings.ts';
import {type LedgerEntry, verifyLedger} from './ledger.ts';
import {readLedger} from './ledger-read.ts';

export const MANIFEST = 'backup.json';
export const BEGUN = 'begun';

const Inside = z.string().refine(path => !isAbsolute(path) && !normalize(path).startsWith('..'), {
  error: 'leads out of the folder',
});

const Manifest = z.strictObject({
  format: z.literal(1),
  madeAt: z.string(),
  /** The last ledger entry that is in it, and the newest batch of accepted rows. */
  seq: z.number().int(),
  hash: z.string(),
  position: z.number().int(),
  /** The folder of what changes. */
  state: Inside,
  files: z.array(
    z.strictObject({
      /** In the warehouse, and here. */
      path: Inside,
      file: Inside,
      bytes: z.number().int(),
      sha256: z.string(),
    }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;
export type BackedUp = Manifest['files'][number];

/** A backup that cannot be made, or not be used; `hint` says what to do. */
export class BackupUnusable extends Error {
  readonly code: 'BACKUP_REFUSED' | 'BACKUP_DAMAGED';
  readonly hint: string;
  constructor(reason: 'refused' | 'damaged', message: string, hint: string) {
    super(message);
    this.name = 'BackupUnusable';
    this.code = reason === 'refused' ? 'BACKUP_REFUSED' : 'BACKUP_DAMAGED';
    this.hint = hint;
  }
}

/** @returns null when no backup was ever finished in the folder. @throws BackupUnusable for a manifest that is none */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    throw new BackupUnusable(
      'damaged',
      `${join(folder, MANIFEST)} is not what a backup was finished with`,
      'use another backup; to make a new one, give a folder that is empty',
    );
  }
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeWhole(join(folder, MANIFEST), manifest);
}

/** Copies a file so that it bears its name only when it is whole and on the disk. @returns its length and digest */
export async function copyDurably(
  from: string,
  to: string,
  range: {end?: number} = {},
): Promise<{bytes: number; sha256: string}> {
  await mkdir(dirname(to), {recursive: true});
  const unfinished = `${to}.unfinished`;
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(from, {...range, highWaterMark: 1 << 18}), count, createWriteStream(unfinished));
    await syncFile(unfinished);
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, {force: true});
    throw error;
  }
  return {bytes, sha256: hash.digest('hex')};
}

export interface BackupProblem {
  what: string;
  where: string;
  hint: string;
}

const OTHER = 'use another backup, or make a new one as long as the warehouse is whole';

/**
 * Is everything in a backup that its ledger speaks of, as it was? Reads every byte of it.
 * @throws BackupUnusable when there is none
 */
export async function checkBackup(folder: string): Promise<{manifest: Manifest; problems: BackupProblem[]}> {
  const manifest = await finished(folder);
  const problems: BackupProblem[] = [];
  for (const {file, bytes, sha256} of manifest.files) {
    const path = join(folder, file);
    const found = await stat(path).then(
      s => s.size,
      () => null,
    );
    if (found === null) problems.push({what: 'is missing', where: path, hint: OTHER});
    else if (found !== bytes || (await sealOf(path)).sha256 !== sha256) {
      problems.push({what: 'was altered: its digest is not that of the backup', where: path, hint: OTHER});
    }
  }
  problems.push(...(await incomplete(join(folder, manifest.state), manifest)));
  return {manifest, problems};
}

/** @throws BackupUnusable when no backup was finished here */
export async function finished(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest) return manifest;
  throw new BackupUnusable(
    'refused',
    `there is no finished backup in ${folder}`,
    'name the folder that "fishbone backup" was given; if it was stopped, run it again first',
  );
}

/**
 * Whether the ledger is whole and the backup has every file that it names.
 * @param holding the folder that has `ledger/` in it
 */
export async function incomplete(holding: string, manifest: Manifest): Promise<BackupProblem[]> {
  const where = join(holding, 'ledger');
  const broken = await verifyLedger(holding);
  if (broken.length > 0) {
    return broken.map(({seq, what, detail}) => ({what: `entry ${seq}: ${what}: ${detail}`, where, hint: OTHER}));
  }
  const entries: LedgerEntry[] = [];
  for await (const {entry} of readLedger(holding)) if (entry) entries.push(entry);
  if (entries.at(-1)?.seq !== manifest.seq || entries.at(-1)?.hash !== manifest.hash) {
    return [{what: `does not end with entry ${manifest.seq} of the backup`, where, hint: OTHER}];
  }
  const holdings = new Holdings('', () => entries);
  const has = new Map(manifest.files.map(f => [f.path, f.sha256]));
  const rows = holdings.files().filter(({path, sha256}) => has.get(inside('', path)) !== sha256);
  const raw = [...holdings.raw().keys()].filter(
    digest => has.get(inside('', rawPath('', digest))) !== digest && !has.has(inside('', packedPath('', digest))),
  );
  return [...rows.map(({path}) => path), ...raw.map(digest => rawPath('', digest))].map(path => ({
    what: 'is named by the ledger, but not in the backup',
    where: path,
    hint: OTHER,
  }));
}

/** A path within a folder, the same on every system. */
export const inside = (folder: string, path: string): string => relative(folder, path).split(sep).join('/');
