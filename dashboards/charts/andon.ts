/** What the andon view says, from what the server answered. */
import type {ChartAnswer, Scope} from '../../api/schemas.ts';
import {chartRows, stretches} from './violations.ts';

export const HOURS_SHOWN = 24;

export interface AndonState {
  kind: 'asking' | 'no-limits' | 'in-order' | 'out-of-order';
  /** When the newest stretch that breaks a rule began, as long as it goes on. */
  since: string | null;
}

/**
 * Out of order as long as the newest point breaks a rule; what was put right is history, and a matter of the charts.
 * @param chart null: none came yet, or none can be drawn
 */
export function andonState(chart: ChartAnswer | null, isAsking: boolean): AndonState {
  if (chart === null || chart.points.length === 0) return {kind: isAsking ? 'asking' : 'no-limits', since: null};
  const rows = chartRows(chart);
  const newest = stretches(rows).at(-1);
  const goesOn = newest !== undefined && newest.rows.at(-1)?.place === rows.length - 1;
  return goesOn ? {kind: 'out-of-order', since: newest.rows[0].at} : {kind: 'in-order', since: null};
}

/** The address decides; otherwise the last hours before the newest inspection, whenever that was. */
export function windowOf({from, to}: Scope, newestInspectionAt: string | null): Pick<Scope, 'from' | 'to'> {
  if (from !== undefined || to !== undefined || newestInspectionAt === null) return {};
  const begin = Date.parse(newestInspectionAt) - HOURS_SHOWN * 3_600_000;
  return {from: new Date(begin).toISOString()};
}
