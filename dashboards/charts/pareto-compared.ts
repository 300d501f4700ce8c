/** Two periods or groups beside each other: of each bar both rates with their intervals, and whether it changed. */
import * as Plot from '@observablehq/plot';
import type {Change, ParetoComparison} from '../../api/schemas.ts';
import {count, ratio} from '../format.ts';
import {styledByPage} from './plot-element.ts';
import {fitted} from './text-width.ts';

const MARKS: Record<Change['verdict'], string> = {
  worse: '▲',
  better: '▼',
  'no-evidence': '·',
  'too-little-data': '◌',
  'not-comparable': '–',
};
const COLOURS: Record<Change['verdict'], string> = {
  worse: 'var(--worse)',
  better: 'var(--better)',
  'no-evidence': 'var(--ink-soft)',
  'too-little-data': 'var(--ink-faint)',
  'not-comparable': 'var(--ink-faint)',
};

/** "▼ better": a shape and a word. */
export function verdictText({verdict, lotsNeeded, p}: Change, unit: ParetoComparison['unit'], short = false): string {
  const need = lotsNeeded === null || short ? '' : `, ≈ ${count(lotsNeeded)} ${unit}s needed`;
  const words: Record<Change['verdict'], string> = {
    worse: 'worse',
    better: 'better',
    // A bar that would be told alone, but not among so many.
    'no-evidence': p !== null && p <= 0.05 ? 'no evidence among so many bars' : 'no evidence of a change',
    'too-little-data': `too little data${need}`,
    'not-comparable': 'on one side only',
  };
  return `${MARKS[verdict]} ${words[verdict]}`;
}

/** "0.27× [0.17, 0.44]"; without an upper bound, from where on; empty where there is none. */
export function ratioText({ratio: r}: Change): string {
  if (r === null) return '';
  if (r.value === null || r.high === null) return `above ${r.low.toPrecision(2)}×`;
  const {value, interval} = ratio({value: r.value, low: r.low, high: r.high});
  return `${value} ${interval}`;
}

interface Row {
  change: Change;
  name: string;
  side: 'now' | 'against';
  rate: number;
  low: number;
  high: number;
  beyond: boolean;
}

/** The rates that are drawn; intervals end where the axis does, which is not stretched by what is hardly known. */
function comparedRows(bars: readonly Change[]): {rows: Row[]; end: number} {
  const all = bars.flatMap(change =>
    (['now', 'against'] as const).flatMap(side => {
      const {standardised, ppm, low, high} = change[side];
      const rate = standardised ?? ppm;
      return rate === null ? [] : [{change, name: change.key, side, rate, low: low ?? rate, high: high ?? rate}];
    }),
  );
  const end = Math.min(Math.max(1, ...all.map(r => r.high)), 2 * Math.max(1, ...all.map(r => r.rate)));
  return {rows: all.map(r => ({...r, high: Math.min(r.high, end), beyond: r.high > end})), end};
}

/** "▼ Better: 0.55× [0.39, 0.76]" */
export function comparedHeadline({overall, unit}: Pick<ParetoComparison, 'overall' | 'unit'>): string {
  const [mark, ...words] = verdictText(overall, unit);
  const text = words.join('').trim();
  return [`${mark} ${text.charAt(0).toUpperCase()}${text.slice(1)}`, ratioText(overall)].filter(Boolean).join(': ');
}

/**
 * @param comparison bars in the order in which they are drawn
 * @param options hrefOf: where a bar leads, or null
 */
export function paretoCompared(
  {bars, unit}: Pick<ParetoComparison, 'bars' | 'unit'>,
  {width, hrefOf}: {width: number; hrefOf: (key: string) => string | null},
): Element {
  const {rows, end} = comparedRows(bars);
  const narrow = width < 620;
  const rowPx = narrow ? 62 : 46;
  const nameRoom = Math.round(Math.min(150, width * 0.26));
  const wordsRoom = narrow ? 12 : 268;
  const dyOf = {now: narrow ? -14 : -6, against: narrow ? 0 : 8};
  const colourOf = {now: 'var(--evidence-5)', against: 'var(--ink-faint)'};
  const side = (name: 'now' | 'against'): Plot.Markish[] => {
    const some = rows.filter(row => row.side === name);
    const dy = dyOf[name];
    return [
      Plot.ruleY(some, {
        x1: 'low',
        x2: 'high',
        y: 'name',
        dy,
        stroke: colourOf[name],
        strokeWidth: name === 'now' ? 2 : 1.5,
      }),
      Plot.text(
        some.filter(row => row.beyond),
        {x: 'high', y: 'name', dy, dx: 2, text: () => '›', textAnchor: 'start', fill: colourOf[name]},
      ),
      Plot.dot(some, {
        x: 'rate',
        y: 'name',
        dy,
        r: 4.5,
        symbol: name === 'now' ? 'circle' : 'square',
        fill: name === 'now' ? colourOf.now : 'var(--paper)',
        stroke: colourOf[name],
        strokeWidth: 1.5,
        title: (row: Row) => `${row.name}, ${row.side}: ${count(row.rate)} ppm`,
      }),
    ];
  };
  const right = {y: 'key', frameAnchor: 'right' as const, textAnchor: 'start' as const, dx: 16};
  const words = narrow
    ? [
        Plot.text(bars, {
          y: 'key',
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: -nameRoom,
          dy: 17,
          fill: (bar: Change) => COLOURS[bar.verdict],
          text: (bar: Change) => [verdictText(bar, unit, true), ratioText(bar)].filter(Boolean).join(' · '),
        }),
      ]
    : [
        Plot.text(bars, {
          ...right,
          dy: -7,
          fill: (bar: Change) => COLOURS[bar.verdict],
          fontWeight: 600,
          text: (bar: Change) => verdictText(bar, unit),
        }),
        Plot.text(bars, {...right, dy: 9, fill: 'var(--ink-soft)', fontVariant: 'tabular-nums', text: ratioText}),
      ];
  return styledByPage(
    Plot.plot({
      width,
      height: bars.length * rowPx + 44,
      marginLeft: nameRoom,
      marginRight: wordsRoom,
      marginTop: 10,
      marginBottom: 34,
      className: 'plot-drawing',
      ariaLabel: 'Pareto, two sides compared',
      x: {domain: [0, end], nice: false, label: null},
      y: {type: 'band', domain: bars.map(bar => bar.key), axis: null, padding: 0},
      marks: [
        Plot.gridX({ticks: narrow ? 3 : 5, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisX({
          ticks: narrow ? 3 : 5,
          tickSize: 0,
          label: null,
          fill: 'var(--ink-faint)',
          tickFormat: (v: number) => count(v),
        }),
        Plot.ruleX([0], {stroke: 'var(--line-strong)'}),
        ...side('against'),
        ...side('now'),
        Plot.text(bars, {
          y: 'key',
          text: (bar: Change) => fitted(bar.key === '' ? '(none)' : bar.key, 14, nameRoom - 12),
          title: 'key',
          href: (bar: Change) => hrefOf(bar.key),
          frameAnchor: 'left',
          dx: -nameRoom,
          dy: narrow ? -7 : 1,
          textAnchor: 'start',
          fontSize: 14,
        }),
        ...words,
      ],
      symbol: {type: 'identity'} as Plot.ScaleOptions,
      r: {type: 'identity'},
    }),
  );
}
