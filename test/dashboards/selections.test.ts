// From what is seen to the question that asks what is different about it.
import {expect, test} from 'vitest';
import {chartRows} from '../../dashboards/charts/violations.ts';
import {differenceOf, lotsFilter, MOST_LOTS} from '../../dashboards/parts/difference.ts';
import {filterOfPoints} from '../../dashboards/points-filter.ts';
import {drilledFilter} from '../../dashboards/question.ts';
import {chosenRows, spanOf} from '../../dashboards/selection.ts';
import {parseFilter} from '../../warehouse/filter-grammar.ts';
import {chartAnswer} from './chart-answer.ts';

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

// Points an hour apart from 06:00 on, L1 to L6.
const answer = chartAnswer([9, 10, 11, 10, 9, 10]);
const rows = chartRows(answer);
const chosen = (address: string) => chosenRows(rows, new URLSearchParams(address));
const names = (address: string) => chosen(address).rows.map(({x}) => x);

test('a stretch of time and single points: what the address chooses', () => {
  expect(names('span=2026-05-14T07:00:00Z..2026-05-14T09:00:00Z')).toEqual(['L2', 'L3']);
  expect(names('span=2026-05-14T10:30:00Z..')).toEqual(['L6']);
  expect(names('span=..2026-05-14T07:00:00Z&point=L5&point=L9')).toEqual(['L1', 'L5']);
  expect(names('span=')).toEqual([]);
  expect(names('')).toEqual([]);
  expect(chosen('point=L1&point=L2&point=L5').runs).toEqual([
    {from: 0, to: 1},
    {from: 4, to: 4},
  ]);
});

test('from one point to another, and back', () => {
  expect(spanOf(rows, 1, 2)).toBe('2026-05-14T07:00:00Z..2026-05-14T09:00:00Z');
  expect(spanOf(rows, 5, 5)).toBe('2026-05-14T11:00:00Z..');
  expect(names(`span=${spanOf(rows, 1, 4)}`)).toEqual(['L2', 'L3', 'L4', 'L5']);
  expect(spanOf(rows, 6, 6)).toBe(null);
});

test('their parts: by lots, else by the times between the points', () => {
  const two = chosen('point=L2&point=L6');
  expect(filterOfPoints(rows, two, answer)).toEqual({filter: "part.lot in ('L2', 'L6')", by: 'lot'});
  const byHour = {subgroup: 'hour', timedBy: 'bore.at'} as const;
  expect(filterOfPoints(rows, two, byHour)).toEqual({
    filter:
      "(bore.at >= '2026-05-14T07:00:00Z' and bore.at < '2026-05-14T08:00:00Z') or (bore.at >= '2026-05-14T11:00:00Z')",
    by: 'time',
  });
  const odd = filterOfPoints(rows, chosen('point=L6'), {subgroup: 'hour', timedBy: 'Turning & Milling.at'});
  expect(parseFilter(odd!.filter)).toMatchObject({factor: 'Turning & Milling.at', operator: '>='});
  expect(filterOfPoints(rows, two, {subgroup: 5, timedBy: null})).toBe(null);
  expect(filterOfPoints(rows, chosen(''), byHour)).toBe(null);
});
