/** How many of one cluster (a lot, a day) fall into each bin. */
export type Binned = readonly number[];

/**
 * Population stability index of two distributions over the same bins: their symmetric divergence (Jeffreys). A bin that is
 * empty on one side counts as half a thing there, since its logarithm would be without bound.
 * @returns 0 where they are alike; 0 too where one of them is empty
 * @see Siddiqi (2006), Credit Risk Scorecards, ch. 9; Jeffreys (1946), Proc. R. Soc. A 186:453
 */
export function stabilityIndex(reference: Binned, now: Binned): number {
  const n = sum(reference);
  const m = sum(now);
  if (n === 0 || m === 0) return 0;
  return sum(
    reference.map((count, k) => {
      if (count === 0 && now[k] === 0) return 0;
      const p = Math.max(count, 0.5) / n;
      const q = Math.max(now[k], 0.5) / m;
      return (q - p) * Math.log(q / p);
    }),
  );
}

/**
 * Chance that lots which differ by chance only would be so unlike: which of all lots are the newest is drawn again and
 * again. Parts of a lot stay together, so that it makes no difference how alike they are.
 * @param draws how often; the least p is 1 / (draws + 1), or one in the number of ways to draw
 * @see Edgington & Onghena (2007), Randomization Tests, 4th ed., ch. 3; (k + 1) / (draws + 1): Phipson & Smyth (2010)
 */
export function stabilityTest(
  reference: readonly Binned[],
  now: readonly Binned[],
  {draws, seed}: {draws: number; seed: number},
): {index: number; p: number} {
  const lots = [...reference, ...now];
  const total = added(lots);
  const index = stabilityIndex(added(reference), added(now));
  const next = uniform(seed);
  let asUnlike = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let k = 0; k < now.length; k++) {
      const other = k + Math.floor(next() * (lots.length - k));
      [lots[k], lots[other]] = [lots[other], lots[k]];
    }
    const drawn = added(lots.slice(0, now.length));
    const rest = total.map((count, k) => count - drawn[k]);
    // Sums in another order may differ in the last digit.
    if (stabilityIndex(rest, drawn) >= index * (1 - 1e-9)) asUnlike++;
  }
  return {index, p: (asUnlike + 1) / (draws + 1)};
}

/**
 * How far lots are from counts that were made elsewhere, which are taken as they are.
 * @param alpha chance that the bound lies above the truth; lots are drawn with replacement `draws` times
 * @returns the index, and its lower bound (basic bootstrap, which takes off that an index of a sample is too large)
 * @see Davison & Hinkley (1997), Bootstrap Methods and their Application, 5.2
 */
export function distanceFrom(
  reference: Binned,
  lots: readonly Binned[],
  {draws, seed, alpha}: {draws: number; seed: number; alpha: number},
): {index: number; low: number} {
  const index = stabilityIndex(reference, added(lots));
  const next = uniform(seed);
  const drawn = Float64Array.from({length: draws}, () =>
    stabilityIndex(reference, added(lots.map(() => lots[Math.floor(next() * lots.length)]))),
  ).sort();
  const high = drawn[Math.min(draws - 1, Math.ceil((1 - alpha) * (draws + 1)) - 1)];
  return {index, low: Math.max(0, 2 * index - high)};
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function added(lots: readonly Binned[]): number[] {
  const total = new Array<number>(lots[0]?.length ?? 0).fill(0);
  for (const lot of lots) for (let k = 0; k < lot.length; k++) total[k] += lot[k];
  return total;
}

/** Mulberry32: the same seed, the same draws, on every machine. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
