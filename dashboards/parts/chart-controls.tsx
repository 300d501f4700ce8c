/** How a control chart is asked: kind, subgroups, sigma, rules, stages, baseline; all of it in the address. */
import type {SubmitEvent} from 'react';
import {useLocation} from 'wouter';
import type {ChartKind} from '../../api/schemas.ts';
import {useParameters, usePlant} from '../api.ts';
import {hasRules, isOfSingles, kindsFor} from '../charts/chart-kinds.ts';
import {fromPlantTime, toPlantTime} from '../plant-time.ts';
import {useQuestion} from '../question.ts';
import {Choice} from './choice.tsx';
import {formText} from './form-text.ts';

const SUBGROUPS = {
  '': 'lots, else 5 in a row',
  lot: 'lot',
  shift: 'shift',
  hour: 'hour',
  5: '5 in a row',
  25: '25 in a row',
};
const SAMPLES = {
  '': 'lots, else 5 in a row',
  lot: 'lot',
  shift: 'shift',
  hour: 'hour',
  50: '50 in a row',
  200: '200 in a row',
};
const SIGMAS = {
  '': 'usual',
  rbar: 'mean range',
  sbar: 'mean st. deviation',
  pooled: 'pooled',
  mr: 'moving range of the points',
};
const RULES = {'': 'the limits alone', 'western-electric': 'Western Electric', nelson: 'Nelson, all eight'};
/** What of a chart that remembers may be chosen, and what it is when nobody does. */
const MEMORY: Partial<Record<ChartKind, {name: string; label: string; usual: string}[]>> = {
  ewma: [
    {name: 'lambda', label: 'Weight of the newest (λ)', usual: '0.2'},
    {name: 'width', label: 'Limits at so many st. errors', usual: '3'},
  ],
  cusum: [
    {name: 'k', label: 'Reference (k), st. errors', usual: '0.5'},
    {name: 'h', label: 'Decision interval (h)', usual: '5'},
  ],
};

interface Props {
  parameter: string;
  kind: ChartKind;
  isCounted: boolean;
  /** Whether the limits shown are frozen: how sigma is estimated is then settled. */
  isFrozen: boolean;
}

export function ChartControls({parameter, kind, isCounted, isFrozen}: Props) {
  const {params, change} = useQuestion();
  const single = isOfSingles(kind, params.get('subgroup'));
  return (
    <div className="chart-controls chart-tools">
      <Which parameter={parameter} isCounted={isCounted} />
      <Choice
        label="Chart of"
        value={kind}
        choices={kindsFor(parameter, isCounted)}
        // What suited the kind before need not suit this one.
        choose={value => change({kind: value, sigma: null, ...(hasRules(value as ChartKind) ? {} : {rules: null})})}
      />
      {kind !== 'imr' && kind !== 'mr' && kind !== 't2' && (
        <Choice
          label="Subgroups"
          value={params.get('subgroup') ?? ''}
          choices={isCounted ? SAMPLES : SUBGROUPS}
          choose={value => change({subgroup: value})}
        />
      )}
      {!isCounted && !single && !isFrozen && kind !== 't2' && (
        <Choice
          label="Sigma by"
          value={params.get('sigma') ?? ''}
          choices={SIGMAS}
          choose={value => change({sigma: value})}
        />
      )}
      {hasRules(kind) && (
        <Choice
          label="Rules"
          value={params.get('rules') ?? ''}
          choices={RULES}
          choose={value => change({rules: value})}
        />
      )}
      <BaselineAndStages kind={kind} />
    </div>
  );
}

/** Another parameter or defect, with the same kind of chart where it suits. */
function Which({parameter, isCounted}: Pick<Props, 'parameter' | 'isCounted'>) {
  const {scope, params, href} = useQuestion();
  const [, navigate] = useLocation();
  const defects = usePlant().data?.defects.map(({defect}) => defect) ?? [];
  const known = useParameters({product: scope.product, asOf: scope.asOf}).data?.parameters ?? [];
  const measured = known.map(p => p.parameter);
  const counted = ['any-fail', ...defects];
  const isKnown = (isCounted ? counted : measured).includes(parameter);
  const go = (name: string) => {
    const same = counted.includes(name) === isCounted && !parameter.includes(',');
    const kept = ['kind', 'subgroup', 'rules'].map(key => [key, same ? params.get(key) : null]);
    navigate(href(`/charts/${encodeURIComponent(name)}`, Object.fromEntries(kept)));
  };
  return (
    <label className="choice">
      <span>{isCounted ? 'Failures' : 'Parameter'}</span>
      <select value={parameter} onChange={event => go(event.target.value)}>
        {!isKnown && <option>{parameter}</option>}
        <optgroup label="Measured">
          {measured.map(name => (
            <option key={name}>{name}</option>
          ))}
        </optgroup>
        <optgroup label="Counted">
          {counted.map(name => (
            <option key={name}>{name}</option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

function BaselineAndStages({kind}: {kind: ChartKind}) {
  const {params, change} = useQuestion();
  const timeZone = usePlant().data?.timeZone ?? 'UTC';
  const {baseline, stages} = {baseline: params.get('baseline'), stages: params.get('stages')};
  const [from = '', to = ''] = (baseline ?? '').split('..');
  const memory = MEMORY[kind] ?? [];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const bounds = ['baseline-from', 'baseline-to'].map(name => fromPlantTime(formText(form, name), timeZone));
    change({
      baseline: bounds.every(text => text === '') ? null : bounds.join('..'),
      stages: formText(form, 'stages'),
      ...Object.fromEntries(memory.map(({name}) => [name, formText(form, name)])),
    });
  };
  return (
    <details className="chart-more" open={baseline !== null || stages !== null || undefined}>
      <summary>Baseline and stages</summary>
      <form className="row-form" key={`${params}`} onSubmit={submit}>
        <label>
          <span>Baseline from, {timeZone}</span>
          <input name="baseline-from" type="datetime-local" step="1" defaultValue={toPlantTime(from, timeZone)} />
        </label>
        <label>
          <span>Baseline to, exclusive</span>
          <input name="baseline-to" type="datetime-local" step="1" defaultValue={toPlantTime(to, timeZone)} />
        </label>
        <label>
          <span>or new stages at times, or at events</span>
          <input
            name="stages"
            list="stage-starts"
            defaultValue={stages ?? ''}
            placeholder="2026-05-20, 2026-06-01"
            spellCheck={false}
          />
        </label>
        <datalist id="stage-starts">
          <option value="event:maintenance" />
          <option value="event:changeover" />
        </datalist>
        {memory.map(({name, label, usual}) => (
          <label key={name} className="short">
            <span>{label}</span>
            <input name={name} type="number" step="any" defaultValue={params.get(name) ?? ''} placeholder={usual} />
          </label>
        ))}
        <button type="submit">Draw with these</button>
        {(baseline !== null || stages !== null) && (
          <button type="button" onClick={() => change({baseline: null, stages: null})}>
            As usual
          </button>
        )}
      </form>
      <p className="subtitle">
        Centre and limits come from the baseline. Points that are selected on the chart may become one, too.
      </p>
    </details>
  );
}
