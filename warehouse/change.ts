/** Whether a rate changed: two groups of lots, brought to one mix of products, told in words. */
import {counted} from './counted.ts';
import type {Change, ChangeVerdict} from './pareto-answers.ts';
import {benjaminiHochberg} from './statistics/benjamini-hochberg.ts';
import type {Cluster} from './statistics/cluster-ratio.ts';
import {commonCorrelation, worth} from './statistics/common-correlation.ts';
import {directlyStandardised, type StandardisedShare} from './statistics/direct-standardisation.ts';
import {clusteredShareInterval} from './statistics/effective-size.ts';
import {lotsNeeded} from './statistics/lots-needed.ts';
import {compareShares, type Share} from './statistics/score-comparison.ts';

/** A change that one would not want to miss: halved or doubled. */
const RELEVANT = 2;
const ALPHA = 0.05;

/** Lots by product; no product twice. */
export type SideLots = ReadonlyMap<string, readonly Cluster[]>;

interface Pair {
  key: string;
  now: SideLots;
  against: SideLots;
}

/** @param unit as the words say it */
export function changes(pairs: readonly Pair[], unit: 'lot' | 'part'): Change[] {
  const measured = pairs.map(measure);
  const tested = measured.filter(m => m.test !== null);
  const adjusted = benjaminiHochberg(tested.map(m => m.test!.p));
  const q = new Map(tested.map((m, k) => [m, adjusted[k]]));
  const claims = adjusted.filter(value => value <= ALPHA).length;
  // Of the intervals of what is told as changed, 95 % shall cover: those are wider (Benjamini & Yekutieli 2005).
  const level = 1 - (ALPHA * claims) / Math.max(1, tested.length);
  return measured.map(m => told(m, {unit, q: q.get(m) ?? null, level}));
}

/** Products of both sides, with their shares in both together: the mix that rates are brought to. */
export function commonMix(now: SideLots, against: SideLots): {product: string; share: number}[] {
  const both = [...now.keys()].filter(product => against.has(product)).toSorted();
  const parts = both.map(product => partsOf(now.get(product)!) + partsOf(against.get(product)!));
  const all = parts.reduce((sum, n) => sum + n, 0);
  return both.map((product, k) => ({product, share: parts[k] / all}));
}

export const partsOf = (lots: readonly Cluster[]) => sum(lots, lot => lot.of);

const sum = (lots: readonly Cluster[], of: (lot: Cluster) => number) =>
  lots.reduce((total, lot) => total + (lot.times ?? 1) * of(lot), 0);

interface Measured extends Pair {
  standard: {now: StandardisedShare; against: StandardisedShare} | null;
  /** What the shares are worth once lots are the unit; null where that cannot be known. */
  test: {now: Share; against: Share; df: number; p: number} | null;
  /** Lots that each side would need, at a share that both have; null where none failed. */
  needed: number | null;
  /** Whether a relevant change would have shown. */
  enough: boolean;
}

function measure(pair: Pair): Measured {
  const nothing = {...pair, test: null, needed: null, enough: false};
  const mix = commonMix(pair.now, pair.against);
  if (mix.length === 0) return {...nothing, standard: null};
  const strata = mix.map(({product, share}) => {
    const both = [...pair.now.get(product)!, ...pair.against.get(product)!];
    return {product, weight: share, rate: sum(both, lot => lot.count) / partsOf(both)};
  });
  const brought = (lots: SideLots) =>
    directlyStandardised(strata.map(({product, ...stratum}) => ({...stratum, clusters: lots.get(product)!})));
  const standard = {now: brought(pair.now), against: brought(pair.against)};
  const correlation = commonCorrelation([standard.now, standard.against]);
  const now: Share = {share: standard.now.share, size: worth(standard.now, correlation)};
  const against: Share = {share: standard.against.share, size: worth(standard.against, correlation)};
  const pooled = (now.share * now.size + against.share * against.size) / (now.size + against.size);
  const some = pooled > 0 && pooled < 1;
  const needed = some
    ? lotsNeeded(pooled, RELEVANT, [
        {partsALot: now.size / standard.now.clusters},
        {partsALot: against.size / standard.against.clusters},
      ])
    : null;
  if (standard.now.df < 1 || standard.against.df < 1) return {...nothing, standard};
  const df = standard.now.df + standard.against.df;
  const compared = compareShares(now, against, {df});
  const enough = some
    ? lotsNeeded(
        pooled,
        RELEVANT,
        [now, against].map(side => ({partsALot: side.size})),
      ) <= 1
    : true;
  return {...pair, standard, needed, enough, test: compared && {now, against, df, p: compared.p}};
}

function told(m: Measured, {unit, q, level}: {unit: 'lot' | 'part'; q: number | null; level: number}): Change {
  const claimed = q !== null && q <= ALPHA;
  const compared = m.test && compareShares(m.test.now, m.test.against, {df: m.test.df, level: claimed ? level : 0.95});
  const verdict = verdictOf(m, claimed);
  const lots = m.needed === null ? null : Math.ceil(m.needed);
  const million = ({value, low, high}: {value: number; low: number; high: number}) => ({
    value: value * 1e6,
    low: low * 1e6,
    high: high * 1e6,
  });
  return {
    key: m.key,
    now: side(m.now, m.standard?.now),
    against: side(m.against, m.standard?.against),
    difference: compared && million(compared.difference),
    ratio: compared?.ratio ?? null,
    level: claimed ? level : 0.95,
    p: m.test?.p ?? null,
    q,
    verdict,
    words: wordsOf(verdict, m, {unit, lots}),
    lotsNeeded: lots,
  };
}

function verdictOf({standard, test, enough}: Measured, claimed: boolean): ChangeVerdict {
  if (standard === null) return 'not-comparable';
  if (claimed && test !== null) return test.now.share > test.against.share ? 'worse' : 'better';
  return enough ? 'no-evidence' : 'too-little-data';
}

function wordsOf(
  verdict: ChangeVerdict,
  m: Measured,
  {unit, lots}: {unit: 'lot' | 'part'; lots: number | null},
): string {
  switch (verdict) {
    case 'worse':
    case 'better':
      return verdict;
    case 'no-evidence':
      if (m.test === null) return 'no evidence of a change: none failed on either side';
      return m.test.p <= ALPHA ? 'no evidence of a change among so many bars' : 'no evidence of a change';
    case 'too-little-data':
      return lots === null
        ? `too little data to tell: too few ${unit}s on a side to show how ${unit}s differ`
        : `too little data to tell: would need ≈ ${counted(lots, unit)} on each side`;
    case 'not-comparable':
      return 'cannot be compared: no product was inspected on both sides';
  }
}

function side(lots: SideLots, standard: StandardisedShare | undefined): Change['now'] {
  const all = [...lots.values()].flat();
  const [parts, defective, n] = [partsOf(all), sum(all, lot => lot.count), sum(all, () => 1)];
  const interval =
    standard === undefined || standard.df < 1
      ? null
      : clusteredShareInterval(standard.share, {
          variance: (standard.share * (1 - standard.share) * Math.max(1, standard.designEffect ?? 1)) / standard.size,
          parts: standard.size,
          clusters: standard.df + 1,
        });
  return {
    parts,
    defective,
    lots: n,
    ppm: parts === 0 ? null : (defective / parts) * 1e6,
    standardised: standard === undefined ? null : standard.share * 1e6,
    low: interval && interval.low * 1e6,
    high: interval && interval.high * 1e6,
  };
}
