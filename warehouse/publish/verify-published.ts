import {readdir} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {QuestionError} from '../question-error.ts';
import type {Problem} from '../verify.ts';
import {fileAt, filesOf, isWhole, MANIFEST, readManifest} from './manifest.ts';
import {snapshotsIn} from './publish.ts';

/** Reads every published snapshot in a folder to the last byte. What was added is found too: readers take all that is in a folder. */
export async function verifyPublished(
  folder: string,
): Promise<{ok: boolean; snapshots: number; files: number; problems: Problem[]}> {
  const names = await snapshotsIn(folder).catch((cause: Error) => {
    throw new QuestionError(`${folder} cannot be read: ${cause.message}`, {
      hint: 'name the folder that "fishbone publish" was given',
      cause,
    });
  });
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
    if (!isWhole(manifest) || manifest.position !== Number(name.slice('position-'.length)))
      problems.push({what: 'is not what was published', where: join(where, MANIFEST), hint});
    const expectedPaths = new Set([MANIFEST, ...filesOf(manifest).map(({path}) => path)]);
    for (const entry of await readdir(where, {recursive: true, withFileTypes: true})) {
      const path = relative(where, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
      if (!entry.isDirectory() && !expectedPaths.has(path))
        problems.push({what: 'was not published', where: join(where, path), hint: 'remove it'});
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
