import type {Branch} from '../answers.ts';
import type {RankCodes} from './rank-codes.ts';

/** The label of the outcome where two selections are compared. */
export const FIRST_SELECTION = 'in the first selection';

/** What a question asks for, one row a part: the outcome, the lot, the stratum and every factor that could have acted. */
export interface Frame {
  /** Number of rows. */
  parts: number;
  /** 0 or 1, or a number where the outcome is numeric. */
  outcome: Float64Array;
  outcomeKind: 'defective' | 'numeric';
  /** 'scratch', 'any fail', a parameter's name. */
  outcomeLabel: string;
  /** Cluster of each row, 0..lots-1, in time order where the order is known. */
  lot: Int32Array;
  lots: number;
  /** Whether the clusters are numbered in order of time. */
  lotsOrdered: boolean;
  /** When each lot was begun, in ms since 1970, where known. */
  lotStart?: Float64Array;
  /** What happened to stations, such as maintenance; in ms since 1970. */
  events?: {at: number; words: string}[];
  /** Stratum of each row, an index into `strata`. */
  stratum: Int32Array;
  strata: string[];
  /** Names of the factors that make the strata, such as part.product. */
  strataFactors: string[];
  factors: Factor[];
  /** Names the index that the factors come from: frames that share it share the codes of every factor. */
  index?: string;
}

/** A variable that could have acted on the part. A category's `codes` index `levels`, -1 = missing. */
export type Factor = {
  name: string;
  step: string | null;
  /** Place of the step on the route, small = early; null where there is none. */
  stepOrder: number | null;
  branch: Branch;
  /** A clock or a calendar rather than a thing that could be repaired. */
  time?: boolean;
} & ({kind: 'category'; codes: Int32Array; levels: string[]} | ({kind: 'number'; unit?: string | null} & RankCodes));
