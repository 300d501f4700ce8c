/** Modules of others, named in `fishbone.json`: they run with all rights of the process that loads them. */
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** A module that cannot be used, and why. */
export class ModuleTrouble extends Error {
  override name = 'ModuleTrouble';
}

/**
 * @param folder that the path starts from
 * @returns what the module exports as default, and a digest of its own source (not of what it imports)
 * @throws ModuleTrouble
 */
export async function loadModule(folder: string, path: string): Promise<{exported: unknown; digest: string}> {
  const file = resolve(folder, path);
  let source: Buffer;
  try {
    source = await readFile(file);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ModuleTrouble(`${file} ${isMissing ? 'is not there' : 'cannot be read'}`, {cause});
  }
  let module: {default?: unknown};
  try {
    module = await imported(pathToFileURL(file).href);
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new ModuleTrouble(`${file} cannot be loaded: ${reason}`, {cause});
  }
  const exported = withoutWrapper(module.default);
  if (typeof exported !== 'object' || exported === null) {
    throw new ModuleTrouble(`${file} has no default export that is an object`);
  }
  return {exported, digest: createHash('sha256').update(source).digest('hex').slice(0, 16)};
}

/** TypeScript outside of this program lies in no package of ours: it needs a loader of its own. */
async function imported(url: string): Promise<{default?: unknown}> {
  if (!url.endsWith('ts')) return (await import(/* @vite-ignore */ url)) as {default?: unknown};
  const {tsImport} = await import('tsx/esm/api');
  return (await tsImport(url, import.meta.url)) as {default?: unknown};
}

/** Outside a package of type "module" a loader may make CommonJS of a file, whose default export then lies one deeper. */
function withoutWrapper(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported;
  return '__esModule' in exported && 'default' in exported ? exported.default : exported;
}
