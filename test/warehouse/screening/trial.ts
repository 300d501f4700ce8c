/** Runs many plants of one kind through a screening method and counts what it got right. */
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import {benjaminiHochberg} from '../../../warehouse/statistics/benjamini-hochberg.ts';
import {lotTest, partTest} from './baselines.ts';
import {makePlant, type PlantOptions} from './plant.ts';

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
  sizes: number[];
}

interface Claim {
  factor: string;
  set: string[];
}

/** Ranked factors and claims of one method. */
type Method = (frame: ReturnType<typeof makePlant>['frame']) => {ranking: string[]; claims: Claim[]};

export const fishbone: Method = frame => {
  const {findings} = evaluate(frame);
  const claims = findings
    .filter(({q, verdict}) => q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous'))
    .map(({factor, ambiguousWith}) => ({factor, set: [factor, ...ambiguousWith]}));
  return {ranking: findings.map(({factor}) => factor), claims};
};

const byTest =
  (test: (frame: Parameters<Method>[0], factor: Parameters<Method>[0]['factors'][number]) => number): Method =>
  frame => {
    const p = frame.factors.map(factor => test(frame, factor));
    const q = benjaminiHochberg(p);
    const order = [...p.keys()].sort((a, b) => p[a] - p[b]);
    const claims = order
      .filter(k => q[k] <= 0.05)
      .map(k => ({factor: frame.factors[k].name, set: [frame.factors[k].name]}));
    return {ranking: order.map(k => frame.factors[k].name), claims};
  };
export const partCmh = byTest(partTest);
export const lotKruskal = byTest((frame, factor) => lotTest(frame, factor, false));
export const lotVanElteren = byTest((frame, factor) => lotTest(frame, factor, true));

export const emptyTally = (): Tally => ({
  plants: 0,
  anyFalse: 0,
  falseShare: 0,
  first: 0,
  firstFive: 0,
  claimed: 0,
  covered: 0,
  claiming: 0,
  sizes: [],
});

/** Adds one plant to the tally of every method. */
export function tryPlant(options: PlantOptions, methods: readonly Method[], tallies: readonly Tally[]): void {
  const {frame, truth} = makePlant(options);
  methods.forEach((method, m) => {
    const {ranking, claims} = method(frame);
    const tally = tallies[m];
    const isTrue = ({set}: Claim) => truth !== null && set.includes(truth.factor);
    const wrong = claims.filter(claim => !isTrue(claim)).length;
    tally.plants++;
    tally.anyFalse += Number(wrong > 0);
    tally.falseShare += wrong / Math.max(1, claims.length);
    if (truth === null) return;
    tally.first += Number(ranking[0] === truth.factor);
    tally.firstFive += Number(ranking.slice(0, 5).includes(truth.factor));
    tally.claimed += Number(claims.some(({factor}) => factor === truth.factor));
    if (claims.length === 0) return;
    tally.claiming++;
    tally.covered += Number(isTrue(claims[0]));
    tally.sizes.push(claims[0].set.length);
  });
}

/** Plants of seeds first..first + plants - 1. */
export function trial(options: Omit<PlantOptions, 'seed'>, method: Method, plants: number, first = 1): Tally {
  const tally = emptyTally();
  for (let k = 0; k < plants; k++) tryPlant({...options, seed: first + k}, [method], [tally]);
  return tally;
}
