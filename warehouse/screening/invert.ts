import {normalUpperQuantile} from '../statistics/normal.ts';

export const FINE = 1e-5;
/** Enough for an interval that no claim rests on: an end is off by a two-hundredth of the interval at most. */
export const COARSE = 0.01;

/**
 * Interval of all values that a test does not reject: where p, which is 1 near the estimate, falls to alpha on either
 * side. It leaves out the null value exactly when the test rejects it.
 * @param pAt p of the hypothesis that the effect is x
 * @param step a guess at half the interval's width
 * @param limits the interval never reaches beyond these
 * @param nullValue the hypothesis that the finding's own p speaks of
 * @param precision of the ends, in normal deviates
 */
export function invertTest(
  pAt: (x: number) => number,
  estimate: number,
  step: number,
  limits: readonly [number, number],
  alpha: number,
  nullValue: number,
  precision = FINE,
): [low: number, high: number] {
  // On the scale of normal deviates p falls almost in a straight line, so that a few trials find where it crosses.
  const excess = (x: number) => deviate(pAt(x)) - normalUpperQuantile(alpha / 2);
  const reach = (direction: -1 | 1): number => {
    const limit = direction < 0 ? limits[0] : limits[1];
    let inside = {x: estimate, excess: -normalUpperQuantile(alpha / 2)};
    let width = step;
    let outside = trial(excess, estimate + direction * width);
    if (Math.abs(outside.excess) < precision && (limit - outside.x) * direction > 0) return outside.x;
    while (outside.excess < 0) {
      if ((limit - outside.x) * direction <= 0) return limit;
      const slope = (outside.excess - inside.excess) / (outside.x - inside.x);
      const aim = Math.abs(outside.x - estimate - outside.excess / slope) * 1.05;
      inside = outside;
      width = Math.min(width * 8, Math.max(width * 1.5, Number.isFinite(aim) ? aim : 0));
      outside = trial(excess, estimate + direction * width);
    }
    const end = crossing(excess, inside, outside, step * 1e-4, precision);
    return direction < 0 ? Math.max(limit, end) : Math.min(limit, end);
  };
  let low = reach(-1);
  let high = reach(1);
  // p need not fall steadily; the null value is decided by its own test, not by the search.
  const rejected = pAt(nullValue) <= alpha;
  const hair = Math.min(step, 0.1 * (Math.abs(estimate - nullValue) || 1)) * 1e-6;
  if (rejected && low <= nullValue && nullValue <= high) {
    if (estimate >= nullValue) low = nullValue + hair;
    else high = nullValue - hair;
  }
  if (!rejected) [low, high] = [Math.min(low, nullValue), Math.max(high, nullValue)];
  return [Math.min(low, estimate), Math.max(high, estimate)];
}

/** How far out a two-sided p lies: 0 for p = 1. */
function deviate(p: number): number {
  return p >= 1 ? 0 : normalUpperQuantile(Math.max(p, 1e-300) / 2);
}

interface Trial {
  x: number;
  excess: number;
}

function trial(excess: (x: number) => number, x: number): Trial {
  return {x, excess: excess(x)};
}

/**
 * The outer end of a bracket that has shrunk to `tolerance` around the crossing.
 * @see Dowell & Jarratt (1971), BIT 11:168 (the Illinois form of false position)
 */
function crossing(
  excess: (x: number) => number,
  inside: Trial,
  outside: Trial,
  tolerance: number,
  precision: number,
): number {
  let last = 0;
  for (let k = 0; k < 40 && Math.abs(outside.x - inside.x) > tolerance; k++) {
    const share = inside.excess / (inside.excess - outside.excess);
    // Never closer to an end than a hundredth of the bracket, so that both ends move.
    const next = trial(excess, inside.x + Math.min(0.99, Math.max(0.01, share)) * (outside.x - inside.x));
    if (Math.abs(next.excess) < precision) return next.x;
    const side = next.excess < 0 ? -1 : 1;
    // An end that stays twice counts for half, or it would hold the search back.
    if (side < 0) {
      inside = next;
      if (last < 0) outside = {...outside, excess: outside.excess / 2};
    } else {
      outside = next;
      if (last > 0) inside = {...inside, excess: inside.excess / 2};
    }
    last = side;
  }
  return outside.x;
}
