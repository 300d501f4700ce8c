/** The limits of a parameter: those asked for, else those that are recorded. */
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
 * @returns each null where neither asked for nor recorded
 * @throws QuestionError for limits the wrong way round
 */
export async function specLimits(
  session: Session,
  {parameter, product, lsl, usl, target}: Asked,
  at: string | null,
): Promise<Limits> {
  const [step, name] = parameter.includes('.')
    ? [parameter.slice(0, parameter.indexOf('.')), parameter.slice(parameter.indexOf('.') + 1)]
    : [null, parameter];
  const [spec] = await session.rows<{lsl: number | null; usl: number | null; target: number | null}>(
    `select lsl, usl, target from now.parameters
     where (parameter = $name and (step is null or $step is null or step = $step) or parameter = $parameter)
       and (product is null or product = $product)
       and (valid_from is null or $at is null or valid_from <= $at::timestamptz)
     order by product is null, step is null, valid_from desc nulls last limit 1`,
    {name, step, parameter, product: product ?? null, at},
  );
  const limits = {lsl: lsl ?? spec?.lsl ?? null, usl: usl ?? spec?.usl ?? null, target: target ?? spec?.target ?? null};
  if (limits.lsl !== null && limits.usl !== null && limits.lsl >= limits.usl)
    throw new QuestionError(`the limits are the wrong way round: lsl ${limits.lsl} is not below usl ${limits.usl}`);
  return limits;
}
