/** A history cut into days of the plant, and relatives cut into levels: how the trace page tells them. */
import type {Related, TraceEvent} from '../../api/schemas.ts';
import {moment, words} from '../format.ts';

/** Days in the order of time, as the plant's clock has them; what has no time comes last. */
export function storyOf(history: readonly TraceEvent[], timeZone?: string): {day: string; events: TraceEvent[]}[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone,
  });
  const timed = history.filter(({at}) => at !== null).sort((a, b) => Date.parse(a.at!) - Date.parse(b.at!));
  const days = new Map<string, TraceEvent[]>();
  for (const event of [...timed, ...history.filter(({at}) => at === null)]) {
    const day = event.at === null ? 'No time recorded' : format.format(new Date(event.at));
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return [...days].map(([day, events]) => ({day, events}));
}

/** The nearest level first, ids in their natural order within it. */
export function byDepth(related: readonly Related[]): {depth: number; items: Related[]}[] {
  const depths = [...new Set(related.map(({depth}) => depth))].sort((a, b) => a - b);
  return depths.map(depth => ({
    depth,
    items: related
      .filter(item => item.depth === depth)
      .sort((a, b) => a.kind.localeCompare(b.kind) || a.id.localeCompare(b.id, 'en', {numeric: true})),
  }));
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What an event has to say beyond its own line, which is not said twice. */
export function detailsBeyond({text, details}: TraceEvent, timeZone?: string): {name: string; value: string}[] {
  const said = new Set(text.split(/[\s,;:()]+/));
  return Object.entries(details).flatMap(([name, value]) => {
    if (value === null || value === '' || said.has(String(value))) return [];
    return [
      {name: words(name), value: TIMESTAMP.test(String(value)) ? moment(String(value), timeZone) : String(value)},
    ];
  });
}
