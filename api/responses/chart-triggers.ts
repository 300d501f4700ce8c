import type {ChartAnswer} from '../../warehouse/chart-answers.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {QuestionError} from '../../warehouse/question-error.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {idOf} from './fail-triggers.ts';
import type {Trigger} from './judge.ts';
import type {ChartTrigger} from './settings.ts';

type Point = ChartAnswer['points'][number];

/** The points of a chart at one position, by what tells them apart; and why there is no chart, if there is none. */
export interface Drawn {
  points: Map<string, Point>;
  none: string | null;
}

export const NOTHING_DRAWN: Drawn = {points: new Map(), none: null};

/** @throws what the chart throws, but for questions that have no answer yet: too few points, a parameter not known yet */
export async function drawn(warehouse: Warehouse, {of, ...how}: ChartTrigger, asOf: number): Promise<Drawn> {
  try {
    const {points} = await chart(warehouse, {...how, parameter: of, asOf});
    return {points: new Map(points.map(point => [keyOf(point), point])), none: null};
  } catch (error) {
    const isQuestion = error instanceof QuestionError || (error as {code?: string}).code === 'USAGE';
    if (isQuestion) return {points: new Map(), none: (error as Error).message};
    throw error;
  }
}

/**
 * Points that break a rule and did not before. That limits were estimated anew and now cut off an old point is no news:
 * it has to be new itself, or to have changed.
 */
export function chartTriggers(
  {plant, rule, when}: {plant: string; rule: string; when: ChartTrigger},
  before: Drawn,
  now: Drawn,
  {batch, cameMs}: {batch: number; cameMs: number},
): Trigger[] {
  const {of, kind, subgroup} = when;
  const news = [...now.points.values()].filter(point => {
    const known = before.points.get(keyOf(point));
    if (point.violations.length === 0) return false;
    return !known || (known.violations.length === 0 && (known.n !== point.n || known.value !== point.value));
  });
  return news.map(({x, at, n, value, violations}) => {
    const atMs = at === null ? cameMs : Math.min(Date.parse(at), cameMs);
    const about = {
      kind: 'chart',
      text: `${of} (${kind}) is out of control at ${x}: ${violations.join(', ')}, value ${value}`,
      permalink: `/charts/${encodeURIComponent(of)}?${new URLSearchParams({kind})}`,
      parameter: of,
      chart: kind,
      point: x,
      n,
      value,
      violations,
      lot: subgroup === 'lot' ? x : null,
    };
    const keys = {cause: JSON.stringify([of, kind])};
    return {id: idOf(plant, rule, ['chart', of, kind, x, at]), atMs, cameMs, batch, keys, about};
  });
}

const keyOf = ({x, at}: Point): string => JSON.stringify([x, at]);
