/** A build that is made on first use and kept until its sources change. */
import {createHash, randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readFile, rename, rm} from 'node:fs/promises';
import {join, relative, sep} from 'node:path';

/**
 * @param builds folder of all builds, each in a folder named by the digest of its sources
 * @param what is built, for the error
 * @param bundle builds into an empty folder; must make an index.html
 * @returns the folder of the build
 * @throws if it does not build; the cause says where
 */
export async function buildOnce(
  builds: string,
  digest: string,
  what: string,
  bundle: (outDir: string) => Promise<void>,
): Promise<string> {
  const folder = join(builds, digest);
  if (existsSync(join(folder, 'index.html'))) return folder;
  const unfinished = join(builds, `.unfinished-${randomUUID()}`);
  await mkdir(unfinished, {recursive: true});
  try {
    await bundle(unfinished);
    await rename(unfinished, folder);
  } catch (cause) {
    // Another process may have been faster: its build is as good as ours.
    if (!existsSync(join(folder, 'index.html'))) throw new Error(`the ${what} could not be built`, {cause});
  } finally {
    await rm(unfinished, {recursive: true, force: true});
  }
  return folder;
}

/** One digest over names (below `root`) and contents of files. */
export async function digestOfFiles(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) {
    hash.update(`${relative(root, path).split(sep).join('/')}\0`);
    hash.update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}
