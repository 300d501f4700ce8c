// The address is the question: expected values follow from the contract's names (the command line's flags in camelCase).
import {expect, test} from 'vitest';
import {
  comparedWith,
  drilled,
  drillOf,
  narrowed,
  placeHref,
  queryString,
  scopeOf,
  screenQuestionOf,
  withDrill,
  withParams,
} from '../../dashboards/question.ts';
import {nextOf} from '../../warehouse/drill.ts';
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

test('the way down is in the address, and holds fixed what the bars said', () => {
  const drill = [
    {by: 'defect', key: 'scratch'},
    {by: 'product', key: 'HX-100'},
    {by: 'inspection.station', key: "Bob's: 2"},
    {by: 'part.lot', key: '(missing)'},
  ];
  const down = withDrill(new URLSearchParams('from=2026-05-01&by=product&drill=defect:void'), drill, 'part.lot');
  expect(drillOf(down)).toEqual(drill);
  expect(down.get('by')).toBe('part.lot');
  expect(drilled(scopeOf(down), drillOf(down))).toEqual({
    from: '2026-05-01',
    defect: 'scratch',
    product: 'HX-100',
    where: "(inspection.station = 'Bob''s: 2') and part.lot is missing",
  });
  expect(withDrill(down, [], null).toString()).toBe('from=2026-05-01');
});

test('with what the Pareto is compared', () => {
  expect(comparedWith(new URLSearchParams("against=bore.tool = 'T7'&againstTo=2026-05-01&againstFrom="))).toEqual({
    against: "bore.tool = 'T7'",
    againstTo: '2026-05-01',
  });
});

test('a bar leads to the question that the warehouse would ask next', () => {
  for (const [by, key] of [
    ['defect', 'scratch'],
    ['product', 'A'],
    ['inspection.station', 'X'],
    ['part.lot', "L'1"],
    ['product', '(missing)'],
  ]) {
    const next = nextOf(key, {question: {where: "bore.tool = 'T7'"}, by, kind: 'category'});
    expect({by: next?.by, ...drilled({where: "bore.tool = 'T7'"}, [{by, key}])}).toEqual(next);
  }
});
