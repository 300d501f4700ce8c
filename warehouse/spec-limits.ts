/** The limits of a parameter: those asked for, else those that are recorded. */
import {generalLimitsTold, limitsThatHold, recordedLimits} from './charts/limits.ts';
import type {Session} from './duckdb.ts';
import {QuestionError} from './question-error.ts';
import type {Limits} from './statistics/capability.ts';

interface Asked {
  parameter: string;
  product?: string;
  lsl?: number;
  usl?: number;
  target?: number;
}

/**
 * @param at the limits that were valid then; null: the newest
 * @returns each null where neither asked for nor recorded; what has to be said of them
 * @throws QuestionError for limits the wrong way round
 */
export async function specLimits(
  session: Session,
  {parameter, product, lsl, usl, target}: Asked,
  at: string | null,
): Promise<{limits: Limits; notes: string[]}> {
  const recorded = await recordedLimits(session);
  const {limits: spec, differ, exceptions} = limitsThatHold(recorded, parameter, product, {from: null, to: at});
  const limits = {lsl: lsl ?? spec?.lsl ?? null, usl: usl ?? spec?.usl ?? null, target: target ?? spec?.target ?? null};
  if (limits.lsl !== null && limits.usl !== null && limits.lsl >= limits.usl)
    throw new QuestionError(`the limits are the wrong way round: lsl ${limits.lsl} is not below usl ${limits.usl}`);
  const isAsked = lsl !== undefined && usl !== undefined;
  const notes = isAsked ? [] : generalLimitsTold(exceptions);
  if (differ.length > 0 && lsl === undefined && usl === undefined)
    notes.push(
      `limits of ${parameter} differ by product, and none is used: ask for one product (${differ.slice(0, 5).join(', ')}), or give lsl or usl`,
    );
  return {limits, notes};
}
