/** What stands on a rib, from the spine outwards: bones with evidence first, then what was quiet, then what is blank. */
import type {Finding} from '../../api/schemas.ts';
import {type Bone, labelOf, type Rib} from './ribs.ts';

const BONES_SHOWN = 6;
const ENTRIES_SHOWN = 10;
const EXPLAINED_SHOWN = 3;

export type Row =
  | {kind: 'bone'; height: number; bone: Bone}
  /** Counted ticks; the quiet ones unfold. */
  | {kind: 'more' | 'undecided' | 'quiet' | 'blank'; height: number; text: string}
  | {kind: 'notTested'; height: number; text: string; reasons: string[]}
  | {kind: 'entry'; height: number; text: string; finding: Finding};

export function rowsOf(rib: Rib, unfolded: boolean): Row[] {
  const rows: Row[] = rib.bones.slice(0, BONES_SHOWN).map(bone => ({
    kind: 'bone',
    height: 41 + 16 * Math.min(3, bone.twigs.length),
    bone,
  }));
  const more = rib.bones.length - BONES_SHOWN;
  if (more > 0) rows.push({kind: 'more', height: 24, text: `${more} more with evidence, in the table`});
  rows.push(...rib.explained.slice(0, EXPLAINED_SHOWN).map(finding => entry(finding, 'explained')));
  if (rib.undecided.length > 0) {
    rows.push({kind: 'undecided', height: 24, text: `${rib.undecided.length} tested, cannot tell`});
  }
  if (rib.quiet.length > 0) {
    rows.push({kind: 'quiet', height: 24, text: `${rib.quiet.length} tested, no evidence`});
    if (unfolded) {
      rows.push(...rib.quiet.slice(0, ENTRIES_SHOWN).map(finding => entry(finding)));
      const rest = rib.quiet.length - ENTRIES_SHOWN;
      if (rest > 0) rows.push({kind: 'more', height: 20, text: `${rest} more, in the table`});
    }
  }
  if (rib.notTested.length > 0) {
    const [first, ...others] = rib.notTested;
    const text = others.length === 0 ? `${first.factor}, not tested` : `${rib.notTested.length} not tested`;
    rows.push({
      kind: 'notTested',
      height: 26,
      text,
      reasons: rib.notTested.map(({factor, reason}) => `${factor}: ${reason}`),
    });
  }
  if (rows.length === 0) rows.push({kind: 'blank', height: 26, text: 'nothing measured'});
  return rows;
}

function entry(finding: Finding, note?: string): Row {
  return {kind: 'entry', height: 20, text: note ? `${labelOf(finding)}, ${note}` : finding.factor, finding};
}
