/** Normal probability plot: on the line within its band, values are normal; the fitted distribution is a curve beside it. */
import * as Plot from '@observablehq/plot';
import type {SixPack} from '../../api/schemas.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';

const HEIGHT_PX = 236;
/** Standard normal quantiles of the shares that the axis names. */
const TICKS: [z: number, name: string][] = [
  [-4.265, '10 ppm'],
  [-3.09, '0.1\u00a0%'],
  [-1.6449, '5\u00a0%'],
  [0, '50\u00a0%'],
  [1.6449, '95\u00a0%'],
  [3.09, '99.9\u00a0%'],
  [4.265, '99.999\u00a0%'],
];

export function capabilityProbability(
  {probability: {points, lines}}: Pick<SixPack, 'probability'>,
  {width, digits}: {width: number; digits: number},
): Element {
  const end = lines[lines.length - 1].z;
  const ticks = TICKS.filter(([z]) => Math.abs(z) <= end + 0.1);
  const spread = [points[0].value, points[points.length - 1].value, lines[0].normal, lines[lines.length - 1].normal];
  const domain = [Math.min(...spread), Math.max(...spread)];
  const inside = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: 60,
      marginRight: 16,
      marginTop: 10,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: 'Normal probability plot',
      x: {domain, label: null, nice: true},
      y: {domain: [-end, end], axis: null},
      marks: [
        Plot.axisX({ticks: Math.max(3, Math.round(width / 90)), tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleY(
          ticks.map(([z]) => z),
          {stroke: 'var(--line)'},
        ),
        Plot.text(ticks, {
          y: '0',
          text: '1',
          frameAnchor: 'left',
          dx: -8,
          textAnchor: 'end',
          fill: 'var(--ink-faint)',
        }),
        Plot.areaX(lines, {
          y: 'z',
          x1: (line: {low: number}) => inside(line.low),
          x2: (line: {high: number}) => inside(line.high),
          fill: 'var(--sunken)',
        }),
        Plot.line(lines, {
          x: (line: {normal: number}) => inside(line.normal),
          y: 'z',
          stroke: 'var(--ink)',
          strokeWidth: 1.5,
        }),
        Plot.line(
          lines.filter(({fitted}) => fitted !== null && fitted >= domain[0] && fitted <= domain[1]),
          {x: 'fitted', y: 'z', stroke: 'var(--evidence-4)', strokeWidth: 2, strokeDasharray: '7 3'},
        ),
        Plot.dot(points, {
          x: 'value',
          y: 'z',
          r: 2.25,
          fill: 'var(--evidence-3)',
          fillOpacity: 0.75,
          title: ({share, value}: {share: number; value: number}) =>
            `${figure(value, digits)}: ${Number((share * 100).toPrecision(4))}\u00a0% lie below`,
        }),
      ],
      r: {type: 'identity'},
    }),
  );
}
