/** The outcome lot after lot: exposed lots as diamonds, the others as rings; what convinces that it was not just a bad week. */
import * as Plot from '@observablehq/plot';
import type {TimeStrip} from '../../api/schemas.ts';
import {dayOf, percent} from '../format.ts';
import {styledByPage} from './plot-element.ts';

interface Dot {
  at: Date;
  rate: number;
  parts: number;
  name: string | null;
}

/** Of one group, where it has parts; a point of several lots stands in their middle. */
export function dotsOf({points}: TimeStrip, group: 'exposed' | 'others'): Dot[] {
  return points.flatMap(({name, from, to, [group]: {rate, parts}}) =>
    rate === null ? [] : [{at: new Date((Date.parse(from) + Date.parse(to)) / 2), rate, parts, name}],
  );
}

/**
 * The highest rate that the scale has room for: of a point with few parts one bad part is half of them, and would press all
 * others flat. What lies beyond stands at the upper edge.
 */
export function reachOf(dots: readonly Dot[]): number {
  const sizes = dots.map(({parts}) => parts).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return Math.max(...dots.filter(({parts}) => parts >= usual / 2).map(({rate}) => rate));
}

interface Options {
  width: number;
  timeZone?: string;
  /** Means of a numeric outcome, in its own unit. */
  means: boolean;
  /** Of everything asked about, as a line. */
  overall: number | null;
  /** Where a lot leads. */
  hrefOf?: (lot: string) => string | null;
}

export function timeStrip(strip: TimeStrip, {width, timeZone, means, overall, hrefOf}: Options): Element {
  const [exposed, others] = [dotsOf(strip, 'exposed'), dotsOf(strip, 'others')];
  const all = [...exposed, ...others];
  const [least, reach] = [Math.min(...all.map(({rate}) => rate)), reachOf(all)];
  const beyond = means ? [] : all.filter(({rate}) => rate > reach);
  const inside = (dots: readonly Dot[]) => (means ? dots : dots.filter(({rate}) => rate <= reach));
  const title = ({name, rate, parts, at}: Dot) =>
    `${name === null ? '' : `${name}, `}${dayOf(at, timeZone)}: ${means ? rate.toPrecision(5) : percent(rate)} of ${parts} parts`;
  const linked = {
    title,
    href: ({name}: Dot) => (strip.unit === 'lot' && name !== null ? (hrefOf?.(name) ?? null) : null),
  };
  return styledByPage(
    Plot.plot({
      width,
      height: 170,
      marginLeft: 48,
      marginRight: 16,
      marginTop: 14,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: 'The outcome over time',
      x: {type: 'utc', label: null},
      y: {label: null, domain: means ? undefined : [Math.min(0, least), reach || 1], nice: true, insetTop: 10},
      marks: [
        Plot.gridY({ticks: 3, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisY({
          ticks: 3,
          tickSize: 0,
          label: null,
          fill: 'var(--ink-faint)',
          tickFormat: means ? undefined : (rate: number) => `${Number((rate * 100).toPrecision(3))}\u00a0%`,
        }),
        Plot.axisX({
          ticks: Math.max(2, Math.floor(width / 110)),
          tickSize: 0,
          label: null,
          fill: 'var(--ink-faint)',
          tickFormat: (at: Date) => dayOf(at, timeZone),
        }),
        overall === null ? null : Plot.ruleY([overall], {stroke: 'var(--ink-faint)', strokeDasharray: '3 3'}),
        Plot.dot(beyond, {x: 'at', frameAnchor: 'top', symbol: 'triangle', r: 2.5, fill: 'var(--evidence-2)', title}),
        Plot.dot(inside(others), {x: 'at', y: 'rate', r: 2.5, stroke: 'var(--evidence-2)', strokeWidth: 1.25, title}),
        Plot.dot(inside(exposed), {
          x: 'at',
          y: 'rate',
          r: 4.5,
          symbol: 'diamond',
          fill: 'var(--evidence-5)',
          stroke: 'var(--paper)',
          strokeWidth: 0.75,
          ...linked,
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}
