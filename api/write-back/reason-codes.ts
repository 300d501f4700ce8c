/** The words by which a plant says why: what may be given as a reason code, and what each means. */
import {z} from 'zod';
import {FishboneError} from '../errors.ts';

const CODES = z.record(z.string().trim().min(1), z.string().min(1)).refine(codes => Object.keys(codes).length > 0, {
  error: 'has no code: name one with its meaning, or leave the list out so that any reason is taken',
});

/** By what is decided: code → what it means. What has no list takes any reason. */
export const ReasonCodeSettings = z
  .strictObject({hold: CODES.optional(), release: CODES.optional(), scrap: CODES.optional()})
  .default({});
export type ReasonCodes = z.output<typeof ReasonCodeSettings>;
type Kind = keyof ReasonCodes;

/** What is offered where a plant has no list of its own; nothing else is refused then. */
const OFFERED: Record<Kind, Record<string, string>> = {
  hold: {
    'SUSPECT-PROCESS': 'a machine, tool or setting may have harmed the parts',
    'SUSPECT-MATERIAL': 'a lot that went into them may be bad',
    'SUSPECT-MEASUREMENT': 'what judged them may have judged wrongly',
    'CUSTOMER-COMPLAINT': 'a customer found bad parts',
  },
  release: {
    SORTED: 'every part was looked at, the bad ones are out',
    REWORKED: 'the parts were repaired and inspected again',
    CONCESSION: 'whoever gets them accepts them as they are',
    'FALSE-ALARM': 'they were never bad',
  },
  scrap: {
    'NOT-REPAIRABLE': 'the parts cannot be made good',
    'NOT-WORTH-IT': 'making them good costs more than they are worth',
    SAFETY: 'nobody may ever use them',
  },
};

export interface OfferedCodes {
  /** Whether any other code is refused. */
  only: boolean;
  codes: {code: string; meaning: string}[];
}

export function offeredCodes(configured: ReasonCodes): Record<Kind, OfferedCodes> {
  const of = (kind: Kind): OfferedCodes => ({
    only: configured[kind] !== undefined,
    codes: Object.entries(configured[kind] ?? OFFERED[kind]).map(([code, meaning]) => ({code, meaning})),
  });
  return {hold: of('hold'), release: of('release'), scrap: of('scrap')};
}

/** @throws FishboneError HOLD_REASON_UNKNOWN for a code that is not in the plant's list, with the list */
export function requireKnown(configured: ReasonCodes, kind: Kind, reason: string): void {
  const codes = configured[kind];
  if (codes === undefined || Object.hasOwn(codes, reason.trim())) return;
  const listed = Object.entries(codes).map(([code, meaning]) => `${code} (${meaning})`);
  throw new FishboneError('HOLD_REASON_UNKNOWN', `"${reason.trim()}" is no reason code to ${kind} here`, {
    hint: `one of: ${listed.join(', ')}; the list is reasonCodes.${kind} of fishbone.json`,
  });
}
