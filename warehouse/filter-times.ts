/** Moments as filters name them: a stretch of time is a selection like any other, whatever window a question is asked in. */
import {quoteText, type Session} from './duckdb.ts';
import {prepareHistory} from './history.ts';
import {stepTables} from './step-tables.ts';

/** The inspection that judges the part. */
export const INSPECTED_AT = 'inspection.at';
const MADE_AT = 'part.made_at';
const SUFFIX = '.at';

/** When a part was measured at a step, over the step's row `m`, the visit `v` and the subject `s`: as on a control chart. */
export const MEASURED_AT = 'coalesce(m.measured_at, v.started_at, s.made_at)';

/** What filters call the time of the points of a step; null where measurements name none. */
export const timeOfStep = (step: string): string | null => (step === '' ? null : `${step}${SUFFIX}`);

/**
 * SQL of a relation (part, value) with a moment a part: of its inspection, its making, or its first run through a step.
 * @returns null for a name that is no moment
 */
export async function momentRelation(session: Session, name: string): Promise<string | null> {
  await prepareHistory(session, 'subjects');
  const column = name === INSPECTED_AT ? 'inspected_at' : name === MADE_AT ? 'made_at' : null;
  if (column !== null) return `select part, ${column} as value from subjects where ${column} is not null`;
  if (!name.endsWith(SUFFIX)) return null;
  const step = name.slice(0, -SUFFIX.length);
  await prepareHistory(session, 'visits');
  const table = (await stepTables(session)).find(one => one.step === step);
  if (table !== undefined)
    return `select m.part, ${MEASURED_AT} as value from now.step_${table.id} m
      left join subjects s on s.part = m.part
      left join visits v on v.part = m.part and v.step = ${quoteText(step)} and v.run = m.run
      where m.run = 1 and ${MEASURED_AT} is not null`;
  const [known] = await session.rows('select 1 as one from visits where step = $step limit 1', {step});
  if (known === undefined) return null;
  return `select part, started_at as value from visits where step = ${quoteText(step)} and started_at is not null`;
}
