/** Where the limits of a chart come from: its stages, the versions that were frozen for these points, and who may change them. */
import {useState} from 'react';
import type {ChartAnswer, ChartQuestion, FrozenBaseline} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {useBaselines} from '../baselines.ts';
import {writer} from '../charts/chart-kinds.ts';
import {count, moment} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {FreezeBaseline, RetireBaseline} from './freeze-baseline.tsx';
import {Wide} from './wide.tsx';

interface Props {
  answer: ChartAnswer;
  question: ChartQuestion;
}

export function Baselines({answer, question}: Props) {
  const {scope, change} = useQuestion();
  const [open, setOpen] = useState<'freeze' | FrozenBaseline | null>(null);
  const timeZone = usePlant().data?.timeZone;
  const query = useBaselines(scope.asOf);
  const shutBecause = useWhyNot(question);
  const mine = (b: FrozenBaseline) =>
    b.family === answer.family &&
    b.subgroup === answer.subgroup &&
    b.product === (scope.product ?? null) &&
    b.where === (scope.where ?? null) &&
    (b.parameter === answer.parameter || b.parameter.endsWith(`.${answer.parameter}`));
  return (
    <section aria-label="Where the limits come from">
      <h2>Where the limits come from</h2>
      <Stages answer={answer} timeZone={timeZone} />
      <h3 className="frozen-head">Frozen for these points</h3>
      <Answer query={query}>
        {({baselines}) => {
          const versions = baselines.filter(mine).reverse();
          return (
            <>
              {versions.length === 0 && (
                <p>Nothing: limits are estimated anew with every look, and nobody is told when points leave them.</p>
              )}
              <ul className="versions">
                {versions.map(version => (
                  <li key={version.id}>
                    <Version version={version} timeZone={timeZone} write={writer(answer)} />
                    {shutBecause === null && (
                      <button type="button" className="quiet-button" onClick={() => setOpen(version)}>
                        Retire version {version.version}
                      </button>
                    )}
                  </li>
                ))}
              </ul>
              {versions.length > 0 && question.baseline !== undefined && (
                <p>
                  The chart shows the baseline asked for above instead.{' '}
                  <button type="button" className="quiet-button" onClick={() => change({baseline: null})}>
                    Show the frozen limits
                  </button>
                </p>
              )}
            </>
          );
        }}
      </Answer>
      {shutBecause === null ? (
        <button type="button" onClick={() => setOpen('freeze')}>
          Freeze limits …
        </button>
      ) : (
        <p className="subtitle">{shutBecause}</p>
      )}
      {open === 'freeze' && <FreezeBaseline answer={answer} question={question} close={() => setOpen(null)} />}
      {open !== null && open !== 'freeze' && <RetireBaseline version={open} close={() => setOpen(null)} />}
    </section>
  );
}

/** Who may not freeze limits, or not from here, is told so instead of being refused later. */
function useWhyNot({asOf}: ChartQuestion): string | null {
  const access = usePlant().data?.access;
  if (access?.mode === 'keys' && access.role !== 'engineer' && access.role !== 'quality-lead')
    return `Limits are frozen by engineers and quality leads; this key is that of a role called ${access.role ?? 'nothing'}.`;
  if (asOf !== undefined) return 'This is how things stood earlier: limits are frozen where the newest data are shown.';
  return null;
}

function Stages({answer, timeZone}: {answer: ChartAnswer; timeZone?: string}) {
  const write = writer(answer);
  return (
    <Wide label="Stages">
      <table>
        <thead>
          <tr>
            <th>{answer.stages.length === 1 ? 'from' : 'stage from'}</th>
            <th className="number">points</th>
            <th className="number">centre</th>
            <th className="number">sigma</th>
            <th>limits</th>
          </tr>
        </thead>
        <tbody>
          {answer.stages.map((stage, k) => (
            <tr key={stage.from ?? k}>
              <td>{moment(stage.from, timeZone)}</td>
              <td className="number">{count(stage.points)}</td>
              <td className="number">{write(stage.center)}</td>
              <td className="number" title={stage.sigmaBy}>
                {Number(stage.sigma.toPrecision(3))}
              </td>
              <td>
                {stage.baseline.frozen === null
                  ? `from ${count(stage.baseline.points)} of these points`
                  : `version ${stage.baseline.frozen.version}, frozen by ${stage.baseline.frozen.by}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

interface VersionProps {
  version: FrozenBaseline;
  timeZone?: string;
  write: (value: number) => string;
}

function Version({version, timeZone, write}: VersionProps) {
  const {validFrom, window, reason, by, at, center, kind} = version;
  return (
    <div>
      <p>
        <b>Version {version.version}</b>: {reason}
      </p>
      <small>
        {by}, {moment(at, timeZone)}. Holds from {moment(validFrom, timeZone)}, from {count(window.points)} points
        {window.from !== null && `, ${moment(window.from, timeZone)} to ${moment(window.to, timeZone)}`}
        {kind !== 'cusum' && kind !== 't2' && <>; centre {write(center)}</>}.
      </small>
    </div>
  );
}
