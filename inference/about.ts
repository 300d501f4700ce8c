import {basename} from 'node:path';
import {DEFAULT_FILE_NAMES, fileNamePattern, type ImageName} from './file-name.ts';
import {besideEach, listOf} from './sidecar.ts';

export type {ImageName} from './file-name.ts';

/** Says of an image which part it shows, in which step, when and where it was taken. */
export type About = (path: string) => Promise<ImageName | {reason: string}>;

/** Where that is told: in the names of the files, in a file beside each, or in one list of all. */
export interface Told {
  /** A pattern such as `{part}_{step}_{at}_{station}` (see `file-name.ts`). */
  fileNames?: string;
  /** `json`: `image.png.json` or `image.json` beside `image.png`; otherwise the path of a CSV list. */
  sidecar?: string;
}

/** A way to tell of images that makes no sense. */
class UnclearImages extends Error {
  readonly code = 'USAGE';
  override readonly name = 'UnclearImages';
}

/** @throws UnclearImages for a pattern or a list that makes no sense, or both at once */
export async function aboutImages({fileNames, sidecar}: Told): Promise<About> {
  try {
    if (sidecar === undefined) {
      const read = fileNamePattern(fileNames ?? DEFAULT_FILE_NAMES);
      return async path => read(basename(path));
    }
    if (fileNames === undefined) return sidecar === 'json' ? besideEach : await listOf(sidecar);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnclearImages(error.message, {cause: error});
    throw error;
  }
  throw new UnclearImages('images are told of by their names or by a sidecar: give one of --file-names and --sidecar');
}
