/** How much more data would let a factor be claimed, where no result of today's could be. */
import {logChoose} from '../statistics/hypergeometric.ts';
import {normalUpperQuantile} from '../statistics/normal.ts';
import type {Candidate, Tested} from './candidate.ts';
import {splitScore} from './score-test.ts';

export interface Enough {
  /** Wholly exposed lots, and all lots that they are compared with. */
  exposed: number;
  lots: number;
  /** The least p that they permit, and the p that a claim needs beside all other tests. */
  attainable: number;
  needed: number;
  /** Exposed lots to add until a claim is possible at all. */
  more: number;
  /** Exposed lots in all with which an effect as large as the one seen would be claimed four times in five. */
  forPower: number | null;
}

const POWER = 0.8;
const MOST = 1000;

/** @returns null where the factor differs within lots, so that lots do not limit it */
export function enoughFor({outcome, attainable}: Tested, {exposure, test}: Candidate, needed: number): Enough | null {
  const score = splitScore(outcome, exposure());
  const share = score?.exposed;
  if (!share) return null;
  const strata = outcome.members
    .map(at => ({lots: at.length, exposed: at.reduce((sum, k) => sum + share[k], 0)}))
    .filter(({lots, exposed}) => exposed > 0 && exposed < lots);
  if (strata.length === 0) return null;
  // What the factor's other levels cost.
  const penalty = test.attainable > 0 ? attainable / test.attainable : 1;
  const fullest = strata.reduce((best, one) => (one.exposed > best.exposed ? one : best));
  const least = (more: number) =>
    penalty *
    Math.exp(
      -strata.reduce((ways, one) => {
        const added = one === fullest ? more : 0;
        return ways + logChoose(one.lots + added, one.exposed + added);
      }, 0),
    );
  let more = 0;
  while (more < MOST && least(more) > needed) more++;
  const exposed = strata.reduce((sum, one) => sum + one.exposed, 0);
  const wanted = normalUpperQuantile(needed / 2) + normalUpperQuantile(1 - POWER);
  // A score grows as the root of the lots that are exposed.
  const forPower = test.z > 0 ? Math.max(exposed + more, Math.ceil(exposed * (wanted / test.z) ** 2)) : null;
  return {
    exposed,
    lots: strata.reduce((sum, one) => sum + one.lots, 0),
    attainable: least(0),
    needed,
    more,
    forPower: forPower !== null && forPower <= 10 * MOST ? forPower : null,
  };
}

/** In a sentence. */
export function enoughInWords({exposed, lots, attainable, needed, more, forPower}: Enough): string {
  const p = (value: number) => value.toPrecision(2).replace(/e-(\d+)/, 'e-$1');
  const today = `Too few lots for any result to be significant: ${exposed} of ${lots} could reach p = ${p(attainable)} at best, and ${p(needed)} is needed beside so many tests.`;
  const permit = `${more} more exposed ${more === 1 ? 'lot' : 'lots'} would permit a claim`;
  if (forPower === null) return `${today} ${permit}.`;
  return `${today} ${permit}; with ${forPower} in all, an effect of this size would be claimed about four times in five.`;
}
