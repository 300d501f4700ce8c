/** A message that waits for a person: what went wrong, and the person's word on it. */
import type {SubmitEvent} from 'react';
import {ProblemNote} from './answer.tsx';
import {formText} from './form-text.ts';
import {NameField, nameOf} from './who.tsx';

interface Settled {
  as: 'acknowledged' | 'send-again';
  reason: string;
  by?: string;
}

interface SettleFormProps {
  /** What it was, and where it went. */
  title: string;
  waits: {askPerson: boolean; why: string | null};
  settle: (said: Settled) => void;
  error: Error | null;
  isPending: boolean;
}

export function SettleForm({title, waits: {askPerson, why}, settle, error, isPending}: SettleFormProps) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const as = formText(form, 'as') === 'acknowledged' ? 'acknowledged' : 'send-again';
    settle({as, reason: formText(form, 'reason'), by: nameOf(form)});
  };
  return (
    <details>
      <summary>
        {title}: {askPerson ? 'a person has to say what became of it' : 'rejected'}
      </summary>
      {why && <p className="subtitle">{why}</p>}
      <form className="decide" onSubmit={submit}>
        <fieldset>
          <legend className="sr-only">What became of it</legend>
          <label>
            <input type="radio" name="as" value="acknowledged" defaultChecked={askPerson} required />
            It did arrive: I looked
          </label>
          <label>
            <input type="radio" name="as" value="send-again" defaultChecked={!askPerson} />
            It did not: send it again
          </label>
        </fieldset>
        <label>
          <span>How one knows</span>
          <input name="reason" required />
        </label>
        <NameField />
        {error && <ProblemNote error={error} />}
        <button type="submit" className="button" disabled={isPending}>
          Settle
        </button>
      </form>
    </details>
  );
}
