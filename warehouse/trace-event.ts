import type {TraceEvent} from './answers.ts';

/** An event without what is not known. */
export function event(
  at: string | null,
  what: TraceEvent['what'],
  place: {step?: string | null; station?: string | null},
  text: string,
  details: TraceEvent['details'],
): TraceEvent {
  const known = Object.entries(details).filter(([, value]) => value !== null);
  return {at, what, step: place.step ?? null, station: place.station ?? null, text, details: Object.fromEntries(known)};
}
