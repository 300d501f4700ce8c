export interface Bin {
  from: number;
  to: number;
  count: number;
}

const FEWEST = 8;
const MOST = 60;
/** Values that take so few different ones lie on a grid. */
const GRID = 2000;

/**
 * Bins of a round width, 1, 2 or 5 times a power of ten, as Freedman and Diaconis would have them; never finer than the grid
 * that the values lie on, which would leave gaps that mean nothing.
 * @param sorted ascending, not all equal
 * @see Freedman & Diaconis (1981), Z. Wahrscheinlichkeitstheorie 57:453
 */
export function histogram(sorted: Float64Array): {width: number; bins: Bin[]} {
  const n = sorted.length;
  const range = sorted[n - 1] - sorted[0];
  const spread = sorted[Math.floor(0.75 * (n - 1))] - sorted[Math.floor(0.25 * (n - 1))];
  const wanted = (2 * spread) / Math.cbrt(n);
  const raw = Math.min(range / FEWEST, Math.max(wanted, range / MOST));
  const width = round(Math.max(raw, stepOf(sorted)));
  const first = Math.floor(sorted[0] / width + 1e-9);
  const place = (x: number) => Math.floor(x / width + 1e-9) - first;
  const bins = Array.from({length: place(sorted[n - 1]) + 1}, (_, k) => ({
    from: tidy((first + k) * width),
    to: tidy((first + k + 1) * width),
    count: 0,
  }));
  for (const x of sorted) bins[place(x)].count++;
  return {width, bins};
}

/** The step of the grid that values lie on, 0 where they lie on none. */
function stepOf(sorted: Float64Array): number {
  const least = (sorted[sorted.length - 1] - sorted[0]) * 1e-9;
  let step = Number.POSITIVE_INFINITY;
  let different = 1;
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i] - sorted[i - 1];
    if (gap <= least) continue;
    different++;
    step = Math.min(step, gap);
    if (different > GRID || different > sorted.length / 2) return 0;
  }
  return step;
}

function round(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width) + 1e-9);
  const factor = [1, 2, 5, 10].find(f => f * power >= width * (1 - 1e-6)) ?? 10;
  return tidy(factor * power);
}

/** Without the dust of binary fractions: 0.30000000000000004 is 0.3. */
const tidy = (value: number) => Number(value.toPrecision(12));
