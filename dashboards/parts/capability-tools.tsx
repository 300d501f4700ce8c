/** What a capability is asked with: parameter, subgroups, sigma, intervals, distribution, limits; all of it in the address. */
import type {SubmitEvent} from 'react';
import {useLocation} from 'wouter';
import type {CapabilityAnswer, ParameterRow} from '../../api/schemas.ts';
import {useQuestion} from '../question.ts';
import {Choice} from './choice.tsx';
import {formText} from './form-text.ts';

const SUBGROUPS = {
  '': 'lots, else 5 in a row',
  lot: 'lot',
  shift: 'shift',
  hour: 'hour',
  5: '5 in a row',
  1: 'single values',
};
const SIGMAS = {'': 'usual', rbar: 'mean range', sbar: 'mean st. deviation', pooled: 'pooled', mr: 'moving range'};
const INTERVALS = {'': 'lots, where known', parts: 'parts one by one', qcc: 'n − 1, as R qcc'};
const DISTRIBUTIONS = {
  '': 'best fit',
  normal: 'normal',
  'half-normal': 'half-normal',
  lognormal: 'lognormal',
  weibull: 'Weibull',
  gamma: 'gamma',
  'lognormal-3': 'lognormal, 3 parameters',
  'weibull-3': 'Weibull, 3 parameters',
};

const NUMBERS = ['lsl', 'target', 'usl', 'guardBand', 'bound', 'required'] as const;
const LABELS: Record<(typeof NUMBERS)[number], string> = {
  lsl: 'Lower limit',
  target: 'Target',
  usl: 'Upper limit',
  guardBand: 'Guard band',
  bound: 'Natural bound',
  required: 'Ppk asked for',
};

/** What an address says about a capability beside its scope; what makes no sense is left to the server's words. */
export function capabilityOf(params: URLSearchParams): Record<string, string> {
  const asked: Record<string, string> = {};
  for (const name of NUMBERS) {
    const text = params.get(name);
    if (text !== null && text.trim() !== '') asked[name] = text;
  }
  for (const name of ['subgroup', 'sigma', 'interval', 'distribution']) {
    const text = params.get(name);
    if (text) asked[name] = text;
  }
  return asked;
}

interface Props {
  parameter: string;
  known: readonly ParameterRow[];
  answer: CapabilityAnswer | undefined;
}

export function CapabilityTools({parameter, known, answer}: Props) {
  const {params, change, href} = useQuestion();
  const [, navigate] = useLocation();
  const names = known.map(p => p.parameter);
  return (
    <div className="capability-tools chart-tools">
      <label className="choice">
        <span>Parameter</span>
        <select
          value={parameter}
          onChange={event => navigate(href(`/capability/${encodeURIComponent(event.target.value)}`))}
        >
          {(names.includes(parameter) ? names : [parameter, ...names]).map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Kept name="subgroup" label="Subgroups" choices={SUBGROUPS} />
      <Kept name="sigma" label="Sigma by" choices={SIGMAS} />
      <Kept name="interval" label="Intervals by" choices={INTERVALS} />
      <Kept name="distribution" label="Percentiles of" choices={DISTRIBUTIONS} />
      <details className="other-limits" open={NUMBERS.some(name => params.has(name)) || undefined}>
        <summary>Other limits</summary>
        <form
          className="row-form"
          onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            change(Object.fromEntries(NUMBERS.map(name => [name, formText(form, name)])));
          }}
        >
          {NUMBERS.map(name => (
            <label key={`${name} ${params.get(name)}`}>
              <span>{LABELS[name]}</span>
              <input
                name={name}
                type="number"
                step="any"
                defaultValue={params.get(name) ?? ''}
                placeholder={recorded(name, answer)}
              />
            </label>
          ))}
          <button type="submit">Ask with these</button>
        </form>
      </details>
    </div>
  );
}

function recorded(name: (typeof NUMBERS)[number], answer: CapabilityAnswer | undefined): string {
  if (answer === undefined) return '';
  if (name === 'required') return String(answer.verdict.required);
  if (name === 'guardBand') return answer.guard === null ? 'none' : String(answer.guard.band);
  if (name === 'bound') return '';
  return String(answer[name] ?? 'none');
}

/** A choice that the address keeps under this name. */
function Kept({name, ...shown}: {name: string; label: string; choices: Record<string, string>}) {
  const {params, change} = useQuestion();
  return <Choice {...shown} value={params.get(name) ?? ''} choose={value => change({[name]: value})} />;
}
