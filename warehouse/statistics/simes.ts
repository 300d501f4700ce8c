/**
 * One p-value for "none of these holds" out of several, valid under independence and the usual positive dependence.
 * @param pValues one per hypothesis; none at all gives 1
 * @see Simes (1986), Biometrika 73:751
 */
export function simes(pValues: readonly number[]): number {
  const sorted = [...pValues].sort((a, b) => a - b);
  return sorted.reduce((least, p, k) => Math.min(least, (p * sorted.length) / (k + 1)), 1);
}
