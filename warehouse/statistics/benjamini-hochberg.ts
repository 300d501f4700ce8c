/**
 * Adjusted p-values that control the false discovery rate.
 * @param pValues one per test, each in [0, 1]
 * @returns q-values in the order given
 * @see Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const ranked = pValues.map((p, index) => ({p, index})).sort((a, b) => b.p - a.p);
  const adjusted = new Array<number>(pValues.length);
  let smallest = 1;
  // Largest first, so that no q-value can exceed that of a larger p.
  ranked.forEach(({p, index}, k) => {
    smallest = Math.min(smallest, (p * pValues.length) / (pValues.length - k));
    adjusted[index] = smallest;
  });
  return adjusted;
}
