/** A control chart: points in order of time, the lines that they are judged by, and a number at what breaks a rule. */
import * as Plot from '@observablehq/plot';
import type {ChartAnswer} from '../../api/schemas.ts';
import {count, dayOf, moment} from '../format.ts';
import {plotted, writer} from './chart-kinds.ts';
import {styledByPage} from './plot-element.ts';
import {letChoose} from './span-brush.ts';
import {fitted, textWidth} from './text-width.ts';
import {type ChartRow, chartRows, nameOf, ruleWords, type Stretch, shownValue, stretches} from './violations.ts';

const BOTTOM_PX = 26;
const LEAST_PX = 240;
/** So many points have a dot each; more are a line, with dots where a rule is broken. */
const MOST_DOTS = 600;

interface Options {
  width: number;
  height?: number;
  timeZone?: string;
  /** Rows as they are placed on the chart above this one. */
  rows?: readonly ChartRow[];
  /** How many places there are. */
  places?: number;
  /** Whether stages and numbers are left to the chart above. */
  bare?: boolean;
  selecting?: Selecting;
  /** Moments to be marked on the time axis. */
  marks?: readonly {at: string; name: string}[];
  /** Where a point that breaks a rule leads, null for nowhere. */
  hrefOf?: (row: ChartRow) => string | null;
}

/** What is chosen, and who is told of more. */
export interface Selecting {
  runs: readonly {from: number; to: number}[];
  /** While points are chosen, those that break a rule are no links: a click chooses them. */
  isOn: boolean;
  /** When the first point of a stretch that was drawn over began, and when the first one after it did. */
  span: (from: string, to: string | null) => void;
  toggle: (row: ChartRow) => void;
}

export function controlChart(answer: ChartAnswer, options: Options): Element {
  const {height = 340, timeZone, rows = chartRows(answer), places = rows.length, bare, selecting, marks = []} = options;
  const hrefOf = selecting?.isOn ? undefined : options.hrefOf;
  // While a page is laid out anew, its parts may be narrower than any margin for a moment.
  const width = Math.max(LEAST_PX, options.width);
  const narrow = width < 560;
  const write = writer(answer);
  const broken = stretches(rows);
  const stages = stagesOf(rows, answer);
  const named = !bare && (stages.length > 1 || stages[0]?.frozen !== null);
  const margins = {
    marginLeft: narrow ? 44 : 60,
    marginRight: narrow ? 16 : 104,
    marginTop: named ? 44 : marks.length > 0 ? 34 : 20,
  };
  const roomPx = width - margins.marginLeft - margins.marginRight;
  const perPlace = roomPx / Math.max(1, places);
  const dots = rows.length > MOST_DOTS ? [] : rows.filter(({violations}) => violations.length === 0);
  const lastRow = rows[rows.length - 1];
  const bounds = [...rows.flatMap(row => [row.lcl, row.ucl]), ...rows.map(shownValue)].filter(v => v !== null);
  const unitPx = (height - margins.marginTop - BOTTOM_PX) / (Math.max(...bounds) - Math.min(...bounds) || 1);
  const drawing = Plot.plot({
    width,
    height,
    ...margins,
    marginBottom: BOTTOM_PX,
    className: 'plot-drawing',
    ariaLabel: `${plotted(answer)}: ${count(answer.of.violations)} of ${count(answer.of.points)} points break a rule`,
    x: {domain: [-0.5, places - 0.5], axis: null},
    y: {nice: true, label: null, insetTop: 10, insetBottom: 10},
    marks: [
      baselineBand(rows, stages, bare ? 0 : perPlace),
      Plot.rectX(selecting?.runs ?? [], {
        x1: ({from}: {from: number}) => from - 0.5,
        x2: ({to}: {to: number}) => to + 0.5,
        fill: 'var(--accent)',
        fillOpacity: 0.15,
        stroke: 'var(--accent)',
        strokeWidth: 0.75,
      }),
      Plot.gridY({ticks: 5, stroke: 'var(--line)', strokeOpacity: 1}),
      Plot.axisY({
        ticks: 5,
        tickSize: 0,
        label: null,
        fill: 'var(--ink-faint)',
        tickFormat: (value: number) => shortTick(value, answer.kind),
      }),
      ...dayAxis(rows, perPlace, timeZone),
      Plot.ruleX(stages.slice(1), {x: 'from', stroke: 'var(--ink-soft)', strokeWidth: 1}),
      named
        ? Plot.text(stages, {
            x: 'from',
            text: (stage: StageSpan) => fitted(stage.name, 12, (stage.to - stage.from) * perPlace - 10),
            title: 'name',
            frameAnchor: 'top',
            dx: 5,
            dy: -28,
            textAnchor: 'start',
            fill: 'var(--ink-soft)',
            fontWeight: 550,
          })
        : null,
      Plot.ruleY(stages, {x1: 'from', x2: 'to', y: 'center', stroke: 'var(--ink-faint)', strokeWidth: 1}),
      limitLine(rows, 'ucl'),
      limitLine(rows, 'lcl'),
      series(rows, 'value'),
      rows.some(({below}) => below !== undefined) ? series(rows, 'below') : null,
      ...(['value', 'below'] as const).map(y =>
        Plot.dot(
          // Of two cumulative sums one is at 0 most of the time.
          dots.filter(row => row[y] !== undefined && (row.below === undefined || row[y] !== 0)),
          {x: 'place', y, r: perPlace < 5 ? 1.5 : 2.5, fill: 'var(--evidence-4)'},
        ),
      ),
      Plot.dot(
        rows.filter(({violations}) => violations.length > 0),
        {
          x: 'place',
          y: shownValue,
          r: perPlace < 5 ? 3 : 4.5,
          symbol: 'diamond',
          fill: 'var(--worse)',
          stroke: 'var(--paper)',
          strokeWidth: 0.75,
          href: (row: ChartRow) => hrefOf?.(row) ?? null,
          ariaLabel: (row: ChartRow) => (hrefOf?.(row) ? `What is different about ${nameOf(row)}?` : null),
        },
      ),
      ...momentMarks(rows, marks),
      ...(['above', 'below'] as const).map(side =>
        Plot.text(
          (bare ? [] : withRoom(broken, perPlace)).filter(({worst}) => worst.side === side),
          {
            x: (stretch: Stretch) => stretch.worst.place,
            y: (stretch: Stretch) => shownValue(stretch.worst),
            text: (stretch: Stretch) => String(stretch.number),
            dy: side === 'above' ? -12 : 12,
            fill: 'var(--worse)',
            stroke: 'var(--paper)',
            strokeWidth: 3,
            fontWeight: 600,
          },
        ),
      ),
      narrow ? null : lineNames(lastRow, unitPx, write),
      Plot.tip(
        rows,
        Plot.pointerX({
          x: 'place',
          y: shownValue,
          title: (row: ChartRow) => rowWords(row, answer, {write, timeZone}),
          fill: 'var(--sheet)',
          stroke: 'var(--line-strong)',
          pathFilter: 'none',
        }),
      ),
    ],
    r: {type: 'identity'},
    symbol: {type: 'identity'} as Plot.ScaleOptions,
  });
  oneStopEach(drawing, rows, broken);
  if (selecting) letChoose(drawing, rows, selecting);
  return styledByPage(drawing);
}

/** Of neighbours that break a rule the keyboard stops at the worst: where all points do, they would be hundreds of stops. */
function oneStopEach(drawing: Element, rows: readonly ChartRow[], broken: readonly Stretch[]): void {
  const worst = new Set(broken.map(stretch => stretch.worst));
  const marked = rows.filter(({violations}) => violations.length > 0);
  const links = drawing.querySelectorAll('a');
  // Where some lead nowhere, which link is whose is not known.
  if (links.length !== marked.length) return;
  for (const [k, link] of links.entries()) if (!worst.has(marked[k])) link.setAttribute('tabindex', '-1');
}

/** A line before the first point since each moment. */
function momentMarks(rows: readonly ChartRow[], marks: NonNullable<Options['marks']>): Plot.Markish[] {
  const placed = marks.flatMap(({at, name}) => {
    const first = rows.find(row => row.at !== null && Date.parse(row.at) >= Date.parse(at));
    return first === undefined ? [] : [{place: first.place - 0.5, name}];
  });
  return [
    Plot.ruleX(placed, {x: 'place', stroke: 'var(--accent)', strokeWidth: 1.5}),
    Plot.text(placed, {
      x: 'place',
      text: 'name',
      frameAnchor: 'top',
      dx: 5,
      // Above the numbers of points that break rules.
      dy: -20,
      textAnchor: 'start',
      fill: 'var(--accent)',
    }),
  ];
}

interface StageSpan {
  /** On the scale of places. */
  from: number;
  to: number;
  center: number;
  name: string;
  frozen: ChartAnswer['baseline']['frozen'];
  /** Times of its baseline, where it is not all of the stage. */
  baseline: {from: number; to: number; name: string} | null;
}

function stagesOf(rows: readonly ChartRow[], answer: ChartAnswer): StageSpan[] {
  return answer.stages.flatMap((stage, k) => {
    const mine = rows.filter(row => row.stage === k);
    if (mine.length === 0) return [];
    const {frozen, from, to, points} = stage.baseline;
    return {
      from: mine[0].place - 0.5,
      to: mine[mine.length - 1].place + 0.5,
      center: stage.center,
      name: stageName(frozen, k, answer.stages.length),
      frozen,
      baseline:
        from === null || to === null || (points >= stage.points && frozen === null)
          ? null
          : {
              from: Date.parse(from),
              to: Date.parse(to),
              name: frozen === null ? 'baseline' : `baseline of version ${frozen.version}`,
            },
    };
  });
}

function stageName(frozen: StageSpan['frozen'], k: number, of: number): string {
  if (frozen !== null) return `version ${frozen.version} · ${frozen.by}: ${frozen.reason}`;
  return of > 1 ? `stage ${k + 1}` : '';
}

/** The points that the lines of the last stage come from, where they are not all that is shown. */
function baselineBand(rows: readonly ChartRow[], stages: readonly StageSpan[], perPlace: number): Plot.Markish[] {
  const bands = stages.flatMap(({baseline}) => {
    if (baseline === null) return [];
    const within = rows.filter(
      ({at}) => at !== null && Date.parse(at) >= baseline.from && Date.parse(at) <= baseline.to,
    );
    if (within.length === 0) return [];
    return [{from: within[0].place - 0.5, to: within[within.length - 1].place + 0.5, name: baseline.name}];
  });
  const apart = [...new Map(bands.map(band => [`${band.from} ${band.to}`, band])).values()];
  return [
    Plot.rectX(apart, {x1: 'from', x2: 'to', fill: 'var(--sunken)'}),
    Plot.text(apart, {
      x: 'from',
      text: ({name, from, to}: (typeof apart)[number]) =>
        textWidth(name, 12) <= (to - from) * perPlace - 6 ? name : '',
      frameAnchor: 'top',
      dx: 5,
      dy: -8,
      textAnchor: 'start',
      fill: 'var(--ink-faint)',
    }),
  ];
}

const limitLine = (rows: readonly ChartRow[], end: 'lcl' | 'ucl') =>
  Plot.line(rows, {
    x: 'place',
    y: (row: ChartRow) => row[end] ?? Number.NaN,
    z: 'stage',
    curve: 'step',
    stroke: 'var(--ink-faint)',
    strokeDasharray: '5 3',
    strokeWidth: 1,
  });

const series = (rows: readonly ChartRow[], y: 'value' | 'below') =>
  Plot.line(rows, {
    x: 'place',
    y,
    z: 'stage',
    stroke: 'var(--evidence-3)',
    strokeWidth: 1,
    strokeDasharray: y === 'below' ? '2 2' : undefined,
  });

/** Names of the lines at their right end; one that would touch another is left out. */
function lineNames(last: ChartRow, unitPx: number, write: (value: number) => string): Plot.Markish {
  const all = [
    {value: last.ucl, name: 'UCL'},
    {value: last.center, name: 'centre'},
    {value: last.lcl, name: 'LCL'},
  ].filter((line): line is {value: number; name: string} => line.value !== null);
  const shown: typeof all = [];
  for (const line of all) if (shown.every(({value}) => Math.abs(value - line.value) * unitPx >= 14)) shown.push(line);
  return Plot.text(shown, {
    y: 'value',
    frameAnchor: 'right',
    dx: 8,
    textAnchor: 'start',
    text: ({name, value}: (typeof all)[number]) => `${name} ${write(value)}`,
    fill: 'var(--ink-soft)',
    fontVariant: 'tabular-nums',
  });
}

/** Days below the points that are the first of theirs, as many as there is room for; names where there are no times. */
function dayAxis(rows: readonly ChartRow[], perPlace: number, timeZone?: string): Plot.Markish[] {
  const day = (row: ChartRow) => (row.at === null ? nameOf(row) : dayOf(row.at, timeZone));
  const ticks: {place: number; text: string}[] = [];
  let before = '';
  let free = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const text = day(row);
    const at = row.place * perPlace;
    if (text !== before && at >= free) {
      ticks.push({place: row.place, text});
      free = at + textWidth(text, 12) + 24;
    }
    before = text;
  }
  return [
    Plot.tickX(ticks, {x: 'place', stroke: 'var(--line)', inset: 0}),
    Plot.text(ticks, {
      x: 'place',
      text: 'text',
      frameAnchor: 'bottom',
      dy: 18,
      textAnchor: 'start',
      dx: -4,
      fill: 'var(--ink-faint)',
    }),
  ];
}

/** Numbers that have room beside each other; all of them stand in the list. */
function withRoom(broken: readonly Stretch[], perPlace: number): Stretch[] {
  const free = {above: Number.NEGATIVE_INFINITY, below: Number.NEGATIVE_INFINITY};
  return broken.filter(({worst, number}) => {
    const half = textWidth(String(number), 12, true) / 2 + 2;
    const at = worst.place * perPlace;
    if (at - half < free[worst.side]) return false;
    free[worst.side] = at + half;
    return true;
  });
}

function rowWords(
  row: ChartRow,
  {rules}: ChartAnswer,
  {write, timeZone}: {write: (value: number) => string; timeZone?: string},
): string {
  const {at, n, value, below, lcl, ucl, violations} = row;
  const name = nameOf(row);
  const isTime = /^\d{4}-\d{2}-\d{2}T/.test(name);
  return [
    isTime ? moment(at, timeZone) : `${name}${at === null ? '' : ` · ${moment(at, timeZone)}`}`,
    `${write(value)}${below === undefined ? '' : ` and ${write(below)}`}${n > 1 ? `, of ${count(n)}` : ''}`,
    `limits ${[lcl, ucl].map(limit => (limit === null ? 'none' : write(limit))).join(' to ')}`,
    ...(violations.length === 0 ? [] : [`◆ ${ruleWords({rules: violations, worst: row}, rules.texts)}`]),
  ].join('\n');
}

function shortTick(value: number, kind: ChartAnswer['kind']): string {
  if (kind === 'p' || kind === 'laney-p') return `${Number((value * 100).toPrecision(3))}\u00a0%`;
  return value.toLocaleString('en', {maximumFractionDigits: 6}).replace('-', '−');
}
