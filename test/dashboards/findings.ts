/** Findings with all that the contract asks for, so that a test says only what it is about. */
import type {Finding} from '../../api/schemas.ts';

let serial = 0;

export function finding(about: Partial<Finding> & Pick<Finding, 'factor' | 'branch'>): Finding {
  serial += 1;
  return {
    id: `f${serial}`,
    rank: serial,
    step: null,
    kind: 'category',
    level: 'L1',
    threshold: null,
    with: null,
    where: null,
    effect: {measure: 'riskRatio', level: 0.95, value: 2, low: 1.5, high: 2.7},
    auc: null,
    aucInterval: null,
    ks: null,
    means: null,
    parts: 1000,
    defective: 50,
    lots: 20,
    p: 1e-6,
    q: 1e-4,
    crude: {value: 1.9, low: 1.4, high: 2.6},
    adjustedFor: [],
    reversed: false,
    attributableShare: 0.2,
    verdict: 'supported',
    ambiguousWith: [],
    explainedBy: null,
    sentence: `Failures double with ${about.factor}.`,
    ...about,
  };
}
