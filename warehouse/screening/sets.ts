import {benjaminiHochberg} from '../statistics/benjamini-hochberg.ts';
import type {Claim, Judged} from './verdicts.ts';

/**
 * Of the questions that come by a claim, at most a twentieth shall be wrong. Benjamini and Hochberg's rate is one over
 * all questions, silent ones included; given a claim it is that rate over the chance to claim at all. A cause of middling
 * size is claimed in every second plant, so the rate is halved: every p counts double.
 */
const CHANCE_TO_CLAIM = 0.5;

/** @returns one q a p: the share of false claims if all as small were claims, given that there is a claim */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  return benjaminiHochberg(pValues.map(p => Math.min(1, p / CHANCE_TO_CLAIM)));
}

/** The p at which one of `tests` factors would be a claim, beside `claims` others. */
export function reachableP(alpha: number, claims: number, tests: number): number {
  return (CHANCE_TO_CLAIM * alpha * (claims + 1)) / Math.max(1, tests);
}

/**
 * False discoveries counted by set, not by factor. Twenty tools of one lane are one discovery: counted as twenty they
 * would let a stranger with p = 0.02 in beside them.
 * @param tests factors that share the error rate
 * @returns one q a claim, that of its set
 */
export function discoveriesBySet(claims: readonly Claim[], judged: readonly Judged[], tests: number): number[] {
  const setOf = claims.map((_, at) => at);
  const at = new Map(claims.map(({tested}, k) => [tested.factor.name, k]));
  const join = (a: number, b: number | undefined) => {
    if (b === undefined || setOf[a] === setOf[b]) return;
    const from = Math.max(setOf[a], setOf[b]);
    const to = Math.min(setOf[a], setOf[b]);
    for (let k = 0; k < setOf.length; k++) if (setOf[k] === from) setOf[k] = to;
  };
  for (const [k, {ambiguousWith, explainedBy}] of judged.entries()) {
    for (const name of ambiguousWith) join(k, at.get(name));
    if (explainedBy !== null) join(k, at.get(explainedBy));
  }
  // Claims stand strongest first, so a set bears the number of its strongest.
  const sets = [...new Set(setOf)];
  const unclaimed = new Array<number>(Math.max(0, tests - sets.length)).fill(1);
  const q = falseDiscoveryRates([...sets.map(set => claims[set].tested.p), ...unclaimed]);
  return setOf.map(set => q[sets.indexOf(set)]);
}
