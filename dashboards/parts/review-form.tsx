/** Agree, disagree, take back: by button, or by the keys A, D and U. */
import {type RefObject, useEffect, useRef} from 'react';
import type {InspectionCard} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {useReview} from '../inspection-questions.ts';
import {ProblemNote} from './answer.tsx';
import {formText} from './form-text.ts';
import {NameField, nameOf} from './who.tsx';

export type Verdict = 'agree' | 'disagree' | 'withdrawn';

interface Props {
  card: InspectionCard;
  /** As the queue said that offered it. */
  sampled?: number;
  /** After it was recorded. */
  said?: (verdict: Verdict) => void;
  /** The inspection that U takes back; this one where nothing else is said. */
  undoes?: string | null;
}

export function ReviewForm({card, sampled, said, undoes}: Props) {
  const plant = usePlant().data;
  const review = useReview();
  const form = useRef<HTMLFormElement>(null);
  const isFail = card.result === 'fail';
  const undone = undoes === undefined ? card.inspection : undoes;

  const say = (verdict: Verdict) => {
    if (form.current === null || review.isPending || !form.current.reportValidity()) return;
    const data = new FormData(form.current);
    const isBack = verdict === 'withdrawn';
    if (isBack && undone === null) return;
    review.mutate(
      {
        inspection: isBack ? (undone as string) : card.inspection,
        verdict,
        by: nameOf(data),
        ...(isBack
          ? {}
          : {defect: formText(data, 'defect') || undefined, reason: formText(data, 'reason') || undefined, sampled}),
      },
      {onSuccess: () => said?.(verdict)},
    );
  };
  useReviewKeys(say);
  return (
    <form ref={form} className="review-form" onSubmit={event => event.preventDefault()} aria-label="Review">
      <NameField />
      <div className="review-more">
        <label>
          <span>True defect, if you name one</span>
          <select name="defect" defaultValue="">
            <option value="">as the inspector says</option>
            {plant?.defects.map(({defect}) => (
              <option key={defect} value={defect}>
                {defect}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Why, if it needs saying</span>
          <input name="reason" autoComplete="off" />
        </label>
      </div>
      <div className="review-buttons">
        <button type="button" className="button" disabled={review.isPending} onClick={() => say('agree')}>
          Agree: {isFail ? 'it is bad' : 'it is good'} <kbd>A</kbd>
        </button>
        <button type="button" disabled={review.isPending} onClick={() => say('disagree')}>
          Disagree: {isFail ? 'it is good' : 'it is bad'} <kbd>D</kbd>
        </button>
        <button
          type="button"
          className="quiet-button"
          disabled={review.isPending || undone === null}
          onClick={() => say('withdrawn')}
        >
          Take back <kbd>U</kbd>
        </button>
      </div>
      <p role="status" className="subtitle">
        {review.data && `${wordOf(review.data.verdict)}: the inspection is ${review.data.verification}.`}
      </p>
      {review.error && <ProblemNote error={review.error} />}
    </form>
  );
}

const wordOf = (verdict: Verdict) => (verdict === 'withdrawn' ? 'Taken back' : 'Recorded');

const KEYS: Record<string, Verdict> = {a: 'agree', d: 'disagree', u: 'withdrawn'};

/** Not while somebody writes. */
function useReviewKeys(say: (verdict: Verdict) => void): void {
  const newest = useNewest(say);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const verdict = KEYS[event.key.toLowerCase()];
      if (verdict === undefined || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event))
        return;
      event.preventDefault();
      newest.current(verdict);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [newest]);
}

export function isWriting({target}: Pick<KeyboardEvent, 'target'>): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}

/** What is called later is what was given last. */
export function useNewest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useEffect(() => {
    ref.current = value;
  });
  return ref;
}
