/** Times that cannot be: of a clock that runs ahead, or of one that fell back to its beginning. */
import type {Column} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Ledger} from './ledger.ts';
import type {FieldError} from './validate.ts';

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

/**
 * Takes rows with a time outside the life of the plant out of temporary table `valid`; planned times may lie anywhere.
 * @param present columns that come from the file; their texts are in temporary table `mapped`
 */
export async function skewedTimes(
  session: Session,
  present: readonly Column[],
  {since, until}: LifeOfPlant,
): Promise<FieldError[]> {
  const times = present.filter(c => c.type === 'time' && !c.isPlanned).map(c => c.name);
  if (times.length === 0) return [];
  // The many files without such a time pay one look at the columns.
  const outside = (name: string) =>
    `not coalesce(v.${quoteName(name)} between ${quoteText(since)}::timestamptz and ${quoteText(until)}::timestamptz, true)`;
  const any = times.map(outside).join(' or ');
  const {found} = await session.row<{found: boolean | null}>(`select bool_or(${any}) as found from valid v`);
  if (!found) return [];
  const errors = await session.rows<FieldError & Record<string, unknown>>(
    times
      .map(
        name => `select v.ordinal, ${quoteText(name)} as field,
          case when v.${quoteName(name)} < ${quoteText(since)}::timestamptz
            then 'skewed: before the plant existed; put the clock right and send the row again, or set "since" in fishbone.json (now ${since}): "'
            else 'skewed: in the future; put the clock right and send the row again, or replay it when the time has come: "'
          end || m.${quoteName(name)} || '"' as reason
        from valid v join mapped m on m."$ordinal" = v.ordinal where ${outside(name)}`,
      )
      .join('\nunion all\n'),
  );
  await session.run(`delete from valid v where ${any}`);
  return errors.sort((a, b) => a.ordinal - b.ordinal);
}
