/** From a population and the screening index to the frame of one question. */

import {UnknownFactor} from '../factors.ts';
import {QuestionError} from '../question-error.ts';
import type {Factor, Frame} from './frame.ts';
import type {HeldFixed} from './held-fixed.ts';
import type {ScreeningIndex} from './index/screening-index.ts';
import type {Population} from './population.ts';
import {shared} from './rank-codes.ts';

/** Factors that are the question itself, not an answer to it. */
const NEVER = new Set(['part.part', 'inspection.result']);

/**
 * @param lot cluster of each inspected part
 * @param strata factor names that make the strata
 * @param excluded factor name -> why it is no candidate
 * @param fixed further strata
 * @throws UnknownFactor or QuestionError for strata that are none
 */
export function extractFrame(
  {name, factors, parts}: ScreeningIndex,
  people: Population,
  lot: Int32Array,
  strata: readonly string[],
  excluded: ReadonlyMap<string, string>,
  fixed: readonly HeldFixed[],
): Frame {
  const columns = [...strata.map(name => categoryCalled(name, factors)), ...fixed];
  const {stratum, names} = strataOf(columns, people.outcome);
  return {
    parts,
    outcome: people.outcome,
    outcomeKind: people.outcomeKind,
    outcomeLabel: people.outcomeLabel,
    lot,
    lots: lot.reduce((most, l) => Math.max(most, l + 1), 0),
    lotsOrdered: people.lotsOrdered,
    stratum,
    strata: names,
    strataFactors: columns.map(({name}) => name),
    index: name,
    factors: factors.filter(f => !NEVER.has(f.name) && !excluded.has(f.name)),
  };
}

/** The combinations of levels that occur among the parts asked about, in the order of their names. */
function strataOf(columns: readonly HeldFixed[], outcome: Float64Array): {stratum: Int32Array; names: string[]} {
  const stratum = shared(Int32Array, outcome.length);
  if (columns.length === 0) return {stratum, names: ['all']};
  const found = new Map<string, number>();
  const keys = new Map<number, number>();
  for (let row = 0; row < outcome.length; row++) {
    if (Number.isNaN(outcome[row])) continue;
    let key = 0;
    for (const {codes, levels} of columns) key = key * (levels.length + 1) + codes[row] + 1;
    let code = keys.get(key);
    if (code === undefined) {
      const label = columns.map(c => (c.codes[row] < 0 ? '(missing)' : c.levels[c.codes[row]])).join(' · ');
      code = found.get(label) ?? found.size;
      found.set(label, code);
      keys.set(key, code);
    }
    stratum[row] = code;
  }
  const labels = [...found.keys()].sort();
  const placeOf = Int32Array.from(found.keys(), label => labels.indexOf(label));
  for (let row = 0; row < outcome.length; row++) if (!Number.isNaN(outcome[row])) stratum[row] = placeOf[stratum[row]];
  return {stratum, names: labels};
}

function categoryCalled(name: string, factors: readonly Factor[]): Extract<Factor, {kind: 'category'}> {
  const factor = factors.find(f => f.name === name);
  if (!factor)
    throw new UnknownFactor(
      name,
      factors.map(f => f.name),
    );
  if (factor.kind !== 'category') throw new QuestionError(`${name} is a number: strata need a category`);
  return factor;
}
