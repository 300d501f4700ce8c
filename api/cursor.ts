import {z} from 'zod';
import {QuestionError} from '../warehouse/question-error.ts';

/** What a list takes that may be long. */
export const PAGE = {
  limit: z.number().int().positive().max(10_000).optional().describe('at most so many; all by default'),
  cursor: z.string().min(1).optional().describe('the `next` of the page before'),
};

/** What such a list answers beside its items. */
export const NEXT = {next: z.string().nullable().describe('the cursor of the next page; null behind the last')};

const Cursor = z.strictObject({
  /** The position that all pages of a list are read at, so that nothing moves between them. */
  at: z.number().int().nonnegative(),
  /** The key of the last item. */
  after: z.array(z.union([z.string(), z.number(), z.null()])),
});
export type Cursor = z.infer<typeof Cursor>;

export const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** @throws QuestionError */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new QuestionError('cursor: is none that was given out here', {
      hint: 'send the `next` of the page before',
      cause,
    });
  }
}

/**
 * One page of a list that is at hand, the newest first.
 * @param numberOf a number that stays with an item and is larger for a newer one; `place` counts from the oldest
 */
export function pageOf<T>(
  items: readonly T[],
  numberOf: (item: T, place: number) => number,
  {limit, cursor}: {limit?: number; cursor?: string},
  at: number,
): {items: T[]; next: string | null} {
  const from = readCursor(cursor);
  const after = from ? Number(from.after[0]) : Number.POSITIVE_INFINITY;
  const numbered = items.map((item, k) => ({item, number: numberOf(item, items.length - k)}));
  const left = numbered.filter(({number}) => number < after);
  const page = limit === undefined ? left : left.slice(0, limit);
  const last = page.at(-1);
  const isLast = page.length === left.length || last === undefined;
  return {
    items: page.map(({item}) => item),
    next: isLast ? null : writeCursor({at: from?.at ?? at, after: [last.number]}),
  };
}
