import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import type {Running, Surroundings} from './feed.ts';
import type {FolderSettings} from './settings.ts';
import {watchFolder} from './watched-folder.ts';

/**
 * Takes in the files with tables that are put into a folder. A file that was taken in before a crash, but not moved, is
 * known by its digest: nothing is taken twice in effect.
 */
export function openFolder(settings: FolderSettings, around: Surroundings): Promise<Running> {
  const {door} = around;
  const {mapping, table, wide, timeZone} = settings;
  return watchFolder(settings, around, {
    // As they were finished: what a later file corrects has come before.
    atOnce: 1,
    companions: () => [],
    take: async (path, {ctimeMs}) => {
      const digest = await digestOf(path);
      if (!door.wasRefused(digest, ctimeMs)) return door.file(path, {source: path, mapping, table, wide, timeZone});
      return {
        batch: null,
        digest,
        source: path,
        status: 'rejected',
        tables: [],
        notices: ['every row was refused: see "fishbone quarantine list"'],
      };
    },
  });
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
