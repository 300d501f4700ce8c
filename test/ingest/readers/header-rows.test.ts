import {expect, test} from 'vitest';
import {joinHeaderRows, secondHeaderRow, titleRows} from '../../../ingest/readers/header-rows.ts';

test('names that stand in several rows: merged cells go on to the right, a name of its own does not', () => {
  expect(
    joinHeaderRows([
      ['Part', '', 'Press', '', 'Oven'],
      ['', 'Lot', 'force', 'time', ' temperature '],
      ['', '', 'kN', '', '°C'],
    ]),
  ).toEqual(['Part', 'Lot', 'Press / force / kN', 'Press / time', 'Oven / temperature / °C']);
});

test.each([
  {what: 'units in brackets', header: ['a', 'b'], second: ['', '(kN)'], below: [['P', '1']], is: true},
  {what: 'a unit over an empty column', header: ['a', 'b'], second: ['', 'mm'], below: [['P', '']], is: true},
  {what: 'a unit over words', header: ['a', 'b'], second: ['x', 'mm'], below: [['P', 'cm']], is: false},
  {
    what: 'a product A above a row without one',
    header: ['a', 'b'],
    second: ['P1', 'A'],
    below: [['P2', '']],
    is: false,
  },
  {
    what: 'a unit of one letter',
    header: ['a', 'b'],
    second: ['', 's'],
    below: [
      ['P1', '4'],
      ['P2', ''],
    ],
    is: true,
  },
  {what: 'nothing below', header: ['a', 'b'], second: ['', 'mm'], below: [], is: false},
  {what: 'a number beside it', header: ['a', 'b'], second: ['1', 'mm'], below: [['2', '3']], is: false},
  {what: 'groups above names', header: ['a', 'G', ''], second: ['', 'x', 'y'], below: [['P', '1', '2']], is: true},
  {what: 'a column that is named nowhere', header: ['a', ''], second: ['x', ''], below: [['P', '1']], is: false},
])('a second header row or not: $what', ({header, second, below, is}) => {
  expect(secondHeaderRow(header, second, below) !== undefined).toBe(is);
});

test.each([
  {what: 'a title', rows: [['Report'], ['part', 'value'], ['P1', '1'], ['P2', '2']], lines: 1},
  {
    what: 'none',
    rows: [
      ['part', 'value'],
      ['P1', '1'],
      ['P2', '2'],
    ],
    lines: 0,
  },
  {what: 'a header that lacks the last name', rows: [['part'], ['P1', '1'], ['P2', '2']], lines: 0},
  {what: 'one column', rows: [['part'], ['P1'], ['P2']], lines: 0},
  {what: 'rows of any width', rows: [['a'], ['b', 'c'], ['d', 'e', 'f'], ['g']], lines: 0},
])('lines before the header: $what', ({rows, lines}) => {
  expect(titleRows(rows)).toBe(lines);
});
