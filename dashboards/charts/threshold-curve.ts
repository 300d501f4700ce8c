/** What follows from a threshold: shares and rates over all thresholds, each with its interval as a band. */
import * as Plot from '@observablehq/plot';
import type {Interval, ThresholdAnswer} from '../../api/schemas.ts';
import {styledByPage} from './plot-element.ts';

type Point = ThresholdAnswer['curve'][number];

/** Colour, dash and label each tell a line apart. */
const LINES = [
  {name: 'would fail', of: (p: Point) => p.failShare, stroke: 'var(--ink-soft)', dash: undefined},
  {name: 'overkill', of: (p: Point) => p.overkill, stroke: 'var(--worse)', dash: '6 3'},
  {name: 'escapes', of: (p: Point) => p.escape, stroke: 'var(--accent)', dash: '2 3'},
] as const;

/** @param at the threshold that is looked at @param now between which scores the inspector's own lies */
export function thresholdCurve(
  curve: readonly Point[],
  {width, at, now}: {width: number; at: number; now: ThresholdAnswer['now']},
): Element {
  const rows = LINES.flatMap(({name, of, stroke, dash}) =>
    curve.map(point => {
      // Where a rate is not known the line has a gap.
      const rate: Interval = of(point) ?? {value: Number.NaN, low: Number.NaN, high: Number.NaN};
      return {name, stroke, dash, threshold: point.threshold, ...rate};
    }),
  );
  const own = now.between !== null && now.against === 0 ? now.between : null;
  const shifts = apart(rows);
  const bands = LINES.map(({name, stroke}) => {
    const own = rows.filter(row => row.name === name);
    return Plot.areaY(own, {x: 'threshold', y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.12});
  });
  const lines = LINES.flatMap(({name, stroke, dash}) => {
    const own = rows.filter(row => row.name === name);
    const known = own.filter(({value}) => Number.isFinite(value));
    return [
      Plot.dot(known, {x: 'threshold', y: 'value', r: 2, fill: stroke}),
      Plot.lineY(own, {x: 'threshold', y: 'value', stroke, strokeWidth: 2, strokeDasharray: dash}),
      Plot.text(known.slice(-1), {
        dy: shifts.get(name) ?? 0,
        x: 'threshold',
        y: 'value',
        text: () => name,
        fill: stroke,
        textAnchor: 'start',
        dx: 8,
        fontWeight: 600,
      }),
    ];
  });
  return styledByPage(
    Plot.plot({
      width,
      height: 280,
      marginLeft: 52,
      marginRight: 84,
      marginTop: 24,
      marginBottom: 40,
      className: 'plot-drawing',
      ariaLabel: 'What would follow from other thresholds',
      x: {domain: [0, 1], label: null},
      y: {zero: true, nice: true, label: null},
      marks: [
        Plot.gridY({stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisX({
          ticks: width < 480 ? 5 : 10,
          tickSize: 0,
          fill: 'var(--ink-faint)',
          label: 'fail from this suspicion on',
          labelArrow: 'none',
          labelAnchor: 'center',
        }),
        Plot.axisY({
          tickSize: 0,
          fill: 'var(--ink-faint)',
          tickFormat: (rate: number) => `${Number((rate * 100).toPrecision(3))}\u00a0%`,
        }),
        own === null
          ? null
          : Plot.rectX([own], {
              x1: 'highestPass',
              x2: 'lowestFail',
              fill: 'var(--sunken)',
              title: () => 'its own threshold',
            }),
        own === null
          ? null
          : Plot.text([own], {
              x: (o: typeof own) => (o.highestPass + o.lowestFail) / 2,
              frameAnchor: 'top',
              dy: -14,
              text: () => 'its own lies here',
              fill: 'var(--ink-faint)',
            }),
        ...bands,
        Plot.ruleX([at], {stroke: 'var(--ink)', strokeWidth: 1.5}),
        ...lines,
      ],
    }),
  );
}

const LABEL_PX = 14;
const PLOT_PX = 216;

/** How far the names at the ends of lines have to move so that none lies on another. */
function apart(rows: readonly {name: string; value: number; high: number}[]): Map<string, number> {
  const known = rows.filter(({value}) => Number.isFinite(value));
  const top = Math.max(0.001, ...known.map(row => row.high));
  const ends = LINES.flatMap(({name}) => known.filter(row => row.name === name).at(-1) ?? [])
    .map(({name, value}) => ({name, at: PLOT_PX * (1 - value / top)}))
    .sort((a, b) => b.at - a.at);
  const shifts = new Map<string, number>();
  let last = Number.POSITIVE_INFINITY;
  for (const {name, at} of ends) {
    const to = Math.min(at, last - LABEL_PX);
    shifts.set(name, to - at);
    last = to;
  }
  return shifts;
}
