/** Shares or kappas with their intervals, in groups below each other: who agrees with whom, and how often who is wrong. */
import * as Plot from '@observablehq/plot';
import type {Interval} from '../../api/schemas.ts';
import {styledByPage} from './plot-element.ts';
import {fitted} from './text-width.ts';

export interface Estimated {
  group: string;
  name: string;
  /** Null: it cannot be told. */
  value: number | null;
  low: number | null;
  high: number | null;
  /** As it is written beside its row. */
  text: string;
}

const ROW_PX = 26;
const VALUE_PX = 68;

interface Options {
  width: number;
  ariaLabel: string;
  /** Where the axis begins; it ends at 1. */
  from: number;
  /** Values on the axis that mean something, with what they are called. */
  bounds: readonly {at: number; name: string}[];
  tickFormat: (value: number) => string;
}

export function agreementIntervals(rows: readonly Estimated[], options: Options): Element {
  const {width, ariaLabel, from, bounds, tickFormat} = options;
  const groups = [...new Set(rows.map(({group}) => group))];
  // A heading stands in a row of its own.
  const placed = groups.flatMap(group => [
    {key: `# ${group}`, heading: group, row: null},
    ...rows.filter(row => row.group === group).map(row => ({key: `${group} ${row.name}`, heading: null, row})),
  ]);
  const told = placed.flatMap(({key, row}) => (row === null ? [] : [{key, ...row}]));
  const known = told.filter(row => row.value !== null);
  const nameRoom = Math.round(Math.min(240, width * 0.36));
  const bounded = known.filter((row): row is typeof row & Interval => row.low !== null && row.high !== null);
  return styledByPage(
    Plot.plot({
      width,
      height: placed.length * ROW_PX + 46,
      marginLeft: nameRoom,
      marginRight: VALUE_PX,
      marginTop: 20,
      marginBottom: 26,
      className: 'plot-drawing',
      ariaLabel,
      x: {domain: [from, 1], label: null},
      y: {domain: placed.map(({key}) => key), axis: null, padding: 0},
      marks: [
        Plot.gridX({ticks: width > 560 ? 6 : 3, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisX({ticks: width > 560 ? 6 : 3, tickSize: 0, label: null, fill: 'var(--ink-faint)', tickFormat}),
        Plot.ruleX(bounds, {x: 'at', stroke: 'var(--ink-faint)', strokeDasharray: '2 3'}),
        Plot.text(bounds, {x: 'at', text: 'name', frameAnchor: 'top', dy: -12, fill: 'var(--ink-faint)'}),
        Plot.ruleY(bounded, {x1: 'low', x2: 'high', y: 'key', stroke: 'var(--evidence-3)', strokeWidth: 2}),
        Plot.dot(known, {
          x: 'value',
          y: 'key',
          r: 4.5,
          symbol: 'circle',
          fill: 'var(--evidence-5)',
          stroke: 'var(--paper)',
          title: (row: (typeof known)[number]) => `${row.name}: ${row.text}`,
        }),
        Plot.text(
          placed.filter(({heading}) => heading !== null),
          {
            y: 'key',
            text: 'heading',
            frameAnchor: 'left',
            dx: -nameRoom,
            textAnchor: 'start',
            fontWeight: 600,
            fill: 'var(--ink-soft)',
          },
        ),
        Plot.text(told, {
          y: 'key',
          text: ({name}: Estimated) => fitted(name, 12, nameRoom - 12),
          title: 'name',
          frameAnchor: 'left',
          dx: -nameRoom,
          textAnchor: 'start',
        }),
        Plot.text(told, {
          y: 'key',
          text: 'text',
          frameAnchor: 'right',
          dx: VALUE_PX,
          textAnchor: 'end',
          fontVariant: 'tabular-nums',
          fill: ({value}: Estimated) => (value === null ? 'var(--ink-faint)' : 'var(--ink)'),
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}
