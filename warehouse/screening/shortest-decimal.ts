/**
 * The decimal with the fewest digits that cuts where a value does: above what lies next below it, at most the value. So
 * a cut that somebody reads and copies selects the same parts as the one that was counted by.
 * @param below what lies next below the value; the value itself is told where nothing does
 */
export function shortestDecimal(below: number, value: number): number {
  if (!(below < value) || !Number.isFinite(below)) return value;
  for (let digits = 1; digits < 17; digits++) {
    const nearest = Number(value.toPrecision(digits));
    // Rounded up it would lie above the value: one step of its last digit lower then.
    const step = 10 ** (Math.floor(Math.log10(Math.abs(nearest))) - digits + 1);
    for (const cut of [nearest, Number((nearest - step).toPrecision(digits))]) {
      if (below < cut && cut <= value) return cut;
    }
  }
  return value;
}
