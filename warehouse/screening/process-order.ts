import type {Tested} from './candidate.ts';

/**
 * Could `b` be how `a` does its harm: a value measured at a's step or after it? A bad tool makes a bore too wide, which
 * scratches: the bore is the messenger. A station or tool further on is chosen, not caused, and is no messenger.
 */
export function mediates(b: Tested, a: Tested): boolean {
  if (b.kind !== 'number' || b.factor.time || a.factor.time) return false;
  if (a.kind === 'number' || a.kind === 'interaction') return false;
  if (a.factor.branch === 'material' && a.factor.stepOrder === null) return true;
  if (a.factor.stepOrder === null || b.factor.stepOrder === null) return false;
  return b.factor.stepOrder >= a.factor.stepOrder;
}
