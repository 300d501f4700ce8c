import type {Finding} from '../answers.ts';
import {CHANGE_POINT} from './change-point.ts';

export interface Unranked {
  finding: Omit<Finding, 'id'>;
  /** How far the score stands out, which orders findings whose p is the least that the margins permit. */
  strength: number;
  /** How well the factor alone accounts for the outcome; on one scale throughout an answer. */
  fit: number;
}

/**
 * Claims first, then by p. Claims that cannot be told apart stand together, first the one that fits best:
 * their p values, all far out in a tail that the effect itself has widened, order them less well. Of those that fit
 * alike, as two names of the same parts do, a value stands before the lack of one.
 */
export function ranked(findings: readonly Unranked[], alpha: number): Omit<Finding, 'id'>[] {
  const isClaim = ({finding: {q, verdict}}: Unranked) =>
    q <= alpha && (verdict === 'supported' || verdict === 'ambiguous');
  const claims = findings.filter(isClaim).sort(byEvidence);
  const rest = findings.filter(one => !isClaim(one)).sort(byEvidence);
  const order: Unranked[] = [];
  while (claims.length > 0) {
    const {ambiguousWith, factor} = claims[0].finding;
    const together = new Set([factor, ...ambiguousWith]);
    const set = claims.filter(({finding}) => together.has(finding.factor));
    order.push(
      ...set.sort(
        (a, b) => isMoment(a) - isMoment(b) || howWell(b) - howWell(a) || isLack(a) - isLack(b) || byEvidence(a, b),
      ),
    );
    for (const one of set) claims.splice(claims.indexOf(one), 1);
  }
  return order.concat(rest).map(({finding}, at) => ({...finding, rank: at + 1}));
}

/** What somebody can act on comes before the bare moment at which it changed. */
function isMoment({finding}: Unranked): number {
  return Number(finding.factor === CHANGE_POINT);
}

function isLack({finding}: Unranked): number {
  return Number(finding.kind === 'missing');
}

/** To nine digits: what is left differs only by the order in which it was added up. */
function howWell(one: Unranked): number {
  return Number(one.fit.toPrecision(9));
}

function byEvidence(a: Unranked, b: Unranked): number {
  return a.finding.p - b.finding.p || b.strength - a.strength || (a.finding.factor < b.finding.factor ? -1 : 1);
}
