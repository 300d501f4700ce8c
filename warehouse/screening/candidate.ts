import type {Change} from './change-point.ts';
import type {Column} from './column.ts';
import type {Exposure, Shares} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Together} from './interactions.ts';
import type {Outcome} from './outcome.ts';
import type {ScoreTest} from './score-test.ts';

/** Which part of a number line is meant: the values themselves, their distance from the middle, or one tail. */
export type Shape = 'location' | 'spread' | 'low' | 'high';

/** How a candidate was tested. */
export interface Form {
  /** By what most parts of each lot had, or part by part as recorded. */
  byLot: boolean;
  /** Tests that were tried and share its error rate; the strongest tells. */
  tried: number;
}

export const AS_RECORDED: Form = {byLot: false, tried: 1};

/** One thing that was tested: a level, a score of a number, or that a value is missing. */
export interface Candidate {
  level: string | null;
  shape: Shape | null;
  test: ScoreTest;
  form: Form;
  /** Made anew at every call: there are too many to keep. */
  exposure: () => Exposure;
  /** The parts that are recorded as exposed, where lots stood for them. */
  recorded: (() => Exposure) | null;
  /** Of the exposure, what margins alone say. */
  shares: () => Shares;
  /** The exposure of every part for which the factor is known. Made anew at every call. */
  column: () => Column;
  /** The exposure of a few rows of the frame, NaN where the factor is missing. */
  at: (rows: Int32Array) => Float64Array;
}

/** Everything that was tested of one factor, and its one p. */
export interface Tested {
  factor: Factor;
  kind: 'category' | 'number' | 'missing' | 'interaction' | 'time';
  /** The outcome over the parts for which the factor is known. */
  outcome: Outcome;
  /** Fractional midranks of a number. Made anew at every call. */
  ranks: (() => Column) | null;
  candidates: Candidate[];
  p: number;
  /** Smallest p that the margins permit. */
  attainable: number;
  /** Other factors whose missing parts are the very same. */
  twins: string[];
  /** Of an interaction: the sides that act together. */
  together?: Together;
  /** Of a change of the rate in time: when. */
  change?: Change;
}
