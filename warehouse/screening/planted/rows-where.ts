/** The rows of a frame that a filter expression describes, worked out without a database. */
import {type Filter, parseFilter} from '../../filter-grammar.ts';
import type {Frame} from '../frame.ts';
import {valuesOf} from '../rank-codes.ts';

export function rowsWhere(frame: Frame, expression: string): Uint8Array {
  const holds = testOf(frame, parseFilter(expression));
  return Uint8Array.from({length: frame.parts}, (_, row) => Number(holds(row)));
}

function testOf(frame: Frame, filter: Filter): (row: number) => boolean {
  if (filter.is === 'and' || filter.is === 'or') {
    const left = testOf(frame, filter.left);
    const right = testOf(frame, filter.right);
    return filter.is === 'and' ? row => left(row) && right(row) : row => left(row) || right(row);
  }
  if (filter.is === 'not') {
    const of = testOf(frame, filter.of);
    return row => !of(row);
  }
  const values = columnOf(frame, filter.factor);
  if (filter.is === 'missing') return row => values(row) === null;
  if (filter.is === 'in') return row => filter.values.some(value => values(row) === value);
  const {operator, value} = filter;
  return row => {
    const own = values(row);
    if (own === null) return false;
    if (operator === '=') return own === value;
    if (operator === '!=') return own !== value;
    if (operator === '<') return own < value;
    if (operator === '<=') return own <= value;
    return operator === '>' ? own > value : own >= value;
  };
}

function columnOf(frame: Frame, name: string): (row: number) => string | number | null {
  const factor = frame.factors.find(one => one.name === name);
  if (factor === undefined) throw new Error(`no factor ${name}`);
  if (factor.kind === 'category') return row => (factor.codes[row] < 0 ? null : factor.levels[factor.codes[row]]);
  const values = valuesOf(factor, frame.parts);
  return row => (Number.isNaN(values[row]) ? null : values[row]);
}
