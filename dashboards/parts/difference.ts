/** "What is different about these?": from a selection to the question that compares it with all other parts in scope. */
import {useCallback} from 'react';
import type {ChartAnswer} from '../../api/schemas.ts';
import type {ChartRow} from '../charts/violations.ts';
import {useQuestion} from '../question.ts';

/** More names than this are nothing to read or to send. */
export const MOST_LOTS = 50;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** The filter of these lots. @returns null for none or too many */
export function lotsFilter(lots: readonly string[]): string | null {
  if (lots.length === 0 || lots.length > MOST_LOTS) return null;
  return lots.length === 1 ? `part.lot = ${text(lots[0])}` : `part.lot in (${lots.map(text).join(', ')})`;
}

/**
 * What the address has to say so that these are compared with all others.
 * @param within what the selection is part of; the others are the rest of that
 */
export function differenceOf(these: string, within: string | undefined): {where: string; against: string} {
  const inside = (term: string) => (within ? `(${within}) and ${term}` : term);
  return {where: inside(`(${these})`), against: inside(`not (${these})`)};
}

/** Where "What is different about these?" leads; within a product, where the selection is of one. */
export function useDifference(): (these: string | null, product?: string) => string | null {
  const {href, scope} = useQuestion();
  return useCallback(
    (these: string | null, product = scope.product) => {
      if (these === null) return null;
      const asked = differenceOf(these, scope.where);
      return href('/investigate', {...asked, product: product ?? null, defect: null, measurement: null});
    },
    [href, scope],
  );
}

/** Where a point of a chart leads: what is different about its lot; null where points are not lots. */
export function useLotDifference({subgroup}: Pick<ChartAnswer, 'subgroup'>): (row: ChartRow) => string | null {
  const difference = useDifference();
  return useCallback(
    (row: ChartRow) => (subgroup === 'lot' && row.x !== row.at ? difference(lotsFilter([row.x])) : null),
    [subgroup, difference],
  );
}
