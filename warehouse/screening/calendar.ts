/** When lots were begun, and what happened to stations meanwhile. */
import type {Session} from '../duckdb.ts';
import type {Frame} from './frame.ts';

const MOST_EVENTS = 10_000;

/** @param frame that of temporary table `screened`; lots that hold none of it begin at infinity */
export async function calendarOf(
  session: Session,
  {lot, lots, lotsOrdered}: Frame,
  cluster: 'lot' | 'part',
): Promise<Pick<Frame, 'lotStart' | 'events'>> {
  if (!lotsOrdered || lots === 0) return {};
  const at = cluster === 'lot' ? 'lot_at' : 'made_at';
  const [idx, starts] = await session.typed(`select idx, epoch_ms(${at})::double as at from screened`);
  const lotStart = new Float64Array(lots).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < idx.length; k++) lotStart[lot[idx[k]]] = Math.min(lotStart[lot[idx[k]]], starts[k]);
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
