/** Overview: how good is it, and what goes wrong most. */
import {useCallback} from 'react';
import type {ParetoAnswer, YieldAnswer} from '../../api/schemas.ts';
import {usePareto, useYield} from '../api.ts';
import {pareto, paretoBars, paretoHeadline} from '../charts/pareto.ts';
import {count, counted, percent} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {ChartFigure} from '../parts/chart-figure.tsx';
import {Wide} from '../parts/wide.tsx';
import {narrowed, useQuestion} from '../question.ts';

const WAYS = {defect: 'defect', product: 'product', 'inspection.station': 'inspection station'};
const WEIGHTS = {count: 'count', ppm: 'ppm', severity: 'severity', cost: 'cost'};

export function Overview() {
  const {scope} = useQuestion();
  const yields = useYield(scope);
  return (
    <>
      <h1 className="sr-only">Overview</h1>
      <Answer query={yields}>
        {answer =>
          answer.inspected === 0 ? (
            <Empty
              title="No part was inspected yet in this scope"
              command="npx fishbone ingest parts.csv inspections.csv defects.csv"
            >
              <p>
                Widen the question above, or bring in the first files. Without files at hand, the demo makes a plant:
              </p>
              <pre className="command">
                <code>npx fishbone demo</code>
              </pre>
            </Empty>
          ) : (
            <>
              <Figures answer={answer} />
              <div className="overview">
                <ParetoFigure />
                <ByProduct />
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
          product of first passes over all steps
        </Figure>
      )}
    </dl>
  );
}

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

function ParetoFigure() {
  const {scope, params, change} = useQuestion();
  const by = params.get('by') ?? 'defect';
  const weight = (params.get('weight') ?? 'count') as keyof typeof WEIGHTS;
  const query = usePareto({...scope, by, weight, top: 10});
  return (
    <Answer query={query}>
      {answer =>
        answer.bars.length === 0 ? (
          <Empty title="No defects in this scope">
            <p>{counted(answer.basis.parts, 'part')} inspected, none with a recorded defect.</p>
          </Empty>
        ) : (
          <ParetoChart
            answer={answer}
            tools={
              <>
                <Choice name="by" label="Pareto by" value={by} choices={WAYS} change={change} />
                <Choice name="weight" label="weighted by" value={weight} choices={WEIGHTS} change={change} />
              </>
            }
          />
        )
      }
    </Answer>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  choices: Record<string, string>;
  change: (changes: Record<string, string>) => void;
}

function Choice({name, label, value, choices, change}: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={event => change({[name]: event.target.value})}>
        {Object.entries(choices).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function ParetoChart({answer, tools}: {answer: ParetoAnswer; tools: React.ReactNode}) {
  const {href, params} = useQuestion();
  const hrefOf = useCallback(
    (key: string) => {
      if (answer.by === 'defect') return href('/investigate', {defect: key});
      if (answer.by === 'product' || answer.by === 'part.product') return href('/investigate', {product: key});
      return href('/investigate', {where: narrowed(params.get('where'), answer.by, key)});
    },
    [answer.by, href, params],
  );
  const draw = useCallback((width: number) => pareto(answer, {width, hrefOf}), [answer, hrefOf]);
  const {basis} = answer;
  return (
    <ChartFigure
      title={paretoHeadline(paretoBars(answer))}
      subtitle={
        <>
          {answer.weight === 'count' ? 'Defects' : `Defects by ${answer.weight}`} by {answer.by}:{' '}
          {counted(basis.defects, 'defect')} on {counted(basis.defectiveParts, 'part')}, of {count(basis.parts)}{' '}
          inspected. A bar leads to its causes.
        </>
      }
      draw={draw}
      tools={tools}
      table={<ParetoTable answer={answer} hrefOf={hrefOf} />}
    />
  );
}

function ParetoTable({answer, hrefOf}: {answer: ParetoAnswer; hrefOf: (key: string) => string}) {
  return (
    <Wide label="Pareto as a table">
      <table>
        <thead>
          <tr>
            <th>{answer.by}</th>
            <th className="number">defects</th>
            <th className="number">parts</th>
            <th className="number">ppm</th>
            <th className="number">{answer.weight}</th>
            <th className="number">share</th>
            <th className="number">cumulative</th>
          </tr>
        </thead>
        <tbody>
          {[...answer.bars, ...(answer.other ? [answer.other] : [])].map(bar => (
            <tr key={bar === answer.other ? 'other' : bar.key}>
              <td>
                {bar === answer.other ? `Other (${count(answer.other.keys)})` : <a href={hrefOf(bar.key)}>{bar.key}</a>}
              </td>
              <td className="number">{count(bar.count)}</td>
              <td className="number">{count(bar.parts)}</td>
              <td className="number">{count(bar.ppm)}</td>
              <td className="number">{count(bar.weight)}</td>
              <td className="number">{percent(bar.share)}</td>
              <td className="number">{percent(bar.cumulative)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function ByProduct() {
  const {scope, href} = useQuestion();
  const query = useYield({...scope, by: 'product'});
  return (
    <Answer query={query}>
      {({groups}) =>
        groups === undefined || groups.length === 0 ? null : (
          <section>
            <h2>By product</h2>
            <p className="subtitle">First-pass yield, parts inspected and parts that failed at first.</p>
            <Wide label="Yield by product">
              <table>
                <thead>
                  <tr>
                    <th>product</th>
                    <th className="number">FPY</th>
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
                      <td className="number">{count(group.inspected)}</td>
                      <td className="number">{count(group.inspected - group.passedFirst)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          </section>
        )
      }
    </Answer>
  );
}
