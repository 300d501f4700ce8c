import type {Outcome} from './outcome.ts';

/** A score x of the parts by cell, in the places of an outcome: its mean, its spread within the cell and its product sum with the outcome there. */
export interface Exposure {
  mean: Float64Array;
  /** Within the cell: sum of (x - mean)^2, of (x - mean)^3 and of (x - mean) y; null where x is constant in every lot. */
  within: {squares: Float64Array; cubes: Float64Array; cross: Float64Array} | null;
}

/** How many of each lot's parts had a level and the sum of their outcomes; lots where none had may be left out. */
export interface LevelCounts {
  /** Places in the outcome. */
  places: Int32Array;
  parts: Float64Array;
  sums: Float64Array;
}

/** What of an exposure is known before any outcome is looked at, and whether parts of any lot differ in it. */
export interface Shares {
  mean: Float64Array;
  varies: boolean;
}

export function levelShares({places, parts}: Omit<LevelCounts, 'sums'>, outcome: Outcome): Shares {
  const mean = new Float64Array(outcome.parts.length);
  let varies = false;
  for (let e = 0; e < places.length; e++) {
    if (parts[e] === 0) continue;
    mean[places[e]] = parts[e] / outcome.parts[places[e]];
    if (parts[e] !== outcome.parts[places[e]]) varies = true;
  }
  return {mean, varies};
}

/** The exposure of a level from its counts. */
export function levelExposure({places, parts, sums}: LevelCounts, outcome: Outcome): Exposure {
  const {mean, varies} = levelShares({places, parts}, outcome);
  if (!varies) return {mean, within: null};
  const [squares, cubes, cross] = [0, 1, 2].map(() => new Float64Array(mean.length));
  for (let e = 0; e < places.length; e++) {
    if (parts[e] === 0) continue;
    const k = places[e];
    const all = outcome.parts[k];
    const others = all - parts[e];
    squares[k] = (parts[e] * others) / all;
    cubes[k] = (parts[e] * others * (others - parts[e])) / (all * all);
    cross[k] = sums[e] - parts[e] * outcome.mean[k];
  }
  return {mean, within: {squares, cubes, cross}};
}
