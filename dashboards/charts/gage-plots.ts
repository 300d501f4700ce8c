/** Values of a gage study by part and by appraiser, and the means of each appraiser part by part. */
import * as Plot from '@observablehq/plot';
import type {GagePlots} from '../../api/schemas.ts';
import {figure} from './capability-points.ts';
import {styledByPage} from './plot-element.ts';
import {fitted, textWidth} from './text-width.ts';

const HEIGHT_PX = 236;
const MARGINS = {marginLeft: 48, marginTop: 10, marginBottom: 24};

interface Options {
  width: number;
  digits: number;
}

/** Appraisers differ by colour, by shape and by dash. */
const LOOKS = [
  {symbol: 'circle', glyph: '●', dash: ''},
  {symbol: 'diamond', glyph: '◆', dash: '6 3'},
  {symbol: 'square', glyph: '■', dash: '2 3'},
  {symbol: 'triangle', glyph: '▲', dash: '8 3 2 3'},
] as const;
const lookOf = (k: number) => ({...LOOKS[k % LOOKS.length], colour: `var(--category-${(k % LOOKS.length) + 1})`});

/** Every value, and the mean of each part (or appraiser) as a diamond on a line. */
export function gageValues(plots: GagePlots, {by, width, digits}: Options & {by: 'part' | 'appraiser'}): Element {
  const means =
    by === 'part'
      ? plots.parts.map(p => ({name: p.part, ...p}))
      : plots.appraisers.map(a => ({name: a.appraiser, ...a}));
  const values = plots.cells.flatMap(cell => cell.values.map((value, k) => ({...cell, name: cell[by], value, k})));
  const marginRight = 16;
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      ...MARGINS,
      marginRight,
      className: 'plot-drawing',
      ariaLabel: `Values by ${by}`,
      x: {type: 'point', domain: means.map(({name}) => name), axis: null, padding: 0.5},
      y: {nice: true, label: null},
      marks: [
        valueAxis(),
        ...nameAxis(
          means.map(({name}) => name),
          width - MARGINS.marginLeft - marginRight,
        ),
        Plot.line(means, {x: 'name', y: 'mean', stroke: 'var(--evidence-4)', strokeWidth: 1.5}),
        Plot.dot(values, {
          x: 'name',
          y: 'value',
          r: 2.5,
          stroke: 'var(--evidence-3)',
          strokeWidth: 1,
          strokeOpacity: 0.8,
          title: (row: (typeof values)[number]) => `${row.part} by ${row.appraiser}: ${figure(row.value, digits)}`,
        }),
        Plot.dot(means, {
          x: 'name',
          y: 'mean',
          r: 4.5,
          symbol: 'diamond',
          fill: 'var(--evidence-5)',
          stroke: 'var(--paper)',
          title: (row: (typeof means)[number]) => `${row.name}: mean ${figure(row.mean, digits)}`,
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

/** The mean of each part by each appraiser: lines that do not run alike are an interaction. */
export function gageInteraction(plots: GagePlots, {width, digits}: Options): Element {
  const parts = plots.parts.map(({part}) => part);
  const appraisers = plots.appraisers.map(({appraiser}) => appraiser);
  const widest = Math.max(...appraisers.map(name => textWidth(`● ${name}`, 12)));
  const marginRight = Math.ceil(Math.min(0.3 * width, widest + 16));
  const bounds = plots.cells.map(({mean}) => mean);
  const [least, most] = [Math.min(...bounds), Math.max(...bounds)];
  const reach = 0.06 * (most - least || 1);
  const unitPx = (HEIGHT_PX - MARGINS.marginTop - MARGINS.marginBottom) / (most - least + 2 * reach);
  const ends = apart(
    appraisers.map((appraiser, k) => ({
      text: `${lookOf(k).glyph} ${fitted(appraiser, 12, marginRight - 28)}`,
      y: plots.cells.findLast(cell => cell.appraiser === appraiser)!.mean,
    })),
    15 / unitPx,
  );
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      ...MARGINS,
      marginRight,
      className: 'plot-drawing',
      ariaLabel: 'Means of parts by appraiser',
      x: {type: 'point', domain: parts, axis: null, padding: 0.5},
      y: {domain: [least - reach, most + reach], label: null},
      marks: [
        valueAxis(),
        ...nameAxis(parts, width - MARGINS.marginLeft - marginRight),
        ...appraisers.flatMap((appraiser, k) => {
          const own = plots.cells.filter(cell => cell.appraiser === appraiser);
          const {colour, symbol, dash} = lookOf(k);
          return [
            Plot.line(own, {x: 'part', y: 'mean', stroke: colour, strokeWidth: 1.5, strokeDasharray: dash}),
            Plot.dot(own, {
              x: 'part',
              y: 'mean',
              r: 3.5,
              symbol,
              fill: colour,
              stroke: 'var(--paper)',
              strokeWidth: 0.75,
              title: (row: (typeof own)[number]) => `${row.part} by ${row.appraiser}: mean ${figure(row.mean, digits)}`,
            }),
          ];
        }),
        Plot.text(ends, {
          y: 'y',
          text: 'text',
          frameAnchor: 'right',
          dx: 6,
          textAnchor: 'start',
          fill: 'var(--ink-soft)',
        }),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

/** Labels moved up where they would touch the one below, in the units of the axis. */
function apart<L extends {y: number}>(labels: readonly L[], least: number): L[] {
  const placed: L[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const label of labels.toSorted((a, b) => a.y - b.y)) {
    const y = Math.max(label.y, free);
    placed.push({...label, y});
    free = y + least;
  }
  return placed;
}

const valueAxis = () => Plot.axisY({ticks: 5, tickSize: 0, label: null, fill: 'var(--ink-faint)'});

/** As many names below as there is room for. */
function nameAxis(names: readonly string[], roomPx: number): Plot.Markish[] {
  const perName = roomPx / names.length;
  const widest = Math.max(...names.map(name => textWidth(name, 12))) + 8;
  const every = Math.max(1, Math.ceil(Math.min(widest, roomPx / 2) / perName));
  return [
    Plot.gridX({stroke: 'var(--line)', strokeOpacity: 1}),
    Plot.text(
      names.filter((_, k) => k % every === 0),
      {
        x: (name: string) => name,
        text: (name: string) => fitted(name, 12, every * perName - 4),
        frameAnchor: 'bottom',
        dy: 18,
        fill: 'var(--ink-faint)',
      },
    ),
  ];
}
