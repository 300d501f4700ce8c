/** Overview: how good is it, and what goes wrong most. */
import {lazy, Suspense} from 'react';
import type {YieldAnswer} from '../../api/schemas.ts';
import {useYield} from '../api.ts';
import {count, percent} from '../format.ts';
import {Answer} from '../parts/answer.tsx';
import {Heading} from '../parts/heading.tsx';
import {ParetoFigure} from '../parts/pareto-figure.tsx';
import {Trend} from '../parts/trend.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

// Few look at an empty warehouse.
const Nothing = lazy(async () => ({default: (await import('../parts/nothing.tsx')).Nothing}));

export function Overview() {
  const {scope} = useQuestion();
  // One question: what is told by product comes with what is told of all.
  const yields = useYield({...scope, by: 'product'});
  return (
    <>
      <Heading name="Overview" />
      <Answer query={yields}>
        {answer =>
          answer.inspected === 0 ? (
            <Suspense fallback={<p className="waiting" role="status" />}>
              <Nothing what="part was inspected" command="npx fishbone ingest parts.csv inspections.csv defects.csv" />
            </Suspense>
          ) : (
            <>
              <Figures answer={answer} />
              <div className="overview">
                <div className="overview-main">
                  <ParetoFigure />
                  <Trend />
                </div>
                <div>
                  <AlongTheRoute route={answer.route} />
                  <ByProduct groups={answer.groups ?? []} />
                </div>
              </div>
            </>
          )
        }
      </Answer>
    </>
  );
}

function Figures({answer}: {answer: YieldAnswer}) {
  const failed = answer.inspected - answer.passedFirst;
  return (
    <dl className="figures">
      <Figure name="First-pass yield" value={percent(answer.fpy)}>
        {between(answer.intervals.fpy)}
        {count(answer.passedFirst)} of {count(answer.inspected)} inspected passed at first
      </Figure>
      <Figure name="Inspected" value={count(answer.inspected)}>
        parts, by their first valid inspection
      </Figure>
      <Figure name="Defective" value={count(failed)}>
        parts, {count(Math.round((failed / answer.inspected) * 1e6))} per million
      </Figure>
      {answer.dpu !== null && (
        <Figure name="Defects per unit" value={answer.dpu.toFixed(answer.dpu < 0.1 ? 4 : 2)}>
          {answer.dpmo === null
            ? 'opportunities not stated'
            : `${count(Math.round(answer.dpmo))} per million opportunities`}
        </Figure>
      )}
      {answer.rty !== null && (
        <Figure name="Rolled throughput" value={percent(answer.rty)}>
          {between(answer.intervals.rty)}
          product of first passes over all steps
        </Figure>
      )}
      {answer.finalYield !== null && (
        <Figure name="Final yield" value={percent(answer.finalYield)}>
          {between(answer.intervals.finalYield)}
          after rework, which {percent(answer.hiddenFactory)} of the parts needed
        </Figure>
      )}
    </dl>
  );
}

/** The 95 % interval, with lots as the unit. */
const between = (range: {low: number; high: number} | null) =>
  range && `${percent(range.low)} to ${percent(range.high)} at 95\u00a0%; `;

function Figure({name, value, children}: {name: string; value: string; children: React.ReactNode}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{children}</small>
      </dd>
    </div>
  );
}

/** Each inspection step, and what is left rolled up to it. */
function AlongTheRoute({route}: {route: YieldAnswer['route']}) {
  if (route.length < 2) return null;
  return (
    <section className="route">
      <h2>Along the route</h2>
      <p className="subtitle">First-pass yield of each inspection step, alone and rolled up to it.</p>
      <Wide label="Yield along the route">
        <table>
          <thead>
            <tr>
              <th>step</th>
              <th className="number">inspected</th>
              <th className="number">FPY</th>
              <th className="number">rolled</th>
              <th className="number">final</th>
            </tr>
          </thead>
          <tbody>
            {route.map(step => (
              <tr key={step.step}>
                <td>
                  {step.step || '(not named)'}
                  {step.rework && <small> rework</small>}
                </td>
                <td className="number">{count(step.inspected)}</td>
                <td className="number">{percent(step.fpy)}</td>
                <td className="number">{percent(step.rolled)}</td>
                <td className="number">{percent(step.finalYield)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function ByProduct({groups}: {groups: NonNullable<YieldAnswer['groups']>}) {
  const {href} = useQuestion();
  if (groups.length === 0) return null;
  return (
    <section>
      <h2>By product</h2>
      <p className="subtitle">First-pass yield, parts inspected and parts that failed at first.</p>
      <Wide label="Yield by product">
        <table>
          <thead>
            <tr>
              <th>product</th>
              <th className="number">FPY</th>
              <th className="number">95&nbsp;%</th>
              <th className="number">inspected</th>
              <th className="number">failed</th>
            </tr>
          </thead>
          <tbody>
            {groups.map(group => (
              <tr key={group.key}>
                <td>
                  <a href={href('/', {product: group.key})}>{group.key}</a>
                </td>
                <td className="number">{percent(group.fpy)}</td>
                <td className="number">
                  {group.intervals.fpy &&
                    `${percent(group.intervals.fpy.low).replace('\u00a0%', '')}–${percent(group.intervals.fpy.high)}`}
                </td>
                <td className="number">{count(group.inspected)}</td>
                <td className="number">{count(group.inspected - group.passedFirst)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
