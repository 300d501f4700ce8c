/** What intervals rest on: parts one by one, or the lots whose parts share their fate. */
import type {Interval} from '../answers.ts';
import type {CapabilityAnswer, CapabilityQuestion} from '../capability-answers.ts';
import {clusteredShare} from '../statistics/clustered-share.ts';
import {lotSpread} from '../statistics/lot-spread.ts';
import {mostWhenNoneWasSeen} from '../statistics/rare-events.ts';
import type {Sigma} from '../statistics/subgroup-sigma.ts';
import {wilson} from '../statistics/wilson.ts';
import {type GroupedValues, subgroupsOf} from './grouped-values.ts';

export interface RestsOn {
  degrees: {within: number; overall: number};
  /** Independent values that would know the mean as well: in units of sigma within, and of the overall sigma. */
  meansWithin: number;
  meansOverall: number;
  /** 95 % interval of the share of values that this says yes to. */
  shareOf(counts: (value: number) => boolean): Interval;
  told: CapabilityAnswer['interval'];
  notes: string[];
}

/** @param byLot the values by lot; null where no lots are known or asked about */
export function restsOn(
  {interval}: CapabilityQuestion,
  byLot: GroupedValues | null,
  values: Float64Array,
  {sigmaOverall, sigmaWithin}: {sigmaOverall: number; sigmaWithin: Sigma},
): RestsOn {
  const n = values.length;
  const lots = interval === 'parts' || interval === 'qcc' || byLot === null ? null : lotSpread(lotsOf(byLot));
  if (byLot === null || lots === null) return onParts(interval, byLot, values, sigmaWithin);
  // Of values that name no lot nothing better is known than that they are like the others.
  const scale = n / byLot.values.length;
  const known = scale * (1 / lots.meanVariance);
  const meansOverall = Math.min(n, sigmaOverall ** 2 * known);
  const overall = Math.min(n - 1, lots.degrees * scale);
  return {
    degrees: {within: sigmaWithin.degrees, overall},
    meansWithin: Math.min(n, sigmaWithin.value ** 2 * known),
    meansOverall,
    shareOf: counts => {
      const value = shareIn(values, counts);
      if (value === 0) return {value, low: 0, high: mostWhenNoneWasSeen(n, lots.crowd, lots.correlation)};
      const of = byLot.names.map(() => ({n: 0, count: 0}));
      byLot.values.forEach((x, i) => {
        const lot = of[byLot.group[i]];
        lot.n++;
        lot.count += Number(counts(x));
      });
      const effective = (clusteredShare(of)?.effective ?? 0) * scale;
      return {value, ...wilson(value * effective, effective)};
    },
    told: {
      convention: 'lots',
      lots: lots.lots,
      correlation: lots.correlation,
      degrees: {within: sigmaWithin.degrees, overall},
      text: `95 %. Cp, Cpk: degrees of freedom of the sigma estimator. Pp, Ppk, Cpm, ppm: ${lots.lots.toLocaleString('en')} lots as the unit; ${Math.round(lots.correlation * 100)} % of the variance lies between them.`,
    },
    notes: lots.lots < 10 ? [`only ${lots.lots} lots: intervals of Pp and Ppk are rough`] : [],
  };
}

function onParts(
  interval: CapabilityQuestion['interval'],
  byLot: GroupedValues | null,
  values: Float64Array,
  sigmaWithin: Sigma,
): RestsOn {
  const n = values.length;
  const qcc = interval === 'qcc';
  const degrees = {within: qcc ? n - 1 : sigmaWithin.degrees, overall: n - 1};
  const notes: string[] = [];
  if (interval === 'lots')
    notes.push(
      byLot === null
        ? 'no lots are known: intervals take each part by itself'
        : 'lots say nothing of their spread here: intervals take each part by itself',
    );
  return {
    degrees,
    meansWithin: n,
    meansOverall: n,
    shareOf: counts => {
      const value = shareIn(values, counts);
      const {low, high} = wilson(value * n, n);
      return {value, low: value === 0 ? 0 : low, high};
    },
    told: {
      convention: qcc ? 'qcc' : 'parts',
      lots: null,
      correlation: null,
      degrees,
      text: qcc
        ? '95 %, n - 1 degrees of freedom for all indices, each part by itself: as R qcc has it.'
        : '95 %. Cp, Cpk: degrees of freedom of the sigma estimator; all else n - 1, each part by itself.',
    },
    notes,
  };
}

function shareIn(values: Float64Array, counts: (value: number) => boolean): number {
  return values.reduce((sum, x) => sum + Number(counts(x)), 0) / values.length;
}

function lotsOf(byLot: GroupedValues) {
  return subgroupsOf(byLot).map(({n, mean, deviation}) => ({n, mean, squares: n > 1 ? (n - 1) * deviation ** 2 : 0}));
}
