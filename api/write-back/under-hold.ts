import type {Held} from '../../warehouse/image-retention.ts';
import type {HoldRecord} from './record.ts';

/** What open holds are about: lots that are proposed or held, and suspect parts that belong to no lot. */
export function underHold(open: readonly HoldRecord[]): Held {
  const covers = open.flatMap(hold => hold.covers.filter(({state}) => state === 'proposed' || state === 'held'));
  return {
    lots: [...new Set(covers.map(({lot}) => lot))],
    parts: [...new Set(open.flatMap(({evidence}) => (evidence as {looseParts?: string[]} | null)?.looseParts ?? []))],
  };
}
