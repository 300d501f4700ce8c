// What the capability panels say and leave out; what they draw is seen in test/browser/capability.test.ts.
import {expect, test} from 'vitest';
import {limitLines} from '../../dashboards/charts/capability-histogram.ts';
import {digitsFor, figure, panelHeadline} from '../../dashboards/charts/capability-points.ts';
import {spanName} from '../../dashboards/charts/capability-spans.ts';
import {capabilityOf} from '../../dashboards/parts/capability-tools.tsx';

test('a panel says what is beyond its limits', () => {
  expect(panelHeadline({kind: 'xbar', outside: 0, points: 25})).toBe('None of 25 means is beyond its limits');
  expect(panelHeadline({kind: 'r', outside: 1, points: 40})).toBe('1 of 40 ranges is beyond its limits');
  expect(panelHeadline({kind: 's', outside: 12, points: 2000})).toBe(
    '12 of 2,000 standard deviations are beyond their limits',
  );
});

test('values have digits down to a hundredth of their spread', () => {
  expect([0.01, 0.35, 2.7, 120].map(digitsFor)).toEqual([3, 2, 1, 0]);
  expect(figure(-0.5, 2)).toBe('−0.50');
});

test('only limits that there are become lines', () => {
  const none = {lsl: null, usl: null, target: null, guard: null};
  expect(limitLines(none)).toEqual([]);
  const observed = {below: 0, above: 0, total: 0};
  const guard = {band: 1, lsl: null, usl: 9, observed, outside: 0};
  expect(limitLines({...none, usl: 10, target: 5, guard}).map(({at, kind}) => [at, kind])).toEqual([
    [5, 'target'],
    [10, 'limit'],
    [9, 'acceptance'],
  ]);
});

test('spans are named by what they are', () => {
  expect(spanName('percentiles', 'lognormal')).toBe('lognormal, 99.73\u00a0%');
  expect(spanName('within', 'normal')).toBe('within ± 3 σ');
});

test('an address asks what it names, and nothing that is empty', () => {
  const params = new URLSearchParams('lsl=1.5&usl=&interval=qcc&subgroup=5&defect=scratch&bound=0');
  expect(capabilityOf(params)).toEqual({lsl: '1.5', interval: 'qcc', subgroup: '5', bound: '0'});
});
