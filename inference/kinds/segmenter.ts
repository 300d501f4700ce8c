import type {CardOf} from '../model-card.ts';
import {type Expected, type Outputs, pieceOf} from './outputs.ts';
import {regionsOf} from './regions.ts';
import {type Found, isShare, logistic, mostConfident, type NoVerdict, softmax, type Verdict} from './verdict.ts';

export function expectedOfSegmenter({outputs, classes}: CardOf<'segmenter'>): Expected[] {
  return [{name: outputs.mask.name, sizes: [[classes.length, null, null]], unit: 'classes, rows, columns'}];
}

/**
 * Suspicion is the greatest probability at which a region of a class with a defect code has the least area; a region's
 * confidence likewise.
 */
export function judgeSegmenter(card: CardOf<'segmenter'>, outputs: Outputs, k: number): Verdict | NoVerdict {
  const {sizes, values} = pieceOf(outputs, card.outputs.mask.name, k);
  const [classes, rows, columns] = sizes;
  const mask = values as Float32Array;
  const shares = card.outputs.mask.kind === 'logits' ? sharesOf(mask, classes) : mask;
  if (!shares.every(isShare)) {
    return {reason: "the model's mask has no probabilities, as the card says: some are not within 0 and 1"};
  }
  const cellsPerPixel = (rows * columns) / (card.input.height * card.input.width);
  const {fail, areaPixels} = card.thresholds;
  const leastArea = Math.max(1, Math.ceil(areaPixels * cellsPerPixel));
  const found: Found[] = [];
  let suspicion = 0;
  for (const [c, {defect}] of card.classes.entries()) {
    if (defect === null) continue;
    const map = shares.subarray(c * rows * columns, (c + 1) * rows * columns);
    const seen = regionsOf(map, columns, {fail, leastArea});
    suspicion = Math.max(suspicion, seen.suspicion);
    found.push(...seen.regions.map(({level, box}): Found => ({class: c, confidence: level, box})));
  }
  return {suspicion, found: mostConfident(found)};
}

/** @param logits [classes, cells] */
function sharesOf(logits: Float32Array, classes: number): Float32Array {
  if (classes === 1) return logits.map(logistic);
  const cells = logits.length / classes;
  const shares = new Float32Array(logits.length);
  const one = new Float64Array(classes);
  for (let cell = 0; cell < cells; cell++) {
    for (let c = 0; c < classes; c++) one[c] = logits[c * cells + cell];
    for (const [c, share] of softmax(one).entries()) shares[c * cells + cell] = share;
  }
  return shares;
}
