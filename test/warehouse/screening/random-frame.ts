/** Small frames of every awkward kind: ties, limits, constants, gaps of several patterns, lots of one part, one lot. */
import type {Factor, Frame} from '../../../warehouse/screening/frame.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {allRows, rankCodes} from '../../../warehouse/screening/rank-codes.ts';

export interface RandomFrame {
  frame: Frame;
  /** Values of each number by row, NaN = missing. */
  values: Map<string, Float64Array>;
}

const NUMBERS = 8;

export function randomFrame(seed: number): RandomFrame {
  const rng = random(seed);
  const parts = 50 + rng.below(800);
  const lots = [1, 5, 30, 60, parts][rng.below(5)];
  const strata = 1 + rng.below(3);
  const lot = Int32Array.from({length: parts}, (_, i) => Math.floor((i / parts) * lots));
  const isMixed = rng.uniform() < 0.3;
  const stratum = lot.map(l => (isMixed ? rng.below(strata) : (l * 7919) % strata));
  const isNumeric = seed % 4 === 0;
  const skips = seed % 3 === 0;
  const rate = [0.02, 0.2, 0.6][rng.below(3)];
  const single = seed % 5 === 0 ? rng.below(parts) : -1;
  const outcome = Float64Array.from({length: parts}, (_, i) => {
    if (skips && rng.uniform() < 0.1) return Number.NaN;
    if (isNumeric) return 20 + rng.normal();
    return single >= 0 ? Number(i === single) : Number(rng.uniform() < rate);
  });
  const skipped = Uint8Array.from({length: parts}, () => Number(rng.uniform() < 0.3));
  const values = new Map<string, Float64Array>();
  const factors: Factor[] = [];
  for (let k = 0; k < NUMBERS; k++) {
    const name = `s${k}.p`;
    const byRow = randomValues(k, rng, lot, lots, outcome, skipped);
    values.set(name, byRow);
    // Every other one has entries only where it has values, as a step has that not all parts go through.
    const rows = k % 2 ? allRows(parts) : Int32Array.from(byRow.keys()).filter(i => !Number.isNaN(byRow[i]));
    const codes = rankCodes(
      Float64Array.from(rows, i => byRow[i]),
      rows,
    );
    factors.push({name, step: `s${k}`, stepOrder: k, branch: 'machine', kind: 'number', unit: null, ...codes});
  }
  for (const [k, levels] of [2, 4, 60].entries()) {
    const hasGaps = rng.uniform() < 0.4;
    const isWhole = rng.uniform() < 0.5;
    const codes = lot.map((l, i) => (hasGaps && skipped[i] ? -1 : isWhole ? (l * 31 + 7) % levels : rng.below(levels)));
    const names = Array.from({length: levels}, (_, level) => `L${level}`);
    factors.push({name: `c${k}`, step: null, stepOrder: null, branch: 'man', kind: 'category', codes, levels: names});
  }
  return {
    values,
    frame: {
      parts,
      outcome,
      outcomeKind: isNumeric ? 'numeric' : 'defective',
      outcomeLabel: 'scratch',
      lot,
      lots,
      lotsOrdered: rng.uniform() < 0.5,
      stratum,
      strata: Array.from({length: strata}, (_, s) => `P${s}`),
      strataFactors: ['part.product'],
      factors,
    },
  };
}

function randomValues(
  k: number,
  rng: ReturnType<typeof random>,
  lot: Int32Array,
  lots: number,
  outcome: Float64Array,
  skipped: Uint8Array,
): Float64Array {
  const gaps = rng.below(4);
  const ties = rng.below(4);
  const isLimited = rng.uniform() < 0.3;
  const isOfLot = rng.uniform() < 0.3;
  const level = Float64Array.from({length: lots}, () => rng.normal());
  return Float64Array.from(lot, (l, i) => {
    if ((gaps === 1 && rng.uniform() < 0.2) || (gaps === 2 && skipped[i]) || (gaps === 3 && l % 3 === 0)) {
      return Number.NaN;
    }
    const value = (isOfLot ? level[l] : level[l] / 2 + rng.normal()) + (k === 0 && outcome[i] > 0 ? 1 : 0);
    if (isLimited && value < -1) return Number.NEGATIVE_INFINITY;
    if (isLimited && value > 1.5) return Number.POSITIVE_INFINITY;
    return [value, Math.round(value), Number(value > 0), 3][ties];
  });
}
