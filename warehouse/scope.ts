/** What a question restricts itself to, as SQL: product, window and filter mean the same in every analysis. */
import type {Scope} from './answers.ts';
import type {Bindings, Session} from './duckdb.ts';
import {filteredParts} from './filter.ts';
import {QuestionError} from './question-error.ts';

export interface Condition {
  /** Over `s`, the subjects. */
  sql: string;
  /** "of product HX", to be said of parts. */
  words: string;
  restricts: 'product' | 'window' | 'filter';
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
): Promise<{conditions: Condition[]; bindings: Bindings}> {
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
    if (Number.isNaN(Date.parse(time))) throw new QuestionError(`${bound} is not a time in ISO 8601: "${time}"`);
    const sql = `${inspectedAt} ${operator} $${prefix}_${bound}::timestamptz`;
    conditions.push({sql, words: `inspected ${word} ${time}`, restricts: 'window'});
    bindings[`${prefix}_${bound}`] = time;
  }
  if (from !== undefined && to !== undefined && Date.parse(to) <= Date.parse(from))
    throw new QuestionError(`the window from ${from} to ${to} ends before it begins`);
  if (where !== undefined) {
    const filter = await filteredParts(session, where, `${prefix}_filter`);
    conditions.push({sql: `s.part in (${filter.sql})`, words: `with ${where}`, restricts: 'filter'});
    Object.assign(bindings, filter.bindings);
  }
  return {conditions, bindings};
}

/** SQL that holds where all conditions do. */
export const allOf = (conditions: readonly Pick<Condition, 'sql'>[]): string =>
  conditions.map(({sql}) => `(${sql})`).join(' and ') || 'true';
