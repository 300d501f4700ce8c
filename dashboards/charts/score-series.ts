/** The mean of one measure of an inspector, lot by lot: the first ones, that the newest are compared with, are shaded. */
import * as Plot from '@observablehq/plot';
import type {InspectorDrift} from '../../api/schemas.ts';
import {styledByPage} from './plot-element.ts';

export function scoreSeries(
  drift: Pick<InspectorDrift, 'measure' | 'series' | 'reference' | 'newest' | 'unit'>,
  width: number,
): Element {
  const {measure, series, reference, newest, unit} = drift;
  const rows = series.map((row, k) => ({...row, place: k + 1}));
  const first = reference === null ? null : {x1: 0.5, x2: reference.lots + 0.5, mean: reference.mean};
  const last = newest === null ? null : {x1: rows.length - newest.lots + 0.5, x2: rows.length + 0.5, mean: newest.mean};
  const spans = [first, last].filter(span => span !== null);
  return styledByPage(
    Plot.plot({
      width,
      height: 180,
      marginLeft: 48,
      marginRight: 16,
      marginTop: 22,
      marginBottom: 34,
      className: 'plot-drawing',
      ariaLabel: `Mean ${measure} by ${unit}`,
      x: {domain: [0, rows.length + 1], label: null},
      y: {zero: measure === 'suspicion', nice: true, label: null},
      marks: [
        Plot.rectX(spans, {x1: 'x1', x2: 'x2', fill: 'var(--sunken)'}),
        Plot.text(spans, {
          x: (span: {x1: number; x2: number}) => (span.x1 + span.x2) / 2,
          text: (span: object) => (span === first ? 'first' : 'newest'),
          frameAnchor: 'top',
          dy: -14,
          fill: 'var(--ink-faint)',
        }),
        Plot.gridY({ticks: 4, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisY({ticks: 4, tickSize: 0, fill: 'var(--ink-faint)'}),
        Plot.axisX({
          ticks: 6,
          tickSize: 0,
          fill: 'var(--ink-faint)',
          label: `${unit}s in the order of time`,
          labelArrow: 'none',
          labelAnchor: 'center',
        }),
        Plot.lineY(rows, {x: 'place', y: 'mean', stroke: 'var(--line-strong)', strokeWidth: 1}),
        Plot.dot(rows, {
          x: 'place',
          y: 'mean',
          r: 2.5,
          fill: 'var(--evidence-4)',
          title: (row: (typeof rows)[number]) => `${row.key}: ${row.mean.toFixed(3)} of ${row.n}`,
        }),
        Plot.ruleY(spans, {x1: 'x1', x2: 'x2', y: 'mean', stroke: 'var(--ink)', strokeWidth: 2}),
      ],
    }),
  );
}
