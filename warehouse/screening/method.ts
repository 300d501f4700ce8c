/** Screening methods of others: what they are given, what they have to give, and how that is checked. */
import type {Branch} from '../answers.ts';
import type {Frame} from './frame.ts';
import {valuesOf} from './rank-codes.ts';

/** A way to screen. Its module exports it as default; `fishbone.json` names the module under `methods`. */
export interface ScreeningMethod {
  /** The same frame has to give the same answer. Every call gets arrays of its own: they may be written to. */
  screen(frame: PlainFrame): MethodAnswer;
}

export interface MethodAnswer {
  /** One a factor, in the order of the frame, each in [0, 1]; 1 for a factor that cannot be tested. */
  p: ArrayLike<number>;
  /** Risk ratio of each factor's worst level against the rest, where the method estimates one; NaN where it cannot. */
  effect?: ArrayLike<number>;
}

/** One row an inspected part: its outcome, its lot, its stratum, and every factor that could have acted on it. */
export interface PlainFrame {
  /** Number of rows. */
  parts: number;
  /** By row: 1 = defective, 0 = not. */
  outcome: Float64Array;
  /** By row: 0..lots-1, in order of time. Parts of a lot share their fate. */
  lot: Int32Array;
  lots: number;
  /** By row: place in `strata`; comparisons across strata are confounded. */
  stratum: Int32Array;
  strata: string[];
  factors: PlainFactor[];
}

export type PlainFactor = {name: string; step: string | null; branch: Branch} & (
  | {
      kind: 'category';
      /** By row: place in `levels`, -1 = missing. */
      codes: Int32Array;
      levels: string[];
    }
  | {
      kind: 'number';
      /** By row, NaN = missing. */
      values: Float64Array;
    }
);

/** A method gave something else than one p a factor. */
export class MethodError extends Error {
  override name = 'MethodError';
}

/** @returns copies: what a method does to them reaches nobody else */
function plainFrame({parts, outcome, lot, lots, stratum, strata, factors}: Frame): PlainFrame {
  return {
    parts,
    outcome: Float64Array.from(outcome),
    lot: Int32Array.from(lot),
    lots,
    stratum: Int32Array.from(stratum),
    strata: [...strata],
    factors: factors.map((factor): PlainFactor => {
      const {name, step, branch} = factor;
      return factor.kind === 'category'
        ? {name, step, branch, kind: 'category', codes: Int32Array.from(factor.codes), levels: [...factor.levels]}
        : {name, step, branch, kind: 'number', values: valuesOf(factor, parts)};
    }),
  };
}

/**
 * Shows a frame to a method and checks what comes back.
 * @throws MethodError that names the method, and the factor where one is at fault; its cause is what the method threw
 */
export function answerOf(name: string, method: ScreeningMethod, frame: Frame): {p: number[]; effect: number[] | null} {
  let answer: MethodAnswer;
  try {
    answer = method.screen(plainFrame(frame));
  } catch (cause) {
    throw new MethodError(`the method ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const names = frame.factors.map(factor => factor.name);
  if (typeof answer !== 'object' || answer === null) {
    throw new MethodError(`the method ${name} returned ${String(answer)}: it has to return {p: [...]}`);
  }
  const p = listOf(name, 'p', answer.p, names.length);
  for (const [k, value] of p.entries()) {
    if (!(value >= 0 && value <= 1)) {
      throw new MethodError(`the method ${name} gave p = ${value} for the factor ${names[k]}: it has to be in [0, 1]`);
    }
  }
  if (answer.effect === undefined) return {p, effect: null};
  const effect = listOf(name, 'effect', answer.effect, names.length);
  for (const [k, value] of effect.entries()) {
    if (typeof value !== 'number' || value < 0) {
      throw new MethodError(`the method ${name} gave the effect ${value} for the factor ${names[k]}: it is a ratio`);
    }
  }
  return {p, effect};
}

function listOf(name: string, what: string, values: unknown, length: number): number[] {
  const isList = Array.isArray(values) || ArrayBuffer.isView(values);
  if (!isList) throw new MethodError(`the method ${name} gave no list as ${what}`);
  const list = Array.from(values as ArrayLike<number>);
  if (list.length !== length) {
    throw new MethodError(`the method ${name} gave ${list.length} values as ${what} for ${length} factors`);
  }
  return list;
}
