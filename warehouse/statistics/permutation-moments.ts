/** Centred power sums of a list of numbers, mergeable and free of cancellation: the mean is taken off first. */
export interface CentredSums {
  count: number;
  mean: number;
  squares: number;
  cubes: number;
}

/** Centred sums of `values` at the positions `at`. */
export function centredSums(values: Float64Array, at: Int32Array): CentredSums {
  let mean = 0;
  for (let k = 0; k < at.length; k++) mean += values[at[k]];
  mean /= at.length || 1;
  let squares = 0;
  let cubes = 0;
  for (let k = 0; k < at.length; k++) {
    const d = values[at[k]] - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  return {count: at.length, mean, squares, cubes};
}

/**
 * Exact second and third central moments of sum c_i r_pi(i) over all permutations pi.
 * @see Mielke & Berry (2007), Permutation Methods, section 5.2; Wald & Wolfowitz (1944), Ann. Math. Stat. 15:358
 */
export function permutationMoments(c: CentredSums, r: CentredSums): {variance: number; third: number} {
  const n = c.count;
  return {
    variance: n > 1 ? (c.squares * r.squares) / (n - 1) : 0,
    third: n > 2 ? (n * c.cubes * r.cubes) / ((n - 1) * (n - 2)) : 0,
  };
}
