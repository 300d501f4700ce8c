import {fTail} from './tails.ts';

/** A sum of squares with its degrees of freedom. */
export interface Squares {
  degrees: number;
  sum: number;
}

/**
 * One-way analysis of variance. Values are centred before anything is squared: a difference of two near doubles is exact.
 * @param groups values of each group, any sizes; at least two groups and one value more than there are groups
 * @returns `f` and `p` null where values do not vary within groups
 * @see Fisher (1925), Statistical Methods for Research Workers
 */
export function oneWayAnova(groups: readonly ArrayLike<number>[]) {
  const count = groups.reduce((total, group) => total + group.length, 0);
  if (groups.length < 2 || count <= groups.length || groups.some(group => group.length === 0))
    throw new RangeError(`invalid groups: ${groups.map(group => group.length).join(', ')} values`);
  const centre = groups[0][0];
  const means = groups.map(group => meanAbout(group, centre));
  const grand = groups.reduce((sum, group, g) => sum + group.length * means[g], 0) / count;
  let between = 0;
  let within = 0;
  groups.forEach((group, g) => {
    between += group.length * (means[g] - grand) ** 2;
    for (let k = 0; k < group.length; k++) within += (group[k] - centre - means[g]) ** 2;
  });
  const degrees = {between: groups.length - 1, within: count - groups.length};
  const f = within > 0 ? between / degrees.between / (within / degrees.within) : null;
  return {
    between: {degrees: degrees.between, sum: between} satisfies Squares,
    within: {degrees: degrees.within, sum: within} satisfies Squares,
    f,
    p: f === null ? null : fTail(f, degrees.between, degrees.within),
  };
}

function meanAbout(values: ArrayLike<number>, centre: number): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] - centre;
  return sum / values.length;
}
