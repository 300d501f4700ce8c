/** What the Pareto is compared with: the time before a date, or other parts. */
import {type SubmitEvent, useState} from 'react';
import {comparedWith, useQuestion} from '../question.ts';
import {formText} from './form-text.ts';

type Way = 'nothing' | 'before' | 'parts';

export function CompareWith() {
  const {params, scope, change} = useQuestion();
  const side = comparedWith(params);
  const asked: Way = side.against ? 'parts' : side.againstFrom || side.againstTo ? 'before' : 'nothing';
  const [chosen, setChosen] = useState<Way | null>(null);
  const way = chosen ?? asked;
  const choose = (next: Way) => {
    setChosen(next);
    if (next === 'nothing' && asked !== 'nothing') change({against: null, againstFrom: null, againstTo: null});
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setChosen(null);
    if (way === 'before') change({against: null, againstFrom: null, againstTo: formText(form, 'date')});
    else change({against: formText(form, 'parts'), againstFrom: null, againstTo: null});
  };
  return (
    <form className="compare-with" onSubmit={submit}>
      <label className="choice">
        <span>compared with</span>
        <select value={way} onChange={event => choose(event.target.value as Way)}>
          <option value="nothing">nothing</option>
          <option value="before">the time before</option>
          <option value="parts">other parts</option>
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
      {way !== 'nothing' && <button type="submit">Compare</button>}
    </form>
  );
}
