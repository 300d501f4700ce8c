/** Which parts a finding about a number calls exposed: those beyond a threshold, or in both tails. */
import {writeName} from '../filter-grammar.ts';
import type {Candidate, Shape, Tested} from './candidate.ts';
import {type Exposure, levelExposure} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {type Line, lineOfDistances, lineOfRanks} from './line.ts';
import {occurs, rankOf} from './number-margins.ts';
import type {Outcome} from './outcome.ts';
import {shortestDecimal} from './shortest-decimal.ts';
import {beyond, type Cut, type Found, findThreshold, type Sides, type Threshold} from './threshold.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

export interface ToldSide {
  line: Line;
  cutOf: Found['cutOf'];
  /** Each half's parts judged by the cut of the other half: what the effect is worked out from. */
  exposure: Exposure;
  /** By the cut that is told: the parts that its filter expression describes. */
  described: Exposure;
  /** Null where both tails are exposed, or the middle. */
  threshold: Threshold | null;
  /** Filter expression of the exposed parts. */
  where: string;
  /** The side in words, where the threshold alone does not say it. */
  words: string;
  /** Whether the cut was sought in the data; with few lots it stands where the score has it. */
  sought: boolean;
}

/** The side of a number where harm is, given the score that told. */
export function sideOf(
  ground: Ground,
  {factor, outcome}: Tested & {factor: Numeric},
  {shape, test}: Candidate & {shape: Shape},
): ToldSide {
  const more = test.z > 0;
  const name = writeName(factor.name);
  const unit = factor.unit ? ` ${factor.unit}` : '';
  if (shape === 'spread') {
    const line = lineOfDistances(ground, factor);
    const op = more ? '>=' : '<';
    const {cut, cutOf, sought} = findThreshold(ground, factor.name, line, {ops: [op], fixed: {op, at: 16}});
    const {low, high} = endsAt(line, factor.distinct, cut);
    const where = more ? `(${name} <= ${low} or ${name} >= ${high})` : `(${name} > ${low} and ${name} < ${high})`;
    const words = `${more ? 'outside of' : 'between'} ${low} ${more ? 'to' : 'and'} ${high}${unit}`;
    return {line, cutOf, ...exposuresOf(ground, line, cut, cutOf, outcome), threshold: null, where, words, sought};
  }
  const line = lineOfRanks(ground, factor);
  const {cut, cutOf, sought} = findThreshold(ground, factor.name, line, SIDES[shape](more));
  const threshold = {op: cut.op, value: valueAt(line, factor.distinct, cut)};
  const where = `${name} ${threshold.op} ${threshold.value}`;
  return {line, cutOf, ...exposuresOf(ground, line, cut, cutOf, outcome), threshold, where, words: '', sought};
}

function exposuresOf(ground: Ground, line: Line, cut: Cut, cutOf: Found['cutOf'], outcome: Outcome) {
  return {
    exposure: levelExposure(beyond(ground, line, cutOf), outcome),
    described: levelExposure(
      beyond(ground, line, () => cut),
      outcome,
    ),
  };
}

/** Where harm is to be sought, given the score that told and whether more of it means more of the outcome. */
const SIDES: Record<Exclude<Shape, 'spread'>, (more: boolean) => Sides> = {
  location: more => ({ops: [more ? '>=' : '<'], fixed: {op: more ? '>=' : '<', at: 10}}),
  low: more => ({ops: [more ? '<' : '>='], fixed: {op: more ? '<' : '>=', at: 2}}),
  high: more => ({ops: [more ? '>=' : '<'], fixed: {op: more ? '>=' : '<', at: 18}}),
};

/** The smallest finite value that reaches the cut, or else the greatest of all, in no more digits than it needs. */
function valueAt({margins, bin}: Line, distinct: Float64Array, {at}: Cut): number {
  let most = -Number.MAX_VALUE;
  for (let code = 1; code < bin.length; code++) {
    const value = distinct[code - 1];
    if (!occurs(margins, code) || !Number.isFinite(value)) continue;
    if (bin[code] >= at) return shortestDecimal(distinct[code - 2], value);
    most = value;
  }
  return most;
}

/**
 * The greatest finite value below the middle that lies as far from it as the cut, and the smallest above, in no more
 * digits than they need.
 */
function endsAt({margins, bin}: Line, distinct: Float64Array, {at}: Cut): {low: number; high: number} {
  let least = Number.NaN;
  let most = Number.NaN;
  // Codes of the ends, 0 while there is none.
  let low = 0;
  let high = 0;
  for (let code = 1; code < bin.length; code++) {
    const value = distinct[code - 1];
    if (!occurs(margins, code) || !Number.isFinite(value)) continue;
    if (Number.isNaN(least)) least = value;
    most = value;
    if (bin[code] < at) continue;
    if (rankOf(margins, code) < 0.5) low = code;
    else if (high === 0) high = code;
  }
  return {
    // The mirror image: at least the value, below what lies next above it.
    low: low === 0 ? least : 0 - shortestDecimal(-distinct[low], -distinct[low - 1]),
    high: high === 0 ? most : shortestDecimal(distinct[high - 2], distinct[high - 1]),
  };
}
