import {AS_RECORDED, type Form} from './candidate.ts';
import {type Exposure, type LevelCounts, levelExposure} from './exposure.ts';
import type {Outcome} from './outcome.ts';
import {type ScoreTest, scoreTest} from './score-test.ts';

/**
 * Tests a level, part by part or by what most parts of each lot had. Where more than half of its variation lies between lots, but parts of a lot differ, records may tell apart
 * what did not differ: a run that was repeated elsewhere, a part booked late. Such parts blur the score of single parts
 * and not that of whole lots, so both are tried. Margins alone decide whether.
 * @returns null where no stratum has a contrast
 */
export function testLevel(
  outcome: Outcome,
  counts: LevelCounts,
  ordered: boolean,
): {test: ScoreTest; form: Form} | null {
  const exposure = levelExposure(counts, outcome);
  const parts = scoreTest(outcome, exposure, ordered);
  const lots = isMainlyOfLots(outcome, exposure) ? scoreTest(outcome, lotsMainly(exposure), ordered) : null;
  if (parts === null || lots === null) return parts && {test: parts, form: AS_RECORDED};
  const byLot = lots.p < parts.p;
  const told = byLot ? lots : parts;
  const attainable = Math.min(1, 2 * Math.min(parts.attainable, lots.attainable));
  return {test: {...told, p: Math.min(1, 2 * told.p), attainable}, form: {byLot, tried: 2}};
}

/** Lots as a whole: exposed where most of their parts are. */
export function lotsMainly({mean}: Pick<Exposure, 'mean'>): Exposure {
  return {mean: mean.map(share => Number(share > 0.5)), within: null};
}

function isMainlyOfLots({members, parts}: Outcome, {mean, within}: Exposure): boolean {
  if (within === null) return false;
  let inside = 0;
  let between = 0;
  for (const at of members) {
    let sum = 0;
    let squares = 0;
    let count = 0;
    for (let j = 0; j < at.length; j++) {
      const k = at[j];
      inside += within.squares[k];
      sum += parts[k] * mean[k];
      squares += parts[k] * mean[k] ** 2;
      count += parts[k];
    }
    if (count > 0) between += squares - sum ** 2 / count;
  }
  return between > inside;
}
