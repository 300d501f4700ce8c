/** What the process takes up, beside what it may: 99.73 % of the values against the limits. */
import * as Plot from '@observablehq/plot';
import type {SixPack} from '../../api/schemas.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';

type Span = SixPack['spans'][number];

const HEIGHT_PX = 236;

export function spanName(name: Span['name'], fitted: string): string {
  return {
    within: 'within ± 3 σ',
    overall: 'overall ± 3 σ',
    percentiles: `${fitted}, 99.73\u00a0%`,
    limits: 'limits',
    acceptance: 'accepted',
  }[name];
}

export function capabilitySpans(
  spans: SixPack['spans'],
  {width, digits, fitted}: {width: number; digits: number; fitted: string},
): Element {
  const nameRoom = 128;
  const ends = spans.flatMap(({low, high}) => [low, high]).filter(end => end !== null);
  const span = Math.max(...ends) - Math.min(...ends);
  const domain = [Math.min(...ends) - 0.08 * span, Math.max(...ends) + 0.08 * span];
  // A side without a limit is open: its bar goes on to the edge.
  const bars = spans.map(({name, low, high, center}) => ({
    name,
    low: low ?? domain[0],
    high: high ?? domain[1],
    center,
    allowed: name === 'limits' || name === 'acceptance',
  }));
  const [floor, ceiling] = [spans.find(s => s.name === 'limits')?.low, spans.find(s => s.name === 'limits')?.high];
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: nameRoom,
      marginRight: 16,
      marginTop: 10,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: 'Spread of the process against its limits',
      x: {domain, label: null},
      y: {domain: spans.map(s => s.name), axis: null, padding: 0.2},
      marks: [
        Plot.axisX({ticks: Math.max(3, Math.round(width / 100)), tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleX(
          [floor, ceiling].filter(end => end != null),
          {stroke: 'var(--line-strong)', strokeDasharray: '2 3'},
        ),
        Plot.ruleY(bars, {
          x1: 'low',
          x2: 'high',
          y: 'name',
          stroke: (bar: {allowed: boolean}) => (bar.allowed ? 'var(--ink)' : 'var(--evidence-3)'),
          strokeWidth: (bar: {allowed: boolean}) => (bar.allowed ? 3 : 8),
        }),
        Plot.dot(
          bars.filter(bar => bar.center !== null),
          {
            x: 'center',
            y: 'name',
            symbol: (bar: {allowed: boolean}) => (bar.allowed ? 'diamond' : 'circle'),
            r: 4,
            fill: 'var(--paper)',
            stroke: 'var(--ink)',
          },
        ),
        Plot.text(spans, {
          y: 'name',
          text: (bar: Span) => spanName(bar.name, fitted),
          frameAnchor: 'left',
          dx: -nameRoom,
          textAnchor: 'start',
          fontWeight: 500,
        }),
        ...(['low', 'high'] as const).map(end =>
          Plot.text(
            spans.filter(s => s[end] !== null),
            {
              x: end,
              y: 'name',
              text: (bar: Span) => figure(bar[end]!, digits),
              dy: -13,
              textAnchor: end === 'low' ? 'start' : 'end',
              fill: 'var(--ink-soft)',
              fontVariant: 'tabular-nums',
            },
          ),
        ),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}
