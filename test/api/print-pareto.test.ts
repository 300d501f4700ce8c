/** What the command line prints of a comparison and of yields; expected lines written by hand. */
import {expect, test} from 'vitest';
import {percent} from '../../api/command-line/print/layout.ts';
import {paretoText, yieldText} from '../../api/command-line/print/pareto.ts';
import type {Change, ParetoAnswer, YieldAnswer} from '../../warehouse/pareto-answers.ts';

const side = (parts: number, defective: number, ppm: number) => ({
  parts,
  defective,
  lots: 10,
  ppm,
  standardised: ppm,
  low: null,
  high: null,
});

const change = (key: string, some: Partial<Change>): Change => ({
  key,
  now: side(200, 0, 0),
  against: side(200, 40, 200_000),
  difference: null,
  ratio: {value: 0, low: 0, high: 0.1234},
  level: 0.95,
  p: 1e-6,
  q: 2e-6,
  verdict: 'better',
  words: 'better',
  lotsNeeded: 3,
  ...some,
});

/** Lines that say something, columns apart by a bar. */
const collapsed = (text: string) =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.replaceAll(/ {2,}/g, ' | '));

test('a comparison: the sentence first, then each bar, then what it rests on', () => {
  const answer: ParetoAnswer = {
    asOf: 3,
    by: 'defect',
    weight: 'count',
    basis: {parts: 200, defectiveParts: 0, defects: 0},
    bars: [],
    other: null,
    notes: ['3 lots have parts on both sides'],
    comparison: {
      now: 'from 2026-06-01',
      against: 'before 2026-06-01',
      unit: 'lot',
      mix: [
        {product: 'A', share: 0.25},
        {product: 'B', share: 0.75},
      ],
      leftOut: [],
      tests: 2,
      overall: change('all', {q: 1e-6}),
      sentence: 'Better: 0 ppm defective against 200,000.',
      bars: [
        change('scratch', {}),
        change('chip', {ratio: {value: null, low: 2, high: null}, q: null, words: 'too little data to tell'}),
      ],
    },
  };
  expect(collapsed(paretoText(answer))).toEqual([
    '0 defects on 0 parts of 200 inspected, by defect, weighed by count, at position 3.',
    'Better: 0 ppm defective against 200,000.',
    'now: from 2026-06-01; against: before 2026-06-01. Brought to the mix A 25.00 %, B 75.00 %.',
    ' | defect | ppm now | ppm against | ratio | q | verdict',
    ' | scratch | 0 | 200,000 | 0 (0 to 0.123) | 2.0e-6 | better',
    ' | chip | 0 | 200,000 | unknown (2 to unbounded) | too little data to tell',
    ' | (all of it) | 0 | 200,000 | 0 (0 to 0.123) | better',
    ' | note: 3 lots have parts on both sides',
  ]);
});

test('yields: each with its interval, the route rolled up, rework apart', () => {
  const range = {low: 0.4, high: 0.6};
  const answer: YieldAnswer = {
    asOf: 3,
    unit: 'lot',
    sigmaShift: 1.5,
    inspected: 4,
    passedFirst: 2,
    fpy: 0.5,
    rty: 0.5,
    dpmo: null,
    dpu: 0.5,
    opportunities: null,
    passedEveryStep: 0.5,
    finalYield: 1,
    hiddenFactory: 0.5,
    sigmaLevel: null,
    lots: 2,
    intervals: {
      fpy: range,
      rty: null,
      dpmo: null,
      dpu: range,
      passedEveryStep: null,
      finalYield: null,
      hiddenFactory: null,
    },
    route: [
      {
        step: 'weld',
        rework: false,
        inspected: 4,
        passedFirst: 2,
        fpy: 0.5,
        finalYield: 1,
        rolled: 0.5,
        intervals: {fpy: range, finalYield: null, rolled: range},
      },
      {
        step: 'repair',
        rework: true,
        inspected: 2,
        passedFirst: 1,
        fpy: 0.5,
        finalYield: 1,
        rolled: null,
        intervals: {fpy: null, finalYield: null, rolled: null},
      },
    ],
    notes: ['no DPMO'],
  };
  expect(collapsed(yieldText(answer))).toEqual(
    expect.arrayContaining([
      '2 of 4 inspected parts passed at the first inspection, in 2 lots, at position 3.',
      ' | first-pass yield | 50.00 % | 40.00 % to 60.00 %',
      ' | hidden factory | 50.00 %',
      ' | DPU | 0.5 | 0.4 to 0.6',
      ' | sigma level, shifted by 1.5 | unknown',
      ' | weld | 4 | 2 | 50.00 % | 40.00 % to 60.00 % | 50.00 % | 40.00 % to 60.00 % | 100.00 %',
      ' | repair (rework) | 2 | 1 | 50.00 % | 100.00 %',
      ' | note: no DPMO',
    ]),
  );
});

test('only all is 100.00 %, and only nothing 0.00 %: three of a million are some', () => {
  expect([1, 0.999_997, 0.95314, 0.000_003, 0, null].map(percent)).toEqual([
    '100.00 %',
    '99.9997 %',
    '95.31 %',
    '0.0003 %',
    '0.00 %',
    'unknown',
  ]);
  // What a sum of shares is off by is no part.
  expect(percent(1 - 2 ** -50)).toBe('100.00 %');
});
