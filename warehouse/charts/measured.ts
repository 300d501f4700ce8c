import type {Subgroup} from '../statistics/subgroup-sigma.ts';
import type {Measured} from './points.ts';

/** Means are taken off before anything is squared; the order of the values is fixed, so the last digit is too. */
export function subgroupsOf({
  values: [values],
  group,
  names,
}: Pick<Measured, 'values' | 'group' | 'names'>): Subgroup[] {
  const sums = names.map(() => ({
    n: 0,
    sum: 0,
    least: Number.POSITIVE_INFINITY,
    most: Number.NEGATIVE_INFINITY,
    squares: 0,
  }));
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.n++;
    g.sum += value;
    g.least = Math.min(g.least, value);
    g.most = Math.max(g.most, value);
  });
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.squares += (value - g.sum / g.n) ** 2;
  });
  return sums.map(({n, sum, least, most, squares}) => ({
    n,
    mean: sum / n,
    range: most - least,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN,
  }));
}
