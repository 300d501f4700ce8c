import {benjaminiHochberg} from '../statistics/benjamini-hochberg.ts';
import type {Claim, Judged} from './verdicts.ts';

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
    const [from, to] = [Math.max(setOf[a], setOf[b]), Math.min(setOf[a], setOf[b])];
    for (let k = 0; k < setOf.length; k++) if (setOf[k] === from) setOf[k] = to;
  };
  for (const [k, {ambiguousWith, explainedBy}] of judged.entries()) {
    for (const name of ambiguousWith) join(k, at.get(name));
    if (explainedBy !== null) join(k, at.get(explainedBy));
  }
  // Claims stand strongest first, so a set bears the number of its strongest.
  const sets = [...new Set(setOf)];
  const unclaimed = new Array<number>(Math.max(0, tests - sets.length)).fill(1);
  const q = benjaminiHochberg([...sets.map(set => claims[set].tested.p), ...unclaimed]);
  return setOf.map(set => q[sets.indexOf(set)]);
}
