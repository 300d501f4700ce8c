import type {ChartAnswer} from '../chart-answers.ts';
import type {Charted} from '../statistics/shewhart.ts';
import type {Places} from './values.ts';

/** Limits come from this; what is frozen of a baseline. */
export interface Lines {
  center: number;
  /** Of single values; of a share or rate, the spread of one part by chance. */
  sigma: number;
  sigmaBy: string;
  /** What centre and sigma were estimated from: points, and degrees of freedom of sigma. */
  subgroups: number;
  degrees: number;
}

/** Consecutive points with their limits. */
export interface Piece extends Charted {
  /** Standardised points; NaN where a point has no statistic. */
  z: Float64Array;
  /** The lower of two cumulative sums. */
  below?: Float64Array;
}

/** How unlikely it is that a process in control gives such a point, the error of the lines included. */
export interface Chance {
  what: 'mean' | 'spread' | 'count' | 'vector';
  side: 'above' | 'below';
  p: number;
  value: number;
}

/** Consecutive points: those from `from` on, before `to`. */
export interface Range {
  from: number;
  to: number;
}

/** The points of one chart, how its limits are estimated from some of them, and how a stretch of them is drawn. */
export interface Chartable<R extends Lines = Lines> extends Places {
  /** Values or parts behind each point. */
  sizes: readonly number[];
  /** Points that a baseline needs at least. */
  least: number;
  /** @param baseline its points. @throws QuestionError where they do not vary or are too few */
  estimate(baseline: Range): R;
  /** @param baseline the points that the lines were estimated from */
  draw(points: Range, lines: R, baseline: Range): Piece;
  /** Which rules mean anything: all, those for points of any distribution, or the limits alone. */
  rulesThatApply: 'all' | 'any-distribution' | 'limits';
  /** Points between false alarms with these rules. */
  runLength(lines: R, rules: string): number | null;
  /** @param i a point that did not help to estimate the lines */
  chances(i: number, lines: R): Chance[];
  /** Said of the lines as estimated or frozen. */
  notesOf?(lines: R, points: Range): string[];
}

export type Baseline = ChartAnswer['baseline'];
