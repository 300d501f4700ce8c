/** The andon view: how it goes right now, for whoever walks by, readable at ten metres; `/?kiosk=on`. */
import '../style/holds.css';
import '../style/andon.css';
import {useCallback, useEffect, useMemo} from 'react';
import type {ChartAnswer, ParetoAnswer, Plant, YieldAnswer} from '../../api/schemas.ts';
import {isRefused, useChart, usePareto, usePlant, useYield} from '../api.ts';
import {type AndonState, andonState, HOURS_SHOWN, windowOf} from '../charts/andon.ts';
import {trendOnWall} from '../charts/trend-on-wall.ts';
import {age, count, counted, moment, percent} from '../format.ts';
import {useHolds} from '../hold-questions.ts';
import {useIsLive, useNow} from '../live.ts';
import {Drawing} from '../parts/chart-figure.tsx';
import {Heading} from '../parts/heading.tsx';
import {useQuestion} from '../question.ts';

/** Points of the trend: more would be no line any more from ten metres. */
const POINTS = 60;
const BARS = 3;

export function Andon() {
  const {scope, href} = useQuestion();
  const plant = usePlant();
  const window = windowOf(scope, plant.data?.newestInspectionAt ?? null);
  const yields = useYield({...scope, ...window});
  const pareto = usePareto({...scope, ...window, by: 'defect', top: BARS});
  const {from: _from, to: _to, ...always} = scope;
  const chart = useChart({...always, parameter: 'any-fail', kind: 'laney-p', last: POINTS});
  const holds = useHolds();
  const held = holds.data?.holds.filter(({decision}) => decision === 'approved').length;
  useLeaving(href('/'));
  const failed = [plant, yields, pareto, chart, holds].find(({error}) => error && !isRefused(error))?.error ?? null;
  const state = andonState(chart.data ?? null, chart.isPending);
  return (
    <main className={`andon ${state.kind}`} id="answer" tabIndex={-1}>
      <Heading name="Andon" />
      <Band state={state} plant={plant.data} />
      <section className="andon-yield" aria-label="First-pass yield">
        {yields.data && <FirstPass answer={yields.data} usual={chart.data} hours={!scope.from && !scope.to} />}
      </section>
      <section className="andon-trend" aria-label="Trend">
        {chart.data && <Trend answer={chart.data} timeZone={plant.data?.timeZone} />}
      </section>
      <section className="andon-defects" aria-label="What fails most">
        {pareto.data && <Most answer={pareto.data} />}
      </section>
      <Foot plant={plant.data} held={held} error={failed} leave={href('/')} />
    </main>
  );
}

/** Escape leads back to the page with its controls. */
function useLeaving(to: string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && location.assign(to);
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [to]);
}

function Band({state, plant}: {state: AndonState; plant: Plant | undefined}) {
  const timeZone = plant?.timeZone;
  const since = state.since === null ? '' : ` since ${moment(state.since, timeZone)}`;
  const words = {
    asking: 'Working it out …',
    'no-limits': 'No limits yet',
    'in-order': 'In order',
    'out-of-order': `Out of order${since}`,
  };
  const shapes = {asking: '◌', 'no-limits': '◌', 'in-order': '●', 'out-of-order': '◆'};
  return (
    <header className="andon-band" aria-busy={state.kind === 'asking'}>
      <p role="status">
        <span aria-hidden="true">{shapes[state.kind]}</span> {words[state.kind]}
      </p>
      <p>{plant?.plant}</p>
    </header>
  );
}

function FirstPass({answer, usual, hours}: {answer: YieldAnswer; usual: ChartAnswer | undefined; hours: boolean}) {
  return (
    <>
      <p className="andon-label">First-pass yield{hours && `, last ${HOURS_SHOWN} h`}</p>
      <p className="andon-figure">{percent(answer.fpy)}</p>
      <p className="andon-label">
        {usual && `usual ${percent(1 - usual.center)} · `}
        {counted(answer.inspected, 'part')}
      </p>
    </>
  );
}

function Trend({answer, timeZone}: {answer: ChartAnswer; timeZone: string | undefined}) {
  const draw = useCallback((width: number) => trendOnWall(answer, {width, timeZone}), [answer, timeZone]);
  return (
    <>
      <p className="andon-label">
        Defective, newest {counted(answer.points.length, answer.subgroup === 'lot' ? 'lot' : 'point')}
      </p>
      <Drawing draw={draw} />
    </>
  );
}

function Most({answer}: {answer: ParetoAnswer}) {
  const longest = useMemo(() => Math.max(1, ...answer.bars.map(({parts}) => parts)), [answer]);
  if (answer.bars.length === 0) return <p className="andon-label">● No defect in this time</p>;
  return (
    <ol>
      {answer.bars.map(({key, parts}) => (
        <li key={key}>
          <span>{key}</span>
          <b>{count(parts)}</b>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width={(100 * parts) / longest} height="10" />
          </svg>
        </li>
      ))}
    </ol>
  );
}

interface FootProps {
  plant: Plant | undefined;
  held: number | undefined;
  error: Error | null;
  leave: string;
}

function Foot({plant, held, error, leave}: FootProps) {
  const isLive = useIsLive();
  useNow();
  return (
    <footer className="andon-foot">
      <p className={held ? 'stop' : undefined}>
        {held === undefined ? '–' : held === 0 ? '● no hold' : `■ ${counted(held, 'hold')}`}
      </p>
      <p className={error ? 'worse' : undefined} role={error ? 'alert' : undefined}>
        {error
          ? `◌ ${error.message}`
          : plant?.lastBatchAt
            ? `data ${age(plant.lastBatchAt)} old${isLive ? '' : ' · not live'}`
            : 'no data yet'}
      </p>
      <a href={leave}>Leave</a>
    </footer>
  );
}
