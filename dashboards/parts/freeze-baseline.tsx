/** The dialogs that freeze the limits of a chart and take them out of force again; each wants a reason and a name. */
import type {ChartAnswer, ChartQuestion, FrozenBaseline} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {useFreezeBaseline, useRetireBaseline} from '../baselines.ts';
import {freezingOf} from '../chart-question.ts';
import {plotted} from '../charts/chart-kinds.ts';
import {moment} from '../format.ts';
import {fromPlantTime, toPlantTime} from '../plant-time.ts';
import {useQuestion} from '../question.ts';
import {Decision} from './decision.tsx';
import {formText} from './form-text.ts';
import {nameOf} from './who.tsx';

interface FreezeProps {
  answer: ChartAnswer;
  question: ChartQuestion;
  close: () => void;
}

export function FreezeBaseline({answer, question, close}: FreezeProps) {
  const {change, scope} = useQuestion();
  const freeze = useFreezeBaseline();
  const timeZone = usePlant().data?.timeZone ?? 'UTC';
  const [from = '', to = ''] = (question.baseline ?? '').split('..');
  const submit = (form: FormData) => {
    const bounds = ['from', 'to'].map(name => fromPlantTime(formText(form, name), timeZone));
    const validFrom = fromPlantTime(formText(form, 'validFrom'), timeZone);
    freeze.mutate(
      {
        ...freezingOf(question, bounds.join('..')),
        subgroup: answer.subgroup,
        ...(validFrom === '' ? {} : {validFrom}),
        reason: formText(form, 'reason'),
        by: nameOf(form),
      },
      {
        onSuccess: () => {
          change({baseline: null, stages: null});
          close();
        },
      },
    );
  };
  const only = [scope.product, scope.where].filter(text => text !== undefined);
  return (
    <Decision
      title="Freeze limits"
      act="Freeze"
      busy={freeze.isPending}
      error={freeze.error}
      submit={submit}
      close={close}
      reason="Reason, kept with the limits"
    >
      <p>
        {plotted(answer)} of {answer.parameter}
        {only.length > 0 && `, ${only.join(', ')}`}. Centre and sigma of the points between these times hold for every
        chart of the same points from then on, and alarms watch them.
      </p>
      <div className="row-form">
        <label>
          <span>Points from, {timeZone}</span>
          <input name="from" type="datetime-local" step="1" defaultValue={toPlantTime(from, timeZone)} />
        </label>
        <label>
          <span>Points to, exclusive</span>
          <input name="to" type="datetime-local" step="1" defaultValue={toPlantTime(to, timeZone)} />
        </label>
      </div>
      <p className="subtitle">Left empty: from the first point, to the newest.</p>
      <label>
        <span>They hold from (by default, from the first point after these)</span>
        <input name="validFrom" type="datetime-local" step="1" />
      </label>
    </Decision>
  );
}

export function RetireBaseline({version, close}: {version: FrozenBaseline; close: () => void}) {
  const retire = useRetireBaseline(version.id);
  const timeZone = usePlant().data?.timeZone;
  const submit = (form: FormData) =>
    retire.mutate({reason: formText(form, 'reason'), by: nameOf(form)}, {onSuccess: close});
  return (
    <Decision
      title={`Retire version ${version.version}`}
      act="Retire"
      busy={retire.isPending}
      error={retire.error}
      submit={submit}
      close={close}
      reason="Reason, kept with the limits"
    >
      <p>
        “{version.reason}”, {version.by}, {moment(version.at, timeZone)}. The version before it holds again; where there
        is none, limits are estimated anew and no alarm watches this chart.
      </p>
    </Decision>
  );
}
