/** Means or ranges of a gage study, part by part and appraiser beside appraiser, with limits by the mean range. */
import * as Plot from '@observablehq/plot';
import type {GagePlots} from '../../api/schemas.ts';
import {count} from '../format.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';
import {fitted} from './text-width.ts';

const HEIGHT_PX = 236;
const LEFT_PX = 48;
const TOP_PX = 32;
const BOTTOM_PX = 12;

export type GageChart = 'mean' | 'range';

/** Means should lie beyond their limits: parts differ by more than what a part differs from itself. Ranges should not. */
export function gageControlHeadline(plots: GagePlots, of: GageChart): string {
  const {outside} = of === 'mean' ? plots.means : plots.ranges;
  const all = plots.cells.length;
  if (of === 'mean') {
    const told = `${count(outside)} of ${count(all)} means ${outside === 1 ? 'lies' : 'lie'} beyond the limits`;
    return 2 * outside >= all
      ? `${told}: the gage tells the parts apart`
      : `Only ${told}: the gage hardly tells the parts apart`;
  }
  if (outside === 0) return `None of ${count(all)} ranges is beyond its limit: repeated alike`;
  const {ucl, lcl} = plots.ranges;
  const first = plots.cells.filter(({range}) => range > ucl || range < lcl);
  const named = first.slice(0, 2).map(({part, appraiser}) => `${part} by ${appraiser}`);
  return `${count(outside)} of ${count(all)} ranges ${outside === 1 ? 'is' : 'are'} beyond the limit: ${named.join(', ')}${outside > 2 ? ' …' : ''}`;
}

export function gageControl(
  plots: GagePlots,
  {of, width, digits}: {of: GageChart; width: number; digits: number},
): Element {
  const {center, lcl, ucl} = of === 'mean' ? plots.means : plots.ranges;
  const points = plots.cells.map((cell, place) => ({
    ...cell,
    place,
    value: cell[of],
    isBeyond: cell[of] < lcl || cell[of] > ucl,
  }));
  const marginRight = width < 400 ? 76 : 92;
  const perPlace = (width - LEFT_PX - marginRight) / points.length;
  const bands = plots.appraisers.map(({appraiser}) => {
    const own = points.filter(point => point.appraiser === appraiser);
    return {
      appraiser,
      from: own[0].place - 0.5,
      to: own[own.length - 1].place + 0.5,
      middle: own[0].place + (own.length - 1) / 2,
    };
  });
  const bounds = [lcl, ucl, ...points.map(({value}) => value)];
  const unitPx = (HEIGHT_PX - TOP_PX - BOTTOM_PX) / (Math.max(...bounds) - Math.min(...bounds) || 1);
  const lines = [
    {value: ucl, name: 'UCL'},
    {value: center, name: 'mean'},
    {value: lcl, name: 'LCL'},
  ].filter((line, k, all) => k === 0 || (all[k - 1].value - line.value) * unitPx >= 14);
  const title = (row: (typeof points)[number]) =>
    `${row.part} by ${row.appraiser}: ${figure(row.value, digits)}${row.isBeyond ? ', beyond the limits' : ''}`;
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: LEFT_PX,
      marginRight,
      marginTop: TOP_PX,
      marginBottom: BOTTOM_PX,
      className: 'plot-drawing',
      ariaLabel: gageControlHeadline(plots, of),
      x: {domain: [-0.5, points.length - 0.5], axis: null},
      y: {domain: [Math.min(...bounds), Math.max(...bounds)], nice: true, label: null},
      marks: [
        Plot.axisY({ticks: 5, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleX(bands.slice(1), {x: 'from', stroke: 'var(--line-strong)', insetTop: -TOP_PX + 8}),
        Plot.text(bands, {
          x: 'middle',
          text: (band: (typeof bands)[number]) =>
            fitted(band.appraiser, 12, (band.to - band.from) * perPlace - 8, true),
          title: 'appraiser',
          frameAnchor: 'top',
          dy: -20,
          fontWeight: 600,
          fill: 'var(--ink-soft)',
        }),
        Plot.ruleY([center], {stroke: 'var(--line-strong)'}),
        Plot.ruleY([lcl, ucl], {stroke: 'var(--ink-faint)', strokeDasharray: '5 3'}),
        Plot.line(points, {x: 'place', y: 'value', z: 'appraiser', stroke: 'var(--evidence-2)', strokeWidth: 1}),
        Plot.dot(points, {
          x: 'place',
          y: 'value',
          r: (row: (typeof points)[number]) => (perPlace < 4 ? 1.5 : row.isBeyond ? 4 : 2.5),
          symbol: (row: (typeof points)[number]) => (row.isBeyond ? 'diamond' : 'circle'),
          fill: (row: (typeof points)[number]) =>
            row.isBeyond && of === 'range' ? 'var(--worse)' : 'var(--evidence-4)',
          title,
        }),
        Plot.text(lines, {
          y: 'value',
          frameAnchor: 'right',
          dx: 8,
          textAnchor: 'start',
          text: (line: (typeof lines)[number]) => `${line.name} ${figure(line.value, digits)}`,
          fill: 'var(--ink-faint)',
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}
