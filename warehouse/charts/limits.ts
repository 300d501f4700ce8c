/** The limits of a parameter: which of its recorded versions hold for a product at a time. */
import type {Session} from '../duckdb.ts';
import {query} from '../queries.ts';

export interface RecordedLimits {
  parameter: string;
  product: string | null;
  step: string | null;
  unit: string | null;
  lsl: number | null;
  target: number | null;
  usl: number | null;
  guard_band: number | null;
  valid_from: string | null;
}

/** All recorded limits, the most specific first, then the newest. */
export function recordedLimits(session: Session): Promise<RecordedLimits[]> {
  return session.rows<RecordedLimits & Record<string, unknown>>(query('limits'));
}

export interface LimitsThatHold {
  limits: RecordedLimits | null;
  /** Without a product: those that have limits of their own which differ. */
  differ: string[];
  /** Where the limits are those of all products, and none was asked for: others that products have of their own. */
  exceptions: RecordedLimits[];
  /** Since when these hold, if others held for older values. */
  changedAt: string | null;
}

/**
 * @param parameter `<step>.<parameter>`, or a name without a step
 * @param span when the values were measured; null where nothing says when
 */
export function limitsThatHold(
  recorded: readonly RecordedLimits[],
  parameter: string,
  product: string | undefined,
  span: {from: string | null; to: string | null},
): LimitsThatHold {
  const dot = parameter.indexOf('.');
  const [step, name] = dot < 0 ? [null, parameter] : [parameter.slice(0, dot), parameter.slice(dot + 1)];
  const about = recorded.filter(
    r => (r.parameter === name && (r.step === null || step === null || r.step === step)) || r.parameter === parameter,
  );
  const inTime = about.filter(r => r.valid_from === null || span.to === null || r.valid_from <= span.to);
  const forAll = inTime.filter(r => r.product === null);
  const own = product === undefined ? [] : inTime.filter(r => r.product === product);
  const [holds] = own.length > 0 ? own : forAll;
  if (holds !== undefined) {
    const newestOwn = new Map(inTime.toReversed().map(r => [r.product, r]));
    const exceptions = product === undefined ? [...newestOwn.values()].filter(r => !same(r, holds)) : [];
    const older = (own.length > 0 ? own : forAll).slice(1);
    const changed =
      holds.valid_from !== null &&
      span.from !== null &&
      holds.valid_from > span.from &&
      !older.every(r => same(r, holds));
    return {limits: holds, differ: [], exceptions, changedAt: changed ? holds.valid_from : null};
  }
  if (product !== undefined) return {limits: null, differ: [], exceptions: [], changedAt: null};
  const newest = [...new Map(inTime.toReversed().map(r => [r.product, r])).values()];
  if (newest.length > 0 && newest.every(r => same(r, newest[0])))
    return {limits: newest[0], differ: [], exceptions: [], changedAt: null};
  return {limits: null, differ: newest.map(r => r.product!).sort(), exceptions: [], changedAt: null};
}

/**
 * Parts of products with limits of their own are held against others here: whoever reads the answer has to know.
 * @returns nothing where there are none
 */
export function generalLimitsTold(exceptions: readonly RecordedLimits[]): string[] {
  if (exceptions.length === 0) return [];
  const told = exceptions
    .map(({product, lsl, usl}) => `${product} (${lsl ?? 'no lower limit'} to ${usl ?? 'no upper limit'})`)
    .sort();
  const more = told.length > NAMED ? `, and ${told.length - NAMED} more` : '';
  const which = told.slice(0, NAMED).join(', ');
  return [
    `the limits are those recorded for all products; limits of their own, not used here, have ${which}${more}: ask for one product`,
  ];
}

const NAMED = 5;

function same(a: RecordedLimits, b: RecordedLimits): boolean {
  return a.lsl === b.lsl && a.usl === b.usl && a.target === b.target && a.guard_band === b.guard_band;
}
