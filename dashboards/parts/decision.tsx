/** A dialog for what somebody decides: it wants a reason and a name. */
import {type ReactNode, type SubmitEvent, useLayoutEffect, useRef} from 'react';
import {ProblemNote} from './answer.tsx';
import {NameField} from './who.tsx';

interface DecisionProps {
  title: string;
  act: string;
  busy: boolean;
  error: Error | null;
  submit: (form: FormData) => void;
  close: () => void;
  /** What the reason is asked for. */
  reason: string;
  children: ReactNode;
}

export function Decision({title, act, busy, error, submit, close, reason, children}: DecisionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const opened = dialog.current!;
    opened.showModal();
    return () => {
      if (!opened.open) return;
      // It was decided, which may take away what opened the dialog: closed by itself it would give the focus to nothing.
      opened.close();
      document.querySelector('h1')?.focus({preventScroll: true});
    };
  }, []);
  return (
    <dialog ref={dialog} className="calm" onClose={close} aria-labelledby="decision-title">
      <form
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <h2 id="decision-title">{title}</h2>
        {children}
        <label>
          <span>{reason}</span>
          <textarea name="reason" required rows={2} />
        </label>
        <NameField />
        {error && <ProblemNote error={error} />}
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button" disabled={busy}>
            {act}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
