/** Is a finding still what its question gives? */
import {z} from 'zod';
import type {Finding} from '../answers.ts';
import {NotFound} from '../not-found.ts';
import type {Warehouse} from '../store.ts';
import {codeVersion} from './code-version.ts';
import {findFinding} from './findings.ts';
import {findAnswer} from './screen.ts';

export const Recomputed = z.object({
  same: z.boolean(),
  code: z.string().describe('version of the code that recomputed it'),
  differs: z.array(z.object({field: z.string(), found: z.unknown(), now: z.unknown()})),
});

/** Asks the question of a finding again, at its position, by the code of today. @throws NotFound for an unknown id */
export async function recompute(warehouse: Warehouse, id: string): Promise<z.infer<typeof Recomputed>> {
  const found = await findFinding(warehouse.folder, id);
  if (found === null) throw new NotFound(`there is no finding ${id} here`);
  const {notes: _, ...question} = found.question;
  const {findings} = await findAnswer(warehouse, {...question, asOf: found.asOf}, id);
  const now = findings.find(one => keyOf(one) === keyOf(found.finding));
  const differs = differences(found.finding, now);
  return {same: differs.length === 0, code: codeVersion(), differs};
}

function keyOf({factor, kind, with: others}: Finding): string {
  return JSON.stringify([factor, kind, others]);
}

/** Ids carry the digest of their question and code, so they are no part of what was found. */
function differences(found: Finding, now: Finding | undefined) {
  if (now === undefined) return [{field: 'finding', found: found.sentence, now: null}];
  return (Object.keys(found) as (keyof Finding)[])
    .filter(field => field !== 'id' && JSON.stringify(found[field]) !== JSON.stringify(now[field]))
    .map(field => ({field, found: found[field], now: now[field]}));
}
