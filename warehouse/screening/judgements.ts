/** What the tests come to: the error rate shared among them, claims judged, and how wide intervals have to be. */
import type {Verdict} from '../answers.ts';
import type {Tested} from './candidate.ts';
import {mostHarmful} from './finding-of.ts';
import type {Ground} from './ground.ts';
import {type Pair, pairAsTested} from './interactions.ts';
import {discoveriesBySet, falseDiscoveryRates, reachableP} from './sets.ts';
import type {AlikeEntry, Team} from './team.ts';
import {type Claim, type Judged, judgeClaims} from './verdicts.ts';

export interface Judgements {
  /** How many tests shared the error rate. */
  tests: number;
  /** Pairs that are claims. */
  pairs: Tested[];
  claims: Tested[];
  isClaim(one: Tested): boolean;
  /** 1 for what could not share the error rate. */
  qOf(one: Tested): number;
  of(one: Tested): Judged;
  /** Error of a finding's interval. */
  errorOf(one: Tested): number;
  /** The p that would have made one more claim. */
  needed: number;
  /** What goes along with a claim or against it. */
  alikeTo(one: Tested): AlikeEntry[];
}

/**
 * @param single everything tested but pairs
 * @param others the p of what was tested elsewhere
 */
export function judge(
  ground: Ground,
  single: readonly Tested[],
  pairs: readonly Pair[],
  team: Pick<Team, 'alike'>,
  others: readonly number[] = [],
): Judgements {
  const {alpha, frame} = ground;
  const {q, tests, selected} = shareError(ground, single, pairs, others);
  const claims = selected
    .map(one => ({tested: one, candidate: one.candidates[mostHarmful(one, frame)]}))
    .sort(byEvidence);
  // What was sought in the outcome is a rival only where it was found.
  const found = selected.filter(({together, change}) => together || change);
  const {verdicts, alikeTo} = judgeClaims(ground, claims, found, team);
  const judged = new Map<Tested, Judged>();
  for (const [at, bySet] of discoveriesBySet(claims, verdicts, tests).entries()) {
    const one = claims[at].tested;
    q.set(one, Math.max(bySet, q.get(one) ?? 1));
    if (bySet <= alpha) judged.set(one, verdicts[at]);
  }
  // Intervals of selected findings are widened so that, of all told, 95 % cover: false coverage rate.
  // A claim stays a claim by its set's strength, so its own p may lie a little above that; its interval follows its p.
  const widest = Math.max(0, ...[...judged.keys()].map(({p}) => p));
  const claimError = Math.max(widest, (alpha * judged.size) / Math.max(1, tests));
  const needed = reachableP(alpha, judged.size, tests);
  const together = selected.filter(one => one.together);
  return {
    tests,
    pairs: together.filter(pair => judged.has(pair)),
    claims: [...judged.keys()],
    isClaim: one => judged.has(one),
    qOf: one => q.get(one) ?? 1,
    of: one => named(one, judged.get(one) ?? unclaimed(one, silence(one, needed)), together),
    errorOf: one => (judged.has(one) ? claimError : alpha),
    needed,
    alikeTo,
  };
}

/** One q a test; of the pairs only those that may be claims are looked at any further. */
function shareError(ground: Ground, single: readonly Tested[], pairs: readonly Pair[], others: readonly number[]) {
  const {alpha} = ground;
  const able = single.filter(({candidates, attainable}) => candidates.length > 0 && attainable <= alpha);
  const rates = falseDiscoveryRates([...[...able, ...pairs].map(({p}) => p), ...others]);
  const q = new Map<Tested, number>(able.map((one, at) => [one, rates[at]]));
  for (const [at, pair] of pairs.entries()) {
    const rate = rates[able.length + at];
    const one = rate <= alpha ? pairAsTested(ground, pair) : null;
    if (one !== null) q.set(one, rate);
  }
  return {q, tests: rates.length, selected: [...q.keys()].filter(one => q.get(one)! <= alpha)};
}

function byEvidence(a: Claim, b: Claim): number {
  return (
    a.tested.p - b.tested.p ||
    Math.abs(b.candidate.test.z) - Math.abs(a.candidate.test.z) ||
    (a.tested.factor.name < b.tested.factor.name ? -1 : 1)
  );
}

function unclaimed({twins}: Tested, verdict: Verdict): Judged {
  return {verdict, ambiguousWith: twins, explainedBy: null, unchallenged: 1};
}

/** Why a factor that is no claim is none. `reachable` is the p that would have made one more claim. */
function silence({candidates, attainable}: Tested, reachable: number): Verdict {
  if (candidates.length === 0) return 'not-identifiable';
  return attainable > reachable ? 'too-little-data' : 'no-evidence';
}

/** The judgement in names of factors: a pair is named by its two, and nothing is ambiguous with itself. */
function named(one: Tested, judgement: Judged, pairs: readonly Tested[]): Judged {
  const own = one.together?.of[0].factor.name ?? one.factor.name;
  return {...judgement, ambiguousWith: factorsOf(judgement.ambiguousWith, pairs).filter(name => name !== own)};
}

/** The factors that a set names; a pair is named by its two. */
function factorsOf(names: readonly string[], pairs: readonly Tested[]): string[] {
  const byName = new Map(pairs.map(({factor, together}) => [factor.name, together?.of.map(one => one.factor.name)]));
  return [...new Set(names.flatMap(name => byName.get(name) ?? [name]))].sort();
}
