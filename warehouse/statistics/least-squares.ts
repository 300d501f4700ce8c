export interface Fit {
  /** The constant first, then one a column. */
  coefficients: number[];
  standardErrors: number[];
  /** Standard deviation of the residuals, on `degrees` of freedom. */
  residual: number;
  degrees: number;
  /** Share of the variation around the mean that the fit explains; null where y does not vary. */
  rSquared: number | null;
}

/**
 * Least squares of y on columns and a constant. Means are taken off and columns scaled to length 1 before Householder's QR
 * takes them apart, so that neither large common parts nor unlike units cost digits; the normal equations, which square the
 * condition number, are never formed.
 * @param columns predictors, each as long as y
 * @throws RangeError for too few rows, or a column that is constant or follows from those before it
 * @see Golub & Van Loan, Matrix Computations, 5.2 and 5.3; Businger & Golub (1965), Numer. Math. 7:269
 */
export function leastSquares(columns: readonly ArrayLike<number>[], y: ArrayLike<number>): Fit {
  const n = y.length;
  const p = columns.length;
  const degrees = n - p - 1;
  if (columns.some(column => column.length !== n)) throw new RangeError('columns must be as long as y');
  if (degrees < 1) throw new RangeError(`${n} rows are too few for ${p} columns and a constant`);
  const x = columns.map(centred);
  const response = centred(y);
  const lengths = x.map(({values}) => Math.sqrt(sumOfSquares(values)));
  const scaled = x.map(({values}, j) => values.map(value => value / lengths[j]));
  const rotated = response.values.slice();
  const r = triangle(scaled, rotated);

  const solved = backward(r, rotated);
  const slopes = solved.map((value, j) => value / lengths[j]);
  const rest = sumOfSquares(rotated.subarray(p));
  const residual = Math.sqrt(rest / degrees);
  // Rows of the inverse of R: their squared lengths are the variances of the coefficients, in units of the residual's.
  const inverse = inverseRows(r);
  const means = x.map(({mean}, j) => mean / lengths[j]);
  const ofMeans = inverse[0]?.map((_, k) => inverse.reduce((sum, row, j) => sum + means[j] * row[k], 0)) ?? [];
  const total = sumOfSquares(response.values);
  return {
    coefficients: [slopes.reduce((sum, slope, j) => sum - slope * x[j].mean, response.mean), ...slopes],
    standardErrors: [
      residual * Math.sqrt(1 / n + sumOfSquares(ofMeans)),
      ...inverse.map((row, j) => (residual * Math.sqrt(sumOfSquares(row))) / lengths[j]),
    ],
    residual,
    degrees,
    rSquared: total > 0 ? 1 - rest / total : null,
  };
}

/** The first value is taken off before the mean is formed, so that a large common part costs no digits. */
function centred(values: ArrayLike<number>): {mean: number; values: Float64Array} {
  const off = Float64Array.from(values, value => value - values[0]);
  const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
  return {mean: values[0] + mean, values: off.map(value => value - mean)};
}

/** What is left of a column of length 1 once the others are taken out, below which it counts as following from them. */
const NOTHING_LEFT = 1e-12;

/**
 * Turns columns of length 1 into an upper triangle by reflections, and y with them.
 * @param columns overwritten
 * @param y overwritten: what the columns explain first, then what they leave
 * @returns R, row by row
 */
function triangle(columns: readonly Float64Array[], y: Float64Array): number[][] {
  const r = columns.map(() => new Array<number>(columns.length).fill(0));
  columns.forEach((column, k) => {
    const norm = Math.sqrt(sumOfSquares(column.subarray(k)));
    if (!(norm > NOTHING_LEFT)) throw new RangeError(`column ${k + 1} is constant or follows from those before it`);
    const diagonal = column[k] > 0 ? -norm : norm;
    const mirror = column.slice(k);
    mirror[0] -= diagonal;
    const scale = 2 / sumOfSquares(mirror);
    for (const other of [...columns.slice(k + 1), y]) {
      let along = 0;
      for (let i = 0; i < mirror.length; i++) along += mirror[i] * other[k + i];
      for (let i = 0; i < mirror.length; i++) other[k + i] -= scale * along * mirror[i];
    }
    r[k][k] = diagonal;
    for (let j = k + 1; j < columns.length; j++) r[k][j] = columns[j][k];
  });
  return r;
}

/** Solves R x = right for an upper triangle. */
function backward(r: readonly (readonly number[])[], right: ArrayLike<number>): number[] {
  const x = new Array<number>(r.length).fill(0);
  for (let i = r.length - 1; i >= 0; i--) {
    let rest = right[i];
    for (let j = i + 1; j < r.length; j++) rest -= r[i][j] * x[j];
    x[i] = rest / r[i][i];
  }
  return x;
}

function inverseRows(r: readonly (readonly number[])[]): number[][] {
  const columns = r.map((_, k) =>
    backward(
      r,
      Array.from(r, (_row, i) => (i === k ? 1 : 0)),
    ),
  );
  return r.map((_, i) => columns.map(column => column[i]));
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}
