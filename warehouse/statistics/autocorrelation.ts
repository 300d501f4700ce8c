/**
 * How much a value resembles the one before it: the lag-1 autocorrelation, sum of (x[i] - m) (x[i-1] - m) over the sum of
 * (x[i] - m)^2. The mean is taken off first, and found from what is left once the first value is taken off.
 * @returns null for a series that does not vary
 * @see Box & Jenkins (1976), Time Series Analysis, 2.1.5; NIST/SEMATECH e-Handbook, 1.3.5.12
 */
export function lagOneAutocorrelation(values: ArrayLike<number>): number | null {
  const n = values.length;
  let sum = 0;
  for (let i = 1; i < n; i++) sum += values[i] - values[0];
  const mean = sum / n;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - values[0] - mean;
    squares += off * off;
    if (i > 0) products += off * before;
    before = off;
  }
  return squares > 0 ? products / squares : null;
}
