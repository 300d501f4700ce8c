/** The limits that a question of capability is about: those it names, else those recorded for its newest value. */
import type {CapabilityQuestion} from '../capability-answers.ts';
import type {Session} from '../duckdb.ts';
import {QuestionError} from '../question-error.ts';
import type {Limits} from '../statistics/capability.ts';
import type {GroupedValues} from './grouped-values.ts';
import {generalLimitsTold, limitsThatHold, type RecordedLimits, recordedLimits} from './limits.ts';
import {isoTime} from './values.ts';

/** @throws QuestionError for no limits, limits the wrong way round, or a guard band that leaves nothing between them */
export const limitsAsked = async (session: Session, question: CapabilityQuestion, values: GroupedValues) =>
  limitsFor(await recordedLimits(session), question, values);

/** @param all recorded limits, the most specific first, then the newest. @throws as `limitsAsked` */
export function limitsFor(
  all: readonly RecordedLimits[],
  question: CapabilityQuestion,
  {at, values}: Pick<GroupedValues, 'at' | 'values'>,
) {
  const {parameter, product, lsl, usl, target} = question;
  const span = spanOf(at);
  const {limits: recorded, differ, exceptions, changedAt} = limitsThatHold(all, parameter, product, span);
  const limits: Limits = {
    lsl: lsl ?? recorded?.lsl ?? null,
    usl: usl ?? recorded?.usl ?? null,
    target: target ?? recorded?.target ?? null,
  };
  const notes = lsl === undefined || usl === undefined ? generalLimitsTold(exceptions) : [];
  const {bound} = question;
  if (bound !== undefined && limits.lsl !== null && limits.lsl <= bound) {
    notes.push(
      `nothing can be below ${bound}: the lower limit ${limits.lsl} is no limit, and indices are of the upper one`,
    );
    limits.lsl = null;
  }
  if (limits.lsl === null && limits.usl === null) {
    if (differ.length > 0)
      throw new QuestionError(
        `limits of ${parameter} differ by product: ask for one product (${differ.slice(0, 5).join(', ')}), or give lsl or usl`,
      );
    throw new QuestionError(`${parameter} has no limits: load them as parameters, or give lsl or usl`);
  }
  if (limits.lsl !== null && limits.usl !== null && limits.lsl >= limits.usl)
    throw new QuestionError(`the limits are the wrong way round: lsl ${limits.lsl} is not below usl ${limits.usl}`);
  const band = question.guardBand ?? recorded?.guard_band ?? null;
  if (band !== null && limits.lsl !== null && limits.usl !== null && 2 * band >= limits.usl - limits.lsl)
    throw new QuestionError(
      `a guard band of ${band} leaves nothing between the limits ${limits.lsl} and ${limits.usl}: the measurement is too uncertain for them`,
    );
  if (changedAt !== null && lsl === undefined && usl === undefined)
    notes.push(`the limits changed within these values, at ${changedAt}: all are held against the newest`);
  if (limits.target !== null && outside(limits, limits.target))
    notes.push(`the target ${limits.target} lies beyond the limits`);
  const least = values.reduce((low, x) => Math.min(low, x), Number.POSITIVE_INFINITY);
  if (bound !== undefined && least < bound)
    throw new QuestionError(`the natural bound cannot be ${bound}: there is a value of ${least}`);
  if (bound === undefined && limits.lsl === 0 && least >= 0)
    notes.push(
      'the lower limit is 0 and no value is negative: if none can be, say so (bound 0), and indices are of the upper limit',
    );
  return {limits, band: band === 0 ? null : band, unit: recorded?.unit ?? null, bound, notes};
}

const outside = ({lsl, usl}: Limits, x: number) => (lsl !== null && x < lsl) || (usl !== null && x > usl);

function spanOf(at: Float64Array): {from: string | null; to: string | null} {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of at) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return from > to ? {from: null, to: null} : {from: isoTime(from), to: isoTime(to)};
}
