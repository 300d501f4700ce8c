/** Alerts: what is odd about the supply of data, until somebody closes it or it is over. Signals of charts are alarms. */
import {useState} from 'react';
import type {Alert} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {age, count, counted, moment} from '../format.ts';
import {useQuestion} from '../question.ts';
import {useAlerts, useCloseAlert} from '../supply-questions.ts';
import {Answer} from './answer.tsx';
import {Decision} from './decision.tsx';
import {formText} from './form-text.ts';
import {nameOf} from './who.tsx';

export function Alerts() {
  const [all, setAll] = useState(false);
  return (
    <section aria-label="Alerts">
      <h2>Alerts</h2>
      <p className="subtitle">
        What is odd about the supply of data. One closes by itself when it is over; signals of control charts are
        alarms, under Charts.
      </p>
      <Answer query={useAlerts(all)}>
        {({alerts, open}) => (
          <>
            {open === 0 && <p>● No alert is open.</p>}
            <ul className="alerts">
              {alerts.map(alert => (
                <AlertLine key={alert.id} alert={alert} />
              ))}
            </ul>
          </>
        )}
      </Answer>
      <button type="button" className="quiet-button" aria-pressed={all} onClick={() => setAll(!all)}>
        {all ? 'Open ones only' : 'Closed ones too'}
      </button>
    </section>
  );
}

function AlertLine({alert}: {alert: Alert}) {
  const [closing, setClosing] = useState(false);
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const mayAct = useMayAct();
  const {name, source, text, times, raisedAt, lastAt, closed, permalink} = alert;
  return (
    <li>
      <p>
        <span aria-hidden="true">{closed ? '○' : '▲'}</span> <b>{name}</b> <code>{source}</code>
      </p>
      <p>{text}</p>
      <p className="subtitle">
        {times > 1
          ? `${count(times)} times since ${moment(raisedAt, timeZone)}, last ${moment(lastAt, timeZone)}`
          : moment(raisedAt, timeZone)}
        , {age(lastAt)} ago.{' '}
        {closed && `Closed ${moment(closed.at, timeZone)} by ${closed.by ?? 'itself'}: ${closed.reason}.`}
      </p>
      <a href={permalink.startsWith('/data#') ? permalink.slice('/data'.length) : href(permalink)}>
        {permalink.endsWith('#quarantine')
          ? 'The queue'
          : permalink.includes('#batch-')
            ? 'The batch'
            : 'What it is about'}
      </a>{' '}
      {!closed && mayAct && (
        <button type="button" className="quiet-button" onClick={() => setClosing(true)}>
          Close …
        </button>
      )}
      {closing && <CloseAlert alert={alert} close={() => setClosing(false)} />}
    </li>
  );
}

function CloseAlert({alert, close}: {alert: Alert; close: () => void}) {
  const change = useCloseAlert(alert.id);
  return (
    <Decision
      title={`Close ${alert.name}`}
      act="Close it"
      busy={change.isPending}
      error={change.error}
      reason="What came of it"
      close={close}
      submit={form => change.mutate({reason: formText(form, 'reason'), by: nameOf(form)}, {onSuccess: close})}
    >
      <p>
        {alert.source}: {alert.text}. Told {counted(alert.times, 'time')}. Should it happen again, it is a new alert.
      </p>
    </Decision>
  );
}

/** Who closes alerts and works on the quarantine: whoever is at this machine, or has a key that may replay. */
export function useMayAct(): boolean {
  const access = usePlant().data?.access;
  return access?.mode !== 'keys' || (access.role !== 'viewer' && access.role !== 'ingest' && access.role !== null);
}
