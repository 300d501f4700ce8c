import * as Plot from '@observablehq/plot';
import {styledByPage} from '../dashboards/charts/plot-element.ts';
import type {FalseAlarms} from './false-alarms.ts';

const METHODS = [
  {name: 'counting parts', of: (row: FalseAlarms) => row.byParts, colour: 'var(--worse)', symbol: 'triangle'},
  {name: 'counting lots', of: (row: FalseAlarms) => row.byLots, colour: 'var(--evidence-5)', symbol: 'circle'},
] as const;

const percent = (share: number) => `${Math.round(share * 100)}\u00a0%`;

/**
 * False alarms of both tests against the correlation within lots, with the 5 % that both promise.
 * @param rows in ascending correlation
 * @param options here: the correlation of the plant at hand, marked; null where it is not known
 */
export function falseAlarmChart(
  rows: readonly FalseAlarms[],
  {width, here}: {width: number; here: number | null},
): Element {
  const points = METHODS.flatMap(({name, of, colour, symbol}) =>
    rows.map(row => ({correlation: row.correlation, share: of(row), name, colour, symbol, plants: row.plants})),
  );
  const last = points.filter(({correlation}) => correlation === rows.at(-1)?.correlation);
  return styledByPage(
    Plot.plot({
      width,
      height: 280,
      marginLeft: 48,
      marginRight: 128,
      marginTop: 28,
      marginBottom: 40,
      className: 'plot-drawing',
      ariaLabel: 'False alarms by correlation within lots',
      x: {label: null, zero: true},
      y: {label: null, zero: true, domain: [0, Math.max(0.1, ...points.map(({share}) => share))], nice: true},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
      marks: [
        Plot.gridY({ticks: 4, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisY({ticks: 4, tickSize: 0, label: null, tickFormat: percent, fill: 'var(--ink-faint)'}),
        Plot.axisX({ticks: width < 520 ? 3 : 6, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.text(['correlation of two parts of a lot'], {
          frameAnchor: 'bottom',
          dy: 32,
          fill: 'var(--ink-faint)',
          text: (label: string) => label,
        }),
        Plot.ruleY([0.05], {stroke: 'var(--ink-soft)', strokeDasharray: '2 4'}),
        Plot.text([0.05], {
          y: 0.05,
          frameAnchor: 'right',
          dx: -4,
          dy: -8,
          textAnchor: 'end',
          text: () => 'promised: 5\u00a0%',
          fill: 'var(--ink-faint)',
        }),
        here === null ? null : Plot.ruleX([here], {stroke: 'var(--ink-faint)', strokeDasharray: '2 4'}),
        here === null
          ? null
          : Plot.text([here], {
              x: here,
              frameAnchor: 'top',
              dy: -18,
              text: () => 'this defect here',
              fill: 'var(--ink-soft)',
            }),
        Plot.line(points, {x: 'correlation', y: 'share', z: 'name', stroke: 'colour', strokeWidth: 1.5}),
        Plot.dot(points, {
          x: 'correlation',
          y: 'share',
          symbol: 'symbol',
          r: 4,
          fill: 'colour',
          ariaLabel: ({name, correlation, share}: (typeof points)[number]) =>
            `${name} at ${correlation}: ${percent(share)}`,
        }),
        Plot.text(last, {
          x: 'correlation',
          y: 'share',
          dx: 12,
          textAnchor: 'start',
          fontWeight: 600,
          fill: 'colour',
          text: ({name, share}: (typeof points)[number]) => `${name} ${percent(share)}`,
        }),
      ],
      color: {type: 'identity'},
    }),
  );
}
