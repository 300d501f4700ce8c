/** A warehouse that a command made and then had nothing to put into goes away again: a refused load leaves no trace. */
import {existsSync, readdirSync} from 'node:fs';
import {readdir, rm, rmdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {App} from '../app.ts';

/** What was there before. */
export interface Before {
  folder: string;
  entries: ReadonlySet<string>;
  /** Folders above it that are not there yet, the innermost first, with the folder itself. */
  missing: string[];
}

export function lookBefore(folder: string): Before {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  return {folder, entries: new Set(missing.length > 0 ? [] : readdirSync(folder)), missing};
}

/** Closes the warehouse, and takes it away if nothing is recorded in it but which plant it would belong to. */
export async function closeOrUnmake(app: App, {folder, entries, missing}: Before): Promise<void> {
  if (app.warehouse.entries().some(({kind}) => kind !== 'plant')) return app.close();
  const fresh = async () => (await readdir(folder).catch(() => [])).filter(name => !entries.has(name));
  const remove = async (names: string[]) => {
    for (const name of names) await rm(join(folder, name), {recursive: true, force: true}).catch(() => undefined);
  };
  // What another process could not make anew goes while the database is still locked by this one.
  await remove((await fresh()).filter(name => !isDatabase(name)));
  await app.close();
  await remove((await fresh()).filter(isDatabase));
  for (const made of missing) {
    // Whoever put something there meanwhile keeps it.
    if (
      !(await rmdir(made).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

const isDatabase = (name: string) => name.startsWith('warehouse.duckdb');
