/** Capability over all plants: the values by the engine, every figure where capability of one plant has it. */
import type {CapabilityQuestion} from '../capability-answers.ts';
import {assess, mustBeEnough} from '../charts/capability.ts';
import type {RecordedLimits} from '../charts/limits.ts';
import {limitsFor} from '../charts/limits-asked.ts';
import {QuestionError} from '../question-error.ts';
import type {CompanyCapability} from './answers.ts';
import type {Asking, Company} from './company.ts';
import {singlesOf} from './measured.ts';

/**
 * As `capability` of one plant. Distributions are fitted to the values themselves, so these are fetched: at most a million.
 * Limits are those asked for, else those that the plants record alike.
 * @throws QuestionError, EngineError
 */
export async function companyCapability(
  company: Company,
  question: Omit<CapabilityQuestion, 'asOf'>,
  signal?: AbortSignal,
): Promise<CompanyCapability> {
  const asking = company.asking(signal);
  const fetched = async (subgroup: CapabilityQuestion['subgroup']) => {
    const {began: at, ...points} = await singlesOf(asking, {...question, subgroup}, true);
    return {...points, at};
  };
  const points = await fetched(question.subgroup);
  const wantsLots = question.interval === undefined || question.interval === 'lots';
  const byLot = points.by === 'lot' ? points : wantsLots ? await fetched('lot') : null;
  mustBeEnough(points.values.length);
  const limits = limitsFor(await recordedLimits(asking, question), question, points);
  const answer = assess(question, points, byLot !== null && byLot.values.length > 0 ? byLot : null, limits);
  return {parameter: question.parameter, ...answer, notes: [...company.notes, ...answer.notes]};
}

/** All recorded limits, the most specific first, then the newest. @throws QuestionError where plants record different ones */
async function recordedLimits(
  asking: Asking,
  {parameter, lsl, usl}: Omit<CapabilityQuestion, 'asOf'>,
): Promise<RecordedLimits[]> {
  const columns = ['parameter', 'product', 'step', 'unit', 'lsl', 'target', 'usl', 'guard_band'] as const;
  const rows = await asking.rows<RecordedLimits & {valid_us: number | null}>(
    `select ${columns.join(', ')}, valid_from as valid_us from ${asking.table('parameters', ...columns, 'valid_from')} p
     order by case when product is null then 1 else 0 end, case when step is null then 1 else 0 end,
       valid_from desc nulls last, plant`,
  );
  const byKey = new Map<string, RecordedLimits>();
  for (const {valid_us: us, ...row} of rows) {
    const told = {...row, valid_from: us === null ? null : new Date(us / 1000).toISOString().replace(/\.\d+Z$/, 'Z')};
    const key = JSON.stringify([told.parameter, told.product, told.step, told.valid_from]);
    const before = byKey.get(key);
    const isAbout = [told.parameter, `${told.step}.${told.parameter}`].includes(parameter);
    if (
      before !== undefined &&
      isAbout &&
      JSON.stringify(before) !== JSON.stringify(told) &&
      lsl === undefined &&
      usl === undefined
    )
      throw new QuestionError(`the plants record different limits of ${parameter}`, {
        hint: 'give lsl and usl, or ask one plant',
      });
    byKey.set(key, before ?? told);
  }
  return [...byKey.values()];
}
