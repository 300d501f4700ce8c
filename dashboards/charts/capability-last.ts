/** The values of the last subgroups, one column each: what a mean and a spread cannot show. */
import * as Plot from '@observablehq/plot';
import type {SixPack} from '../../api/schemas.ts';
import {count} from '../format.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';
import {nameOf} from './violations.ts';

const HEIGHT_PX = 236;

export function capabilityLast(
  last: SixPack['last'],
  {width, digits, center}: {width: number; digits: number; center: number},
): Element {
  const values = last.flatMap(({place, values: of, ...point}) =>
    of.map(value => ({name: nameOf(point), place, value})),
  );
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: 48,
      marginRight: 92,
      marginTop: 10,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: `Values of the last ${last.length} subgroups`,
      x: {domain: [last[0].place - 0.7, last[last.length - 1].place + 0.7], axis: null},
      y: {nice: true, label: null},
      marks: [
        Plot.axisY({ticks: 4, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleY([center], {stroke: 'var(--line-strong)'}),
        Plot.dot(values, {
          x: 'place',
          y: 'value',
          r: 2.25,
          fill: 'var(--evidence-3)',
          fillOpacity: 0.55,
          title: ({name, value}: {name: string; value: number}) => `${name}: ${figure(value, digits)}`,
        }),
        last.some(({n}) => n > 1)
          ? Plot.ruleY(last, {
              x1: ({place}: {place: number}) => place - 0.32,
              x2: ({place}: {place: number}) => place + 0.32,
              y: 'mean',
              stroke: 'var(--ink)',
              strokeWidth: 1.75,
              title: (point: SixPack['last'][number]) =>
                `${nameOf(point)}: mean ${figure(point.mean, digits)} of ${count(point.n)}`,
            })
          : null,
        Plot.text([`mean ${figure(center, digits)}`], {
          y: [center],
          frameAnchor: 'right',
          dx: 8,
          textAnchor: 'start',
          fill: 'var(--ink-faint)',
        }),
      ],
      r: {type: 'identity'},
    }),
  );
}
