import type {
  Change,
  ParetoAnswer,
  ParetoComparison,
  RouteStep,
  YieldAnswer,
} from '../../../warehouse/pareto-answers.ts';
import {bold, count, counted, paragraphs, percent, short, table} from './layout.ts';

type Range = {low: number; high: number} | null;

export function paretoText({basis, bars, other, by, weight, comparison, notes, asOf}: ParetoAnswer): string {
  const rows = bars.map(bar => [
    bar.key,
    bar.count,
    bar.parts,
    Math.round(bar.ppm),
    percent(bar.share),
    percent(bar.cumulative),
  ]);
  if (other) {
    const {count: defects, parts, ppm, share, cumulative, keys} = other;
    rows.push([`other (${keys})`, defects, parts, Math.round(ppm), percent(share), percent(cumulative)]);
  }
  return paragraphs(
    `${counted(basis.defects, 'defect')} on ${counted(basis.defectiveParts, 'part')} of ${count(basis.parts)} inspected, ` +
      `by ${by}, weighed by ${weight}, at position ${asOf}.`,
    table([by, 'defects', 'parts', 'ppm', 'share', 'cumulative'], rows),
    comparison ? comparisonText(comparison, by) : '',
    notesText(notes),
  );
}

function comparisonText({now, against, mix, overall, sentence, bars}: ParetoComparison, by: string): string {
  const ppm = (value: number | null) => (value === null ? null : Math.round(value));
  const row = (change: Change, key: string) => [
    key,
    ppm(change.now.standardised ?? change.now.ppm),
    ppm(change.against.standardised ?? change.against.ppm),
    ratioText(change),
    change.q === null ? '' : short(change.q),
    change.words,
  ];
  const brought =
    mix.length > 1 ? ` Brought to the mix ${mix.map(m => `${m.product} ${percent(m.share)}`).join(', ')}.` : '';
  return paragraphs(
    bold(sentence),
    `now: ${now}; against: ${against}.${brought}`,
    table(
      [by, 'ppm now', 'ppm against', 'ratio', 'q', 'verdict'],
      [...bars.map(bar => row(bar, bar.key)), ['(all of it)', ...row({...overall, q: null}, '').slice(1)]],
    ),
  );
}

function ratioText({ratio}: Change): string {
  if (ratio === null) return '';
  const value = ratio.value === null ? 'unknown' : short(ratio.value);
  return `${value} (${short(ratio.low)} to ${ratio.high === null ? 'unbounded' : short(ratio.high)})`;
}

export function yieldText(answer: YieldAnswer): string {
  const {inspected, passedFirst, intervals, unit, lots, route, groups, opportunities, sigmaShift, notes, asOf} = answer;
  const rows: [string, string, string][] = [
    ['first-pass yield', percent(answer.fpy), shares(intervals.fpy)],
    ['rolled throughput', percent(answer.rty), shares(intervals.rty)],
    ['passed every step at first', percent(answer.passedEveryStep), shares(intervals.passedEveryStep)],
    ['final yield, after rework', percent(answer.finalYield), shares(intervals.finalYield)],
    ['hidden factory', percent(answer.hiddenFactory), shares(intervals.hiddenFactory)],
    ['DPU', figure(answer.dpu), figures(intervals.dpu)],
    ['DPMO', figure(answer.dpmo), figures(intervals.dpmo)],
    ['opportunities a part', opportunities === null ? 'unknown' : count(opportunities), ''],
    [`sigma level${sigmaShift > 0 ? `, shifted by ${sigmaShift}` : ''}`, figure(answer.sigmaLevel), ''],
  ];
  if (inspected === 0) return paragraphs(`No part was inspected in this scope, at position ${asOf}.`, notesText(notes));
  return paragraphs(
    `${count(passedFirst)} of ${counted(inspected, 'inspected part')} passed at the first inspection, in ${counted(lots, unit)}, at position ${asOf}.`,
    table(['', 'value', '95 % interval'], rows),
    route.length > 0 ? `${bold('Route')}\n${routeTable(route)}` : '',
    table(
      ['', 'inspected', 'passed first', 'first-pass yield', '95 % interval', 'final', 'DPU'],
      (groups ?? []).map(g => [
        g.key || '(not named)',
        g.inspected,
        g.passedFirst,
        percent(g.fpy),
        shares(g.intervals.fpy),
        percent(g.finalYield),
        figure(g.dpu),
      ]),
    ),
    notesText(notes),
  );
}

const routeTable = (route: readonly RouteStep[]) =>
  table(
    ['step', 'inspected', 'passed first', 'first-pass yield', '95 % interval', 'rolled', '95 % interval', 'final'],
    route.map(step => [
      `${step.step || '(not named)'}${step.rework ? ' (rework)' : ''}`,
      step.inspected,
      step.passedFirst,
      percent(step.fpy),
      shares(step.intervals.fpy),
      step.rolled === null ? '' : percent(step.rolled),
      shares(step.intervals.rolled),
      percent(step.finalYield),
    ]),
  );

const shares = (range: Range) => (range ? `${percent(range.low)} to ${percent(range.high)}` : '');
const figure = (value: number | null) => (value === null ? 'unknown' : short(value));
const figures = (range: Range) => (range ? `${short(range.low)} to ${short(range.high)}` : '');
const notesText = (notes: readonly string[]) => notes.map(note => `  note: ${note}\n`).join('');
