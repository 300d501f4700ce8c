/** Which links one would expect of parts and lots, and which of them are missing. */
import type {Completeness} from './answers.ts';
import type {Session} from './duckdb.ts';
import {query} from './queries.ts';

/** More missing links than this are counted, not named. */
const NAMED = 1000;

/** Of the parts and lots in temporary table `asked`. */
export async function completenessOfAsked(session: Session): Promise<Completeness> {
  await session.run(`create or replace temp table expected_links as ${query('expected-links')}`);
  const {expected, found} = await session.row<{expected: number; found: number}>(
    'select count(*) as expected, count(*) filter (found) as found from expected_links',
  );
  const missing = await session.rows<Completeness['missing'][number] & Record<string, unknown>>(
    'select kind, id, what from expected_links where not found order by kind, id, what limit $named',
    {named: NAMED},
  );
  const unnamed = expected - found - missing.length;
  if (unnamed > 0) missing.push({kind: 'others', id: '', what: `${unnamed} more expected links are missing`});
  return {expected, found, missing};
}
