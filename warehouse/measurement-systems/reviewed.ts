/** What reviewers' words on some inspections say of all: each is weighted by how many it speaks for. */
import type {Interval} from '../answers.ts';
import type {AgreementAnswer} from '../msa-answers.ts';
import {type Cluster, clusteredShare} from '../statistics/clustered-share.ts';
import {roganGladen, type Sampled} from '../statistics/rogan-gladen.ts';
import {verifiedRate, verifiedShare} from '../statistics/verified-rates.ts';

/** So many clusters (lots, or parts without a lot) in which as many were inspected, failed, reviewed and found bad. */
export interface ReviewedClusters extends Record<string, unknown> {
  inspected: number;
  failed: number;
  reviewed_fails: number;
  bad_fails: number;
  reviewed_passes: number;
  bad_passes: number;
  /** For how many inspections the reviewed ones speak, and the sum of their squared weights. */
  fails_weight: number;
  bad_fails_weight: number;
  fails_squares: number;
  passes_weight: number;
  bad_passes_weight: number;
  passes_squares: number;
  times: number;
  without_lot: number;
}

type Rates = Omit<AgreementAnswer['inspectors'][number], 'inspector' | 'level'>;

const OF_PASSES = ['npv', 'escape', 'sensitivity', 'specificity', 'missRate', 'falseAlarmRate', 'trueRate'];
const OF_FAILS = ['ppv', 'overkill', 'sensitivity', 'specificity', 'missRate', 'falseAlarmRate', 'trueRate'];

/**
 * @param options.sample of parts known to be bad and good, which have nothing to do with these
 * @param options.byDefect clusters hold only what failed with a defect: nothing can be said of passes
 */
export function ratesOf(
  clusters: readonly ReviewedClusters[],
  {sample, byDefect}: {sample: {sensitivity: Sampled; specificity: Sampled} | null; byDefect: boolean},
): Rates {
  const total = (of: (c: ReviewedClusters) => number) => clusters.reduce((sum, c) => sum + c.times * of(c), 0);
  const part = (of: (c: ReviewedClusters) => Omit<Cluster, 'times'>) =>
    clusteredShare(clusters.map(c => ({...of(c), times: c.times})));
  const reviews = {
    fail: reviewed(
      total(c => c.failed),
      total(c => c.reviewed_fails),
      total(c => c.bad_fails),
    ),
    pass: reviewed(
      total(c => c.inspected - c.failed),
      total(c => c.reviewed_passes),
      total(c => c.bad_passes),
    ),
  };
  const failed = part(c => ({n: c.inspected, count: c.failed}))!;
  const badOfFails = part(c => ({n: c.fails_weight, count: c.bad_fails_weight, squares: c.fails_squares}));
  const badOfPasses = byDefect
    ? null
    : part(c => ({n: c.passes_weight, count: c.bad_passes_weight, squares: c.passes_squares}));
  const notTold: Rates['notTold'] = [];
  if (byDefect)
    notTold.push({what: OF_PASSES, reason: 'a part that passed has no defect: only fails can be told by defect'});
  else if (badOfPasses === null && reviews.pass.inspected > 0)
    notTold.push({what: OF_PASSES, reason: 'no pass was reviewed: how many bad parts pass is not known'});
  if (badOfFails === null && reviews.fail.inspected > 0)
    notTold.push({what: OF_FAILS, reason: 'no fail was reviewed: how many good parts fail is not known'});
  return {
    inspected: failed.n,
    reviews,
    apparentRate: byDefect ? null : interval(failed),
    ...ofInspected(failed, badOfFails, badOfPasses, reviews, notTold),
    correctedRate:
      sample === null || byDefect
        ? null
        : interval(roganGladen({value: failed.value, n: failed.effective}, sample.sensitivity, sample.specificity)),
    ppv: interval(badOfFails),
    overkill: complement(badOfFails),
    npv: complement(badOfPasses),
    escape: interval(badOfPasses),
    unit: unitOf(clusters),
    notTold,
  };
}

/** Rates over all inspected parts: they need reviewed fails and reviewed passes, of whichever there are. */
function ofInspected(
  failed: Interval,
  badOfFails: Interval | null,
  badOfPasses: Interval | null,
  {fail, pass}: Rates['reviews'],
  notTold: Rates['notTold'],
): Pick<Rates, 'trueRate' | 'sensitivity' | 'specificity' | 'missRate' | 'falseAlarmRate'> {
  const none = {trueRate: null, sensitivity: null, specificity: null, missRate: null, falseAlarmRate: null};
  if (notTold.some(({what}) => what.includes('trueRate'))) return none;
  const anything = {value: 0, low: 0, high: 0};
  const trueRate = verifiedRate(failed, badOfFails ?? anything, badOfPasses ?? anything);
  if (badOfFails === null || badOfPasses === null) {
    const only = fail.inspected === 0 ? 'passed' : 'failed';
    notTold.push({
      what: ['sensitivity', 'specificity', 'missRate', 'falseAlarmRate'],
      reason: `everything ${only}: there is nothing to tell apart`,
    });
    return {...none, trueRate};
  }
  const odds = fail.inspected / pass.inspected;
  const sensitivity = verifiedShare(odds, badOfFails, badOfPasses);
  const specificity = verifiedShare(1 / odds, complement(badOfPasses)!, complement(badOfFails)!);
  if (sensitivity === null) notTold.push({what: ['sensitivity', 'missRate'], reason: 'no reviewed part is bad'});
  if (specificity === null) notTold.push({what: ['specificity', 'falseAlarmRate'], reason: 'no reviewed part is good'});
  return {
    trueRate,
    sensitivity,
    specificity,
    missRate: complement(sensitivity),
    falseAlarmRate: complement(specificity),
  };
}

const reviewed = (inspected: number, of: number, bad: number): Rates['reviews']['fail'] => ({
  inspected,
  reviewed: of,
  fraction: inspected === 0 ? null : of / inspected,
  bad,
  good: of - bad,
});

function unitOf(clusters: readonly ReviewedClusters[]): string {
  const all = clusters.reduce((sum, {times}) => sum + times, 0);
  const loose = clusters.reduce((sum, {without_lot}) => sum + without_lot, 0);
  if (loose === all) return 'part (no lots are known)';
  if (all === 1) return 'part (all of one lot: how lots differ is not in these intervals)';
  return loose === 0 ? `lot (${all})` : `lot (${all - loose}), and ${loose} parts of no known lot`;
}

function interval(of: Interval | null): Interval | null {
  return of === null ? null : {value: of.value, low: of.low, high: of.high};
}

function complement(of: Interval | null): Interval | null {
  return of === null ? null : {value: 1 - of.value, low: 1 - of.high, high: 1 - of.low};
}
