/** Any chart by its name: a parameter, several with commas, or a defect. */
import type {SubmitEvent} from 'react';
import {useLocation} from 'wouter';
import {useParameters, usePlant} from '../api.ts';
import {useQuestion} from '../question.ts';
import {formText} from './form-text.ts';

export function OpenChart() {
  const {scope, href} = useQuestion();
  const [, navigate] = useLocation();
  const defects = usePlant().data?.defects.map(({defect}) => defect) ?? [];
  const known = useParameters({product: scope.product, asOf: scope.asOf}).data?.parameters ?? [];
  const parameters = known.map(({parameter}) => parameter);
  const counted = ['any-fail', ...defects];
  return (
    <div className="open-chart">
      <form
        className="row-form"
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          const name = formText(new FormData(event.currentTarget), 'name');
          if (name !== '') navigate(href(`/charts/${encodeURIComponent(name)}`));
        }}
      >
        <label>
          <span>Parameter, defect, or several parameters with commas</span>
          <input name="name" list="chartable" required spellCheck={false} autoComplete="off" />
        </label>
        <datalist id="chartable">
          {[...counted, ...parameters].map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button type="submit">Open chart</button>
      </form>
      <p>
        Counted:{' '}
        {counted.slice(0, 9).map((name, k) => (
          <span key={name}>
            {k > 0 && ' · '}
            <a href={href(`/charts/${encodeURIComponent(name)}`, {kind: 'laney-p'})}>{name}</a>
          </span>
        ))}
      </p>
    </div>
  );
}
