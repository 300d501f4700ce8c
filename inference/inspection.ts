import {createHash} from 'node:crypto';
import {basename} from 'node:path';
import type {ImageName} from './about.ts';
import type {Judged, Seen} from './judge.ts';
import {type Found, rounded} from './kinds/verdict.ts';
import type {ModelCard} from './model-card.ts';

/** A row of the canonical table `inspections`, with the rows of `defects` that belong to it. */
export interface Inspection {
  inspection: string;
  part: string;
  inspected_at: string | null;
  step: string | null;
  station: string | null;
  /** model@version */
  inspector: string;
  result: 'pass' | 'fail' | 'error';
  /** Of a fail its suspicion, of a pass one less its suspicion: other thresholds can be tried on it. */
  confidence: number | null;
  /** SHA-256 of the file's bytes. */
  image: string | null;
  verification: 'unverified';
  brightness: number | null;
  contrast: number | null;
  sharpness: number | null;
  defects: Defect[];
}

/** The box is in pixels of the image. */
interface Defect {
  defect: string;
  severity: number | null;
  confidence: number;
  x: number | null;
  y: number | null;
  width: number | null;
  height: number | null;
}

export interface Inspected {
  image: string;
  inspection: Inspection | null;
  /** Why there is no verdict. */
  reason: string | null;
}

/** What a model's verdict means for a part: pass, fail with its defects, or no verdict and why. */
export function inspect(path: string, judged: Judged, card: ModelCard, name: ImageName | {reason: string}): Inspected {
  if ('reason' in name) {
    const reason = 'reason' in judged ? `${judged.reason}; ${name.reason}` : name.reason;
    return {image: path, inspection: null, reason};
  }
  const inspector = `${card.name}@${card.version}`;
  const inspection: Inspection = {
    inspection: inspectionId(judged.digest ?? basename(path), name, inspector),
    ...name,
    inspector,
    result: 'error',
    confidence: null,
    image: judged.digest,
    verification: 'unverified',
    brightness: null,
    contrast: null,
    sharpness: null,
    defects: [],
  };
  if ('reason' in judged) return {image: path, inspection, reason: judged.reason};
  const {figures, verdict: judgement} = judged;
  const {suspicion, found} = judgement;
  const verdict: Partial<Inspection> =
    suspicion < card.thresholds.fail
      ? {result: 'pass', confidence: rounded(1 - suspicion)}
      : {result: 'fail', confidence: suspicion, defects: found.map(one => defectOf(one, judged, card))};
  return {image: path, inspection: {...inspection, ...figures, ...verdict}, reason: null};
}

/**
 * The same image of the same part, seen by the same model, is the same inspection: a second run is a duplicate. The part
 * is in it because two parts may look alike to the last byte (a black image), the time because a part may come again.
 */
function inspectionId(image: string, {part, step, station, inspected_at}: ImageName, inspector: string): string {
  const content = JSON.stringify([image, part, step, station, inspected_at, inspector]);
  return createHash('sha256').update(content).digest('hex').slice(0, 24);
}

function defectOf(found: Found, seen: Seen, {classes}: ModelCard): Defect {
  const {defect, severity} = classes[found.class];
  return {defect: defect as string, severity, confidence: found.confidence, ...place(found, seen)};
}

function place({box}: Found, image: Seen): Pick<Defect, 'x' | 'y' | 'width' | 'height'> {
  if (!box) return {x: null, y: null, width: null, height: null};
  const [x, y, width, height] = box;
  const pixels = (share: number, size: number) => Number((share * size).toFixed(1));
  return {
    x: pixels(x, image.width),
    y: pixels(y, image.height),
    width: pixels(width, image.width),
    height: pixels(height, image.height),
  };
}
