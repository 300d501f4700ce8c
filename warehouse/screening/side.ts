/** Which parts a finding about a number calls exposed: those beyond a threshold, or in both tails. */
import {writeName} from '../filter-grammar.ts';
import type {Candidate, Ground, Shape, Tested} from './candidate.ts';
import {crossByCell, sumsByCell} from './cells.ts';
import type {Side} from './side-effect.ts';
import {type Cut, findThreshold, type Sides, type Threshold} from './threshold.ts';

export interface ToldSide extends Side {
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
  {factor, ranks}: Tested & {factor: {kind: 'number'}; ranks: Float64Array},
  {shape, test}: Candidate & {shape: Shape},
): ToldSide {
  const more = test.z > 0;
  const name = writeName(factor.name);
  const unit = factor.unit ? ` ${factor.unit}` : '';
  if (shape === 'spread') {
    const distances = ranks.map(rank => Math.abs(2 * rank - 1));
    const op = more ? '>=' : '<';
    const found = findThreshold(ground, factor.name, distances, {ops: [op], fixed: {op, rank: 0.8}});
    const low = greatestUpTo(factor.values, ranks, (1 - found.cut.rank) / 2);
    const high = valueAt(factor.values, ranks, (1 + found.cut.rank) / 2);
    const where = more ? `(${name} <= ${low} or ${name} >= ${high})` : `(${name} > ${low} and ${name} < ${high})`;
    const words = `${more ? 'outside of' : 'between'} ${shortly(low)} ${more ? 'to' : 'and'} ${shortly(high)}${unit}`;
    return {...asSide(ground, found.rows), threshold: null, where, words, sought: found.sought};
  }
  const {rows, cut, sought} = findThreshold(ground, factor.name, ranks, SIDES[shape](more));
  const threshold = thresholdAt(factor.values, ranks, cut);
  const where = `${name} ${threshold.op} ${threshold.value}`;
  return {...asSide(ground, rows), threshold, where, words: '', sought};
}

/** Where harm is to be sought, given the score that told and whether more of it means more of the outcome. */
const SIDES: Record<Exclude<Shape, 'spread'>, (more: boolean) => Sides> = {
  location: more => ({ops: [more ? '>=' : '<'], fixed: {op: more ? '>=' : '<', rank: 0.5}}),
  low: more => ({ops: [more ? '<' : '>='], fixed: {op: more ? '<' : '>=', rank: 0.1}}),
  high: more => ({ops: [more ? '>=' : '<'], fixed: {op: more ? '>=' : '<', rank: 0.9}}),
};

function asSide({cells, outcomes}: Ground, rows: Float64Array): Side {
  const {mean, squares, cubes} = sumsByCell(cells, rows);
  const within = squares.some(s => s > 1e-12)
    ? {squares, cubes, cross: crossByCell(cells, rows, mean, outcomes)}
    : null;
  return {rows, exposure: {mean, within}};
}

function thresholdAt(values: Float64Array, ranks: Float64Array, {op, rank}: Cut): Threshold {
  return {op, value: valueAt(values, ranks, rank)};
}

/** The smallest finite value whose rank reaches the cut. */
function valueAt(values: Float64Array, ranks: Float64Array, cut: number): number {
  let least = Number.POSITIVE_INFINITY;
  let most = -Number.MAX_VALUE;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(ranks[i]) || !Number.isFinite(values[i])) continue;
    if (ranks[i] >= cut && values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  return Number.isFinite(least) ? least : most;
}

/** The greatest finite value whose rank does not pass the cut. */
function greatestUpTo(values: Float64Array, ranks: Float64Array, cut: number): number {
  return -valueAt(
    values.map(value => -value),
    ranks.map(rank => -rank),
    -cut,
  );
}

const shortly = (value: number) => String(Number(value.toPrecision(4)));
