/** A delivery that waits for a person: what went wrong, and the person's word on it. */
import type {SubmitEvent} from 'react';
import type {HoldLot} from '../../api/schemas.ts';
import {useSettleDelivery} from '../hold-questions.ts';
import {ProblemNote} from './answer.tsx';
import {formText} from './form-text.ts';
import {NameField, nameOf} from './who.tsx';

export function SettleDelivery({hold, lot}: {hold: string; lot: HoldLot}) {
  const settle = useSettleDelivery(hold);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const as = formText(form, 'as') === 'acknowledged' ? 'acknowledged' : 'send-again';
    const {receiver, action} = lot;
    settle.mutate({lot: lot.lot, receiver, action, as, reason: formText(form, 'reason'), by: nameOf(form)});
  };
  return (
    <details>
      <summary>
        {lot.lot} at {lot.receiver}: {lot.askPerson ? 'a person has to say what became of it' : 'rejected'}
      </summary>
      {lot.why && <p className="subtitle">{lot.why}</p>}
      <form className="decide" onSubmit={submit}>
        <fieldset>
          <legend className="sr-only">What became of it</legend>
          <label>
            <input type="radio" name="as" value="acknowledged" defaultChecked={lot.askPerson} required />
            It did arrive: I looked
          </label>
          <label>
            <input type="radio" name="as" value="send-again" defaultChecked={!lot.askPerson} />
            It did not: send it again
          </label>
        </fieldset>
        <label>
          <span>How one knows</span>
          <input name="reason" required />
        </label>
        <NameField />
        {settle.error && <ProblemNote error={settle.error} />}
        <button type="submit" className="button" disabled={settle.isPending}>
          Settle
        </button>
      </form>
    </details>
  );
}
