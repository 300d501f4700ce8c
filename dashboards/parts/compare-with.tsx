/** What the Pareto is compared with: the time before a date, the period before this one, or other parts. */
import {type SubmitEvent, useEffect, useRef, useState} from 'react';
import {usePlant} from '../api.ts';
import type {Period} from '../periods.ts';
import {inDays, startOfDay} from '../plant-day.ts';
import {comparedWith, useQuestion} from '../question.ts';
import {formText} from './form-text.ts';

type Way = 'nothing' | 'before' | 'parts' | 'period' | Period;

/** The answer brings another figure with a control of its own, and would take the focus with the one before. */
let isLost = false;

export function CompareWith() {
  const {params, scope, change: ask} = useQuestion();
  const control = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (isLost && document.activeElement === document.body) control.current?.focus();
    isLost = false;
  }, []);
  const change: typeof ask = changes => {
    isLost = true;
    ask(changes);
  };
  const side = comparedWith(params);
  const plant = usePlant().data;
  const {against, againstFrom, againstTo} = side;
  const asked: Way = against ? 'parts' : againstFrom ? 'period' : againstTo ? 'before' : 'nothing';
  const [chosen, setChosen] = useState<Way | null>(null);
  const way = chosen ?? asked;
  // A period sets the window too; with it goes what the window was before.
  const before = params.get('windowBefore');
  const [from = '', to = ''] = before?.split('..') ?? [];
  const restored = {
    ...(before !== null && {from, to, windowBefore: null}),
    against: null,
    againstFrom: null,
    againstTo: null,
  };
  const choose = async (next: Way) => {
    if (next === 'nothing' || next === 'before' || next === 'parts') {
      setChosen(next);
      if (next === 'nothing' && asked !== next) change(restored);
    } else if (next !== 'period' && plant?.newestPartAt) {
      const {lastOf, withTheOneBefore} = await import('../periods.ts');
      setChosen(null);
      change({
        against: null,
        windowBefore: before ?? `${scope.from ?? ''}..${scope.to ?? ''}`,
        ...withTheOneBefore(next, lastOf(scope.to, plant.newestPartAt), plant.timeZone),
      });
    }
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setChosen(null);
    if (way === 'before') change({...restored, againstTo: startOfDay(formText(form, 'date'), plant?.timeZone)});
    else change({...restored, against: formText(form, 'parts')});
  };
  return (
    <form className="compare-with" onSubmit={submit}>
      <label className="choice">
        <span>compared with</span>
        <select ref={control} value={way} onChange={event => void choose(event.target.value as Way)}>
          <option value="nothing">nothing</option>
          <option value="before">the time before</option>
          <option value="week">the 7 days before</option>
          <option value="month">the month before</option>
          <option value="quarter">the quarter before</option>
          <option value="parts">other parts</option>
          {asked === 'period' && <option value="period">{inDays(`${againstFrom} to ${againstTo ?? 'now'}`)}</option>}
        </select>
      </label>
      {way === 'before' && (
        <input
          key={side.againstTo}
          type="date"
          name="date"
          aria-label="The time before this day"
          required
          defaultValue={(side.againstTo ?? scope.from ?? '').slice(0, 10)}
        />
      )}
      {way === 'parts' && (
        <input
          key={side.against}
          type="text"
          name="parts"
          aria-label="Parts to compare with, as a filter"
          required
          spellCheck={false}
          placeholder="bore.tool = 'T7'"
          defaultValue={side.against ?? ''}
        />
      )}
      {(way === 'before' || way === 'parts') && <button type="submit">Compare</button>}
    </form>
  );
}
