/** From points that are chosen to the parts behind them, as the filter language says it. */
import type {ChartAnswer} from '../api/schemas.ts';
import type {ChartRow} from './charts/violations.ts';
import {lotsFilter} from './parts/difference.ts';
import type {Chosen} from './selection.ts';

/**
 * The filter of the parts behind points: their lots where these are few, else the times between them.
 * @returns null where neither can be told: points without a time, or measurements that name no step
 */
export function filterOfPoints(
  all: readonly ChartRow[],
  {rows, runs}: Chosen,
  {subgroup, timedBy}: Pick<ChartAnswer, 'subgroup' | 'timedBy'>,
): {filter: string; by: 'lot' | 'time'} | null {
  if (rows.length === 0) return null;
  const areLots = subgroup === 'lot' && rows.every(({x, at}) => x !== at);
  const lots = areLots ? lotsFilter(rows.map(({x}) => x)) : null;
  if (lots !== null) return {filter: lots, by: 'lot'};
  if (timedBy === null) return null;
  const name = /^[\p{L}_][\p{L}\d_.-]*$/u.test(timedBy) ? timedBy : `"${timedBy.replaceAll('"', '""')}"`;
  const stretches: string[] = [];
  for (const {from, to} of runs) {
    const [first, after] = [all[from].at, all[to + 1]?.at];
    if (first === null) return null;
    const end = after ? ` and ${name} < '${after}'` : '';
    stretches.push(`${name} >= '${first}'${end}`);
  }
  const filter = stretches.length === 1 ? stretches[0] : stretches.map(one => `(${one})`).join(' or ');
  return {filter, by: 'time'};
}
