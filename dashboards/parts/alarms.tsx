/** What is out of order on the charts that are watched, in plain words, and how many of such alarms are to be expected of chance. */
import type {Alarm, AlarmAnswer} from '../../api/schemas.ts';
import {useAlarms, usePlant} from '../api.ts';
import {alarmSentence} from '../charts/alarm-words.ts';
import {count, counted, moment, probability} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {Choice} from './choice.tsx';
import {Shortened} from './shortened.tsx';

const BUDGETS = {'': '1 a week', 0.2: '1 in five weeks', 5: '5 a week'};

export function Alarms() {
  const {scope, params, change} = useQuestion();
  const budget = Number(params.get('budget'));
  const {asOf, from, to} = scope;
  const query = useAlarms({asOf, from, to, ...(budget > 0 ? {budget} : {})});
  return (
    <section className="alarm-section" aria-label="Alarms">
      <Answer query={query}>
        {answer =>
          answer.charts === 0 ? (
            <Empty
              title="No chart is watched yet"
              command={
                'npx fishbone baseline freeze bore.torque --kind xbar --baseline 2026-05-01..2026-05-15 --reason "two good weeks"'
              }
            >
              <p>
                Alarms watch the charts whose limits somebody chose. Open a chart below, choose a time when all was
                well, and freeze its limits; or on the command line:
              </p>
            </Empty>
          ) : (
            <>
              <AlarmHeadline answer={answer} />
              <div className="chart-tools">
                <Choice
                  label="False alarms allowed"
                  value={params.get('budget') ?? ''}
                  choices={BUDGETS}
                  choose={value => change({budget: value})}
                />
              </div>
              <AlarmList answer={answer} />
              {[
                ...answer.notes,
                ...(scope.product !== undefined || scope.where !== undefined
                  ? ['alarms watch all frozen charts, whatever product and filter stand above']
                  : []),
              ].map(note => (
                <p key={note} className="subtitle">
                  {note}
                </p>
              ))}
            </>
          )
        }
      </Answer>
    </section>
  );
}

function AlarmHeadline({answer}: {answer: AlarmAnswer}) {
  const timeZone = usePlant().data?.timeZone;
  const {alarms, charts, tests, testsPerWeek, budget, window, falseAlarmsPerWeek} = answer;
  const {expected, atThreeSigma} = falseAlarmsPerWeek;
  const parameters = new Set(alarms.map(({parameter}) => parameter)).size;
  return (
    <header className="headline">
      <p className="finding-sentence">
        {alarms.length === 0
          ? `No alarm on ${counted(charts, 'watched chart')}`
          : `${counted(alarms.length, 'alarm')} on ${count(parameters)} of ${counted(charts, 'watched chart')}`}
      </p>
      <p className="subtitle">
        {window.from !== null && `${moment(window.from, timeZone)} to ${moment(window.to, timeZone)}. `}
        {count(tests)} tests, {count(Math.round(testsPerWeek))} a week. Were all in order,{' '}
        {Number(expected.toPrecision(2))} false alarms a week would be expected; {Number(budget.toPrecision(3))}{' '}
        {budget === 1 ? 'is' : 'are'} allowed. Limits at three sigma would give {Number(atThreeSigma.toPrecision(2))}.
      </p>
    </header>
  );
}

function AlarmList({answer}: {answer: AlarmAnswer}) {
  return (
    <Shortened items={answer.alarms} first={8}>
      {some => (
        <ol className="alarms">
          {some.map(alarm => (
            <AlarmLine key={alarm.id} alarm={alarm} />
          ))}
        </ol>
      )}
    </Shortened>
  );
}

function AlarmLine({alarm}: {alarm: Alarm}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const {parameter, kind, subgroup, product, where, side, from, worst} = alarm;
  return (
    <li>
      <time dateTime={from}>{moment(from, timeZone)}</time>
      <span className="alarm-mark" aria-hidden="true">
        {side === 'above' ? '▲' : '▼'}
      </span>
      <a
        href={href(`/charts/${encodeURIComponent(parameter)}`, {
          kind,
          subgroup,
          product,
          where,
          from: null,
          to: null,
        })}
      >
        {alarmSentence(alarm)}
      </a>
      <small>chance {probability(worst.p)}</small>
    </li>
  );
}
