/** Seeded random numbers for tests: uniform by mulberry32, normal by Box and Muller, gamma by Marsaglia and Tsang. */
export type Random = ReturnType<typeof random>;

export function random(seed: number) {
  let state = (seed * 2654435761) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const below = (n: number) => Math.floor(uniform() * n);
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  /** Mean `mean`, correlation of two draws `correlation`. */
  const beta = (mean: number, correlation: number) => {
    if (correlation <= 0) return mean;
    const size = 1 / correlation - 1;
    const a = gamma(mean * size);
    return a / (a + gamma((1 - mean) * size));
  };
  const gammaWithVariation = (variation: number) => (variation > 0 ? gamma(variation ** -2) * variation ** 2 : 1);
  const shuffled = (n: number) => {
    const order = Array.from({length: n}, (_, k) => k);
    for (let k = n - 1; k > 0; k--) {
      const j = below(k + 1);
      [order[k], order[j]] = [order[j], order[k]];
    }
    return order;
  };
  return {uniform, normal, below, gamma, beta, gammaWithVariation, shuffled};
}
