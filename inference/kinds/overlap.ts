import type {Box, Found} from './verdict.ts';

/**
 * Non-maximum suppression, class by class: of boxes that overlap by more than `most`, the most confident stays.
 * @param most intersection over union, 0 to 1
 * @param count so many are enough
 * @returns the most confident first
 */
export function bestOfOverlapping(found: readonly Found[], most: number, count: number): Found[] {
  const best: Found[] = [];
  for (const one of [...found].sort((a, b) => b.confidence - a.confidence)) {
    if (best.length === count) break;
    const isCovered = best.some(
      other => other.class === one.class && other.box && one.box && overlapOf(other.box, one.box) > most,
    );
    if (!isCovered) best.push(one);
  }
  return best;
}

/** Intersection over union of two boxes. @returns 0 to 1 */
function overlapOf([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (aw * ah + bw * bh - shared);
}
