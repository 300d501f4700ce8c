import {logChoose} from './hypergeometric.ts';
import type {Draw} from './subset-sum.ts';

const MOST_PRODUCTS = 4e6;

/**
 * Exact chance that a stratified draw reaches `target` where every stratum holds two values the same step apart, as good
 * and defective parts do: the sum of hypergeometric counts, by convolution.
 * @returns null where the strata are not of that kind or too large
 */
export function latticeTail(strata: readonly Draw[], target: number): number | null {
  if (strata.length === 0 || strata.some(({values}) => values.length !== 2)) return null;
  const step = strata[0].values[0] - strata[0].values[1];
  if (strata.some(({values}) => Math.abs(values[0] - values[1] - step) > 1e-9 * step)) return null;
  let base = 0;
  let total = Float64Array.of(1);
  for (const {values, counts, drawn} of strata) {
    const {lowest, chances} = markedDrawn(counts[0], counts[1], drawn);
    if (chances.length * total.length > MOST_PRODUCTS) return null;
    base += drawn * values[1] + lowest * step;
    total = convolve(total, chances);
  }
  let tail = 0;
  for (let k = total.length - 1; k >= 0 && base + k * step >= target; k--) tail += total[k];
  return Math.min(1, tail);
}

/** Chances of each number of marked items, from the lowest possible. */
function markedDrawn(marked: number, others: number, drawn: number) {
  const lowest = Math.max(0, drawn - others);
  const highest = Math.min(drawn, marked);
  const chances = new Float64Array(highest - lowest + 1);
  const all = logChoose(marked + others, drawn);
  for (let x = lowest; x <= highest; x++) {
    chances[x - lowest] = Math.exp(logChoose(marked, x) + logChoose(others, drawn - x) - all);
  }
  return {lowest, chances};
}

function convolve(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) {
    if (a[i] < 1e-300) continue;
    for (let j = 0; j < b.length; j++) sum[i + j] += a[i] * b[j];
  }
  return sum;
}
