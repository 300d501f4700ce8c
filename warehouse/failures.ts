/** What the parts in scope failed for. */
import {isDefect, mustBeDefect} from './defects.ts';
import type {Bindings, Session} from './duckdb.ts';
import {createPopulation} from './population.ts';
import {query} from './queries.ts';
import {heard} from './statements.ts';

/** How a failure is named of which no defect was recorded. */
const NOT_NAMED = '(not named)';

/**
 * Makes temporary table `failures`: one row per defect of a defective part in `population`. It stands as long as the
 * population does.
 * @param defect only this code, or group of codes
 * @throws QuestionError for a name that is neither
 */
export async function createFailures(session: Session, defect?: string): Promise<void> {
  if (defect !== undefined && defect !== NOT_NAMED) await mustBeDefect(session, defect, NOT_NAMED);
  const only = defect === undefined ? 'true' : isDefect('$defect');
  const sql = `create or replace temp table failures as from (${query('failures')}) where ${only}`;
  const bindings: Bindings = defect === undefined ? {} : {defect};
  const asked = JSON.stringify([session.known?.get(createPopulation), sql, bindings]);
  if (session.known?.get(createFailures) === asked) return heard(sql, bindings);
  session.known?.delete(createFailures);
  await session.run(sql, bindings);
  session.known?.set(createFailures, asked);
}
