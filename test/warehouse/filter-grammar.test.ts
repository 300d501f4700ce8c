import {describe, expect, test} from 'vitest';
import {parseFilter, writeName, writeText} from '../../warehouse/filter-grammar.ts';

describe('reading', () => {
  test('the example of the contract', () => {
    const filter = parseFilter("bore.tool = 'T7' and part.product in ('A','B') and bore.torque >= 4.2");
    expect(filter).toEqual({
      is: 'and',
      left: {
        is: 'and',
        left: {is: 'comparison', factor: 'bore.tool', operator: '=', value: 'T7'},
        right: {is: 'in', factor: 'part.product', values: ['A', 'B']},
      },
      right: {is: 'comparison', factor: 'bore.torque', operator: '>=', value: 4.2},
    });
  });

  test('"and" binds before "or", "not" before both, parentheses before all', () => {
    const a = {is: 'missing', factor: 'a'};
    const b = {is: 'missing', factor: 'b'};
    const c = {is: 'missing', factor: 'c'};
    const ask = (text: string) => parseFilter(text.replace(/\b[abc]\b/g, name => `${name} is missing`));
    expect(ask('a or b and c')).toEqual({is: 'or', left: a, right: {is: 'and', left: b, right: c}});
    expect(ask('(a or b) and c')).toEqual({is: 'and', left: {is: 'or', left: a, right: b}, right: c});
    expect(ask('not a and b')).toEqual({is: 'and', left: {is: 'not', of: a}, right: b});
  });

  test.each([
    ["x = 'it''s'", 'x', "it's"],
    ['"Turning & Milling.tool" = \'a\'', 'Turning & Milling.tool', 'a'],
    ['"say ""so""" = \'a\'', 'say "so"', 'a'],
    ['s0 = -1.5e3', 's0', -1500],
    ['"0" = 5', '0', 5],
    ['fräsen.spindel-2 = .5', 'fräsen.spindel-2', 0.5],
  ])('%s', (text, factor, value) => {
    expect(parseFilter(text)).toEqual({is: 'comparison', factor, operator: '=', value});
  });

  test('names and texts are written so that they read back', () => {
    for (const name of ['bore.tool', 'and', '0', '1.5', 'Turning & Milling', 'a"b', 'x-1'])
      for (const value of ["it's", '', 'T7; drop table parts']) {
        expect(parseFilter(`${writeName(name)} = ${writeText(value)}`)).toMatchObject({factor: name, value});
      }
  });
});

describe('refusing', () => {
  test.each([
    ['', 'a factor name expected, but it ends at character 1'],
    ["a = 'x' or", 'a factor name expected, but it ends at character 11'],
    ['a = b', 'a number or a text in single quotes, such as \'b\', expected, not "b" at character 5'],
    ["a = 'x' b = 'y'", '"and", "or" or the end expected, not "b" at character 9'],
    ["(a = 'x'", '")" expected, but it ends at character 9'],
    ["a = 'x'; drop table parts", 'not understood at character 8'],
    ["a like 'x%'", 'one of = != < <= > >= in is expected, not "like" at character 3'],
    ["read_text('/etc/passwd') = 'x'", 'one of = != < <= > >= in is expected, not "(" at character 10'],
    ['a in ()', 'a number or a text in single quotes expected, not ")" at character 7'],
  ])('%s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  test('a filter nested too deeply, before the stack overflows', () => {
    expect(() => parseFilter(`${'('.repeat(100_000)}a = 1`)).toThrow('nested too deeply');
  });
});
