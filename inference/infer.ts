import {availableParallelism} from 'node:os';
import {DEFAULT_FILE_NAMES, fileNamePattern} from './file-name.ts';
import {findImages} from './images.ts';
import {type DefectRow, type InspectionRow, inspect} from './inspection.ts';
import {loadModel} from './registry.ts';
import {judgeAll} from './workers.ts';

export interface InferOptions {
  /** A folder under `inference/models`, or the path of one. */
  model: string;
  /** What the images' names say, such as `{part}_{step}_{at}_{station}` (see `file-name.ts`). */
  fileNames?: string;
  workers?: number;
  batchSize?: number;
  /** A warehouse folder: images are kept there, by their digest. */
  keepIn?: string;
  onProgress?: (done: number, total: number) => void;
}

export interface InferResult {
  /** In the order of the images. */
  inspections: InspectionRow[];
  defects: DefectRow[];
  /** Every image that could not be judged; `inspection` is its row with result 'error', where its part is known. */
  failures: {image: string; reason: string; inspection: string | null}[];
  /** Files in the folders that do not look like images. */
  skipped: string[];
  timings: {images: number; seconds: number; imagesPerSecond: number; modelSeconds: number};
}

/**
 * Images become inspections with their defects. The same images give the same rows, however the work was shared.
 * @param paths image files, and folders of them
 * @throws ModelRefused if the model may not be used; SyntaxError if `fileNames` makes no sense
 */
export async function infer(paths: readonly string[], options: InferOptions): Promise<InferResult> {
  const readName = fileNamePattern(options.fileNames ?? DEFAULT_FILE_NAMES);
  const model = await loadModel(options.model);
  const {images, skipped, failures: missing} = await findImages(paths);
  const begun = performance.now();
  const {judged, runMs} = await judgeAll(model, images, {
    workers: options.workers ?? Math.min(2, availableParallelism()),
    batchSize: options.batchSize ?? 8,
    keepIn: options.keepIn ?? null,
    onProgress: options.onProgress,
  });
  const seconds = (performance.now() - begun) / 1000;
  const result: InferResult = {
    inspections: [],
    defects: [],
    failures: missing.map(failure => ({...failure, inspection: null})),
    skipped,
    timings: {
      images: images.length,
      seconds,
      imagesPerSecond: images.length > 0 ? images.length / seconds : 0,
      modelSeconds: runMs / 1000,
    },
  };
  for (const [index, image] of images.entries()) {
    const {inspection, defects, reason} = inspect(image, judged[index], model.card, readName);
    if (inspection) result.inspections.push(inspection);
    result.defects.push(...defects);
    if (reason !== null) result.failures.push({image, reason, inspection: inspection?.inspection ?? null});
  }
  return result;
}
