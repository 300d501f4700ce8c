/** A factor as a few classes of parts: its levels, or fifths of a number, and the sides of it that may act. */
import {writeName, writeText} from '../filter-grammar.ts';
import type {Tested} from './candidate.ts';
import {sharedBytes, valuesOf} from './rank-codes.ts';
import {remembered} from './remembered.ts';
import {shortestDecimal} from './shortest-decimal.ts';
import type {Threshold} from './threshold.ts';

/** One side of a factor: some of its classes, such as a level or the upper fifth. */
export interface ClassSide {
  holds: boolean[];
  level: string | null;
  threshold: Threshold | null;
  where: string;
  words: string;
}

export interface Classes {
  /** Class of each part, -1 where missing; in memory that threads share. */
  codes: Int8Array;
  count: number;
  sides: ClassSide[];
}

const MOST_LEVELS = 12;

const known = new WeakMap<Tested, Classes | null>();

/** @returns null where a factor has too many levels, or none that recur */
export function classesOf(tested: Tested, parts: number): Classes | null {
  return remembered(known, tested, () => classify(tested, parts));
}

function classify({factor, ranks}: Tested, parts: number): Classes | null {
  if (factor.kind === 'category') {
    if (factor.levels.length < 2 || factor.levels.length > MOST_LEVELS) return null;
    const sides = factor.levels.map((level, own) => ({
      holds: factor.levels.map((_, code) => code === own),
      level,
      threshold: null,
      where: `${writeName(factor.name)} = ${writeText(level)}`,
      words: `${factor.name} is ${level}`,
    }));
    return {codes: sharedClasses(parts, factor.codes), count: factor.levels.length, sides};
  }
  if (ranks === null) return null;
  const {rows, x} = ranks();
  const codes = sharedClasses(parts).fill(-1);
  for (let at = 0; at < rows.length; at++) codes[rows[at]] = Math.min(4, Math.floor(x[at] * 5));
  const values = valuesOf(factor, codes.length);
  const least = new Float64Array(5).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(5).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0 || !Number.isFinite(values[i])) continue;
    least[codes[i]] = Math.min(least[codes[i]], values[i]);
    most[codes[i]] = Math.max(most[codes[i]], values[i]);
  }
  const sides = [1, 2, 3, 4]
    .filter(cut => Number.isFinite(least[cut]))
    .map((cut): ClassSide => {
      const op = cut < 3 ? '<' : '>=';
      const value = shortestDecimal(Math.max(...most.subarray(0, cut)), least[cut]);
      const unit = factor.unit ? ` ${factor.unit}` : '';
      return {
        holds: [0, 1, 2, 3, 4].map(code => code >= cut === (op === '>=')),
        level: null,
        threshold: {op, value},
        where: `${writeName(factor.name)} ${op} ${value}`,
        words: `${factor.name} is ${op === '<' ? 'below' : 'at least'} ${value}${unit}`,
      };
    });
  return {codes, count: 5, sides};
}

function sharedClasses(parts: number, codes: ArrayLike<number> = []): Int8Array {
  const classes = new Int8Array(sharedBytes(parts));
  classes.set(codes);
  return classes;
}
