/** A reviewer's word on an inspection becomes a row of `reviews`: durable before it is answered, the same word once. */
import type {z} from 'zod';
import type {ReviewAnswer, ReviewInput} from '../warehouse/inspector-answers.ts';
import {inspection} from '../warehouse/inspectors/cards.ts';
import {REVIEW_SOURCES, type Reviewable, reviewable} from '../warehouse/inspectors/reviews.ts';
import {NotFound} from '../warehouse/not-found.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {type Caller, decided} from './operation.ts';
import {recordRows} from './record-rows.ts';

type Input = z.output<typeof ReviewInput>;

/** Where reviews wait for each other: what is checked must still hold when it is recorded. */
const turns = new WeakMap<App, Promise<unknown>>();

/**
 * @throws NotFound without such an inspection; FishboneError USAGE for what contradicts itself
 */
export function recordReview(app: App, {by, ...input}: Input, caller: Caller): Promise<ReviewAnswer> {
  const who = decided(by, caller);
  const mine = (turns.get(app) ?? Promise.resolve()).catch(() => undefined).then(() => record(app, input, who));
  turns.set(app, mine);
  return mine;
}

async function record(
  app: App,
  input: Omit<Input, 'by'>,
  {by: reviewer, authenticated}: {by: string; authenticated: boolean},
): Promise<ReviewAnswer> {
  const {inspection: id, verdict, defect = null, reason = null} = input;
  const found = await reviewable(app.warehouse, id, reviewer);
  if (found === null) throw new NotFound(`there is no inspection "${id}"`);
  refuseContradiction(input, found);
  const {known} = found;
  // Somebody may say more of what a queue offered: it remains drawn.
  const sampled = input.sampled ?? known?.sampled ?? null;
  const isSaid = known?.verdict === verdict && known.defect === defect && known.reason === reason;
  const isNothing = verdict === 'withdrawn' && (known === null || known.verdict === 'withdrawn');
  let batch: number | null = null;
  if (!isSaid && !isNothing) {
    const after = known?.recordedAt ? Date.parse(known.recordedAt) + 1 : 0;
    const now = new Date(Math.max(Date.now(), after)).toISOString();
    const row = {inspection: id, reviewer, verdict, defect, reason, sampled, reviewed_at: now, recorded_at: now};
    const source = authenticated ? REVIEW_SOURCES.authenticated : REVIEW_SOURCES.declared;
    const receipt = await recordRows(app, [{table: 'reviews', row}], source);
    if (receipt.batch === null) {
      throw new FishboneError('FILE_UNUSABLE', `the review of ${id} was not recorded: ${receipt.notices.join('; ')}`, {
        hint: 'see "fishbone quarantine"',
      });
    }
    batch = receipt.batch;
  }
  const {reviews, verification} = await inspection(app.warehouse, id);
  const said = reviews.find(review => review.reviewer === reviewer);
  const none = {inspection: id, reviewer, verdict, defect, reason, reviewedAt: null, sampled, authenticated};
  return {...(said ?? none), status: batch === null ? 'duplicate' : 'accepted', verification, batch};
}

function refuseContradiction(
  {inspection, verdict, defect, sampled}: Omit<Input, 'by'>,
  {result, place}: Reviewable,
): void {
  const refuse = (message: string, hint: string) => {
    throw new FishboneError('USAGE', message, {hint});
  };
  if (result === 'error')
    refuse(`inspection ${inspection} ended in an error: there is no verdict to review`, 'see its trace');
  if (verdict === 'withdrawn' && defect !== undefined) refuse('who withdraws a review names no defect', 'leave it out');
  if (verdict === 'disagree' && defect !== undefined && result === 'fail')
    refuse(
      `a fail that is rejected is a good part: it has no defect ${defect}`,
      'if it is bad by another defect, agree with the fail and name that defect',
    );
  if (verdict === 'agree' && defect !== undefined && result === 'pass')
    refuse(`a pass that is confirmed is a good part: it has no defect ${defect}`, 'disagree, if it is bad');
  if (sampled !== undefined && place >= sampled)
    refuse(
      `no queue drew inspection ${inspection} with a probability of ${sampled}`,
      'leave "sampled" out: it was chosen',
    );
}
