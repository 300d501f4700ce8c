/** Runs many plants of one kind through a screening method and counts what it got right. */

import {benjaminiHochberg} from '../../statistics/benjamini-hochberg.ts';
import {evaluate} from '../evaluate.ts';
import type {Factor, Frame} from '../frame.ts';
import {answerOf, type ScreeningMethod} from '../method.ts';
import {lotTest, partTest} from './baselines.ts';
import {makePlant, type PlantOptions} from './plant.ts';
import {rowsWhere} from './rows-where.ts';

/** What one method made of one plant. */
export interface Outcome {
  /** Claims whose set holds no planted cause, and all claims. */
  wrong: number;
  claims: number;
  /** Place of the planted cause in the ranking, 1 = first; 0 where none was planted. */
  place: number;
  claimed: boolean;
  /** Whether the set of the leading claim holds the cause, and its size; null without a claim. */
  covered: boolean | null;
  size: number;
  /** Shares of the exposed parts that the leading claim's line catches, and of the caught that were exposed. */
  recall: number | null;
  precision: number | null;
  /** Risk ratio that the method gives the planted factor; missing where it gives none. */
  effect?: number | null;
}

interface Claim {
  factor: string;
  set: string[];
  where: string | null;
}

/** Ranked factors, claims and, by factor, effects of one method. */
export type Method = (frame: Frame) => {ranking: string[]; claims: Claim[]; effects?: ReadonlyMap<string, number>};

export const fishbone: Method = frame => {
  const {findings} = evaluate(frame);
  const claims = findings
    .filter(({q, verdict}) => q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous'))
    .map(({factor, with: others, ambiguousWith, where}) => ({
      factor,
      set: [factor, ...(others ?? []), ...ambiguousWith],
      where,
    }));
  const effects = new Map(findings.map(({factor, effect}) => [factor, effect.value]));
  return {ranking: findings.map(({factor}) => factor), claims, effects};
};

const byTest =
  (test: (frame: Frame, factor: Factor) => number): Method =>
  frame =>
    byP(
      frame,
      frame.factors.map(factor => test(frame, factor)),
    );
export const partCmh = byTest(partTest);
export const lotKruskal = byTest((frame, factor) => lotTest(frame, factor, false));
export const lotVanElteren = byTest((frame, factor) => lotTest(frame, factor, true));

/** A method of somebody else: claims are what stays below 5 % false discoveries (Benjamini & Hochberg 1995). */
export const theirs =
  (name: string, method: ScreeningMethod): Method =>
  frame => {
    const {p, effect} = answerOf(name, method, frame);
    const effects = effect && new Map(frame.factors.map((factor, k) => [factor.name, effect[k]]));
    return {...byP(frame, p), ...(effects ? {effects} : {})};
  };

function byP(frame: Frame, p: readonly number[]): {ranking: string[]; claims: Claim[]} {
  const q = benjaminiHochberg(p);
  const order = [...p.keys()].sort((a, b) => p[a] - p[b]);
  const names = order.map(k => frame.factors[k].name);
  const claims = names.filter((_, place) => q[order[place]] <= 0.05);
  return {ranking: names, claims: claims.map(factor => ({factor, set: [factor], where: null}))};
}

/** Shows one plant to a method. */
export function tryPlant(options: PlantOptions, methods: readonly Method[]): Outcome[] {
  const {frame, truth, exposed} = makePlant(options);
  return methods.map(method => {
    const {ranking, claims, effects} = method(frame);
    const planted = truth?.factors ?? [];
    const isTrue = ({set}: Claim) => set.some(name => planted.includes(name));
    const lead = claims[0] && isTrue(claims[0]) ? claims[0].where : null;
    return {
      wrong: claims.filter(claim => !isTrue(claim)).length,
      claims: claims.length,
      place: truth === null ? 0 : ranking.findIndex(name => planted.includes(name)) + 1 || ranking.length + 1,
      claimed: claims.some(({factor}) => planted.includes(factor)),
      covered: claims.length === 0 ? null : isTrue(claims[0]),
      size: claims[0]?.set.length ?? 0,
      ...contained(frame, exposed, lead),
      effect: (truth && effects?.get(truth.factor)) ?? null,
    };
  });
}

function contained(frame: Frame, exposed: Uint8Array, where: string | null): Pick<Outcome, 'recall' | 'precision'> {
  if (where === null) return {recall: null, precision: null};
  const caught = rowsWhere(frame, where);
  const all = exposed.reduce((sum, one) => sum + one, 0);
  const told = caught.reduce((sum, one) => sum + one, 0);
  const both = caught.reduce((sum, one, i) => sum + one * exposed[i], 0);
  return {recall: all > 0 ? both / all : null, precision: told > 0 ? both / told : null};
}

export interface Tally {
  plants: number;
  /** Plants with a claim whose set holds no planted cause. */
  anyFalse: number;
  /** Of all claims, those that are false, summed as a share over plants. */
  falseShare: number;
  first: number;
  firstFive: number;
  claimed: number;
  /** Plants whose leading claim's set holds the cause, of those with any claim. */
  covered: number;
  claiming: number;
  medianSize: number | null;
  /** Means over the leading claims that are true. */
  recall: number | null;
  precision: number | null;
  /** Median of the risk ratios that the method gives the planted factor. */
  effect: number | null;
}

export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (is: (one: Outcome) => boolean) => outcomes.filter(is).length;
  const mean = (of: (one: Outcome) => number | null) => {
    const known = outcomes.map(of).filter(value => value !== null);
    return known.length > 0 ? known.reduce((s, v) => s + v, 0) / known.length : null;
  };
  const sizes = outcomes.filter(({covered}) => covered !== null).map(({size}) => size);
  return {
    plants: outcomes.length,
    anyFalse: count(({wrong}) => wrong > 0),
    falseShare: outcomes.reduce((s, {wrong, claims}) => s + wrong / Math.max(1, claims), 0),
    first: count(({place}) => place === 1),
    firstFive: count(({place}) => place > 0 && place <= 5),
    claimed: count(({claimed}) => claimed),
    covered: count(({covered}) => covered === true),
    claiming: sizes.length,
    medianSize: sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? null,
    recall: mean(({recall}) => recall),
    precision: mean(({precision}) => precision),
    effect: median(outcomes.map(({effect}) => effect ?? null)),
  };
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
}

/** Plants of seeds first..first + plants - 1. */
export function trial(options: Omit<PlantOptions, 'seed'>, method: Method, plants: number, first = 1): Tally {
  return tallyOf(Array.from({length: plants}, (_, k) => tryPlant({...options, seed: first + k}, [method])[0]));
}
