/** The Pareto: one bar leads to what it is made of, the way back stands above it, and another period or group beside it. */
import {lazy, Suspense, useCallback} from 'react';
import type {ParetoAnswer, ParetoQuestion} from '../../api/schemas.ts';
import {usePareto} from '../api.ts';
import {pareto, paretoBars, paretoHeadline} from '../charts/pareto.ts';
import {count, counted, percent} from '../format.ts';
import {comparedWith, type DrillStep, drilled, drillOf, useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {useBarHref} from './bar-href.ts';
import {ChartFigure} from './chart-figure.tsx';
import {Choice} from './choice.tsx';
import {CompareWith} from './compare-with.tsx';
import {Crumbs} from './crumbs.tsx';
import {Wide} from './wide.tsx';

const ComparedFigure = lazy(async () => ({default: (await import('./compared-figure.tsx')).ComparedFigure}));

const WAYS = {defect: 'defect', product: 'product', 'inspection.station': 'inspection station', 'part.lot': 'lot'};
const WEIGHTS = {count: 'count', ppm: 'ppm', severity: 'severity', cost: 'cost'};

export function ParetoFigure() {
  const {scope, params, change} = useQuestion();
  const drill = drillOf(params);
  const by = params.get('by') ?? 'defect';
  const weight = (params.get('weight') ?? 'count') as keyof typeof WEIGHTS;
  const question: ParetoQuestion = {...drilled(scope, drill), ...comparedWith(params), by, weight, top: 10};
  const query = usePareto(question);
  const tools = (
    <>
      <Choice label="Pareto by" value={by} choices={WAYS} choose={value => change({by: value})} />
      <Choice label="weighted by" value={weight} choices={WEIGHTS} choose={value => change({weight: value})} />
      <CompareWith />
    </>
  );
  return (
    <div>
      <Crumbs drill={drill} ways={WAYS} />
      <Answer query={query}>
        {answer =>
          answer.comparison ? (
            <Suspense fallback={<p className="waiting" role="status" />}>
              <ComparedFigure
                answer={answer}
                comparison={answer.comparison}
                question={question}
                drill={drill}
                tools={tools}
              />
            </Suspense>
          ) : answer.bars.length === 0 ? (
            <>
              <Empty title="No defects in this scope">
                <p>{counted(answer.basis.parts, 'part')} inspected, none with a recorded defect.</p>
              </Empty>
              <div className="chart-tools">{tools}</div>
            </>
          ) : (
            <ParetoChart answer={answer} question={question} drill={drill} tools={tools} />
          )
        }
      </Answer>
      {query.error && <div className="chart-tools">{tools}</div>}
    </div>
  );
}

interface ChartProps {
  answer: ParetoAnswer;
  question: ParetoQuestion;
  drill: readonly DrillStep[];
  tools: React.ReactNode;
}

function ParetoChart({answer, question, drill, tools}: ChartProps) {
  const hrefOf = useBarHref(answer, drill);
  const draw = useCallback((width: number) => pareto(answer, {width, hrefOf}), [answer, hrefOf]);
  const {basis} = answer;
  return (
    <ChartFigure
      title={paretoHeadline(paretoBars(answer))}
      subtitle={
        <>
          {answer.weight === 'count' ? 'Defects' : `Defects by ${answer.weight}`} by {answer.by}:{' '}
          {counted(basis.defects, 'defect')} on {counted(basis.defectiveParts, 'part')}, of {count(basis.parts)}{' '}
          inspected. A bar leads to {answer.by === 'part.lot' ? 'the lot' : 'what it is made of'}.
        </>
      }
      draw={draw}
      tools={tools}
      taken={{
        name: `pareto-${answer.by}`,
        rows: [...answer.bars, ...(answer.other ? [answer.other] : [])].map(({next: _next, ...bar}) => bar),
        asOf: answer.asOf,
        asked: {of: 'pareto', question},
      }}
      table={<ParetoTable answer={answer} hrefOf={hrefOf} />}
    />
  );
}

function Different({of, href}: {of: string; href: string | null}) {
  return href === null ? null : (
    <a href={href} aria-label={`What is different about ${of}?`}>
      What is different?
    </a>
  );
}

function ParetoTable({answer, hrefOf}: {answer: ParetoAnswer; hrefOf: (key: string) => string | null}) {
  const {href} = useQuestion();
  // A bar's filter says already what the question is restricted to.
  const differenceIn = ({where}: {where: string | null}) =>
    where === null ? null : href('/investigate', {where, against: `not (${where})`, defect: null, measurement: null});
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
            <th>
              <span className="sr-only">compare</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...answer.bars, ...(answer.other ? [answer.other] : [])].map(bar => (
            <tr key={bar === answer.other ? 'other' : bar.key}>
              <td>
                {bar === answer.other ? (
                  `Other (${count(answer.other.keys)})`
                ) : (
                  <a href={hrefOf(bar.key) ?? undefined}>{bar.key}</a>
                )}
              </td>
              <td className="number">{count(bar.count)}</td>
              <td className="number">{count(bar.parts)}</td>
              <td className="number">{count(bar.ppm)}</td>
              <td className="number">{count(bar.weight)}</td>
              <td className="number">{percent(bar.share)}</td>
              <td className="number">{percent(bar.cumulative)}</td>
              <td>
                <Different of={bar === answer.other ? 'the others' : bar.key} href={differenceIn(bar)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
