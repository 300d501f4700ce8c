/** How fresh each source is, and how complete what ties parts and lots together. */
import type {SupplyAnswer} from './data-answers.ts';
import {query} from './queries.ts';
import {sourceOf} from './source-of.ts';
import type {Warehouse} from './store.ts';

/** Fewer batches show no habit. */
const LEAST_BATCHES = 5;
/** A source is late when it has been silent for so many of its usual pauses. */
const PAUSES = 4;

export function supply(warehouse: Warehouse): Promise<SupplyAnswer> {
  return warehouse.read(undefined, async (session, asOf) => {
    const batches = await session.rows<{at: string; source: string; accepted: number; rejected: number}>(
      `select "at", source, accepted, rejected from fact.batches where batch <= ${asOf} order by "at"`,
    );
    const genealogy = await session.rows<SupplyAnswer['genealogy'][number]>(query('genealogy-completeness'));
    return {
      asOf,
      sources: sourcesOf(batches),
      genealogy: genealogy.map(link => ({...link, missing: link.missing ?? []})),
    };
  });
}

/** The one that was heard of last comes first. @param batches in order of time */
export function sourcesOf(batches: readonly {at: string; source: string; accepted: number; rejected: number}[]) {
  const found = new Map<string, {times: number[]; accepted: number; rejected: number}>();
  for (const {at, source, accepted, rejected} of batches) {
    const name = sourceOf(source);
    const of = found.get(name) ?? {times: [], accepted: 0, rejected: 0};
    of.times.push(Date.parse(at));
    of.accepted += accepted;
    of.rejected += rejected;
    found.set(name, of);
  }
  return [...found]
    .map(([source, {times, accepted, rejected}]) => {
      const [first, last] = [times[0], times[times.length - 1]];
      const pause = usualPause(times);
      return {
        source,
        batches: times.length,
        accepted,
        rejected,
        firstAt: new Date(first).toISOString(),
        lastAt: new Date(last).toISOString(),
        usualPauseSeconds: pause === null ? null : pause / 1000,
        expectedBy: pause === null ? null : new Date(last + PAUSES * pause).toISOString(),
      };
    })
    .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt) || (a.source < b.source ? -1 : 1));
}

/** The median time between batches, in milliseconds; null where there are too few, or they came at once. */
function usualPause(times: readonly number[]): number | null {
  if (times.length < LEAST_BATCHES) return null;
  const pauses = times.slice(1).map((time, k) => time - times[k]);
  pauses.sort((a, b) => a - b);
  const middle = pauses.length / 2;
  const median = (pauses[Math.floor(middle - 0.5)] + pauses[Math.floor(middle)]) / 2;
  return median > 0 ? median : null;
}
