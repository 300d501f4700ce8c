/** Pareto: thick quiet bars and the cumulative line on the same scale, so that the line's end is all of it. */
import * as Plot from '@observablehq/plot';
import type {ParetoAnswer} from '../../api/schemas.ts';
import {count, percent} from '../format.ts';
import {styledByPage} from './plot-element.ts';
import {fitted} from './text-width.ts';

/** Boxes beside the drawing stand at its rows: see `.bar-boxes`. */
const ROW_PX = 36;
const LEAST_PX = 240;

export interface ParetoBarData {
  name: string;
  /** Key of the bar; null for all others together. */
  key: string | null;
  weight: number;
  share: number;
  cumulative: number;
  parts: number;
}

/** Bars from the largest to the smallest, "Other" last even when it is the largest. */
export function paretoBars({bars, other}: Pick<ParetoAnswer, 'bars' | 'other'>): ParetoBarData[] {
  const named = bars.map(({key, weight, share, cumulative, parts}) => ({
    name: key === '' ? '(none)' : key,
    key,
    weight,
    share,
    cumulative,
    parts,
  }));
  if (other === null) return named;
  const {weight, share, parts, keys} = other;
  return [...named, {name: `Other (${count(keys)})`, key: null, weight, share, cumulative: 1, parts}];
}

/** "scratch is 46 % of it; the first 3 of 7 make 83 %", or null where there is nothing. */
export function paretoHeadline(bars: readonly ParetoBarData[]): string | null {
  const [first] = bars;
  if (first === undefined) return null;
  const share = `${Math.round(first.share * 100)}\u00a0%`;
  const few = bars.findIndex(bar => bar.key !== null && bar.cumulative >= 0.8) + 1;
  const known = bars.filter(bar => bar.key !== null).length;
  if (bars.length === 1) return `${first.name} is all there is`;
  return few > 1 && few < known
    ? `${first.name} is ${share}; the first ${few} of ${known} make ${Math.round(bars[few - 1].cumulative * 100)}\u00a0%`
    : `${first.name} is ${share}`;
}

/**
 * @param answer shares in [0, 1], in the order of their weight
 * @param options hrefOf: where a bar leads, null for nowhere; chosen: keys of bars that somebody selected
 */
export function pareto(
  answer: Pick<ParetoAnswer, 'bars' | 'other' | 'weight'>,
  {
    width: widthPx,
    hrefOf,
    chosen,
  }: {width: number; hrefOf: (key: string) => string | null; chosen?: ReadonlySet<string>},
): Element {
  // While a page is laid out anew, its parts may be narrower than any margin for a moment.
  const width = Math.max(LEAST_PX, widthPx);
  const bars = paretoBars(answer);
  const nameRoom = Math.round(Math.min(220, width * 0.3));
  const narrow = width < 520;
  const figureRoom = narrow ? 54 : 96;
  return styledByPage(
    Plot.plot({
      width,
      height: bars.length * ROW_PX + 40,
      marginLeft: nameRoom + figureRoom,
      marginRight: narrow ? 16 : 52,
      marginTop: 26,
      marginBottom: 14,
      className: 'plot-drawing',
      ariaLabel: 'Pareto',
      x: {domain: [0, 1], axis: null},
      y: {domain: bars.map(bar => bar.name), axis: null, paddingInner: 0.3, paddingOuter: 0.15},
      marks: [
        Plot.ruleX([0.8], {stroke: 'var(--line-strong)', strokeDasharray: '2 4'}),
        Plot.text([0.8], {x: 0.8, text: () => '80 %', frameAnchor: 'top', dy: -18, fill: 'var(--ink-faint)'}),
        Plot.ruleX([0], {stroke: 'var(--line-strong)'}),
        Plot.barX(bars, {
          x: 'share',
          y: 'name',
          fill: ({key}: ParetoBarData) =>
            key === null ? 'var(--bar-other)' : chosen?.has(key) ? 'var(--accent)' : 'var(--bar)',
          href: (bar: ParetoBarData) => (bar.key === null ? null : hrefOf(bar.key)),
          ariaLabel: (bar: ParetoBarData) =>
            bar.key === null ? null : `${bar.name}: ${weightText(bar, answer.weight)}, ${percent(bar.share)}`,
        }),
        Plot.line(bars, {x: 'cumulative', y: 'name', stroke: 'var(--ink-soft)', strokeWidth: 1.25}),
        Plot.dot(bars, {x: 'cumulative', y: 'name', r: 3, fill: 'var(--paper)', stroke: 'var(--ink-soft)'}),
        narrow
          ? null
          : Plot.text(bars.slice(1), {
              x: 'cumulative',
              y: 'name',
              text: (bar: ParetoBarData) => `${Math.round(bar.cumulative * 100)}\u00a0%`,
              dx: 10,
              textAnchor: 'start',
              fill: 'var(--ink-faint)',
              stroke: 'var(--paper)',
            }),
        Plot.text(bars, {
          y: 'name',
          text: (bar: ParetoBarData) => fitted(bar.name, 14, nameRoom - 12),
          title: 'name',
          frameAnchor: 'left',
          dx: -(nameRoom + figureRoom),
          textAnchor: 'start',
          fontSize: 14,
        }),
        Plot.text(bars, {
          y: 'name',
          text: (bar: ParetoBarData) => weightText(bar, answer.weight),
          frameAnchor: 'left',
          dx: narrow ? -10 : -56,
          textAnchor: 'end',
          fontVariant: 'tabular-nums',
        }),
        narrow
          ? null
          : Plot.text(bars, {
              y: 'name',
              text: (bar: ParetoBarData) => `${Math.round(bar.share * 100)}\u00a0%`,
              frameAnchor: 'left',
              dx: -10,
              textAnchor: 'end',
              fontVariant: 'tabular-nums',
              fill: 'var(--ink-faint)',
            }),
      ],
    }),
  );
}

function weightText({weight}: ParetoBarData, kind: string): string {
  return kind === 'count' || kind === 'ppm' || weight >= 100 ? count(weight) : weight.toFixed(1);
}
