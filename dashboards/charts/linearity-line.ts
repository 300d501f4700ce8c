/** Bias over reference values: every value, the mean of each part with its interval, and the line with its band. */
import * as Plot from '@observablehq/plot';
import type {LinearityAnswer} from '../../api/schemas.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';

const HEIGHT_PX = 340;

type Level = LinearityAnswer['levels'][number];
type Plots = NonNullable<LinearityAnswer['plots']>;

export function linearityLine(
  {levels, plots}: {levels: readonly Level[]; plots: Plots},
  {width, digits}: {width: number; digits: number},
): Element {
  const {values, line} = plots;
  const bounded = levels.filter(({bias}) => bias.low !== null);
  const references = line.map(({reference}) => reference);
  const [first, last] = [references[0], references[references.length - 1]];
  const reach = 0.05 * (last - first);
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: 52,
      marginRight: width < 560 ? 16 : 72,
      marginTop: 16,
      marginBottom: 40,
      className: 'plot-drawing',
      ariaLabel: 'Bias over reference values, with a line and its 95 % band',
      x: {domain: [first - reach, last + reach], label: null},
      y: {nice: true, label: null},
      marks: [
        Plot.gridY({ticks: 6, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisY({ticks: 6, tickSize: 0, label: null, fill: 'var(--ink-faint)', tickFormat: signed}),
        Plot.axisX({ticks: Math.max(3, Math.round(width / 110)), tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.text(['reference value'], {
          frameAnchor: 'bottom',
          dy: 34,
          text: (t: string) => t,
          fill: 'var(--ink-faint)',
        }),
        Plot.areaY(line, {x: 'reference', y1: 'low', y2: 'high', fill: 'var(--evidence-2)', fillOpacity: 0.28}),
        Plot.ruleY([0], {stroke: 'var(--ink-faint)'}),
        width < 560
          ? null
          : Plot.text([0], {
              y: 0,
              frameAnchor: 'right',
              dx: 8,
              textAnchor: 'start',
              text: () => 'no bias',
              fill: 'var(--ink-faint)',
            }),
        Plot.dot(values, {
          x: 'reference',
          y: 'bias',
          r: 2.5,
          stroke: 'var(--evidence-3)',
          title: (row: Plots['values'][number]) => `${row.part}: ${signedFigure(row.bias, digits)}`,
        }),
        Plot.line(line, {x: 'reference', y: 'value', stroke: 'var(--evidence-4)', strokeWidth: 2}),
        Plot.ruleX(bounded, {
          x: 'reference',
          y1: ({bias}: Level) => bias.low,
          y2: ({bias}: Level) => bias.high,
          stroke: 'var(--evidence-5)',
          strokeWidth: 2,
        }),
        Plot.dot(levels, {
          x: 'reference',
          y: ({bias}: Level) => bias.value,
          r: 5,
          symbol: 'diamond',
          fill: 'var(--evidence-5)',
          stroke: 'var(--paper)',
          title: ({part, reference, bias}: Level) =>
            `${part}, reference ${reference}: bias ${signedFigure(bias.value, digits)}`,
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

const signed = (value: number) => `${value > 0 ? '+' : ''}${Number(value.toPrecision(6))}`.replace('-', '−');

export const signedFigure = (value: number, digits: number): string =>
  `${value > 0 ? '+' : ''}${figure(value, digits)}`;
