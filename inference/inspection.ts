import {createHash} from 'node:crypto';
import {basename} from 'node:path';
import type {ImageName} from './file-name.ts';
import type {ModelCard} from './model-card.ts';
import type {Judged} from './worker.ts';

/** A row of the canonical table `inspections`. */
export interface InspectionRow {
  inspection: string;
  part: string;
  inspected_at: string | null;
  step: string | null;
  station: string | null;
  /** model@version */
  inspector: string;
  result: 'pass' | 'fail' | 'error';
  confidence: number | null;
  /** SHA-256 of the file's bytes. */
  image: string | null;
  verification: 'unverified';
}

/** A row of the canonical table `defects`; the box is in pixels of the image. */
export interface DefectRow {
  inspection: string;
  defect: string;
  severity: number | null;
  confidence: number;
  x: number | null;
  y: number | null;
  width: number | null;
  height: number | null;
}

export interface Inspected {
  inspection: InspectionRow | null;
  defects: DefectRow[];
  /** Why there is no verdict. */
  reason: string | null;
}

/** What a model's answer means for a part: pass, fail with the likeliest defect, or no verdict and why. */
export function inspect(
  path: string,
  judged: Judged,
  card: ModelCard,
  readName: (name: string) => ImageName | {reason: string},
): Inspected {
  const name = readName(basename(path));
  if ('reason' in name) {
    const reason = 'reason' in judged ? `${judged.reason}; ${name.reason}` : name.reason;
    return {inspection: null, defects: [], reason};
  }
  const inspector = `${card.name}@${card.version}`;
  const inspection: InspectionRow = {
    inspection: inspectionId(judged.digest ?? basename(path), name, inspector),
    ...name,
    inspector,
    result: 'error',
    confidence: null,
    image: judged.digest,
    verification: 'unverified',
  };
  if ('reason' in judged) return {inspection, defects: [], reason: judged.reason};
  const {probabilities} = judged;
  const suspicion = sum(probabilities.filter((_, k) => card.classes[k].defect !== null));
  if (suspicion < card.thresholds.fail) {
    return {
      inspection: {...inspection, result: 'pass', confidence: round(1 - suspicion, 4)},
      defects: [],
      reason: null,
    };
  }
  const defect = {inspection: inspection.inspection, ...likeliestDefect(probabilities, card), ...locate(judged)};
  return {
    inspection: {...inspection, result: 'fail', confidence: round(suspicion, 4)},
    defects: [defect],
    reason: null,
  };
}

/**
 * The same image of the same part, seen by the same model, is the same inspection: a second run is a duplicate. The part
 * is in it because two parts may look alike to the last byte (a black image), the time because a part may come again.
 */
function inspectionId(image: string, {part, step, station, inspected_at}: ImageName, inspector: string): string {
  const content = JSON.stringify([image, part, step, station, inspected_at, inspector]);
  return createHash('sha256').update(content).digest('hex').slice(0, 24);
}

function likeliestDefect(probabilities: readonly number[], {classes}: ModelCard) {
  let best = -1;
  for (const [k, {defect}] of classes.entries()) {
    if (defect !== null && (best < 0 || probabilities[k] > probabilities[best])) best = k;
  }
  const {defect, severity} = classes[best];
  return {defect: defect as string, severity, confidence: round(probabilities[best], 4)};
}

function locate({box, width, height}: Extract<Judged, {box: unknown}>) {
  if (!box) return {x: null, y: null, width: null, height: null};
  const [x, y, w, h] = box;
  return {x: round(x * width, 1), y: round(y * height, 1), width: round(w * width, 1), height: round(h * height, 1)};
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
