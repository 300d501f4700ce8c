/** All values as a histogram, with the limits and the curves that indices are worked out from. */
import * as Plot from '@observablehq/plot';
import type {CapabilityAnswer, SixPack} from '../../api/schemas.ts';
import {count} from '../format.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';
import {textWidth} from './text-width.ts';

const HEIGHT_PX = 236;

export type Lines = Pick<CapabilityAnswer, 'lsl' | 'usl' | 'target' | 'guard'>;

const DASHES = {within: '2 3', overall: '', fitted: '7 3'};

export function capabilityHistogram(
  {histogram: {bins, curves}}: Pick<SixPack, 'histogram'>,
  lines: Lines,
  {width, digits}: {width: number; digits: number},
): Element {
  const named = limitLines(lines);
  const places = [bins[0].from, bins[bins.length - 1].to, ...named.map(({at}) => at)];
  const span = Math.max(...places) - Math.min(...places);
  const domain = [Math.min(...places) - 0.03 * span, Math.max(...places) + 0.03 * span];
  const shown = curves.map(({name, points}) => ({
    name,
    points: points.filter(({x}) => x >= domain[0] && x <= domain[1]),
  }));
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: 24,
      marginRight: 24,
      marginTop: 38,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: 'Histogram with limits',
      x: {domain, label: null},
      y: {axis: null},
      marks: [
        Plot.axisX({ticks: Math.max(3, Math.round(width / 90)), tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.rectY(bins, {
          x1: 'from',
          x2: 'to',
          y: 'count',
          fill: (bin: {from: number; to: number}) => (isOutside(bin, lines) ? 'var(--worse)' : 'var(--bar-other)'),
          insetLeft: 0.5,
          insetRight: 0.5,
          title: (bin: {from: number; to: number; count: number}) =>
            `${figure(bin.from, digits)} to ${figure(bin.to, digits)}: ${count(bin.count)}`,
        }),
        Plot.ruleY([0], {stroke: 'var(--line-strong)'}),
        ...shown.map(({name, points}) =>
          Plot.line(points, {
            x: 'x',
            y: 'count',
            stroke: name === 'fitted' ? 'var(--evidence-4)' : name === 'overall' ? 'var(--ink)' : 'var(--ink-faint)',
            strokeWidth: name === 'fitted' ? 2 : 1.5,
            strokeDasharray: DASHES[name],
          }),
        ),
        ...named.map(({at, name, kind}) =>
          Plot.ruleX([at], {
            x: at,
            stroke: kind === 'limit' ? 'var(--ink)' : 'var(--ink-faint)',
            strokeWidth: kind === 'limit' ? 1.75 : 1,
            strokeDasharray: kind === 'limit' ? undefined : kind === 'target' ? '1 3' : '4 3',
            title: () => `${name} ${at}`,
          }),
        ),
        ...labelRows(named, domain, width).map(({at, text, dy}) =>
          Plot.text([text], {x: [at], frameAnchor: 'top', dy, fill: 'var(--ink-soft)'}),
        ),
      ],
    }),
  );
}

interface Line {
  at: number;
  name: string;
  kind: 'limit' | 'target' | 'acceptance';
}

export function limitLines({lsl, usl, target, guard}: Lines): Line[] {
  const lines: {at: number | null; name: string; kind: Line['kind']}[] = [
    {at: lsl, name: 'LSL', kind: 'limit'},
    {at: target, name: 'target', kind: 'target'},
    {at: usl, name: 'USL', kind: 'limit'},
    {at: guard?.lsl ?? null, name: 'accept from', kind: 'acceptance'},
    {at: guard?.usl ?? null, name: 'accept to', kind: 'acceptance'},
  ];
  return lines.filter((line): line is Line => line.at !== null);
}

/** Limits and target are named above their lines, in a second row where their names would touch. */
function labelRows(lines: Line[], [low, high]: number[], width: number) {
  let end = Number.NEGATIVE_INFINITY;
  let row = 0;
  return lines
    .filter(({kind}) => kind !== 'acceptance')
    .sort((a, b) => a.at - b.at)
    .map(({at, name}) => {
      const text = `${name} ${String(at).replace('-', '−')}`;
      const x = ((at - low) / (high - low)) * (width - 48);
      const half = textWidth(text, 12) / 2;
      row = x - half < end + 6 ? 1 - row : 0;
      end = x + half;
      return {at, text, dy: row === 0 ? -14 : -28};
    });
}

function isOutside({from, to}: {from: number; to: number}, {lsl, usl}: Lines): boolean {
  return (lsl !== null && to <= lsl) || (usl !== null && from >= usl);
}
