/** The language of `--where` as a condition over the parts of all plants. */
import {type Filter, factorsOf, parseFilter} from '../filter-grammar.ts';
import {QuestionError} from '../question-error.ts';
import type {Asking} from './company.ts';
import {type CompanyFactor, factorCalled, relationOf} from './factors.ts';

/**
 * SQL of the joins that a filter needs to the parts `s`, one row a part, and of its condition over these. A factor that has
 * no value for a part fails every comparison.
 * @throws FilterError when it cannot be read, QuestionError for a factor that is not known or cannot be had of an engine
 */
export async function filtered(asking: Asking, expression: string): Promise<{joins: string; condition: string}> {
  const filter = parseFilter(expression);
  const used = new Map<string, {factor: CompanyFactor; sql: string}>();
  let joins = '';
  for (const [k, name] of factorsOf(filter).entries()) {
    const factor = await factorCalled(asking, name);
    if (factor.column === null)
      joins += ` left join ${relationOf(asking, factor)} w${k} on w${k}.plant = s.plant and w${k}.part = s.part`;
    used.set(name, {factor, sql: factor.column === null ? `w${k}.value` : `s.${factor.column}`});
  }
  const compile = (of: Filter): string => {
    if (of.is === 'not') return `(not ${compile(of.of)})`;
    if ('left' in of) return `(${compile(of.left)} ${of.is} ${compile(of.right)})`;
    const {factor, sql} = used.get(of.factor)!;
    // Every condition is true or false: what is not known would make its opposite unknown too.
    if (of.is === 'missing') return `(${sql} is null)`;
    const known = `${sql} is not null and`;
    if (of.is === 'in') return `(${known} ${sql} in (${of.values.map(v => typed(asking, factor, v)).join(', ')}))`;
    return `(${known} ${sql} ${of.operator === '!=' ? '<>' : of.operator} ${typed(asking, factor, of.value)})`;
  };
  return {joins, condition: compile(filter)};
}

function typed(asking: Asking, {name, kind}: CompanyFactor, value: string | number): string {
  if (kind === 'number' && typeof value !== 'number')
    throw new QuestionError(`${name} is a number: compare it with a number, not with '${value}'`);
  if (kind === 'category' && typeof value === 'number')
    throw new QuestionError(`${name} is a category: compare it with a text, '${value}' in single quotes`);
  return asking.value(value);
}
