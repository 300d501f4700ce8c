import type {Finding} from '../answers.ts';
import {CHANGE_POINT} from './change-point.ts';

/** What the order of findings depends on. */
export interface Rankable extends Pick<Finding, 'factor' | 'with' | 'kind' | 'p' | 'q' | 'verdict' | 'ambiguousWith'> {
  /** How far the score stands out, which orders findings whose p is the least that the margins permit. */
  strength: number;
  /** How well the factor alone accounts for the outcome; on one scale throughout an answer. */
  fit: number;
}

/**
 * Claims first, then by p. Claims that cannot be told apart stand together, first the one that fits best:
 * their p values, all far out in a tail that the effect itself has widened, order them less well. Of those that fit
 * alike, as two names of the same parts do, a value stands before the lack of one. One a factor.
 */
export function ranked<T extends Rankable>(findings: readonly T[], alpha: number): T[] {
  const isClaim = ({q, verdict}: T) => q <= alpha && (verdict === 'supported' || verdict === 'ambiguous');
  const claims = findings.filter(isClaim).sort(byEvidence);
  const rest = findings.filter(one => !isClaim(one)).sort(byEvidence);
  const order: T[] = [];
  while (claims.length > 0) {
    const {ambiguousWith, factor} = claims[0];
    const together = new Set([factor, ...ambiguousWith]);
    const set = claims.filter(({factor: name}) => together.has(name));
    order.push(
      ...set.sort(
        (a, b) => isMoment(a) - isMoment(b) || howWell(b) - howWell(a) || isLack(a) - isLack(b) || byEvidence(a, b),
      ),
    );
    for (const one of set) claims.splice(claims.indexOf(one), 1);
  }
  return onePerFactor(order.concat(rest));
}

/** A factor may stand out by its level or by being missing: it is told by the stronger of the two. Both were tested. */
function onePerFactor<T extends Rankable>(findings: readonly T[]): T[] {
  const told = new Set<string>();
  return findings.filter(one => !told.has(nameOf(one)) && told.add(nameOf(one)));
}

/** What a finding is about; a pair that acts together is told beside its factors. */
export function nameOf({factor, with: others}: Pick<Finding, 'factor' | 'with'>): string {
  return [factor, ...(others ?? [])].join(' × ');
}

/** What somebody can act on comes before the bare moment at which it changed. */
function isMoment({factor}: Rankable): number {
  return Number(factor === CHANGE_POINT);
}

function isLack({kind}: Rankable): number {
  return Number(kind === 'missing');
}

/** To nine digits: what is left differs only by the order in which it was added up. */
function howWell(one: Rankable): number {
  return Number(one.fit.toPrecision(9));
}

function byEvidence(a: Rankable, b: Rankable): number {
  return a.p - b.p || b.strength - a.strength || (a.factor < b.factor ? -1 : 1);
}
