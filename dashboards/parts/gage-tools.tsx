/** What a gage study is asked with: appraisers, the interaction, which values, other limits; all of it in the address. */
import type {SubmitEvent} from 'react';
import type {GageAnswer} from '../../api/schemas.ts';
import {useQuestion} from '../question.ts';
import {Choice} from './choice.tsx';
import {formText} from './form-text.ts';
import {StudyChoice} from './study-choice.tsx';

const APPRAISERS = {'': 'operator', station: 'station', tool: 'tool'};
const INTERACTION = {'': 'pooled where its p is above 0.25', true: 'kept, whatever its p'};
const VALUES = {'': 'all, which have to be balanced', true: 'what is complete'};
const LIMITS = {lsl: 'Lower limit', usl: 'Upper limit'} as const;

export function GageTools({answer}: {answer: GageAnswer | undefined}) {
  const {params, change} = useQuestion();
  return (
    <div className="capability-tools chart-tools">
      <StudyChoice />
      <Kept name="appraiser" label="Appraiser" choices={APPRAISERS} />
      <Kept name="keepInteraction" label="Interaction" choices={INTERACTION} />
      <Kept name="balancedSubset" label="Values" choices={VALUES} />
      <details className="other-limits" open={params.has('lsl') || params.has('usl') || undefined}>
        <summary>Other limits</summary>
        <form
          className="row-form"
          onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            change({lsl: formText(form, 'lsl'), usl: formText(form, 'usl')});
          }}
        >
          {(['lsl', 'usl'] as const).map(name => (
            <label key={`${name} ${params.get(name)}`}>
              <span>{LIMITS[name]}</span>
              <input
                name={name}
                type="number"
                step="any"
                defaultValue={params.get(name) ?? ''}
                placeholder={answer === undefined ? '' : String(answer[name] ?? 'none')}
              />
            </label>
          ))}
          <button type="submit">Ask with these</button>
        </form>
      </details>
    </div>
  );
}

/** A choice that the address keeps under this name. */
function Kept({name, ...shown}: {name: string; label: string; choices: Record<string, string>}) {
  const {params, change} = useQuestion();
  return <Choice {...shown} value={params.get(name) ?? ''} choose={value => change({[name]: value})} />;
}
