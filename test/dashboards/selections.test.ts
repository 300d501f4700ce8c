// From what is seen to the question that asks what is different about it.
import {expect, test} from 'vitest';
import {differenceOf, lotsFilter, MOST_LOTS} from '../../dashboards/parts/difference.ts';
import {drilledFilter} from '../../dashboards/question.ts';
import {parseFilter} from '../../warehouse/filter-grammar.ts';

test('lots as a filter that the server reads, whatever they are called', () => {
  expect(lotsFilter(['L1'])).toBe("part.lot = 'L1'");
  expect(lotsFilter(["O'Neill", 'L2'])).toBe("part.lot in ('O''Neill', 'L2')");
  expect(parseFilter(lotsFilter(["O'Neill", 'L2'])!)).toMatchObject({is: 'in', values: ["O'Neill", 'L2']});
  expect(lotsFilter([])).toBe(null);
  expect(lotsFilter(Array.from({length: MOST_LOTS + 1}, (_, k) => `L${k}`))).toBe(null);
});

test('these against all others within what was asked about: the two exclude each other', () => {
  expect(differenceOf("part.lot = 'L1'", undefined)).toEqual({
    where: "(part.lot = 'L1')",
    against: "not (part.lot = 'L1')",
  });
  const within = differenceOf("part.lot = 'L1'", "bore.tool = 'T7' or bore.tool = 'T8'");
  expect(within.where).toBe("(bore.tool = 'T7' or bore.tool = 'T8') and (part.lot = 'L1')");
  expect(parseFilter(within.against)).toMatchObject({is: 'and', left: {is: 'or'}, right: {is: 'not'}});
});

test('the way down a Pareto is a filter, too', () => {
  expect(drilledFilter([])).toBe(null);
  expect(
    drilledFilter([
      {by: 'defect', key: 'scratch'},
      {by: 'product', key: "O'Neill"},
      {by: 'part.lot', key: '(missing)'},
    ]),
  ).toBe("((inspection.defect = 'scratch') and part.product = 'O''Neill') and part.lot is missing");
});
