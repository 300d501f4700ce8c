import {type InferOptions, infer} from '../../inference/infer.ts';
import type {Inspection} from '../../inference/inspection.ts';

/** All that became of some images: what a warehouse takes in as it comes. */
export interface Collected {
  inspections: Inspection[];
  failures: {image: string; reason: string; inspection: string | null}[];
  skipped: string[];
}

export async function collect(paths: readonly string[], options: InferOptions): Promise<Collected> {
  const all: Collected = {inspections: [], failures: [], skipped: []};
  for await (const one of infer(paths, options)) {
    if (one.kind === 'skipped') all.skipped.push(one.image);
    else if (one.kind === 'missing') all.failures.push({image: one.image, reason: one.reason, inspection: null});
    else {
      if (one.inspection) all.inspections.push(one.inspection);
      if (one.reason !== null) {
        all.failures.push({image: one.image, reason: one.reason, inspection: one.inspection?.inspection ?? null});
      }
    }
  }
  return all;
}
