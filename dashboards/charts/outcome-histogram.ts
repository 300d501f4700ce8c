/** How a number is spread among defective parts and the others: two shapes, each of the same area, and where it is cut. */
import * as Plot from '@observablehq/plot';
import type {Finding, OutcomeHistogram} from '../../api/schemas.ts';
import {cut} from '../format.ts';
import {styledByPage} from './plot-element.ts';

interface Step {
  from: number;
  to: number;
  /** Share of its group in this bin. */
  share: number;
}

/** Shares of a group by bin; what lies outside of the bins counts in the whole. */
export function sharesOf(histogram: OutcomeHistogram, group: 'defective' | 'others'): Step[] {
  const {from, width, below, above} = histogram;
  const counts = histogram[group];
  const all = counts.reduce((sum, n) => sum + n, below[group] + above[group]);
  return counts.map((n, k) => ({from: from + k * width, to: from + (k + 1) * width, share: all === 0 ? 0 : n / all}));
}

/** @param options threshold: where the finding cuts the number; unit: as it is written below */
export function outcomeHistogram(
  histogram: OutcomeHistogram,
  {width, threshold}: {width: number; threshold: Finding['threshold']},
): Element {
  const [defective, others] = [sharesOf(histogram, 'defective'), sharesOf(histogram, 'others')];
  const last = histogram.from + histogram.width * histogram.others.length;
  const isCut = threshold !== null && threshold.value >= histogram.from && threshold.value <= last;
  const outline = (steps: readonly Step[]) => [
    {x: steps[0].from, y: 0},
    ...steps.flatMap(({from, to, share}) => [
      {x: from, y: share},
      {x: to, y: share},
    ]),
    {x: steps[steps.length - 1].to, y: 0},
  ];
  // In a corner: the shapes' peaks may coincide.
  const name = (text: string, line: number, fill: string) =>
    Plot.text([text], {
      frameAnchor: 'top-left',
      dx: 2,
      dy: 16 * line,
      text: () => text,
      fill,
      fontWeight: 600,
      stroke: 'var(--sheet)',
      strokeWidth: 3,
    });
  return styledByPage(
    Plot.plot({
      width,
      height: 190,
      marginLeft: 12,
      marginRight: 12,
      marginTop: 26,
      marginBottom: 26,
      className: 'plot-drawing',
      ariaLabel: 'Distribution by outcome',
      x: {label: null, domain: [histogram.from, last]},
      y: {axis: null, zero: true},
      marks: [
        Plot.rectY(others, {x1: 'from', x2: 'to', y: 'share', fill: 'var(--bar-other)'}),
        Plot.line(outline(defective), {x: 'x', y: 'y', stroke: 'var(--evidence-5)', strokeWidth: 2}),
        Plot.axisX({ticks: 5, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleY([0], {stroke: 'var(--line-strong)'}),
        isCut ? Plot.ruleX([threshold.value], {stroke: 'var(--ink)', strokeDasharray: '4 3'}) : null,
        isCut
          ? Plot.text([threshold.value], {
              x: threshold.value,
              text: () => `${threshold.op === '<' ? '<' : '≥'} ${cut(threshold.value)}`,
              frameAnchor: 'top',
              dy: -16,
              fill: 'var(--ink)',
            })
          : null,
        name('▁▔ defective', 0, 'var(--evidence-5)'),
        name('▇ others', 1, 'var(--ink-faint)'),
      ],
    }),
  );
}
