/** What breaks the rules on a control chart, told as stretches: neighbouring points on one side of the centre are one. */
import type {ChartAnswer} from '../../api/schemas.ts';

type Point = ChartAnswer['points'][number];

/** A point where it stands on the chart, with the lines that it is judged by. */
export interface ChartRow extends Point {
  /** 0, 1, ... from the left. */
  place: number;
  stage: number;
  center: number;
  lcl: number | null;
  ucl: number | null;
  /** On which side of its centre it breaks a rule. */
  side: 'above' | 'below';
}

/** What people call a point. */
export const nameOf = ({x, parts}: Pick<Point, 'x' | 'parts'>): string =>
  parts === undefined ? x : parts.first === parts.last ? parts.first : `${parts.first} to ${parts.last}`;

/** Neighbouring points that break rules on the same side of the same centre. */
export interface Stretch {
  /** 1, 2, ... as on the chart. */
  number: number;
  rows: ChartRow[];
  /** The furthest from the centre. */
  worst: ChartRow;
  rules: string[];
}

export function chartRows({points, limits, stages, kind}: ChartAnswer): ChartRow[] {
  const starts = stages.map(({from}) => (from === null ? Number.NEGATIVE_INFINITY : Date.parse(from)));
  let stage = 0;
  return points.map((point, place) => {
    const {lcl, ucl} = Array.isArray(limits) ? limits[place] : limits;
    // Points without a time come last and belong to the last stage.
    const at = point.at === null ? Number.POSITIVE_INFINITY : Date.parse(point.at);
    while (stage + 1 < stages.length && at >= starts[stage + 1]) stage++;
    const center = stages[stage]?.center ?? 0;
    const isBelow =
      kind === 'cusum' ? point.below !== undefined && lcl !== null && point.below < lcl : point.value < center;
    return {...point, place, stage, center, lcl, ucl, side: isBelow ? 'below' : 'above'};
  });
}

/** What is drawn of a point that breaks a rule: of two cumulative sums the one that is beyond. */
export const shownValue = ({value, below, side}: ChartRow): number => (side === 'below' ? (below ?? value) : value);

export function stretches(rows: readonly ChartRow[]): Stretch[] {
  const found: ChartRow[][] = [];
  for (const row of rows) {
    if (row.violations.length === 0) continue;
    const last = found.at(-1)?.at(-1);
    const goesOn = last?.place === row.place - 1 && last.side === row.side && last.stage === row.stage;
    if (goesOn) found[found.length - 1].push(row);
    else found.push([row]);
  }
  return found.map((run, k) => ({
    number: k + 1,
    rows: run,
    worst: run.reduce((a, b) => (far(b) > far(a) ? b : a)),
    rules: [...new Set(run.flatMap(row => row.violations))].sort(),
  }));
}

const far = (row: ChartRow) => Math.abs(shownValue(row) - row.center);

/** "above the upper limit; 9 points in a row on one side of the centre" */
export function ruleWords({rules, worst}: Pick<Stretch, 'rules' | 'worst'>, texts: Record<string, string>): string {
  const {side, lcl, ucl} = worst;
  const limit = side === 'below' ? lcl : ucl;
  return rules
    .map(id =>
      id === '1' && limit !== null
        ? `${side} the ${side === 'below' ? 'lower' : 'upper'} limit`
        : (texts[id] ?? `rule ${id}`),
    )
    .join('; ');
}

/** "bore.torque is in order", "bore.torque breaks a rule at 11 of 200 points" */
export function chartHeadline({parameter, of}: Pick<ChartAnswer, 'parameter' | 'of'>): string {
  const {points, violations} = of;
  const name = parameter === 'any-fail' ? 'Any fail' : parameter;
  if (violations === 0) return `${name}: none of ${points.toLocaleString('en')} points breaks a rule`;
  const verb = violations === 1 ? 'breaks' : 'break';
  return `${name}: ${violations.toLocaleString('en')} of ${points.toLocaleString('en')} points ${verb} a rule`;
}

/**
 * The places of points among those of another chart of the same subgroups, by name and order: a range or a moving range may
 * be missing where there is a mean.
 */
export function placedAs(rows: readonly ChartRow[], among: readonly Pick<ChartRow, 'x'>[]): ChartRow[] {
  const placed: ChartRow[] = [];
  // From the end: both lists are the newest points.
  let k = among.length - 1;
  for (const row of rows.toReversed()) {
    let at = k;
    while (at >= 0 && among[at].x !== row.x) at--;
    if (at < 0) continue;
    placed.push({...row, place: at});
    k = at - 1;
  }
  return placed.reverse();
}
