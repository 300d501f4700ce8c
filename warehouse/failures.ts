/** What the parts in scope failed for. */
import {isDefect, mustBeDefect} from './defects.ts';
import type {Session} from './duckdb.ts';
import {query} from './queries.ts';

/** How a failure is named of which no defect was recorded. */
const NOT_NAMED = '(not named)';

/**
 * Makes temporary table `failures`: one row per defect of a defective part in `population`.
 * @param defect only this code, or group of codes
 * @throws QuestionError for a name that is neither
 */
export async function createFailures(session: Session, defect?: string): Promise<void> {
  if (defect !== undefined && defect !== NOT_NAMED) await mustBeDefect(session, defect, NOT_NAMED);
  const only = defect === undefined ? 'true' : isDefect('$defect');
  await session.run(
    `create or replace temp table failures as from (${query('failures')}) where ${only}`,
    defect === undefined ? {} : {defect},
  );
}
