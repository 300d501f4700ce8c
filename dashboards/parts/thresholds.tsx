/** What would happen at another threshold, and what nobody can know of it. */
import {useCallback} from 'react';
import type {Interval, ThresholdAnswer} from '../../api/schemas.ts';
import {thresholdCurve} from '../charts/threshold-curve.ts';
import {count, counted, percent} from '../format.ts';
import {useThresholds} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {ChartFigure} from './chart-figure.tsx';
import {Choice} from './choice.tsx';
import {useInspectors} from './inspection-filter.tsx';
import {between, Notes, RateCell} from './inspectors.tsx';
import {Wide} from './wide.tsx';

export function Thresholds() {
  const {params} = useQuestion();
  const inspectors = useInspectors();
  const inspector = params.get('inspector') ?? inspectors[0];
  return (
    <section aria-labelledby="thresholds">
      <h2 id="thresholds">What another threshold would do</h2>
      {inspector !== undefined && <Explorer inspector={inspector} inspectors={inspectors} />}
    </section>
  );
}

function Explorer({inspector, inspectors}: {inspector: string; inspectors: readonly string[]}) {
  const {scope, params, change} = useQuestion();
  const asked = Number(params.get('threshold') ?? 0.5);
  const at = Number.isFinite(asked) && asked >= 0 && asked <= 1 ? asked : 0.5;
  const grid = Array.from({length: 19}, (_, k) => (k + 1) / 20);
  const query = useThresholds({
    ...scope,
    inspector,
    station: params.get('station') ?? undefined,
    at: [...new Set([...grid, at])].sort((a, b) => a - b),
  });
  return (
    <>
      <div className="row-form">
        <Choice
          label="Inspector"
          value={inspector}
          choices={Object.fromEntries(inspectors.map(name => [name, name]))}
          choose={name => change({inspector: name})}
        />
        <label className="threshold">
          <span>Fail from this suspicion on</span>
          <input
            type="number"
            min={0}
            max={1}
            step={0.05}
            value={at}
            onChange={event => event.target.value !== '' && change({threshold: event.target.value}, {replace: true})}
          />
        </label>
      </div>
      <Answer query={query}>{answer => <Curve answer={answer} at={at} />}</Answer>
    </>
  );
}

function Curve({answer, at}: {answer: ThresholdAnswer; at: number}) {
  const {curve, now, reviewed, withScore, unit, cannotKnow} = answer;
  const draw = useCallback((width: number) => thresholdCurve(curve, {width, at, now}), [curve, at, now]);
  const here = curve.find(({threshold}) => threshold === at);
  return (
    <>
      <ChartFigure
        title={here ? sentenceOf(here, now.failShare) : 'Thresholds'}
        subtitle={
          <>
            {counted(withScore, 'inspection')} with a score; rates by {counted(reviewed.fail + reviewed.pass, 'review')}{' '}
            ({count(reviewed.fail)} of fails, {count(reviewed.pass)} of passes), each by how many it speaks for. Bands
            are 95 %; unit: {unit}.
          </>
        }
        draw={draw}
        taken={{name: `thresholds-${answer.inspector}`, rows: curve, asOf: answer.asOf, asked: null}}
        table={<CurveTable curve={curve} />}
      />
      <Notes title="What it cannot know" notes={cannotKnow} />
    </>
  );
}

function sentenceOf(
  {threshold, failShare, overkill, escape: escapes}: ThresholdAnswer['curve'][number],
  now: Interval,
): string {
  const told = (rate: Interval | null, what: string) =>
    rate === null ? `${what} not known` : `${what} ${percent(rate.value)} (${between(rate)})`;
  return `At ${threshold}: yield ${percent(1 - failShare.value)}, now ${percent(1 - now.value)}; ${told(overkill, 'overkill')}; ${told(escapes, 'escapes')}`;
}

function CurveTable({curve}: Pick<ThresholdAnswer, 'curve'>) {
  return (
    <Wide label="Thresholds">
      <table>
        <thead>
          <tr>
            <th className="number">Threshold</th>
            <th className="number">Would fail</th>
            <th className="number">Yield</th>
            <th className="number">Overkill: good of these</th>
            <th className="number">Escapes: bad of the others</th>
            <th className="number">Misses: would pass, of the bad</th>
          </tr>
        </thead>
        <tbody>
          {curve.map(({threshold, failShare, overkill, escape: escapes, missRate, ...point}) => (
            <tr key={threshold}>
              <td className="number">{threshold}</td>
              <RateCell rate={failShare} />
              <td className="number">{percent(point.yield.value)}</td>
              <RateCell rate={overkill} />
              <RateCell rate={escapes} />
              <RateCell rate={missRate} />
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
