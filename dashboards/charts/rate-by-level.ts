/** Rate of the outcome by level, with intervals: the small plot that convinces, or does not. */
import * as Plot from '@observablehq/plot';
import type {LevelRate, ScreenAnswer} from '../../api/schemas.ts';
import {likewise, percent} from '../format.ts';
import {styledByPage} from './plot-element.ts';
import {fitted} from './text-width.ts';

const ROW_PX = 28;

/** What a whole question is about, as far as a rate needs it. */
export type Asked = Pick<ScreenAnswer, 'population'> & {question: Pick<ScreenAnswer['question'], 'measurement'>};

/** The defective share of everything that was asked about; null for a numeric outcome. */
export function overallRate({population: {parts, defective}, question}: Asked): number | null {
  return question.measurement !== undefined || parts === 0 ? null : defective / parts;
}

/**
 * The highest rates first; at most `most` of them, the accused one always among them.
 * Ranges of a number stay in their own order, all of them: what convinces is whether the rate climbs.
 */
export function levelsShown(
  levels: readonly LevelRate[],
  {accused, most, ranges}: {accused: string | null; most: number; ranges: boolean},
): LevelRate[] {
  if (ranges) return [...levels];
  const ranked = levels.toSorted((a, b) => b.rate - a.rate || b.parts - a.parts);
  const shown = ranked.slice(0, most);
  const missing = ranked.slice(most).find(({level}) => level === accused);
  return missing ? [...shown.slice(0, -1), missing] : shown;
}

/**
 * @param levels rates in [0, 1] with their interval, or means of a numeric outcome
 * @param options accused: the level that the finding names; overall: the rate of the population, as a line; ranges: the levels
 * are ranges of a number; means: of a numeric outcome, in its own unit
 */
export function rateByLevel(
  levels: readonly LevelRate[],
  options: {
    width: number;
    accused: string | null;
    overall: number | null;
    ranges?: boolean;
    means?: boolean;
    most?: number;
    /** Where a level leads, null for nowhere. */
    hrefOf?: (level: string) => string | null;
  },
): Element {
  const {width, accused, overall, ranges = false, means = false, most = 12, hrefOf} = options;
  const shown = levelsShown(levels, {accused, most, ranges});
  const nameRoom = Math.round(Math.min(150, width * 0.32));
  // Means may have many digits.
  const ticks = means ? 2 : 3;
  const colour = (row: LevelRate) => (row.level === accused ? 'var(--evidence-5)' : 'var(--evidence-2)');
  return styledByPage(
    Plot.plot({
      width,
      height: shown.length * ROW_PX + 44,
      marginLeft: nameRoom + 60,
      marginRight: 20,
      marginTop: 22,
      marginBottom: 22,
      className: 'plot-drawing',
      ariaLabel: means ? 'Mean by level' : 'Rate by level',
      x: {
        zero: !means,
        nice: true,
        ticks,
        label: null,
      },
      y: {domain: shown.map(row => row.level), axis: null, padding: 0},
      marks: [
        Plot.gridX({ticks, stroke: 'var(--line)', strokeOpacity: 1}),
        Plot.axisX({
          ticks,
          tickSize: 0,
          label: null,
          fill: 'var(--ink-faint)',
          tickFormat: means ? undefined : (rate: number) => `${Number((rate * 100).toPrecision(3))}\u00a0%`,
        }),
        overall === null ? null : Plot.ruleX([overall], {stroke: 'var(--ink-faint)', strokeDasharray: '3 3'}),
        overall === null
          ? null
          : Plot.text([overall], {
              x: overall,
              text: () => 'all',
              frameAnchor: 'top',
              dy: -14,
              fill: 'var(--ink-faint)',
            }),
        Plot.ruleY(shown, {x1: 'low', x2: 'high', y: 'level', stroke: colour, strokeWidth: 2}),
        Plot.dot(shown, {
          x: 'rate',
          y: 'level',
          r: (row: LevelRate) => (row.level === accused ? 5 : 4),
          symbol: (row: LevelRate) => (row.level === accused ? 'diamond' : 'circle'),
          fill: colour,
          href: (row: LevelRate) => hrefOf?.(row.level) ?? null,
          ariaLabel: (row: LevelRate) => (hrefOf?.(row.level) ? `Parts of ${row.level}` : null),
        }),
        levelNames(
          shown.filter(row => row.level !== accused),
          nameRoom,
          450,
        ),
        levelNames(
          shown.filter(row => row.level === accused),
          nameRoom,
          650,
        ),
        Plot.text(shown, {
          y: 'level',
          text: (row: LevelRate) => (means ? likewise(row.rate, row) : percent(row.rate)),
          frameAnchor: 'left',
          dx: -12,
          textAnchor: 'end',
          fontVariant: 'tabular-nums',
          fill: 'var(--ink-soft)',
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

function levelNames(rows: readonly LevelRate[], roomPx: number, fontWeight: number): Plot.Markish {
  return Plot.text(rows, {
    y: 'level',
    text: (row: LevelRate) => fitted(row.level, 12, roomPx - 8, fontWeight > 500),
    title: 'level',
    frameAnchor: 'left',
    dx: -(roomPx + 60),
    textAnchor: 'start',
    fontWeight,
  });
}
