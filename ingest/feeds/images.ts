import {extname} from 'node:path';
import type {Running, Surroundings} from './feed.ts';
import type {ImagesSettings} from './settings.ts';
import {watchFolder} from './watched-folder.ts';

/** What cannot be decoded may still be on its way over the network: only what rests for so long is without a verdict. */
const WHOLE_MS = 10_000;
const AT_ONCE = 16;

/**
 * Has the images judged that a camera puts into a folder, as they come. An image that was judged before a crash, but not
 * moved, is the same inspection again: nothing is there twice.
 */
export function openImages(settings: ImagesSettings, around: Surroundings): Promise<Running> {
  const {model, fileNames, sidecar, keep} = settings;
  return watchFolder(settings, around, {
    atOnce: AT_ONCE,
    companions: name => (sidecar ? besideOf(name) : []),
    take: (path, {restedMs}) =>
      around.door.image(path, {source: path, model, fileNames, sidecar, keep, isWhole: restedMs >= WHOLE_MS}),
  });
}

/** Files that tell of an image; of one of them, none does. */
function besideOf(name: string): string[] {
  if (extname(name) === '.json') return [];
  return [`${name}.json`, `${name.slice(0, name.length - extname(name).length)}.json`];
}
