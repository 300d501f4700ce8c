/** Derived variables of others: what a module has to give so that screening has one more factor. */
import type {Branch} from '../answers.ts';

/**
 * A value of every part, worked out from its history. Its module exports it as default; `fishbone.json` names the module,
 * and the factor, under `variables`.
 */
export interface DerivedVariable {
  kind: 'number' | 'category';
  /** Where it belongs on the fishbone. */
  branch: Branch;
  /** The step that it speaks of, if one. */
  step?: string;
  unit?: string;
  /**
   * One SELECT over the canonical tables and `step_<name>`, as they stand at the position of the question. Without `fromRows`
   * it gives `part` and `value`, at most one row a part. With it, any columns besides `part`, ordered by part.
   */
  sql: string;
  /**
   * The value of one part from its rows, in the order in which the SELECT gives them; null where there is none. Times are
   * ISO 8601 in UTC, integers beyond 2^53 texts.
   */
  fromRows?: (rows: readonly HistoryRow[]) => number | string | null;
}

export type HistoryRow = Readonly<Record<string, string | number | boolean | null>>;

/** What is wrong with a module: a sentence that names the part where one is at fault. Nothing else suffers from it. */
export class VariableTrouble extends Error {
  override name = 'VariableTrouble';
}
