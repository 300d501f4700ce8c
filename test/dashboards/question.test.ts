// The address is the question: expected values follow from the contract's names (the command line's flags in camelCase).
import {expect, test} from 'vitest';
import {narrowed, placeHref, queryString, scopeOf, screenQuestionOf, withParams} from '../../dashboards/question.ts';
import {permalinkOf} from '../../warehouse/screening/screen.ts';

const address = new URLSearchParams(
  "product=HX-200&from=2026-05-01&where=bore.tool = 'T7'&defect=scratch&asOf=17&finding=f1&unfold=man",
);

test('an address asks a question', () => {
  expect(scopeOf(address)).toEqual({product: 'HX-200', from: '2026-05-01', where: "bore.tool = 'T7'", asOf: 17});
  expect(screenQuestionOf(address)).toMatchObject({defect: 'scratch', asOf: 17});
  expect(screenQuestionOf(address)).not.toHaveProperty('anyFail');
});

test('an empty address asks for any fail, in everything, now', () => {
  expect(screenQuestionOf(new URLSearchParams())).toEqual({anyFail: true});
  expect(screenQuestionOf(new URLSearchParams('product=&asOf=latest'))).toEqual({anyFail: true});
});

test('a permalink asks the question that was asked, whatever its outcome', () => {
  const asked = [
    {measurement: 'oven.peak', strata: ['part.product', 'bore.tool'], asOf: 3},
    {against: "bore.tool = 'T7'", where: "bore.tool = 'T8'", strata: [], cluster: 'part' as const, asOf: 3},
    {defect: 'scratch', given: 'f1; bore.torque > 3', asOf: 3},
  ];
  for (const question of asked) {
    const link = new URL(permalinkOf(question, question.asOf), 'http://plant');
    expect(screenQuestionOf(link.searchParams)).toEqual(question);
    const carried = new URL(placeHref('/investigate', link.searchParams), 'http://plant').searchParams;
    expect(screenQuestionOf(carried)).toEqual({...question, given: undefined});
  }
});

test('a link to another place keeps the question and drops what belongs to the page', () => {
  const link = new URL(placeHref('/contain', address, {target: 'f1'}), 'http://plant');
  expect(link.pathname).toBe('/contain');
  expect(Object.fromEntries(link.searchParams)).toEqual({
    product: 'HX-200',
    from: '2026-05-01',
    where: "bore.tool = 'T7'",
    asOf: '17',
    defect: 'scratch',
    target: 'f1',
  });
  expect(placeHref('/data', new URLSearchParams())).toBe('/data');
});

test('null and empty remove a name', () => {
  const next = withParams(address, {defect: null, product: '', from: '2026-06-01'});
  expect(next.has('defect') || next.has('product')).toBe(false);
  expect(next.get('from')).toBe('2026-06-01');
  expect(address.get('defect')).toBe('scratch');
});

test('a filter is narrowed by a quoted value', () => {
  expect(narrowed(null, 'bore.tool', "T'7")).toBe("bore.tool = 'T''7'");
  expect(narrowed("a = 'x' or b = 'y'", 'c', 'z')).toBe("(a = 'x' or b = 'y') and c = 'z'");
});

test('a query leaves out what was not asked', () => {
  expect(queryString({by: 'defect', top: 10, product: undefined})).toBe('?by=defect&top=10');
  expect(queryString({})).toBe('');
});
