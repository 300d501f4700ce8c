const Z = 1.959963984540054;

/**
 * Agreement of two raters beyond what chance would give, with its large-sample 95 % interval.
 * @param counts square table: how often the one said the row and the other the column
 * @returns null where both always say the same one category: chance alone then agrees in full
 * @see Cohen (1960), Educ. Psychol. Meas. 20:37; the standard error: Fleiss, Cohen & Everitt (1969), Psychol. Bull. 72:323
 */
export function cohenKappa(counts: readonly (readonly number[])[]) {
  const n = counts.flat().reduce((sum, count) => sum + count, 0);
  const share = counts.map(row => row.map(count => count / n));
  const rows = share.map(row => row.reduce((sum, p) => sum + p, 0));
  const columns = share.map((_, j) => share.reduce((sum, row) => sum + row[j], 0));
  const observed = share.reduce((sum, row, i) => sum + row[i], 0);
  const expected = rows.reduce((sum, p, i) => sum + p * columns[i], 0);
  if (!(n > 0) || rows.some((p, i) => p === 1 && columns[i] === 1)) return null;
  const value = (observed - expected) / (1 - expected);
  let sum = 0;
  share.forEach((row, i) => {
    row.forEach((p, j) => {
      sum +=
        i === j ? p * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 : p * ((1 - value) * (columns[i] + rows[j])) ** 2;
    });
  });
  const variance = (sum - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  return {
    value,
    standardError,
    low: Math.max(-1, value - Z * standardError),
    high: Math.min(1, value + Z * standardError),
    observed,
    expected,
  };
}
