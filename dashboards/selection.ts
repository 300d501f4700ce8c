/**
 * What somebody chose on a chart, as the address says it: `span=FROM..TO`, the points that begin in that time (from
 * included, to not, both may be open), and `point=NAME` for single ones beside it.
 */
import type {ChartRow} from './charts/violations.ts';

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
