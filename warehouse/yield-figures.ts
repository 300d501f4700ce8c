/** Yield from what each lot counted: figures, and intervals that take the lots as independent, not the parts. */
import {grouped} from './grouped.ts';
import type {RouteStep, YieldFigures} from './pareto-answers.ts';
import {clusterRatio, influenceVariance} from './statistics/cluster-ratio.ts';
import {clusteredRateInterval} from './statistics/clustered-rate.ts';
import {clusteredShareInterval} from './statistics/effective-size.ts';
import {sigmaLevel} from './statistics/sigma-level.ts';

/** A lot of one product, or `times` alike. `step_...` are the counts at `steps`, in their order. */
export interface LotYield {
  product: string | null;
  /** A part. */
  opportunities: number | null;
  times: number;
  inspected: number;
  passed: number;
  passed_every: number;
  good: number;
  recovered: number;
  defects: number;
  steps: readonly string[] | null;
  step_inspected: readonly number[] | null;
  step_passed: readonly number[] | null;
  step_good: readonly number[] | null;
}

type Counted = 'passed' | 'passed_every' | 'good' | 'recovered' | 'defects';

/**
 * @param lots at least one, with parts
 * @param options route: its steps, without those of rework; shift: of the sigma level
 */
export function yieldFigures(
  lots: readonly LotYield[],
  {route, shift = 0}: {route: readonly string[]; shift?: number},
): YieldFigures {
  const inspected = total(lots, lot => lot.inspected);
  const ratioOf = (counted: Counted) =>
    clusterRatio(lots.map(lot => ({count: lot[counted], of: lot.inspected, times: lot.times})));
  const share = (counted: Counted) => {
    const {ratio, variance, clusters} = ratioOf(counted);
    return {value: ratio, interval: clusteredShareInterval(ratio, {variance, parts: inspected, clusters})};
  };
  const [fpy, every, final, hidden] = (['passed', 'passed_every', 'good', 'recovered'] as const).map(share);
  const dpu = ratioOf('defects');
  const rty = rolled(lots, route);
  const dpmo = perMillionOpportunities(lots);
  return {
    inspected,
    passedFirst: total(lots, lot => lot.passed),
    fpy: fpy.value,
    rty: rty.value,
    dpmo: dpmo.value,
    dpu: dpu.ratio,
    opportunities: dpmo.opportunities === null ? null : dpmo.opportunities / inspected,
    passedEveryStep: every.value,
    finalYield: final.value,
    hiddenFactory: hidden.value,
    sigmaLevel: dpmo.value === null ? null : sigmaLevel(dpmo.value, shift),
    lots: dpu.clusters,
    intervals: {
      fpy: fpy.interval,
      rty: rty.interval,
      dpmo: dpmo.interval,
      dpu: clusteredRateInterval(dpu.ratio, {...dpu, units: inspected}),
      passedEveryStep: every.interval,
      finalYield: final.interval,
      hiddenFactory: hidden.interval,
    },
  };
}

/** The steps in the order given, each alone and rolled up to it; those of rework stand last and are in no product. */
export function routeFigures(
  lots: readonly LotYield[],
  {route, rework}: {route: readonly string[]; rework: readonly string[]},
): RouteStep[] {
  return [...route, ...rework].map((step, k) => {
    const passed = atStep(lots, step, lot => lot.step_passed);
    const good = atStep(lots, step, lot => lot.step_good);
    const up = k < route.length ? rolled(lots, route.slice(0, k + 1)) : {value: null, interval: null};
    return {
      step,
      rework: k >= route.length,
      inspected: passed.parts,
      passedFirst: passed.count,
      fpy: passed.value,
      finalYield: good.value,
      rolled: up.value,
      intervals: {fpy: passed.interval, finalYield: good.interval, rolled: up.interval},
    };
  });
}

const total = <T extends {times: number}>(lots: readonly T[], of: (lot: T) => number) =>
  lots.reduce((sum, lot) => sum + lot.times * of(lot), 0);

function atStep(
  lots: readonly LotYield[],
  step: string,
  counts: (lot: LotYield) => readonly number[] | null,
): {count: number; parts: number; value: number; interval: {low: number; high: number} | null} {
  const seen = lots.flatMap(lot => {
    const k = lot.steps?.indexOf(step) ?? -1;
    return k < 0 ? [] : [{count: counts(lot)?.[k] ?? 0, of: lot.step_inspected?.[k] ?? 0, times: lot.times}];
  });
  const {ratio, variance, clusters} = clusterRatio(seen);
  const parts = total(seen, lot => lot.of);
  const interval = clusteredShareInterval(ratio, {variance, parts, clusters});
  return {count: total(seen, lot => lot.count), parts, value: ratio, interval};
}

/**
 * Rolled throughput yield: of each product the product of the first-pass yields at its steps, products weighted by their
 * parts. Its variance: how far each lot moves it, through all steps at once, at this mix of products.
 */
function rolled(lots: readonly LotYield[], route: readonly string[]) {
  const all = total(lots, lot => lot.inspected);
  const influences: {value: number; times: number}[] = [];
  let value = 0;
  for (const ofProduct of grouped(lots, lot => lot.product).values()) {
    const weight = total(ofProduct, lot => lot.inspected) / all;
    const steps = route
      .map(step => ({step, ...atStep(ofProduct, step, lot => lot.step_passed)}))
      .filter(({parts}) => parts > 0);
    value += weight * steps.reduce((product, step) => product * step.value, 1);
    for (const lot of ofProduct) {
      let moved = 0;
      for (const [k, {step, value: p, parts}] of steps.entries()) {
        const at = lot.steps?.indexOf(step) ?? -1;
        if (at < 0) continue;
        const others = steps.reduce((product, other, i) => (i === k ? product : product * other.value), 1);
        moved += (others * ((lot.step_passed?.[at] ?? 0) - p * (lot.step_inspected?.[at] ?? 0))) / parts;
      }
      influences.push({value: weight * moved, times: lot.times});
    }
  }
  const {variance, clusters} = influenceVariance(influences);
  return {value, interval: clusteredShareInterval(value, {variance, parts: all, clusters})};
}

/** Null unless every product states its opportunities. */
function perMillionOpportunities(lots: readonly LotYield[]) {
  if (lots.some(lot => !(lot.opportunities !== null && lot.opportunities > 0)))
    return {value: null, opportunities: null, interval: null};
  const {ratio, variance, clusters} = clusterRatio(
    lots.map(lot => ({count: lot.defects, of: lot.inspected * (lot.opportunities ?? 0), times: lot.times})),
  );
  const opportunities = total(lots, lot => lot.inspected * (lot.opportunities ?? 0));
  const interval = clusteredRateInterval(ratio, {variance, units: opportunities, clusters});
  return {
    value: ratio * 1e6,
    opportunities,
    interval: interval && {low: interval.low * 1e6, high: interval.high * 1e6},
  };
}
