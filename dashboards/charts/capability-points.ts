/** Means or spread of the subgroups in order, with their limits; very many points become bars from lowest to highest. */
import * as Plot from '@observablehq/plot';
import type {Mark, Panel} from '../../api/schemas.ts';
import {count, moment} from '../format.ts';
import {styledByPage} from './plot-element.ts';
import {fitted, textWidth} from './text-width.ts';
import {nameOf} from './violations.ts';

const HEIGHT_PX = 236;
/** Where the limits are named. */
const RIGHT_PX = 92;
const NAMES: Partial<Record<Panel['kind'], [one: string, many: string]>> = {
  xbar: ['mean', 'means'],
  imr: ['value', 'values'],
  r: ['range', 'ranges'],
  s: ['standard deviation', 'standard deviations'],
  mr: ['moving range', 'moving ranges'],
};

/** "12 of 200 means are beyond their limits", "None of 25 ranges is beyond its limits" */
export function panelHeadline({kind, outside, points}: Pick<Panel, 'kind' | 'outside' | 'points'>): string {
  const many = NAMES[kind]?.[1] ?? 'points';
  if (outside === 0) return `None of ${count(points)} ${many} is beyond its limits`;
  return outside === 1
    ? `1 of ${count(points)} ${many} is beyond its limits`
    : `${count(outside)} of ${count(points)} ${many} are beyond their limits`;
}

/** @param options digits: how many after the point the values deserve */
export function capabilityPoints(
  panel: Panel,
  {width, digits, timeZone}: {width: number; digits: number; timeZone?: string},
): Element {
  const {marks, center, kind} = panel;
  const single = marks.every(mark => mark.points === 1);
  const last = marks[marks.length - 1];
  const labels = [
    {value: last.ucl, name: 'UCL'},
    {value: center, name: kind === 'xbar' || kind === 'imr' ? 'mean' : 'centre'},
    {value: last.lcl, name: 'LCL'},
  ].filter((label): label is {value: number; name: string} => label.value !== null);
  const shown = apart(labels, marks);
  const limit = (end: 'lcl' | 'ucl') =>
    Plot.line(marks, {
      x: 'place',
      y: end,
      curve: 'step',
      stroke: 'var(--ink-faint)',
      strokeDasharray: '5 3',
      strokeWidth: 1,
    });
  const fine = marks.filter(mark => mark.outside === 0);
  const beyond = marks.filter(mark => mark.outside > 0);
  const title = (mark: Mark) => markTitle(mark, digits, timeZone);
  return styledByPage(
    Plot.plot({
      width,
      height: HEIGHT_PX,
      marginLeft: 48,
      marginRight: RIGHT_PX,
      marginTop: 10,
      marginBottom: 24,
      className: 'plot-drawing',
      ariaLabel: panelHeadline(panel),
      x: {domain: [marks[0].place - 0.5, last.place + 0.5], axis: null},
      y: {nice: true, label: null},
      marks: [
        Plot.axisY({ticks: 4, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
        Plot.ruleY([center], {stroke: 'var(--line-strong)'}),
        limit('lcl'),
        limit('ucl'),
        single
          ? Plot.line(marks, {x: 'place', y: 'low', stroke: 'var(--evidence-2)', strokeWidth: 1})
          : Plot.ruleX(marks, {
              x: 'place',
              y1: 'low',
              y2: 'high',
              stroke: 'var(--evidence-2)',
              strokeWidth: 1.5,
              title,
            }),
        single
          ? Plot.dot(fine, {x: 'place', y: 'low', r: marks.length > 120 ? 1.5 : 2.5, fill: 'var(--evidence-4)', title})
          : null,
        ...(['low', 'high'] as const).map(end =>
          Plot.dot(
            beyond.filter(mark => (end === 'low') !== isAbove(mark)),
            {
              x: 'place',
              y: end,
              r: marks.length > 120 ? 3 : 4,
              symbol: 'diamond',
              fill: 'var(--worse)',
              stroke: 'var(--paper)',
              strokeWidth: 0.75,
              title,
            },
          ),
        ),
        Plot.text(shown, {
          y: 'value',
          frameAnchor: 'right',
          dx: 8,
          textAnchor: 'start',
          text: (label: {name: string; value: number}) => `${label.name} ${figure(label.value, digits)}`,
          fill: 'var(--ink-faint)',
        }),
        ...ends(marks, width - 48 - RIGHT_PX, timeZone).map(({text, side}) =>
          Plot.text([text], {
            frameAnchor: side === 'left' ? 'bottom-left' : 'bottom-right',
            dy: 20,
            textAnchor: side === 'left' ? 'start' : 'end',
            fill: 'var(--ink-faint)',
          }),
        ),
      ],
      r: {type: 'identity'},
      symbol: {type: 'identity'} as Plot.ScaleOptions,
    }),
  );
}

const isAbove = ({high, ucl}: Mark) => ucl !== null && high > ucl;

/** Where outliers press the limits together, the names that would touch the one before are left out. */
function apart<L extends {value: number}>(labels: readonly L[], marks: readonly Mark[]): L[] {
  const all = [...marks.flatMap(({low, high}) => [low, high]), ...labels.map(({value}) => value)];
  const unitPx = (HEIGHT_PX - 34) / (Math.max(...all) - Math.min(...all) || 1);
  const shown: L[] = [];
  for (const label of labels)
    if (shown.every(({value}) => Math.abs(value - label.value) * unitPx >= 14)) shown.push(label);
  return shown;
}

/** Names and days of the first and the last point; on a narrow chart what fits of them. */
function ends(marks: readonly Mark[], room: number, timeZone?: string) {
  const [first, last] = [marks[0], marks[marks.length - 1]];
  const most = room / 2 - 6;
  return [
    {text: endText(first.parts?.first ?? first.x, first.at, most, timeZone), side: 'left' as const},
    ...(marks.length > 1
      ? [{text: endText(last.parts?.last ?? last.to, last.at, most, timeZone), side: 'right' as const}]
      : []),
  ];
}

/** A subgroup by its name and day; one without a name of its own by its day alone. */
function endText(name: string, at: string | null, most: number, timeZone?: string): string {
  const day = at === null ? '' : moment(at, timeZone).replace(/, .*$/, '');
  if (name === at || /^\d{4}-\d{2}-\d{2}T/.test(name)) return day || name;
  const whole = day === '' ? name : `${name}, ${day}`;
  return textWidth(whole, 12) <= most ? whole : fitted(day || name, 12, most);
}

/** Of one point its name, of several those of the first and the last. */
export const markName = ({x, to, parts, points}: Mark): string =>
  nameOf({x: points === 1 ? x : `${x} to ${to}`, parts});

function markTitle(mark: Mark, digits: number, timeZone?: string): string {
  const {at, points, low, high, outside} = mark;
  const names = `${markName(mark)}${points === 1 ? '' : `, ${count(points)} points`}`;
  const values = low === high ? figure(low, digits) : `${figure(low, digits)} to ${figure(high, digits)}`;
  const when = at === null ? '' : `\n${moment(at, timeZone)}`;
  return `${names}: ${values}${outside > 0 ? `, ${points === 1 ? '' : `${outside} `}beyond the limits` : ''}${when}`;
}

/** A value with so many digits after the point; the sign is a real minus. */
export function figure(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}

/** Digits after the point that show a hundredth of a spread. */
export function digitsFor(sigma: number): number {
  return Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(sigma))));
}
