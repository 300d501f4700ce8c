import type {Finding} from '../warehouse/answers.ts';

/** A finding that Fishbone stands for: it survives the correction for all tests, and nothing explains it away. */
export function isClaim({q, verdict}: Pick<Finding, 'q' | 'verdict'>): boolean {
  return q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous');
}
