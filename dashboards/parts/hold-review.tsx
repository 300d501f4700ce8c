/** What changed of the facts behind a hold, and the person's word on it. */
import type {SubmitEvent} from 'react';
import type {Hold} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, moment} from '../format.ts';
import {useReviewHold} from '../hold-questions.ts';
import {ProblemNote} from './answer.tsx';
import {formText} from './form-text.ts';
import {NameField, nameOf} from './who.tsx';

export function HoldReviewNote({hold}: {hold: Hold}) {
  const timeZone = usePlant().data?.timeZone;
  const review = useReviewHold(hold.id);
  const {review: open, compared} = hold;
  if (open === null)
    return compared.why === null ? null : (
      <p className="subtitle">Not compared with what is known now: {compared.why}.</p>
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    review.mutate({asOf: open.asOf, reason: formText(form, 'reason'), by: nameOf(form)});
  };
  return (
    <section aria-label="To be reviewed">
      <h2>△ To be reviewed: what it rests on has changed</h2>
      <p className="subtitle">
        Since {moment(open.since, timeZone)}, told up to position {count(open.asOf)}. Nothing was let go by it.
      </p>
      <ul>
        {open.reasons.map(reason => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <form className="decide" onSubmit={submit}>
        <label>
          <span>What follows from it</span>
          <input name="reason" required />
        </label>
        <NameField />
        {review.error && <ProblemNote error={review.error} />}
        <button type="submit" className="button" disabled={review.isPending}>
          Close the review
        </button>
      </form>
    </section>
  );
}
