import type {Shape} from './candidate.ts';
import type {CellSums} from './cells.ts';
import type {Factor} from './frame.ts';
import {SCORES} from './number.ts';
import {BINS, rankOf} from './number-margins.ts';
import type {ToldSide} from './side.ts';

/** A score's sums by place, of the parts beyond the cut and of the others. */
export interface SideSums {
  beyond: CellSums;
  rest: CellSums;
}

/** One pass over the parts of a number, which only a finding that is told needs. */
export function scoreBySide(
  factor: Extract<Factor, {kind: 'number'}>,
  shape: Shape,
  {line: {margins, bin}, cutOf}: ToldSide,
): SideSums {
  const {slots, placeOf, upTo, cells} = margins;
  const score = new Float64Array(upTo.length);
  for (let code = 1; code < score.length; code++) score[code] = SCORES[shape](rankOf(margins, code));
  const sides = [emptySums(cells.length), emptySums(cells.length)];
  const beyond = new Uint8Array(BINS);
  for (let slot = 0; slot < placeOf.length; slot++) {
    const k = placeOf[slot];
    if (k < 0) continue;
    const {op, at: cut} = cutOf(k);
    for (let b = 0; b < BINS; b++) beyond[b] = Number(b >= cut === (op === '>='));
    // About the middle of the scores, which lies within their range: what is squared stays small.
    const centre = shape === 'location' ? 0.5 : 0.25;
    let m = 0;
    let m1 = 0;
    let m2 = 0;
    let m3 = 0;
    let n = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let at = slots.start[slot]; at < slots.start[slot + 1]; at++) {
      const code = factor.codes[slots.entries[at]];
      if (code === 0) continue;
      const d = score[code] - centre;
      const dd = d * d;
      m++;
      m1 += d;
      m2 += dd;
      m3 += dd * d;
      if (beyond[bin[code]] === 0) continue;
      n++;
      s1 += d;
      s2 += dd;
      s3 += dd * d;
    }
    put(sides[0], k, centre, n, s1, s2, s3);
    put(sides[1], k, centre, m - n, m1 - s1, m2 - s2, m3 - s3);
  }
  return {beyond: sides[0], rest: sides[1]};
}

function emptySums(cells: number): CellSums {
  const [parts, mean, squares, cubes] = [0, 1, 2, 3].map(() => new Float64Array(cells));
  return {parts, mean, squares, cubes};
}

function put(to: CellSums, k: number, centre: number, n: number, s1: number, s2: number, s3: number): void {
  if (n === 0) return;
  const mean = s1 / n;
  to.parts[k] = n;
  to.mean[k] = centre + mean;
  to.squares[k] = Math.max(0, s2 - mean * s1);
  to.cubes[k] = s3 - 3 * mean * s2 + 2 * mean * mean * s1;
}
