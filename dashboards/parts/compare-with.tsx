/** What the Pareto is compared with: the time before a date, the period before this one, or other parts. */
import {type SubmitEvent, useState} from 'react';
import {usePlant} from '../api.ts';
import type {Period} from '../periods.ts';
import {inDays, startOfDay} from '../plant-day.ts';
import {comparedWith, useQuestion} from '../question.ts';
import {formText} from './form-text.ts';

type Way = 'nothing' | 'before' | 'parts' | 'period' | Period;

export function CompareWith() {
  const {params, scope, change} = useQuestion();
  const side = comparedWith(params);
  const plant = usePlant().data;
  const {against, againstFrom, againstTo} = side;
  const asked: Way = against ? 'parts' : againstFrom ? 'period' : againstTo ? 'before' : 'nothing';
  const [chosen, setChosen] = useState<Way | null>(null);
  const way = chosen ?? asked;
  const choose = async (next: Way) => {
    if (next === 'nothing' || next === 'before' || next === 'parts') {
      setChosen(next);
      if (next === 'nothing' && asked !== next) change({against: null, againstFrom: null, againstTo: null});
    } else if (next !== 'period' && plant?.newestPartAt) {
      const {lastOf, withTheOneBefore} = await import('../periods.ts');
      setChosen(null);
      change({against: null, ...withTheOneBefore(next, lastOf(scope.to, plant.newestPartAt), plant.timeZone)});
    }
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setChosen(null);
    if (way === 'before')
      change({against: null, againstFrom: null, againstTo: startOfDay(formText(form, 'date'), plant?.timeZone)});
    else change({against: formText(form, 'parts'), againstFrom: null, againstTo: null});
  };
  return (
    <form className="compare-with" onSubmit={submit}>
      <label className="choice">
        <span>compared with</span>
        <select value={way} onChange={event => void choose(event.target.value as Way)}>
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
