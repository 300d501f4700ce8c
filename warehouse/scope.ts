/** What a question restricts itself to, as SQL: product, window and filter mean the same in every analysis. */
import type {Scope} from './answers.ts';
import type {Bindings, Session} from './duckdb.ts';
import {filterCondition} from './filter.ts';
import {momentOf} from './moment.ts';
import {QuestionError} from './question-error.ts';

export interface Condition {
  /** Over `s`, the subjects. */
  sql: string;
  /** "of product HX", to be said of parts. */
  words: string;
  restricts: 'product' | 'window' | 'filter';
  /** Of a filter alone: SQL of the bits that it looks into. */
  bits?: string;
}

/** What narrows a population. */
export interface Conditions {
  conditions: Condition[];
  bindings: Bindings;
}

/**
 * @param options.prefix of the names of bindings, for a query that holds several scopes
 * @param options.inspectedAt SQL of the time that the window bounds
 * @throws QuestionError for a time that is none or a window that ends before it begins; what the filter throws
 */
export async function scopeConditions(
  session: Session,
  {product, from, to, where}: Scope,
  {prefix = 'scope', inspectedAt = 's.inspected_at'}: {prefix?: string; inspectedAt?: string} = {},
): Promise<Conditions> {
  const conditions: Condition[] = [];
  const bindings: Bindings = {};
  if (product !== undefined) {
    conditions.push({sql: `s.product = $${prefix}_product`, words: `of product ${product}`, restricts: 'product'});
    bindings[`${prefix}_product`] = product;
  }
  for (const [bound, time, operator, word] of [
    ['from', from, '>=', 'from'],
    ['to', to, '<', 'before'],
  ] as const) {
    if (time === undefined) continue;
    if (Number.isNaN(momentOf(time))) throw new QuestionError(`${bound} is not a time in ISO 8601: "${time}"`);
    const sql = `${inspectedAt} ${operator} $${prefix}_${bound}::timestamptz`;
    conditions.push({sql, words: `inspected ${word} ${time}`, restricts: 'window'});
    bindings[`${prefix}_${bound}`] = time;
  }
  if (from !== undefined && to !== undefined && momentOf(to) <= momentOf(from))
    throw new QuestionError(`the window from ${from} to ${to} ends before it begins`);
  if (where !== undefined) {
    const filter = await filterCondition(session, where);
    conditions.push({...filter, words: `with ${where}`, restricts: 'filter'});
  }
  return {conditions, bindings};
}

/** The parts of a question, for `Warehouse.read`; undefined where they need not be looked for. */
export function aboutOf(scope: Scope, step?: string): string | undefined {
  const {product, from, to, where} = scope;
  return where !== undefined || step !== undefined ? JSON.stringify([product, from, to, where, step]) : undefined;
}

/** SQL that holds where all conditions do. */
export const allOf = (conditions: readonly Pick<Condition, 'sql'>[]): string =>
  conditions.map(({sql}) => `(${sql})`).join(' and ') || 'true';
