/** The dialog that turns a suspect population into a proposed hold; a second person has to approve it. */
import {type SubmitEvent, useEffect, useRef} from 'react';
import {useLocation} from 'wouter';
import type {ContainAnswer} from '../../api/schemas.ts';
import {counted} from '../format.ts';
import {useProposeHold} from '../hold-questions.ts';
import {useQuestion} from '../question.ts';
import {ProblemNote} from './answer.tsx';
import {formText} from './form-text.ts';
import {ReasonCode} from './reason-code.tsx';
import {NameField, nameOf} from './who.tsx';

export function ProposeHold({answer, close}: {answer: ContainAnswer; close: () => void}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [, navigate] = useLocation();
  const {href} = useQuestion();
  const propose = useProposeHold();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    propose.mutate(
      {
        contained: answer.id,
        reason: formText(form, 'reason'),
        text: formText(form, 'text'),
        children: formText(form, 'children') === 'on',
        by: nameOf(form),
      },
      {onSuccess: hold => navigate(href(`/holds/${encodeURIComponent(hold.id)}`))},
    );
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="propose-title">
      <form onSubmit={submit}>
        <h2 id="propose-title">Propose a hold</h2>
        <p>
          {counted(answer.parts, 'part')} in {counted(answer.lots.length, 'lot')}: {answer.basis}
        </p>
        <p className="subtitle">Nothing is stopped until somebody else approves it.</p>
        <ReasonCode kind="hold" />
        <label>
          <span>What those who get the lots should know</span>
          <textarea name="text" required rows={3} />
        </label>
        <label className="check">
          <input type="checkbox" name="children" defaultChecked />
          Also what these lots go into later: it is held as soon as the genealogy says so
        </label>
        <NameField />
        {propose.error && <ProblemNote error={propose.error} />}
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button stop" disabled={propose.isPending}>
            Propose hold
          </button>
        </footer>
      </form>
    </dialog>
  );
}
