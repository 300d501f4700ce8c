import {type About, aboutImages, type Told} from './about.ts';
import {findImages} from './images.ts';
import {inOrder} from './in-order.ts';
import {type Inspected, inspect} from './inspection.ts';
import type {Timings} from './judge.ts';
import {Judges, type Labour} from './judges.ts';
import {loadModel} from './registry.ts';

export interface InferOptions extends Told, Labour {
  /** A model's name, or the path of its folder. */
  model: string;
  /** The folder of the plant's own models. */
  models?: string;
  /** A warehouse folder: images are kept there, by their digest. */
  keepIn?: string;
}

/** What became of one image, or of a path that leads to none. */
export type Inferred =
  | ({kind: 'inspected'; timings: Timings} & Inspected)
  /** A path that does not exist, or may not be read. */
  | {kind: 'missing'; image: string; reason: string}
  /** A file in a folder that does not look like an image. */
  | {kind: 'skipped'; image: string};

/**
 * Images become inspections with their defects, one after the other in the order of the paths. The same images give the
 * same rows, however the work was shared; only those that are on their way are in memory.
 * @param paths image files, folders of them, patterns
 * @throws ModelRefused if the model may not be used; UnclearImages if `fileNames` or `sidecar` makes no sense
 */
export async function* infer(paths: readonly string[], options: InferOptions): AsyncGenerator<Inferred> {
  const about = await aboutImages(options);
  const judges = await Judges.open(await loadModel(options.model, options.models), options);
  try {
    yield* inOrder(findImages(paths), judges.capacity, async (found): Promise<Inferred> => {
      if ('skipped' in found) return {kind: 'skipped', image: found.skipped};
      if ('missing' in found) return {kind: 'missing', image: found.missing, reason: found.reason};
      const {inspected, timings} = await inferOne(judges, found.image, about, options.keepIn ?? null);
      return {kind: 'inspected', timings, ...inspected};
    });
  } finally {
    await judges.close();
  }
}

/** One image, for whoever has judges already. @param keepIn a warehouse folder, or null */
export async function inferOne(
  judges: Judges,
  path: string,
  about: About,
  keepIn: string | null,
): Promise<{inspected: Inspected; timings: Timings}> {
  const [judged, name] = await Promise.all([judges.judge({path, keepIn}), about(path)]);
  return {inspected: inspect(path, judged, judges.model.card, name), timings: judged.timings};
}

/** How many images there are to be looked at. */
export async function countImages(paths: readonly string[]): Promise<number> {
  let count = 0;
  for await (const found of findImages(paths)) if ('image' in found) count++;
  return count;
}
