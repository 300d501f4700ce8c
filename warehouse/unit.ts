/** What intervals take as independent: lots, whose parts share their fate, or parts where no lots are known. */
import type {Session} from './duckdb.ts';
import {createPopulationLots} from './population-lots.ts';

export interface PartsOfLots {
  parts: number;
  /** Those that name no lot. */
  loose: number;
  lots: number;
}

/** Of `population`. */
export async function lotsOf(session: Session): Promise<PartsOfLots> {
  await createPopulationLots(session);
  return session.row<PartsOfLots & Record<string, unknown>>(
    `select coalesce(sum(parts), 0)::bigint as parts, count(*) filter (loose) as loose,
       count(distinct lot) filter (not loose) as lots
     from population_lots`,
  );
}

export function unitOf({parts, loose, lots}: PartsOfLots): {unit: 'lot' | 'part'; notes: string[]} {
  const notes: string[] = [];
  if (parts > 0 && lots === 0)
    notes.push(
      'no lots are known, so intervals take each part as independent: where parts share their fate, they are too narrow',
    );
  else if (loose > 0)
    notes.push(
      loose === 1
        ? `1 part of ${parts} names no lot: it stands alone`
        : `${loose} parts of ${parts} name no lot: each stands alone`,
    );
  if (parts > 0 && lots + loose < 2)
    notes.push('all parts are of one lot: there is no interval, since parts of a lot are not independent');
  return {unit: lots > 0 ? 'lot' : 'part', notes};
}
