// What a control chart says in words, by hand: stretches of points, alarms, the plant's time in forms.
import {describe, expect, test} from 'vitest';
import type {Alarm, ChartAnswer} from '../../api/schemas.ts';
import {chartQuestionOf, companionQuestion, freezingOf} from '../../dashboards/chart-question.ts';
import {alarmSentence} from '../../dashboards/charts/alarm-words.ts';
import {companionOf, kindsFor, plotted, writer} from '../../dashboards/charts/chart-kinds.ts';
import {chosen} from '../../dashboards/charts/span-brush.ts';
import {
  chartHeadline,
  chartRows,
  placedAs,
  ruleWords,
  shownValue,
  stretches,
} from '../../dashboards/charts/violations.ts';
import {fromPlantTime, toPlantTime} from '../../dashboards/plant-time.ts';
import {chartAnswer} from './chart-answer.ts';

describe('what breaks the rules', () => {
  test('neighbours on one side are one stretch; another side, a gap or another stage begins a new one', () => {
    // 20 is above, 0 is below the limits 5 and 15; the second stage begins at the seventh point.
    const answer = chartAnswer([10, 20, 21, 0, 10, 20, 20, 10], {stages: [6, 2]});
    const found = stretches(chartRows(answer));
    expect(found.map(({number, rows}) => [number, rows.map(({x}) => x)])).toEqual([
      [1, ['L2', 'L3']],
      [2, ['L4']],
      [3, ['L6']],
      [4, ['L7']],
    ]);
    expect(found[0].worst.x).toBe('L3');
    expect(ruleWords(found[0], answer.rules.texts)).toBe('above the upper limit');
    expect(ruleWords(found[1], answer.rules.texts)).toBe('below the lower limit');
    expect(ruleWords({...found[1], rules: ['1', '3']}, answer.rules.texts)).toBe(
      'below the lower limit; 6 points in a row rising or falling',
    );
  });

  test('of two cumulative sums, the one that is beyond is told', () => {
    const points = [
      {x: 'L1', at: null, n: 5, value: 0, below: -6, violations: ['1']},
      {x: 'L2', at: null, n: 5, value: 7, below: 0, violations: ['1']},
    ];
    const answer: ChartAnswer = {...chartAnswer([1, 2]), kind: 'cusum', points, limits: {lcl: -5, ucl: 5}};
    const rows = chartRows(answer);
    expect(rows.map(row => [row.side, shownValue(row)])).toEqual([
      ['below', -6],
      ['above', 7],
    ]);
    expect(stretches(rows)).toHaveLength(2);
  });

  test('the headline counts all points, listed or not', () => {
    expect(chartHeadline({parameter: 'bore.torque', of: {points: 23396, violations: 0}})).toBe(
      'bore.torque: none of 23,396 points breaks a rule',
    );
    expect(chartHeadline({parameter: 'any-fail', of: {points: 200, violations: 1}})).toBe(
      'Any fail: 1 of 200 points breaks a rule',
    );
  });

  test('a chart below stands under the same points, also where it has fewer', () => {
    const above = chartRows(chartAnswer([1, 2, 3, 4]));
    const ranges = above.filter(({x}) => x !== 'L1' && x !== 'L3').map((row, place) => ({...row, place}));
    expect(placedAs(ranges, above).map(({x, place}) => [x, place])).toEqual([
      ['L2', 1],
      ['L4', 3],
    ]);
  });
});

describe('how it is asked', () => {
  test('the address is the question; the companion has no rules of its own, freezing no window', () => {
    const params = new URLSearchParams('kind=xbar&subgroup=5&rules=nelson&baseline=a..b&from=2026-01-01&sigma=rbar&k=');
    const question = chartQuestionOf('bore.torque', params, 'p');
    expect(question).toEqual({
      parameter: 'bore.torque',
      kind: 'xbar',
      subgroup: 5,
      rules: 'nelson',
      baseline: 'a..b',
      from: '2026-01-01',
      sigma: 'rbar',
    });
    expect(companionQuestion(question, 'r')).toMatchObject({kind: 'r', sigma: 'rbar'});
    expect(companionQuestion(question, 'r').rules).toBe(undefined);
    // Neighbouring means say nothing of the spread within.
    expect(companionQuestion({...question, sigma: 'mr'}, 's').sigma).toBe(undefined);
    expect(freezingOf(question, 'c..d')).toEqual({
      parameter: 'bore.torque',
      kind: 'xbar',
      subgroup: 5,
      sigma: 'rbar',
      baseline: 'c..d',
    });
  });

  test('kinds that suit: counts for a defect, vectors for several parameters', () => {
    expect(Object.keys(kindsFor('any-fail', true))).toEqual(['p', 'laney-p', 'np', 'u', 'laney-u', 'c']);
    expect(Object.keys(kindsFor('bore.torque', false))).toEqual(['xbar', 'r', 's', 'imr', 'mr', 'ewma', 'cusum']);
    expect(Object.keys(kindsFor('bore.torque,bore.angle', false))).toEqual(['t2']);
    const answer = chartAnswer([1, 2]);
    expect(companionOf({...answer, sigmaBy: 'rbar'})).toBe('r');
    expect(companionOf({...answer, sigmaBy: 'sbar'})).toBe('s');
    expect(companionOf({...answer, kind: 'imr'})).toBe('mr');
    expect(companionOf({...answer, kind: 'p'})).toBe(null);
    expect(plotted({kind: 'xbar', subgroup: 5})).toBe('Means by 5 in a row');
    expect(plotted({kind: 'imr', subgroup: 1})).toBe('Single values');
  });

  test('values are written by what they are', () => {
    const answer = chartAnswer([1, 2]);
    expect(writer({...answer, kind: 'p'})(0.0464)).toBe('4.64\u00a0%');
    expect(writer({...answer, kind: 'np'})(1234)).toBe('1,234');
    // Limits 5 to 15: a sigma of 1.67 of the points, so one digit after the point.
    expect(writer(answer)(-10.04)).toBe('−10.0');
  });

  test('a stretch drawn over is told by times, from the first point in it to the first after it', () => {
    const rows = ['a', 'b', 'c', 'd'].map((at, place) => ({place, at}));
    expect(chosen(rows, 0.6, 2.4)).toEqual({from: 'b', to: 'd'});
    expect(chosen(rows, 1.5, 9)).toEqual({from: 'c', to: null});
    expect(chosen(rows, 1.2, 1.8)).toBe(null);
    expect(chosen([{place: 0, at: null}], -1, 1)).toBe(null);
  });
});

test('times in forms are those of the plant, summer and winter, and back', () => {
  expect(toPlantTime('2026-05-14T06:12:09Z', 'Europe/Vienna')).toBe('2026-05-14T08:12:09');
  expect(fromPlantTime('2026-05-14T08:12', 'Europe/Vienna')).toBe('2026-05-14T06:12:00Z');
  expect(fromPlantTime('2026-01-14T08:12', 'Europe/Vienna')).toBe('2026-01-14T07:12:00Z');
  // The clocks go forward at 01:00 UTC on 29 March 2026: 03:30 there is 01:30 UTC.
  expect(fromPlantTime('2026-03-29T03:30', 'Europe/Vienna')).toBe('2026-03-29T01:30:00Z');
  expect(fromPlantTime('2026-03-29T01:30', 'Europe/Vienna')).toBe('2026-03-29T00:30:00Z');
  expect(fromPlantTime('', 'UTC')).toBe('');
  expect(toPlantTime('', 'UTC')).toBe('');
});

describe('an alarm in words', () => {
  const alarm: Alarm = {
    id: 'a1',
    baseline: 'b1',
    version: 1,
    parameter: 'coat.gloss',
    kind: 'xbar',
    subgroup: 'lot',
    product: null,
    where: null,
    what: 'mean',
    side: 'above',
    from: '2026-03-19T05:07:31Z',
    to: '2026-03-19T13:36:53Z',
    points: 3,
    first: 'L26-0139',
    worst: {x: 'L26-0140', at: '2026-03-19T09:55:56Z', value: 79.7952, p: 0.0003},
    center: 77.1147,
  };
  test.each<[Partial<Alarm>, string]>([
    [{}, 'coat.gloss: the mean was higher than usual in 3 lots from L26-0139 on, 79.8 where 77.1 is usual'],
    [
      {points: 1, side: 'below', product: 'HX-100'},
      'coat.gloss (HX-100): the mean was lower than usual in lot L26-0139, 79.8 where 77.1 is usual',
    ],
    [
      {parameter: 'any-fail', kind: 'p', what: 'count', worst: {...alarm.worst, value: 0.12}, center: 0.0464},
      'failures: the share was higher than usual in 3 lots from L26-0139 on, 12.0\u00a0% where 4.64\u00a0% is usual',
    ],
    [
      {kind: 'imr', subgroup: 1, first: '2026-03-19T05:07:31Z', points: 1},
      'coat.gloss: the value was higher than usual, 79.8 where 77.1 is usual',
    ],
    [
      {subgroup: 50, first: '000000009', firstParts: {first: 'P000451', last: 'P000500'}, points: 1},
      'coat.gloss: the mean was higher than usual in parts P000451 to P000500, 79.8 where 77.1 is usual',
    ],
    [
      {subgroup: 50, first: '000000009', firstParts: {first: 'P000451', last: 'P000500'}},
      'coat.gloss: the mean was higher than usual in 3 points from P000451 on, 79.8 where 77.1 is usual',
    ],
    // A lot whose name is a number keeps it.
    [{first: '4711', points: 1}, 'coat.gloss: the mean was higher than usual in lot 4711, 79.8 where 77.1 is usual'],
  ])('%#', (changes, sentence) => {
    expect(alarmSentence({...alarm, ...changes})).toBe(sentence);
  });
});
