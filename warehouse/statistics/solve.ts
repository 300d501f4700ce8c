/**
 * Solves A x = b for a symmetric, positive semidefinite A by Cholesky's decomposition. A direction that A does not know
 * (a level that another column already says) gets 0.
 * @param a n x n, row by row; not changed
 * @param b one or more right-hand sides of length n
 */
export function solveSymmetric(a: Float64Array, b: readonly Float64Array[]): Float64Array[] {
  const n = Math.sqrt(a.length);
  const lower = new Float64Array(a.length);
  const known = new Uint8Array(n);
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j];
    for (let k = 0; k < j; k++) pivot -= lower[j * n + k] ** 2;
    if (!(pivot > 1e-9 * a[j * n + j])) continue;
    known[j] = 1;
    lower[j * n + j] = Math.sqrt(pivot);
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      lower[i * n + j] = sum / lower[j * n + j];
    }
  }
  return b.map(right => {
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      if (!known[i]) continue;
      let sum = right[i];
      for (let k = 0; k < i; k++) sum -= lower[i * n + k] * x[k];
      x[i] = sum / lower[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      if (!known[i]) continue;
      let sum = x[i];
      for (let k = i + 1; k < n; k++) sum -= lower[k * n + i] * x[k];
      x[i] = sum / lower[i * n + i];
    }
    return x;
  });
}
