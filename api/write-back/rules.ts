import {FishboneError} from '../errors.ts';
import {type HoldDecision, SYSTEM} from './entries.ts';
import type {HoldRecord} from './record.ts';

/**
 * proposed → approved | refused, both by another person than the proposer; approved → released | scrapped, lot by lot where
 * they are named. The first recorded decision counts. Asked before a decision is recorded and again when the ledger is read:
 * an entry that breaks a rule has no effect.
 * @param hold as it stands, undefined when there is none of that id
 * @returns why the decision cannot be, or null
 */
export function refusal(hold: HoldRecord | undefined, decision: HoldDecision): FishboneError | null {
  const {did, by} = decision;
  if (nameKey(by) === '')
    return new FishboneError('HOLD_INCOMPLETE', `who wants to ${did} this hold? A name is missing`);
  if (did === 'propose') return hold ? alreadyDecided(hold, did) : incomplete(decision);
  if (!hold) return new FishboneError('HOLD_NOT_FOUND', `there is no hold ${decision.hold}`);
  if (did === 'release' || did === 'scrap') return refusedToLetGo(hold, decision);
  if (did === 'close-review') return refusedToClose(hold, decision);
  if (did === 'inherit' || did === 'review') return refusedToSystem(hold, decision);
  if (hold.decision !== 'proposed') return alreadyDecided(hold, did);
  const isSame = nameKey(by) === nameKey(hold.proposedBy);
  // In early ledgers proposers have taken back what they proposed: those entries stay as they are.
  if (isSame && (did === 'approve' || hold.refusedByAnother)) {
    return new FishboneError('HOLD_SAME_PERSON', `${by.trim()} proposed hold ${hold.id} and cannot ${did} it`, {
      hint: `another person has to ${did} it`,
    });
  }
  return null;
}

function refusedToLetGo(
  hold: HoldRecord,
  {did, reason, lots}: Extract<HoldDecision, {did: 'release' | 'scrap'}>,
): FishboneError | null {
  if (hold.decision === 'released' || hold.decision === 'scrapped') return alreadyDecided(hold, did);
  if (hold.decision !== 'approved') {
    return new FishboneError('HOLD_NOT_APPROVED', `hold ${hold.id} is ${hold.decision}: nothing is held by it`);
  }
  if (reason.trim() === '') return noReason(did);
  if (lots === undefined) return null;
  if (lots.length === 0) return new FishboneError('HOLD_INCOMPLETE', `which lots are to be ${did}d? None is named`);
  const states = new Map(hold.covers.map(({lot, state}) => [lot, state]));
  const wrong = lots.find(lot => states.get(lot) !== 'held');
  if (wrong === undefined) return null;
  const state = states.get(wrong);
  const held = hold.covers.filter(cover => cover.state === 'held').map(({lot}) => lot);
  return new FishboneError(
    'HOLD_LOT_NOT_HELD',
    `lot ${wrong} ${state === undefined ? 'is not one' : `was ${state} already: it is no longer one`} of those that hold ${hold.id} holds`,
    {hint: `it holds ${held.slice(0, 10).join(', ')}${held.length > 10 ? ` and ${held.length - 10} more` : ''}`},
  );
}

function refusedToClose(hold: HoldRecord, {asOf, reason}: Extract<HoldDecision, {did: 'close-review'}>) {
  if (hold.review === null) {
    return new FishboneError('HOLD_REVIEW_NOT_OPEN', `nothing of hold ${hold.id} waits for a review`);
  }
  if (reason.trim() === '') return new FishboneError('HOLD_INCOMPLETE', 'a reason is needed to close a review');
  if (asOf === hold.review.asOf) return null;
  return new FishboneError(
    'CONFLICT',
    `what changed was looked at up to position ${asOf}, but it tells up to ${hold.review.asOf} now`,
    {hint: `look again: "fishbone hold show ${hold.id}"`},
  );
}

/** What no person decides never lets anything go, and never speaks for a hold that changed since it was found out. */
function refusedToSystem(hold: HoldRecord, decision: Extract<HoldDecision, {did: 'inherit' | 'review'}>) {
  const refuse = (why: string) => new FishboneError('CONFLICT', `hold ${hold.id}: ${why}`);
  if (decision.by !== SYSTEM || decision.authenticated) return refuse(`no person decides to ${decision.did}`);
  if (decision.fence !== hold.fence) return refuse('it was decided on meanwhile');
  if (decision.did === 'review') {
    const isOpen = hold.decision === 'proposed' || hold.decision === 'approved';
    return isOpen && decision.reasons.length > 0 ? null : refuse(`it is ${hold.decision}: nothing is to be reviewed`);
  }
  if (hold.decision !== 'approved' || !hold.children) return refuse('it does not reach what its lots go into');
  const known = new Set(hold.covers.map(({lot}) => lot));
  return decision.lots.some(({lot}) => known.has(lot)) ? refuse('it covers these lots already') : null;
}

/** Names are the same person's if they differ in case, white space or Unicode form only. */
function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

function incomplete(decision: Extract<HoldDecision, {did: 'propose'}>): FishboneError | null {
  if (decision.reason.trim() === '') return noReason('propose');
  if (decision.lots.length > 0) return null;
  return new FishboneError('HOLD_INCOMPLETE', 'the suspect population has no lot, so there is nothing to hold', {
    hint:
      decision.looseParts > 0 ? looseHint(decision.looseParts) : 'ask "fishbone contain" for a population with lots',
  });
}

function noReason(did: 'propose' | 'release' | 'scrap'): FishboneError {
  return new FishboneError('HOLD_INCOMPLETE', `a reason is needed to ${did} a hold`);
}

function alreadyDecided(hold: HoldRecord, did: string): FishboneError {
  const {by, at} = hold.events.findLast(({what}) => what === hold.decision)!;
  const message = `hold ${hold.id} was ${hold.decision} by ${by} at ${at}, so it is too late to ${did} it`;
  return new FishboneError('HOLD_ALREADY_DECIDED', message);
}

function looseHint(parts: number): string {
  const stop =
    parts === 1 ? 'its only part belongs to no lot: stop it' : `its ${parts} parts belong to no lot: stop them`;
  return `${stop} by hand; if they have lots, ingest the parts again with the column lot, and ask "fishbone contain" again`;
}
