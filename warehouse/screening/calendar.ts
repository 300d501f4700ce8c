/** When lots were begun, and what happened to stations meanwhile. */
import type {Session} from '../duckdb.ts';
import type {Frame} from './frame.ts';

const MOST_EVENTS = 10_000;

/**
 * @param began of each lot, in ms since 1970
 * @returns lots that hold none of the parts asked about begin at infinity
 */
export async function calendarOf(
  session: Session,
  {lot, lots, lotsOrdered, outcome}: Frame,
  began: Float64Array,
): Promise<Pick<Frame, 'lotStart' | 'events'>> {
  if (!lotsOrdered || lots === 0) return {};
  const lotStart = new Float64Array(lots).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < lot.length; i++) if (!Number.isNaN(outcome[i])) lotStart[lot[i]] = began[lot[i]];
  const known = lotStart.filter(start => Number.isFinite(start));
  if (known.length === 0) return {};
  const events = await session.rows<{at: number; station: string; kind: string; text: string | null}>(
    `select epoch_ms("at")::double as at, station, kind, text from now.events
     where epoch_ms("at") between ${known[0]} and ${known[known.length - 1]}
     order by "at", station, kind limit ${MOST_EVENTS}`,
  );
  const words = ({station, kind, text}: (typeof events)[number]) => `${kind} of ${station}${text ? ` (${text})` : ''}`;
  return {lotStart, events: events.map(event => ({at: event.at, words: words(event)}))};
}
