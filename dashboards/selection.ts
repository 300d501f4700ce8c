/**
 * What somebody chose on a chart, as the address says it: `span=FROM..TO`, the points that begin in that time (from
 * included, to not, both may be open), and `point=NAME` for single ones beside it.
 */
import type {ChartAnswer} from '../api/schemas.ts';
import type {ChartRow} from './charts/violations.ts';
import {lotsFilter} from './parts/difference.ts';

export interface Chosen {
  rows: ChartRow[];
  /** Neighbours, as places of the first and the last of them. */
  runs: {from: number; to: number}[];
}

/** The points that an address chooses; none where it names none. */
export function chosenRows(rows: readonly ChartRow[], params: URLSearchParams): Chosen {
  const text = params.get('span');
  const [from, to = ''] = text?.split('..') ?? [];
  const span = text ? {fromMs: Date.parse(from), toMs: Date.parse(to)} : null;
  const names = new Set(params.getAll('point'));
  const chosen = rows.filter(row => names.has(row.x) || (span !== null && isWithin(row, span)));
  const runs: Chosen['runs'] = [];
  for (const {place} of chosen) {
    const last = runs.at(-1);
    if (last?.to === place - 1) last.to = place;
    else runs.push({from: place, to: place});
  }
  return {rows: chosen, runs};
}

/** An end that is open, or no time, does not bound. */
function isWithin({at}: ChartRow, {fromMs, toMs}: {fromMs: number; toMs: number}): boolean {
  if (at === null) return false;
  const ms = Date.parse(at);
  return !(ms < fromMs) && !(ms >= toMs);
}

/** The span of the points from one place to another, as the address says it; null where they have no time. */
export function spanOf(rows: readonly ChartRow[], from: number, to: number): string | null {
  const [first, after] = [rows[from]?.at, rows[to + 1]?.at];
  return first ? `${first}..${after ?? ''}` : null;
}

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
