import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Problem} from '../verify.ts';
import {fileAt, filesOf, MANIFEST, readManifest} from './manifest.ts';
import {SNAPSHOT} from './publish.ts';

/** Reads every published snapshot in a folder to the last byte. */
export async function verifyPublished(
  folder: string,
): Promise<{ok: boolean; snapshots: number; files: number; problems: Problem[]}> {
  const names = (await readdir(folder)).filter(name => SNAPSHOT.test(name)).sort();
  const problems: Problem[] = [];
  let files = 0;
  for (const name of names) {
    const where = join(folder, name);
    const manifest = await readManifest(where);
    const hint = 'publish it again: remove the folder first';
    if (!manifest) {
      problems.push({what: 'its manifest is missing or damaged', where: join(where, MANIFEST), hint});
      continue;
    }
    for (const expected of filesOf(manifest)) {
      files++;
      const found = await fileAt(where, expected.path).catch(() => null);
      const what = !found ? 'is missing' : found.sha256 !== expected.sha256 ? 'is not what was published' : null;
      if (what) problems.push({what, where: join(where, expected.path), hint});
    }
  }
  return {ok: problems.length === 0, snapshots: names.length, files, problems};
}
