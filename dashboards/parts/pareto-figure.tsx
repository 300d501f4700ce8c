/** The Pareto: one bar leads to what it is made of, the way back stands above it, and another period or group beside it. */
import {lazy, Suspense, useCallback, useMemo} from 'react';
import type {ParetoAnswer, ParetoQuestion} from '../../api/schemas.ts';
import {usePareto} from '../api.ts';
import {pareto, paretoBars, paretoHeadline} from '../charts/pareto.ts';
import {count, counted} from '../format.ts';
import {comparedWith, type DrillStep, drilled, drillOf, useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {useBarHref} from './bar-href.ts';
import {ChartFigure} from './chart-figure.tsx';
import {Choice} from './choice.tsx';
import {CompareWith} from './compare-with.tsx';
import {Crumbs} from './crumbs.tsx';

const ChosenBars = lazy(async () => ({default: (await import('./chosen-bars.tsx')).ChosenBars}));
const ParetoTable = lazy(async () => ({default: (await import('./pareto-table.tsx')).ParetoTable}));
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
      <Choice label="Pareto by" value={by} choices={WAYS} choose={value => change({by: value, bar: null})} />
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
  const {params, change} = useQuestion();
  const chosen = useMemo(() => new Set(params.getAll('bar')), [params]);
  const draw = useCallback((width: number) => pareto(answer, {width, hrefOf, chosen}), [answer, hrefOf, chosen]);
  const box = (key: string) => (
    <label className="box">
      <input
        type="checkbox"
        aria-label={`Select ${key}`}
        checked={chosen.has(key)}
        onChange={() => {
          const others = [...chosen].filter(one => one !== key);
          change({bar: chosen.has(key) ? others : [...others, key]}, {replace: true});
        }}
      />
    </label>
  );
  const {basis, bars} = answer;
  return (
    <>
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
        beside={
          <ul className="bar-boxes" aria-label="Bars to compare">
            {bars.map(({key}) => (
              <li key={key}>{box(key)}</li>
            ))}
          </ul>
        }
        table={
          <Suspense fallback={<p className="waiting" role="status" />}>
            <ParetoTable answer={answer} product={question.product} hrefOf={hrefOf} box={box} />
          </Suspense>
        }
      />
      {chosen.size > 0 && (
        <Suspense>
          <ChosenBars product={question.product} bars={bars.filter(({key}) => chosen.has(key))} />
        </Suspense>
      )}
    </>
  );
}
