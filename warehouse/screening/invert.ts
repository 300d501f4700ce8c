/**
 * Interval of all values that a test does not reject: where p, which is 1 near the estimate, falls to alpha on either
 * side. It leaves out the null value exactly when the test rejects it.
 * @param pAt p of the hypothesis that the effect is x
 * @param limits the interval never reaches beyond these
 * @param nullValue the hypothesis that the finding's own p speaks of
 */
export function invertTest(
  pAt: (x: number) => number,
  estimate: number,
  step: number,
  limits: readonly [number, number],
  alpha: number,
  nullValue: number,
): [low: number, high: number] {
  const reach = (direction: -1 | 1): number => {
    const limit = direction < 0 ? limits[0] : limits[1];
    let inside = estimate;
    let outside = estimate + direction * step;
    while (pAt(outside) > alpha) {
      if ((limit - outside) * direction <= 0) return limit;
      inside = outside;
      outside += (outside - estimate) * 1;
    }
    for (let k = 0; k < 24; k++) {
      const middle = (inside + outside) / 2;
      if (pAt(middle) > alpha) inside = middle;
      else outside = middle;
    }
    return direction < 0 ? Math.max(limit, outside) : Math.min(limit, outside);
  };
  let [low, high] = [reach(-1), reach(1)];
  // p need not fall steadily; the null value is decided by its own test, not by the search.
  const rejected = pAt(nullValue) <= alpha;
  const hair = step * 1e-6;
  if (rejected && low <= nullValue && nullValue <= high) {
    if (estimate >= nullValue) low = nullValue + hair;
    else high = nullValue - hair;
  }
  if (!rejected) [low, high] = [Math.min(low, nullValue), Math.max(high, nullValue)];
  return [Math.min(low, estimate), Math.max(high, estimate)];
}
