/** What people use instead, one p a factor, for comparison: part by part, and lot by lot. */

import {mantelHaenszel} from '../../statistics/mantel-haenszel.ts';
import {midranks} from '../../statistics/midranks.ts';
import {simes} from '../../statistics/simes.ts';
import {chiSquaredTail} from '../../statistics/tails.ts';
import {cellsOf} from '../cells.ts';
import type {Factor, Frame} from '../frame.ts';
import {valuesOf} from '../rank-codes.ts';

/** Cochran-Mantel-Haenszel on parts within strata: Simes over levels; a number is cut at its median. */
export function partTest(frame: Frame, factor: Factor): number {
  const codes =
    factor.kind === 'category'
      ? factor.codes
      : midranks(valuesOf(factor, frame.parts)).map(rank => (Number.isNaN(rank) ? -1 : Number(rank > 0.5)));
  const levels = factor.kind === 'category' ? factor.levels.length : 2;
  const strata = frame.strata.length;
  const parts = new Float64Array(strata);
  const cases = new Float64Array(strata);
  const exposed = new Float64Array(strata * levels);
  const exposedCases = new Float64Array(strata * levels);
  for (let i = 0; i < frame.parts; i++) {
    const s = frame.stratum[i];
    if (codes[i] < 0) continue;
    parts[s]++;
    cases[s] += frame.outcome[i];
    exposed[s * levels + codes[i]]++;
    exposedCases[s * levels + codes[i]] += frame.outcome[i];
  }
  const tables = (level: number) =>
    Array.from(parts, (n, s) => ({
      parts: n,
      cases: cases[s],
      exposed: exposed[s * levels + level],
      exposedCases: exposedCases[s * levels + level],
    }));
  return simes(Array.from({length: levels}, (_, level) => mantelHaenszel(tables(level)).p));
}

/**
 * Van Elteren's test on lots: within each stratum the lots' rates are ranked, the rank sums of exposed lots weighted by
 * 1 / (lots + 1) and added up; Simes over levels. With `stratified` false it is Kruskal-Wallis' two-sample form. Lots
 * count as exposed by their main level; a number by its lot mean above the median.
 */
export function lotTest(frame: Frame, factor: Factor, stratified: boolean): number {
  const cells = cellsOf(frame, new Uint8Array(frame.parts).fill(1));
  const values = factor.kind === 'number' ? valuesOf(factor, frame.parts) : new Float64Array(0);
  const rate = new Float64Array(cells.count);
  const levelOf = new Int32Array(cells.count);
  const means = new Float64Array(cells.count);
  for (let k = 0; k < cells.count; k++) {
    const counts = new Map<number, number>();
    const n = cells.start[k + 1] - cells.start[k];
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      rate[k] += frame.outcome[row] / n;
      if (factor.kind === 'category') counts.set(factor.codes[row], (counts.get(factor.codes[row]) ?? 0) + 1);
      else if (!Number.isNaN(values[row])) means[k] += values[row] / n;
    }
    if (factor.kind === 'category') levelOf[k] = [...counts].sort((a, b) => b[1] - a[1])[0][0];
  }
  if (factor.kind === 'number') levelOf.set(midranks(means).map(rank => Number(rank > 0.5)));
  const strata = stratified ? cells.strata : 1;
  const members = Array.from({length: strata}, (_, s) =>
    Array.from(levelOf.keys()).filter(k => !stratified || cells.stratumOf[k] === s),
  );
  const ranks = members.map(at => midranks(Float64Array.from(at, k => rate[k])).map(rank => rank * at.length + 0.5));
  const levels = [...new Set(levelOf)].filter(level => level >= 0);
  return simes(
    (levels.length === 2 ? levels.slice(1) : levels).map(level => {
      let deviation = 0;
      let variance = 0;
      members.forEach((at, s) => {
        const n = at.length;
        const m = at.filter(k => levelOf[k] === level).length;
        if (n < 2 || m === 0 || m === n) return;
        const mean = (n + 1) / 2;
        const spread = ranks[s].reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / (n - 1);
        at.forEach((k, j) => {
          if (levelOf[k] === level) deviation += (ranks[s][j] - mean) / (n + 1);
        });
        variance += (((m * (n - m)) / n) * spread) / (n + 1) ** 2;
      });
      return variance > 0 ? chiSquaredTail(deviation ** 2 / variance, 1) : 1;
    }),
  );
}
