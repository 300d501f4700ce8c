/** Seeded randomness: everything in a demo plant follows from its seed, on every machine. */
export interface Random {
  /** A raw draw of 32 bits, as an unsigned integer. */
  bits(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** An index, drawn in proportion to its weight. */
  weighted(weights: ArrayLike<number>): number;
  shuffle<T>(items: T[]): T[];
}

/**
 * A stream of its own for each named purpose, so that a change in one part of the plant leaves the others as they were.
 * @see Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", for the finaliser; mulberry32
 */
export function random(seed: number, purpose = ''): Random {
  let state = hash(seed, purpose);
  const bits = () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return (z ^ (z >>> 14)) >>> 0;
  };
  const uniform = () => bits() / 4294967296;
  const below = (n: number) => Math.floor(uniform() * n);
  return {
    bits,
    uniform,
    below,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => {
      const draw = bits();
      return NORMAL[draw >>> 20] + NORMAL_FINE[draw & 4095];
    },
    pick: items => items[below(items.length)],
    weighted: weights => {
      let total = 0;
      for (let i = 0; i < weights.length; i++) total += weights[i];
      let left = uniform() * total;
      for (let i = 0; i < weights.length - 1; i++) {
        left -= weights[i];
        if (left < 0) return i;
      }
      return weights.length - 1;
    },
    shuffle: items => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}

/** FNV-1a over the purpose, started from the seed, with a final mix. */
export function hash(seed: number, purpose: string): number {
  let h = (0x811c9dc5 ^ Math.imul(seed | 0, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < purpose.length; i++) h = Math.imul(h ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** @see Acklam (2003), rational approximation of the inverse normal distribution, relative error below 1.2e-9 */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const t = Math.sqrt(-2 * Math.log(p));
    return horner(TAIL_UP, t) / (horner(TAIL_DOWN, t) * t + 1);
  }
  const d = p - 0.5;
  const r = d * d;
  return (horner(MIDDLE_UP, r) * d) / (horner(MIDDLE_DOWN, r) * r + 1);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}

const MIDDLE_UP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const MIDDLE_DOWN = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const TAIL_UP = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DOWN = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

/**
 * Quantiles of the standard normal. A look-up and a small second one are several times faster than Box-Muller,
 * and a plant draws a few million normals; the two variances add up to one.
 */
const FINE = 0.05;
const NORMAL = normalQuantiles(Math.sqrt(1 - FINE * FINE));
const NORMAL_FINE = normalQuantiles(FINE);

function normalQuantiles(scale: number): Float64Array {
  return Float64Array.from({length: 4096}, (_, i) => scale * normalQuantile((i + 0.5) / 4096));
}
