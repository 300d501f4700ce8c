/** Mappings that a warehouse keeps under a name, `W/mappings/NAME.json`, so that a sender need not have the file. */
import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';

/** A name has no separator of folders and does not end as a file does; anything else is a path. */
const NAME = /^(?!.*\.json$)[A-Za-z0-9][\w.-]{0,99}$/i;

/** For whoever is not on the machine that the warehouse is on: never a path. */
export const MappingName = z
  .string()
  .regex(NAME, {error: 'is no name of a mapping: letters, digits, ".", "_" and "-", without ".json"'})
  .describe("a mapping of the warehouse's folder mappings, without .json");

export const isMappingName = (told: string): boolean => NAME.test(told);

/**
 * @param told a name, or a path, which is given back
 * @throws FishboneError USAGE with the names that there are
 */
export async function mappingPath(app: App, told: string): Promise<string> {
  if (!isMappingName(told)) return told;
  const folder = join(app.warehouse.folder, 'mappings');
  const path = join(folder, `${told}.json`);
  if (await stat(path).catch(() => null)) return path;
  const files = await readdir(folder).catch((): string[] => []);
  const names = files.filter(file => file.endsWith('.json')).map(file => file.slice(0, -'.json'.length));
  const there = names.filter(isMappingName).sort((a, b) => (a < b ? -1 : 1));
  throw new FishboneError('USAGE', `there is no mapping "${told}"`, {
    hint:
      there.length > 0
        ? `the mappings of this warehouse are ${there.join(', ')}; another file is named by its path, as in ./${told}.json`
        : `this warehouse has none: keep it as mappings/${told}.json in its folder, or name a file by its path, as in ./${told}.json`,
  });
}
