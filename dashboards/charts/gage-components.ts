/** Components of variation of a gage study: each in per cent of the variance, of the study variation, of the tolerance. */
import * as Plot from '@observablehq/plot';
import type {GageAnswer, Interval} from '../../api/schemas.ts';
import {beside, PANEL} from './beside.ts';

type Component = GageAnswer['components'][number];

const NAME_PX = 124;
const VALUE_PX = 60;
const ROW_PX = 30;
const TOP_PX = 46;
const BOTTOM_PX = 22;
const GAP_PX = 28;

export const COMPONENTS: Record<Component['source'], string> = {
  gage: 'Gage R&R',
  repeatability: 'Repeatability',
  reproducibility: 'Reproducibility',
  appraiser: 'Appraiser',
  interaction: 'Appraiser × part',
  part: 'Part-to-part',
  total: 'Total',
};

/** What is drawn: reproducibility in two where there is an interaction; the total is always 100 %. */
export const componentsShown = (components: readonly Component[]): Component[] =>
  components.filter(
    ({source}) =>
      source !== 'total' && (source !== 'appraiser' || components.some(other => other.source === 'interaction')),
  );

interface Measure {
  name: string;
  of: (component: Component) => Interval;
  /** Below the first a gage is acceptable, above the second it is not (AIAG). */
  bounds: [number, number];
}

export function gageComponents({components}: Pick<GageAnswer, 'components'>, {width}: {width: number}): Element {
  const rows = componentsShown(components);
  const measures: Measure[] = [
    {name: '% contribution', of: c => c.percentContribution, bounds: [1, 9]},
    {name: '% study variation', of: c => c.percentStudy, bounds: [10, 30]},
  ];
  if (rows.every(({percentTolerance}) => percentTolerance !== null))
    measures.push({name: '% tolerance', of: c => c.percentTolerance!, bounds: [10, 30]});
  const isNarrow = width < 720;
  const height = TOP_PX + rows.length * ROW_PX + BOTTOM_PX;
  const each = isNarrow ? width - NAME_PX : (width - NAME_PX - GAP_PX * (measures.length - 1)) / measures.length;
  const panels = measures.map((measure, k) => {
    const named = isNarrow || k === 0;
    return {
      panel: panelOf(rows, measure, {width: each + (named ? NAME_PX : 0), height, named}),
      x: named ? 0 : NAME_PX + k * (each + GAP_PX),
      y: isNarrow ? k * (height + 12) : 0,
    };
  });
  return beside(panels, {
    width,
    height: isNarrow ? measures.length * (height + 12) - 12 : height,
    ariaLabel: 'Components of variation, with 95 % intervals',
  });
}

function panelOf(
  rows: readonly Component[],
  {name, of, bounds}: Measure,
  {width, height, named}: {width: number; height: number; named: boolean},
): Element {
  const marginLeft = named ? NAME_PX : 0;
  const most = Math.max(100, ...rows.map(row => of(row).high));
  const isGage = ({source}: Component) => source === 'gage';
  return Plot.plot({
    width,
    height,
    marginLeft,
    marginRight: VALUE_PX,
    marginTop: TOP_PX,
    marginBottom: BOTTOM_PX,
    className: PANEL,
    x: {domain: [0, most], label: null},
    y: {domain: rows.map(({source}) => source), axis: null, padding: 0.5},
    marks: [
      Plot.axisX({ticks: width - marginLeft > 240 ? 5 : 3, tickSize: 0, label: null, fill: 'var(--ink-faint)'}),
      Plot.ruleX([0], {stroke: 'var(--line-strong)'}),
      Plot.ruleX(bounds, {stroke: 'var(--ink-faint)', strokeDasharray: '2 3'}),
      // Of bounds of the contribution there is no room for both.
      Plot.text(bounds.slice(bounds[1] < 10 ? 1 : 0), {
        x: (bound: number) => bound,
        text: (bound: number) => String(bound),
        frameAnchor: 'top',
        dy: -10,
        fill: 'var(--ink-faint)',
      }),
      Plot.text([name], {
        frameAnchor: 'top-left',
        dy: -42,
        text: (text: string) => text,
        textAnchor: 'start',
        fontWeight: 600,
      }),
      Plot.barX(rows, {
        x1: 0,
        x2: row => of(row).value,
        y: 'source',
        fill: row => (isGage(row) ? 'var(--evidence-4)' : row.source === 'part' ? 'var(--bar)' : 'var(--evidence-2)'),
      }),
      Plot.ruleY(rows, {
        x1: row => of(row).low,
        x2: row => of(row).high,
        y: 'source',
        stroke: 'var(--ink)',
        strokeWidth: 1.25,
      }),
      ...(['low', 'high'] as const).map(end =>
        Plot.tickX(rows, {x: row => of(row)[end], y: 'source', stroke: 'var(--ink)', strokeWidth: 1.25, inset: 3}),
      ),
      ...[true, false].map(strong =>
        Plot.text(
          rows.filter(row => isGage(row) === strong),
          {
            y: 'source',
            frameAnchor: 'right',
            dx: VALUE_PX,
            textAnchor: 'end',
            text: (row: Component) => of(row).value.toFixed(1),
            fontWeight: strong ? 600 : 450,
            fontVariant: 'tabular-nums',
          },
        ),
      ),
      named
        ? Plot.text(rows, {
            y: 'source',
            frameAnchor: 'left',
            dx: -NAME_PX,
            textAnchor: 'start',
            text: (row: Component) => `${isPart(row) ? '\u2003' : ''}${COMPONENTS[row.source]}`,
          })
        : null,
    ],
  });
}

/** What a component above it is made of. */
const isPart = ({source}: Component) => !['gage', 'part'].includes(source);
