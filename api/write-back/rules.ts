import {FishboneError} from '../errors.ts';
import type {HoldRecord} from './book.ts';
import type {HoldDecision} from './entries.ts';

/**
 * proposed → approved | refused; approved → released. The proposer never approves; the first recorded decision counts.
 * Asked before a decision is recorded and again when the ledger is read: an entry that breaks a rule has no effect.
 * @param hold as it stands, undefined when there is none of that id
 * @returns why the decision cannot be, or null
 */
export function refusal(hold: HoldRecord | undefined, decision: HoldDecision): FishboneError | null {
  const {did, by} = decision;
  if (nameKey(by) === '')
    return new FishboneError('HOLD_INCOMPLETE', `who wants to ${did} this hold? A name is missing`);
  if (did === 'propose') return hold ? alreadyDecided(hold, did) : incomplete(decision);
  if (!hold) return new FishboneError('HOLD_NOT_FOUND', `there is no hold ${decision.hold}`);
  if (did === 'release') {
    if (hold.decision === 'released') return alreadyDecided(hold, did);
    if (hold.decision !== 'approved') {
      return new FishboneError('HOLD_NOT_APPROVED', `hold ${hold.id} is ${hold.decision}: nothing is held by it`);
    }
    return decision.reason.trim() === '' ? noReason('release') : null;
  }
  if (hold.decision !== 'proposed') return alreadyDecided(hold, did);
  if (did === 'approve' && nameKey(by) === nameKey(hold.proposedBy)) {
    return new FishboneError('HOLD_SAME_PERSON', `${by.trim()} proposed hold ${hold.id} and cannot approve it`, {
      hint: 'another person has to approve it',
    });
  }
  return null;
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

function noReason(did: 'propose' | 'release'): FishboneError {
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
