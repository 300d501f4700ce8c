// What the plots of a finding and of the andon view decide, worked out by hand.
import {expect, test} from 'vitest';
import type {TimeStrip} from '../../api/schemas.ts';
import {andonState, windowOf} from '../../dashboards/charts/andon.ts';
import {sharesOf} from '../../dashboards/charts/outcome-histogram.ts';
import {dotsOf, reachOf} from '../../dashboards/charts/time-strip.ts';
import {chartAnswer} from './chart-answer.ts';

test('each group is shown as shares of its own size, what lies beyond the ends counted in', () => {
  const histogram = {
    from: 10,
    width: 2,
    defective: [1, 3],
    others: [40, 40],
    below: {defective: 0, others: 10},
    above: {defective: 1, others: 10},
  };
  expect(sharesOf(histogram, 'defective')).toEqual([
    {from: 10, to: 12, share: 0.2},
    {from: 12, to: 14, share: 0.6},
  ]);
  expect(sharesOf(histogram, 'others').map(({share}) => share)).toEqual([0.4, 0.4]);
});

const point = (name: string, exposed: [number, number | null], others: [number, number | null]) => ({
  name,
  from: '2026-03-01T06:00:00Z',
  to: '2026-03-01T08:00:00Z',
  lots: 1,
  exposed: {parts: exposed[0], rate: exposed[1]},
  others: {parts: others[0], rate: others[1]},
});
const strip: TimeStrip = {
  unit: 'lot',
  marks: true,
  timeless: 0,
  points: [point('L1', [100, 0.2], [0, null]), point('L2', [0, null], [100, 0.02]), point('L3', [99, 0.1], [1, 1])],
};

test('a group without parts has no dot; a point stands in the middle of its lots', () => {
  expect(dotsOf(strip, 'others').map(({name, rate}) => [name, rate])).toEqual([
    ['L2', 0.02],
    ['L3', 1],
  ]);
  expect(dotsOf(strip, 'exposed')[0].at.toISOString()).toBe('2026-03-01T07:00:00.000Z');
});

test('one part that failed alone does not set the scale', () => {
  expect(reachOf([...dotsOf(strip, 'exposed'), ...dotsOf(strip, 'others')])).toBe(0.2);
});

test('andon: out of order as long as the newest point breaks a rule, since its stretch began', () => {
  expect([andonState(null, true).kind, andonState(null, false).kind]).toEqual(['asking', 'no-limits']);
  expect(andonState(chartAnswer([10, 16, 10]), false).kind).toBe('in-order');
  // Points are an hour apart from 06:00 on: the third and the fourth are beyond.
  expect(andonState(chartAnswer([10, 10, 16, 17]), false)).toEqual({
    kind: 'out-of-order',
    since: '2026-05-14T08:00:00Z',
  });
  // The newest is beyond on the other side: a stretch of its own.
  expect(andonState(chartAnswer([10, 16, 4]), false)).toEqual({kind: 'out-of-order', since: '2026-05-14T08:00:00Z'});
});

test('the window of the andon view: a day before the newest inspection, or what the address says', () => {
  expect(windowOf({}, '2026-05-14T08:00:00Z')).toEqual({from: '2026-05-13T08:00:00.000Z'});
  expect(windowOf({from: '2026-05-01'}, '2026-05-14T08:00:00Z')).toEqual({});
  expect(windowOf({}, null)).toEqual({});
});
