/** The trend for ten metres: thick line, limits, and what breaks a rule; no axis that nobody could read. */
import * as Plot from '@observablehq/plot';
import type {ChartAnswer} from '../../api/schemas.ts';
import {moment, percent} from '../format.ts';
import {styledByPage} from './plot-element.ts';
import {type ChartRow, chartRows} from './violations.ts';

export function trendOnWall(answer: ChartAnswer, options: {width: number; timeZone?: string}): Element {
  const {width, timeZone} = options;
  const rows = chartRows(answer);
  const unit = width / 100;
  const ends = [rows[0], rows[rows.length - 1]];
  return styledByPage(
    Plot.plot({
      width,
      height: Math.round(width * 0.58),
      marginLeft: unit * 2,
      marginRight: unit * 35,
      marginTop: unit * 5,
      marginBottom: unit * 9,
      className: 'plot-drawing',
      ariaLabel: `${answer.of.violations} of ${answer.of.points} points break a rule`,
      x: {domain: [-0.5, rows.length - 0.5], axis: null},
      y: {axis: null, nice: true, zero: true},
      marks: [
        Plot.line(rows, {
          x: 'place',
          y: (row: ChartRow) => row.ucl ?? Number.NaN,
          curve: 'step',
          stroke: 'var(--ink-faint)',
          strokeWidth: unit * 0.35,
          strokeDasharray: `${unit * 1.4} ${unit}`,
        }),
        Plot.line(rows, {x: 'place', y: 'center', stroke: 'var(--ink-faint)', strokeWidth: unit * 0.25}),
        Plot.line(rows, {x: 'place', y: 'value', stroke: 'var(--evidence-4)', strokeWidth: unit * 0.6}),
        Plot.dot(
          rows.filter(({violations}) => violations.length > 0),
          {x: 'place', y: 'value', r: unit * 1.6, symbol: 'diamond', fill: 'var(--worse)', stroke: 'var(--paper)'},
        ),
        Plot.text(lines(rows[rows.length - 1]), {
          y: 'value',
          frameAnchor: 'right',
          dx: unit * 1.5,
          textAnchor: 'start',
          text: 'name',
          fontSize: unit * 5.2,
          fill: 'var(--ink-soft)',
        }),
        ...(['start', 'end'] as const).map((textAnchor, k) =>
          Plot.text([ends[k]], {
            x: 'place',
            frameAnchor: 'bottom',
            dy: unit * 6.5,
            textAnchor,
            text: (row: ChartRow) => (row.at === null ? '' : moment(row.at, timeZone).replace(/ \d{4},.*/, '')),
            fontSize: unit * 5.2,
            fill: 'var(--ink-soft)',
          }),
        ),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

function lines({ucl, center}: ChartRow): {value: number; name: string}[] {
  const limit = ucl === null ? [] : [{value: ucl, name: `limit ${percent(ucl)}`}];
  return [...limit, {value: center, name: `usual ${percent(center)}`}];
}
