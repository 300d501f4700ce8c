/** Answers with a drawing that is kept: small enough that the drawing can be checked by eye. */
import type {LevelRate, OutcomeHistogram, ParetoAnswer, ParetoComparison, TimeStrip} from '../../api/schemas.ts';
import {analyse} from '../../warehouse/measurement-systems/analysis.ts';
import {biasOf} from '../../warehouse/measurement-systems/bias.ts';
import {gagePlots} from '../../warehouse/measurement-systems/plots.ts';
import {arrange} from '../../warehouse/measurement-systems/study.ts';
import {gaskets, sizes} from '../warehouse/statistics/gage-data.ts';
import {chartAnswer} from './chart-answer.ts';

/** Of a hundred defects. */
export const bar = (key: string, weight: number, cumulative: number) => ({
  key,
  count: weight,
  parts: weight,
  ppm: weight,
  weight,
  share: weight / 100,
  cumulative: cumulative / 100,
  where: null,
  next: null,
});

const pareto: Pick<ParetoAnswer, 'bars' | 'other' | 'weight'> = {
  weight: 'count',
  bars: [bar('scratch', 30, 30), bar('void', 20, 50), bar('burr', 10, 60)],
  other: {...bar('other', 40, 100), keys: 5},
};

const side = (ppm: number) => ({
  parts: 1000,
  defective: 10,
  lots: 8,
  ppm,
  standardised: ppm,
  low: ppm * 0.8,
  high: ppm * 1.25,
});
const change = (key: string, now: number, against: number, verdict: 'better' | 'no-evidence') => ({
  key,
  now: side(now),
  against: side(against),
  difference: null,
  ratio: {value: now / against, low: (0.8 * now) / against, high: (1.25 * now) / against},
  level: 0.95,
  p: 0.01,
  q: 0.02,
  verdict,
  words: verdict,
  lotsNeeded: null,
});
const compared: ParetoComparison = {
  now: 'from 10 March',
  against: 'before 10 March',
  unit: 'lot',
  mix: [],
  leftOut: [],
  tests: 2,
  overall: change('', 9000, 20000, 'better'),
  sentence: '',
  bars: [change('scratch', 5000, 15000, 'better'), change('void', 4000, 4500, 'no-evidence')],
};

const level = (name: string, rate: number): LevelRate => ({
  level: name,
  parts: 100,
  defective: 100 * rate,
  lots: 5,
  rate,
  low: rate / 2,
  high: rate * 1.5,
});

const histogram: OutcomeHistogram = {
  from: 10,
  width: 1,
  defective: [0, 1, 2, 6, 9, 5, 2, 1],
  others: [20, 60, 90, 70, 40, 15, 5, 1],
  below: {defective: 0, others: 2},
  above: {defective: 1, others: 0},
};

const lotAt = (k: number, exposed: number | null, others: number | null) => ({
  name: `L${k}`,
  from: `2026-03-${String(k).padStart(2, '0')}T06:00:00Z`,
  to: `2026-03-${String(k).padStart(2, '0')}T06:00:00Z`,
  lots: 1,
  exposed: {parts: exposed === null ? 0 : 100, rate: exposed},
  others: {parts: others === null ? 0 : 100, rate: others},
});
const strip: TimeStrip = {
  unit: 'lot',
  marks: true,
  timeless: 0,
  points: [lotAt(1, null, 0.01), lotAt(4, 0.08, null), lotAt(9, null, 0.02), lotAt(14, 0.06, 0.03), lotAt(20, null, 0)],
};

// AIAG's gaskets and reference parts.
const study = arrange(
  gaskets.flatMap((row, i) =>
    row.flatMap((cell, j) => cell.map(value => ({part: `G${i + 1}`, appraiser: 'ABC'[j], value}))),
  ),
);
const plots = gagePlots(study)!;
const {levels, plots: line} = biasOf(
  Object.entries(sizes).map(([size, values], i) => ({
    part: `R${i + 1}`,
    reference: Number(size),
    referenceValues: 1,
    values,
  })),
  null,
  true,
);
const kappas = [
  {group: 'Against reference', name: 'BL', value: 0.49, low: 0.24, high: 0.74, text: '0.49'},
  {group: 'Between inspectors', name: 'BL × EG', value: null, low: null, high: null, text: 'undefined'},
];
const ofKappas = {
  ariaLabel: 'Kappa',
  from: 0,
  bounds: [
    {at: 0.4, name: '0.40'},
    {at: 0.75, name: '0.75'},
  ],
};

/** The chart (after a space what is special about it), its answer and its options. */
export const goldenAnswers = {
  pareto: [pareto, {width: 700}],
  'pareto narrow': [pareto, {width: 328}],
  paretoCompared: [compared, {width: 700}],
  rateByLevel: [[level('T7', 0.05), level('T1', 0.01), level('T2', 0.02)], {width: 400, accused: 'T7', overall: 0.02}],
  controlChart: [chartAnswer([10, 9, 16, 17, 10, 8, 12, 4, 10], {stages: [5, 4]}), {width: 700, timeZone: 'UTC'}],
  trendOnWall: [chartAnswer([10, 9, 12, 11, 16]), {width: 900, timeZone: 'UTC'}],
  outcomeHistogram: [histogram, {width: 400, threshold: {op: '>=', value: 14}}],
  gageComponents: [analyse(study, {lsl: -4, usl: 4}, false), {width: 900}],
  'gageComponents narrow': [analyse(study, {lsl: null, usl: null}, true), {width: 328}],
  'gageControl means': [plots, {of: 'mean', width: 520, digits: 2}],
  'gageControl ranges': [plots, {of: 'range', width: 328, digits: 2}],
  'gageValues parts': [plots, {by: 'part', width: 520, digits: 2}],
  'gageValues appraisers': [plots, {by: 'appraiser', width: 328, digits: 2}],
  gageInteraction: [plots, {width: 520, digits: 2}],
  linearityLine: [
    {levels, plots: line!},
    {width: 700, digits: 3},
  ],
  agreementIntervals: [kappas, {width: 520, ...ofKappas}],
  timeStrip: [strip, {width: 400, timeZone: 'UTC', means: false, overall: 0.02}],
} as const;

/** A tag a line, and figures with one decimal: the last digits are the machine's. */
export const legible = (svg: string): string =>
  `${svg
    .replaceAll('><', '>\n<')
    .replaceAll(/-?\d+\.\d+/g, figure => String(Math.round(Number(figure) * 10) / 10))
    .replaceAll(/plot-clip-\d+/g, 'plot-clip')}\n`;
