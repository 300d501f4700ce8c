/** One hold as its entries of the ledger make it. */
import type {Hold, HoldCover} from '../../warehouse/hold-answers.ts';
import type {HoldDelivery} from './book.ts';
import {type HoldDecision, SYSTEM} from './entries.ts';

export interface HoldRecord extends Omit<Hold, 'lots' | 'covers' | 'coverage' | 'compared'> {
  permalink: string;
  covers: HoldCover[];
  deliveries: HoldDelivery[];
  /** How many entries made it what it is. */
  fence: number;
  refusedByAnother: boolean;
  approvedAt: string | null;
  /** The position up to which a person has seen what changed; null as long as no review was closed. */
  reviewedTo: number | null;
}

export function proposedRecord(at: string, decision: Extract<HoldDecision, {did: 'propose'}>): HoldRecord {
  const {hold: id, by, reason, text, permalink, parts, looseParts, evidence, children = false} = decision;
  const events: Hold['events'] = [{at, by, what: 'proposed', why: reason}];
  if (looseParts > 0) {
    const why = `${looseParts} suspect parts belong to no lot: this hold does not stop them`;
    events.push({at, by: SYSTEM, what: 'not covered', why});
  }
  const covers = decision.lots.map(share => ({...share, state: 'proposed' as const, inherited: null}));
  const decided = {id, decision: 'proposed' as const, reason, text, proposedBy: by, proposedAt: at};
  const open = {review: null, reviewedTo: null, approvedAt: null, fence: 0, deliveries: []};
  return {
    ...decided,
    ...open,
    permalink,
    parts,
    covers,
    evidence,
    events,
    children,
    refusedByAnother: decision.refusedByAnother ?? false,
  };
}

/**
 * What a decision, allowed by the rules, does to its hold.
 * @returns lots that are held by it from now on, and lots that no longer are
 */
export function fold(hold: HoldRecord, at: string, decision: HoldDecision): {held: string[]; let: string[]} {
  const {by} = decision;
  const tell = (what: string, why: string | null) => void hold.events.push({at, by, what, why});
  hold.fence++;
  switch (decision.did) {
    case 'propose':
      return NONE;
    case 'refuse':
      hold.decision = 'refused';
      hold.review = null;
      tell('refused', decision.why);
      for (const lot of hold.covers) lot.state = 'refused';
      return NONE;
    case 'approve':
      hold.decision = 'approved';
      hold.approvedAt = at;
      tell('approved', null);
      for (const lot of hold.covers) lot.state = 'held';
      return {held: hold.covers.map(({lot}) => lot), let: []};
    case 'release':
    case 'scrap':
      return letGo(hold, decision, tell);
    case 'inherit': {
      const {asOf, lots} = decision;
      for (const {lot, parts, through} of lots) {
        hold.covers.push({lot, parts, state: 'held', inherited: {through, asOf, at}});
        tell('inherited', `lot ${lot}: it came from ${through}; seen at position ${asOf}`);
      }
      return {held: lots.map(({lot}) => lot), let: []};
    }
    case 'review': {
      const {asOf, reasons} = decision;
      hold.review = {since: hold.review?.since ?? at, asOf, reasons};
      tell('to be reviewed', `at position ${asOf}: ${reasons.join('; ')}`);
      return NONE;
    }
    case 'close-review':
      hold.review = null;
      hold.reviewedTo = decision.asOf;
      tell('reviewed', decision.reason);
      return NONE;
  }
}

const NONE: {held: string[]; let: string[]} = {held: [], let: []};

function letGo(
  hold: HoldRecord,
  decision: Extract<HoldDecision, {did: 'release' | 'scrap'}>,
  tell: (what: string, why: string | null) => void,
): {held: string[]; let: string[]} {
  const state = decision.did === 'scrap' ? 'scrapped' : 'released';
  const meant = new Set(decision.lots ?? hold.covers.map(({lot}) => lot));
  const gone = hold.covers.filter(({lot, state: was}) => was === 'held' && meant.has(lot));
  for (const lot of gone) lot.state = state;
  if (hold.covers.some(lot => lot.state === 'held')) {
    tell(`${state} in part`, `${decision.reason}: ${gone.map(({lot}) => lot).join(', ')}`);
  } else {
    hold.decision = state;
    hold.review = null;
    tell(state, decision.reason);
  }
  return {held: [], let: gone.map(({lot}) => lot)};
}
