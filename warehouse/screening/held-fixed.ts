/** What a question holds fixed to ask what remains: findings of earlier questions, or filters. */
import type {Session} from '../duckdb.ts';
import {filteredParts} from '../filter.ts';
import {QuestionError} from '../question-error.ts';
import {filterOf, findFinding} from './findings.ts';
import type {Factor} from './frame.ts';
import {shared} from './rank-codes.ts';

/** A stratum of its own for the parts that an expression describes. */
export type HeldFixed = Extract<Factor, {kind: 'category'}>;

/**
 * @param given finding ids or filter expressions, several with semicolons
 * @param parts rows of temporary table `inspected_parts`
 * @throws QuestionError for a finding that is not here or draws no line; what the filter throws
 */
export async function heldFixed(
  session: Session,
  folder: string,
  given: string | undefined,
  parts: number,
): Promise<HeldFixed[]> {
  const fixed: HeldFixed[] = [];
  for (const asked of given?.split(';').map(one => one.trim()) ?? []) {
    if (asked === '') continue;
    const expression = await expressionOf(folder, asked);
    await session.run(`create or replace temp table held_fixed as ${await filteredParts(session, expression)}`);
    const [idx] = await session.typed('select idx from inspected_parts s semi join held_fixed h on h.part = s.part');
    const codes = shared(Int32Array, parts);
    for (const row of idx) codes[row] = 1;
    const levels = ['others', expression];
    fixed.push({name: expression, step: null, stepOrder: null, branch: 'method', kind: 'category', codes, levels});
  }
  return fixed;
}

async function expressionOf(folder: string, asked: string): Promise<string> {
  if (!/^f[0-9a-f]{12}-[0-9a-f]{8}$/.test(asked)) return asked;
  const found = await findFinding(folder, asked);
  if (found === null)
    throw new QuestionError(`there is no finding ${asked} here: ask the question again with "fishbone screen"`);
  return filterOf(found.finding);
}
