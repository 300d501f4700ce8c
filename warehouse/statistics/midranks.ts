/**
 * Fractional midranks in (0, 1): (rank - 1/2) / count, ties sharing the mean of their ranks; infinities rank first and
 * last like any number. NaN is missing and stays NaN.
 */
export function midranks(values: Float64Array): Float64Array {
  // Typed arrays sort numerically and put NaN last.
  const sorted = Float64Array.from(values).sort();
  let count = sorted.length;
  while (count > 0 && Number.isNaN(sorted[count - 1])) count--;
  const distinct = new Float64Array(count);
  const rank = new Float64Array(count);
  let kinds = 0;
  for (let first = 0, last = 0; first < count; first = last) {
    while (last < count && sorted[last] === sorted[first]) last++;
    distinct[kinds] = sorted[first];
    rank[kinds++] = (first + last) / 2 / count;
  }
  return values.map(value => (Number.isNaN(value) ? value : rank[find(distinct, kinds, value)]));
}

/** Position of a value that is known to be in the ascending list. */
function find(ascending: Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
