/** A warehouse made again from a backup: copied under another name, checked to the last byte, then given its own. */
import {mkdir, readdir, rename, rm, rmdir} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {BackupUnusable, copyDurably, finished, incomplete} from './backup-folder.ts';
import {diskFiles} from './ledger-file.ts';
import {Warehouse} from './store.ts';
import {type Verification, verify} from './verify.ts';

export interface Restored {
  folder: string;
  position: number;
  seq: number;
  /** When the backup was made: what was acknowledged after that is not in it. */
  madeAt: string;
  verification: Verification;
}

/**
 * @param backup a folder that `backUp` was given
 * @param folder of the warehouse to be: absent or empty
 * @throws BackupUnusable for a folder that is not empty, or a backup that is not what it was; nothing is left of it then
 */
export async function restore(backup: string, folder: string): Promise<Restored> {
  const manifest = await finished(backup);
  const target = resolve(folder);
  const there = await readdir(target).catch(() => null);
  if (there !== null && there.length > 0) {
    throw new BackupUnusable(
      'refused',
      `${target} is not empty`,
      'give a folder that is not there yet: a restored warehouse never goes over another one',
    );
  }
  const temporary = join(dirname(target), `.${basename(target)}.restoring`);
  // Of a run that was killed.
  await rm(temporary, {recursive: true, force: true});
  try {
    await mkdir(temporary, {recursive: true});
    for (const {path, file, sha256} of manifest.files) {
      const seal = await copyDurably(join(backup, file), join(temporary, path)).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') throw damaged(join(backup, file), 'is missing');
          throw error;
        },
      );
      if (seal.sha256 !== sha256)
        throw damaged(join(backup, file), 'was altered: its digest is not that of the backup');
    }
    const [problem] = await incomplete(temporary, manifest);
    if (problem) throw damaged(problem.where, problem.what);
    for (const inner of ['archive/batches', 'archive/raw']) await mkdir(join(temporary, inner), {recursive: true});
    await syncTree(temporary);
    if (there !== null) await rmdir(target);
    await rename(temporary, target);
    await diskFiles.syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, {recursive: true, force: true});
    throw error;
  }
  const warehouse = await Warehouse.open(target);
  await warehouse.close();
  const {seq, position, madeAt} = manifest;
  return {folder: target, seq, position, madeAt, verification: await verify(target)};
}

function damaged(path: string, what: string): BackupUnusable {
  return new BackupUnusable('damaged', `${path} ${what}`, 'nothing was restored: use another backup');
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, {recursive: true, withFileTypes: true})) {
    if (entry.isDirectory()) await diskFiles.syncFolder(join(entry.parentPath, entry.name));
  }
  await diskFiles.syncFolder(folder);
}
