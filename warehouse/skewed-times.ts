/** Times that cannot be: of a clock that runs ahead, or of one that fell back to its beginning. */
import type {Column} from './canonical.ts';
import {quoteName, quoteText} from './duckdb.ts';
import {type Check, typedValue} from './field-checks.ts';
import type {Ledger} from './ledger.ts';
import type {LoadPlan} from './load-plan.ts';

/** What is told must have happened within it; ISO 8601. */
export interface LifeOfPlant {
  since: string;
  until: string;
}

/** Zones that were mixed up are no skew. */
const TOLERANCE_MS = 24 * 3600 * 1000;

/** The latest time that can be told of: by this machine's clock, or by the ledger where the clock was set back. */
export function latestTime(ledger: Pick<Ledger, 'entries'>): string {
  const last = ledger.entries().at(-1);
  return new Date(Math.max(Date.now(), Date.parse(last?.at ?? '') || 0) + TOLERANCE_MS).toISOString();
}

/** Whether a column tells of what has happened; planned times may lie anywhere. */
export const tellsOfThePast = (column: Column): boolean => column.type === 'time' && !column.isPlanned;

/** SQL: a time is outside the life of the plant. */
export const isSkewed = (time: string, {since, until}: LifeOfPlant): string =>
  `not coalesce(${time} between ${quoteText(since)}::timestamptz and ${quoteText(until)}::timestamptz, true)`;

/** Of columns that are texts of their names. */
export function skewChecks(present: readonly Column[], plan: LoadPlan, {since, until}: LifeOfPlant): Check[] {
  return present.filter(tellsOfThePast).map(column => {
    const value = typedValue(column, plan);
    return {
      field: column.name,
      reason: `case when (${value}) < ${quoteText(since)}::timestamptz
          then 'skewed: before the plant existed; put the clock right and send the row again, or set "since" in fishbone.json (now ${since}): "' || ${quoteName(column.name)} || '"'
        when (${value}) > ${quoteText(until)}::timestamptz
          then 'skewed: in the future; put the clock right and send the row again, or replay it when the time has come: "' || ${quoteName(column.name)} || '"' end`,
    };
  });
}
