/** From a bar to what it is made of: the filter of its parts, and the question that breaks them down further. */
import {DEFECT_FACTOR} from './filter.ts';
import {type Filter, parseFilter, writeName, writeText} from './filter-grammar.ts';
import {MISSING} from './levels.ts';
import type {Drill, ParetoQuestion} from './pareto-answers.ts';

/** What to break down by, the first that the question does not hold fixed yet. */
const PATH = ['defect', 'product', 'inspection.station', 'part.lot'] as const;

/** Levels in one filter: beyond that it is no longer something to read or to send. */
const MOST_LEVELS = 50;

/** Names that mean the same. */
const FACTORS: Record<string, string> = {
  defect: DEFECT_FACTOR,
  product: 'part.product',
  station: 'inspection.station',
  lot: 'part.lot',
};

const factorOf = (by: string) => FACTORS[by] ?? by;

export interface Broken {
  question: ParetoQuestion;
  by: string;
  /** Of the levels. */
  kind: 'category' | 'number';
}

/** The defective parts of some bars, of one in particular; null where the filter would be too long. */
export function whereOf(keys: readonly string[], {question, by, kind}: Broken): string | null {
  if (keys.length > MOST_LEVELS) return null;
  const levels = keys.map(key => term(by, key, kind));
  const outcome = question.defect === undefined ? "inspection.result = 'fail'" : term('defect', question.defect);
  return joined([
    question.where,
    levels.length > 1 ? `(${levels.join(' or ')})` : levels[0],
    by === 'defect' ? undefined : outcome,
  ]);
}

/** The question to ask next about a bar; null at the end of the path. */
export function nextOf(key: string, {question, by, kind}: Broken): Drill | null {
  const factor = factorOf(by);
  const product = factor === 'part.product' && key !== MISSING ? key : question.product;
  const defect = factor === DEFECT_FACTOR ? key : question.defect;
  const held = factor === DEFECT_FACTOR || product === key ? undefined : term(by, key, kind);
  const where = joined([question.where, held]);
  const fixed = new Set([factor]);
  if (question.where !== undefined)
    for (const name of fixedFactors(parseFilter(question.where))) fixed.add(factorOf(name));
  if (product !== undefined) fixed.add('part.product');
  if (defect !== undefined) fixed.add(DEFECT_FACTOR);
  const next = PATH.find(step => !fixed.has(factorOf(step)));
  if (next === undefined) return null;
  return {
    by: next,
    ...(defect === undefined ? {} : {defect}),
    ...(product === undefined ? {} : {product}),
    ...(where === null ? {} : {where}),
  };
}

function term(by: string, key: string, kind: Broken['kind'] = 'category'): string {
  const name = writeName(factorOf(by));
  if (key === MISSING) return `${name} is missing`;
  return `${name} = ${kind === 'number' ? key : writeText(key)}`;
}

function joined(terms: readonly (string | undefined)[]): string | null {
  const [first, ...rest] = terms.filter(t => t !== undefined);
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  return [terms[0] === undefined ? first : `(${first})`, ...rest].join(' and ');
}

/** Factors that a filter leaves at one level. */
function fixedFactors(filter: Filter): string[] {
  if (filter.is === 'and') return [...fixedFactors(filter.left), ...fixedFactors(filter.right)];
  if (filter.is === 'missing') return [filter.factor];
  return filter.is === 'comparison' && filter.operator === '=' ? [filter.factor] : [];
}
