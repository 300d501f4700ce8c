import type {Verdict} from '../answers.ts';
import type {Candidate, Tested} from './candidate.ts';
import {type Entry, testGiven} from './given.ts';
import type {Ground} from './ground.ts';
import {directionOf, likenesses} from './likeness.ts';
import {mediates} from './process-order.ts';
import type {ScoreTest} from './score-test.ts';
import {ALIKE, entriesOf} from './share.ts';
import type {AlikeEntry, Team} from './team.ts';

export interface Claim {
  tested: Tested;
  /** The level or score that the claim is told by. */
  candidate: Candidate;
}

export interface Judged {
  verdict: Verdict;
  ambiguousWith: string[];
  explainedBy: string | null;
  /** The least p of any rival once this is held fixed: near 0 where a rival knows more. */
  unchallenged: number;
  /** The rival that a claim falls to without being wiped out by it. */
  victor?: string;
}

/** The most alike that are looked at; in a plant of lanes everything is like everything. */
const MOST_RIVALS = 100;
const LEVEL = 0.05;

/**
 * Says of every claim whether it stands alone, cannot be told from others, or is another claim's doing. By test
 * inversion: A is a possible cause iff no rival stays significant once A is held fixed.
 * @param claims significant factors, strongest first
 * @param sought what was sought in the outcome and found: a rival as well; what was tested need not be significant to be one
 */
export function judgeClaims(
  ground: Ground,
  claims: readonly Claim[],
  sought: readonly Tested[],
  team: Pick<Team, 'alike'>,
): {verdicts: Judged[]; alikeTo: (tested: Tested) => AlikeEntry[]} {
  const alike = alikeToClaims(ground, claims, sought, team);
  const given = memoised((b, a) => paid(b, testGiven(ground, b, a)));
  const judged = claims.map((claim, at) => {
    const rivals = rivalsOf(claim, alike[at]);
    const level = LEVEL / Math.max(1, rivals.length);
    const stays = (b: Entry, a: Entry) => (given(b, a)?.p ?? 1) <= level;
    // A rival that stands beside the claim, each significant given the other, is a second cause and no confusion.
    const confusable = rivals.filter(rival => !(stays(rival, claim) && stays(claim, rival)));
    const group: Entry[] = [...confusable, claim];
    const challengersOf = (a: Entry) => group.filter(b => b.tested !== a.tested && !mediates(b.tested, a.tested));
    const isPossible = (a: Entry) => !challengersOf(a).some(b => stays(b, a));
    const among = (b: Claim) => b !== claim && confusable.some(({tested}) => tested === b.tested);
    const unchallenged = Math.min(1, ...challengersOf(claim).map(b => given(b, claim)?.p ?? 1));
    const origin = claims.find(cause => among(cause) && mediates(claim.tested, cause.tested) && !stays(cause, claim));
    if (origin) return explainedAs('through', origin, unchallenged);
    if (!isPossible(claim)) {
      const cause = claims.find(b => among(b) && explains(b, claim, given, stays));
      // What is measured further on and says nothing more than its cause is a messenger, not a rival.
      const verdict = cause && mediates(claim.tested, cause.tested) ? 'through' : 'explained';
      if (cause) return explainedAs(verdict, cause, unchallenged);
    }
    const others = confusable.filter(isPossible);
    if (isPossible(claim)) return standing(ground, claim, others, unchallenged);
    // The claim falls to a rival but is not wiped out by it: that rival is named as well.
    const victor = challengersOf(claim).find(b => (given(b, claim)?.p ?? 1) === unchallenged);
    const named = victor === undefined ? others : [...others, victor];
    return {...standing(ground, claim, named, unchallenged), victor: victor?.tested.factor.name};
  });
  return {
    verdicts: withoutCircles(claims, withSetsOfVictors(claims, judged)),
    alikeTo: tested => alike[claims.findIndex(claim => claim.tested === tested)] ?? [],
  };
}

/** Of each claim, what is alike to it: first what was sought in the outcome, then what was tested. */
function alikeToClaims(
  ground: Ground,
  claims: readonly Claim[],
  sought: readonly Tested[],
  team: Pick<Team, 'alike'>,
): AlikeEntry[][] {
  const directions = claims.map(claim => directionOf(ground, claim));
  const extra = sought.flatMap(entriesOf).map(entry => ({entry, alike: likenesses(ground, entry, directions)}));
  return team.alike(directions).map((among, at) => {
    const beside = extra.map(({entry, alike}) => ({entry, alike: alike[at]}));
    return [...beside.filter(({alike}) => Math.abs(alike) >= ALIKE), ...among];
  });
}

/** A moment that was sought in the outcome, or a form of a level, pays for the search here too. */
function paid({tested: {change}, candidate: {form}}: Entry, test: ScoreTest | null): ScoreTest | null {
  return test && {...test, p: Math.min(1, (test.p * form.tried) / (change?.share ?? 1))};
}

function explainedAs(verdict: 'explained' | 'through', cause: Claim, unchallenged: number): Judged {
  return {verdict, ambiguousWith: [], explainedBy: cause.tested.factor.name, unchallenged};
}

function standing(ground: Ground, claim: Claim, others: readonly Entry[], unchallenged: number): Judged {
  const names = others.filter(({tested}) => tested !== claim.tested).map(({tested}) => tested.factor.name);
  names.push(...claim.tested.twins);
  if (contiguousInTime(ground, claim) && !others.some(({tested}) => tested.factor.time)) names.push('time');
  const verdict = names.length > 0 ? 'ambiguous' : 'supported';
  return {verdict, ambiguousWith: [...new Set(names)].sort(), explainedBy: null, unchallenged};
}

/** What falls to a rival cannot be told apart from anything that this rival cannot be told apart from. */
function withSetsOfVictors(claims: readonly Claim[], judged: readonly Judged[]): Judged[] {
  const byName = new Map(claims.map((claim, at) => [claim.tested.factor.name, judged[at]]));
  return judged.map((one, at) => {
    const wider = one.victor === undefined ? [] : (byName.get(one.victor)?.ambiguousWith ?? []);
    const names = new Set([...one.ambiguousWith, ...wider]);
    names.delete(claims[at].tested.factor.name);
    return {...one, ambiguousWith: [...names].sort()};
  });
}

/** Explanations are followed to the claim that stands; those that only explain each other are ambiguous. */
function withoutCircles(claims: readonly Claim[], judged: readonly Judged[]): Judged[] {
  const byName = new Map(claims.map((claim, at) => [claim.tested.factor.name, judged[at]]));
  return judged.map(one => {
    if (one.verdict !== 'explained') return one;
    const passed = new Set<string>();
    let name = one.explainedBy ?? '';
    for (let next = byName.get(name); next?.verdict === 'explained' && !passed.has(name); next = byName.get(name)) {
      passed.add(name);
      name = next.explainedBy ?? '';
    }
    if (!passed.has(name)) return {...one, explainedBy: name};
    return {...one, verdict: 'ambiguous', ambiguousWith: [...passed].sort(), explainedBy: null};
  });
}

function rivalsOf(claim: Claim, alike: readonly AlikeEntry[]): Entry[] {
  return (
    alike
      .filter(({entry: {tested}}) => tested !== claim.tested)
      // More of a level must go with more of the claim's; a number or a pair may run either way.
      .filter(one => isTwoSided(one.entry) || one.alike > 0)
      .sort((a, b) => Math.abs(b.alike) - Math.abs(a.alike))
      .slice(0, MOST_RIVALS)
      .map(({entry}) => entry)
      // Strongest first: most of what is challenged falls to the first rival.
      .sort((a, b) => a.candidate.test.p - b.candidate.test.p)
  );
}

function isTwoSided({tested, candidate}: Entry): boolean {
  return candidate.shape !== null || tested.candidates.length <= 2;
}

/** B explains A: given B, A's effect is gone rather than merely blurred, while B's stays given A. */
function explains(b: Entry, a: Entry, given: Given, stays: (b: Entry, a: Entry) => boolean): boolean {
  const rest = given(a, b);
  if (!stays(b, a) || (rest?.p ?? 1) <= LEVEL) return false;
  if (rest === null || rest.variance === 0) return false;
  const {deviation, variance} = a.candidate.test;
  const shrunk = Math.abs(rest.deviation / rest.variance) <= Math.abs(deviation / variance) / 3;
  return shrunk && Math.sqrt(variance / rest.variance) < 2;
}

/** Whole lots in one unbroken run: whatever else changed in that time would look the same. */
function contiguousInTime({frame, cells}: Ground, {tested, candidate}: Claim): boolean {
  if (!frame.lotsOrdered || candidate.shape !== null || tested.factor.time) return false;
  const {mean, within} = candidate.exposure();
  if (within !== null) return false;
  const exposed = new Set<number>();
  mean.forEach((share, k) => {
    if (share > 0) exposed.add(cells.lotOf[tested.outcome.cells[k]]);
  });
  const lots = [...exposed];
  return lots.length >= 3 && Math.max(...lots) - Math.min(...lots) < lots.length * 1.5;
}

type Given = (b: Entry, a: Entry) => ScoreTest | null;

function memoised(test: Given): Given {
  const known = new Map<Candidate, Map<Candidate, ScoreTest | null>>();
  return (b, a) => {
    const row = known.get(b.candidate) ?? new Map<Candidate, ScoreTest | null>();
    known.set(b.candidate, row);
    const before = row.get(a.candidate);
    if (before !== undefined) return before;
    const result = test(b, a);
    row.set(a.candidate, result);
    return result;
  };
}
