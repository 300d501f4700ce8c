import {logChoose} from './hypergeometric.ts';

/**
 * Kolmogorov and Smirnov's statistic: the largest gap between the distribution functions of two groups. A rare group's
 * function is flat between its own values, so only these and the codes just below them are looked at.
 * @param upTo observations of both groups with a code <= c, for c = 0..K; upTo[0] = 0, ties share a code
 * @param rare codes of the rare group's observations, 1..K, ascending; everyone else is the other group
 * @returns 0 where a group is empty
 */
export function largestGap(upTo: Uint32Array, rare: Uint32Array): number {
  const others = (upTo.at(-1) ?? 0) - rare.length;
  if (rare.length === 0 || others <= 0) return 0;
  let largest = 0;
  for (let first = 0, last = 0; first < rare.length; first = last) {
    const code = rare[first];
    while (last < rare.length && rare[last] === code) last++;
    const before = (upTo[code - 1] - first) / others - first / rare.length;
    const at = last / rare.length - (upTo[code] - last) / others;
    largest = Math.max(largest, before, at);
  }
  return largest;
}

/**
 * Chance of a gap of at least this much between two samples of one continuous distribution (ties make it too large):
 * that of one sample of n m / (n + m), rounded to an even number where halfway, as SciPy's ks_2samp(method='asymp')
 * has it, but never below 2 / C(n + m, n), the least that two samples can give, where SciPy says 0.
 *
 * Good to 0.01 from a size of 2 and to four digits below 0.1; of large samples, to four digits down to 1e-20 and to
 * a tenth at 1e-300.
 * @param statistic the gap, 0..1
 * @returns 1 where a sample is empty
 * @see Simard & L'Ecuyer (2011), J. Stat. Softw. 39(11): the tail as twice the one-sided one; Kolmogorov's series
 * corrected by Vrbik (2018), Pioneer J. Theor. Appl. Stat. 15:15
 */
export function kolmogorovSmirnovTail(statistic: number, n: number, m: number): number {
  if (!(statistic >= 0 && statistic <= 1)) throw new RangeError(`invalid statistic: ${statistic}`);
  if (n < 1 || m < 1) return 1;
  const size = Math.max(1, roundToEven((n * m) / (n + m)));
  const z = statistic * Math.sqrt(size);
  const corrected = z + 1 / (6 * Math.sqrt(size)) + (z - 1) / (4 * size);
  if (corrected <= 0.2) return 1;
  // Kolmogorov's series; where it is a tail, its first term is known exactly.
  let sum = z < 0.8 ? Math.exp(-2 * corrected ** 2) : oneSidedTail(statistic, size);
  for (let k = 2, sign = -1; k <= 20; k++, sign = -sign) sum += sign * Math.exp(-2 * (k * corrected) ** 2);
  const least = 2 * Math.exp(-logChoose(n + m, Math.min(n, m)));
  return Math.min(1, Math.max(least, 2 * sum));
}

function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/**
 * Chance that a sample's distribution function exceeds the true one somewhere by d.
 * @see Birnbaum & Tingey (1951), Ann. Math. Stat. 22:592, exact; Dwass's expansion, in the exponent, from 10,000 on
 */
function oneSidedTail(d: number, n: number): number {
  if (n > 10_000) {
    const t = (6 * n * d + 1) ** 2 / (18 * n);
    return Math.exp(-t - (2 * t * t - 4 * t - 1) / (18 * n));
  }
  let sum = 0;
  let logWays = 0;
  for (let j = 0; j < n * (1 - d); j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) break;
    sum += d * Math.exp(logWays + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
    logWays += Math.log((n - j) / (j + 1));
  }
  return sum;
}
