/** How a number is spread among defective parts and others: what other tools test, one number at a time. */
import {areaUnderCurve} from '../statistics/auc.ts';
import {eventsAt} from './events.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {rankOf} from './number-margins.ts';

/** Area under the ROC curve: the ranks of the defective parts say it. */
export function aucOf(ground: Ground, factor: Extract<Factor, {kind: 'number'}>): number | null {
  const margins = ground.layout.number(factor);
  const {entries} = eventsAt(ground, margins.slots, factor.rows);
  let [hits, rankSum] = [0, 0];
  for (const entry of entries) {
    const code = factor.codes[entry];
    if (code === 0) continue;
    hits++;
    rankSum += rankOf(margins, code);
  }
  return areaUnderCurve(margins.known, hits, rankSum);
}
