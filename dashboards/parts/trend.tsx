/** The share of defective parts over time with its control limits: did it change, and when. */
import {useCallback, useMemo} from 'react';
import type {ChartAnswer, ChartQuestion} from '../../api/schemas.ts';
import {isRefused, useChart, usePlant} from '../api.ts';
import {MOST_POINTS} from '../chart-question.ts';
import {plotted} from '../charts/chart-kinds.ts';
import {controlChart} from '../charts/control-chart.ts';
import {chartHeadline, chartRows} from '../charts/violations.ts';
import {count, counted} from '../format.ts';
import {comparedWith, drilled, drillOf, useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {ChartFigure} from './chart-figure.tsx';
import {PointsTable, takenPoints} from './control-figure.tsx';
import {useLotDifference} from './difference.ts';
import {useSelection} from './use-selection.tsx';

const HEIGHT_PX = 220;

/** Of what the Pareto above it is about: a defect on its way down, or the outcome of the question. */
export function Trend() {
  const {scope, params} = useQuestion();
  const {defect, ...narrowed} = drilled(scope, drillOf(params));
  const parameter = defect ?? params.get('defect') ?? 'any-fail';
  const question: ChartQuestion = {...narrowed, parameter, kind: 'laney-p', last: MOST_POINTS};
  const query = useChart(question);
  // Where all parts fail, or none does, there is nothing to draw limits from: that is no failure of the page.
  const cannot = isRefused(query.error) ? query.error.message : null;
  return (
    <section aria-label="Trend">
      {cannot === null ? (
        <Answer query={query}>{answer => <TrendFigure answer={answer} question={question} />}</Answer>
      ) : (
        <>
          <h2>No trend yet</h2>
          <p className="subtitle">The server says: {cannot}.</p>
        </>
      )}
    </section>
  );
}

function TrendFigure({answer, question}: {answer: ChartAnswer; question: ChartQuestion}) {
  const {params, href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const rows = useMemo(() => chartRows(answer), [answer]);
  const since = comparedWith(params).againstTo;
  const hrefOf = useLotDifference(answer);
  const selection = useSelection(answer, rows);
  const {selecting} = selection;
  const marks = useMemo(() => (since === undefined ? [] : [{at: since, name: 'compared from here'}]), [since]);
  const draw = useCallback(
    (width: number) => controlChart(answer, {width, height: HEIGHT_PX, timeZone, rows, marks, hrefOf, selecting}),
    [answer, timeZone, rows, marks, hrefOf, selecting],
  );
  const {points} = answer.of;
  return (
    <>
      <ChartFigure
        title={chartHeadline(answer)}
        subtitle={
          <>
            {plotted(answer)}, {rows.length < points && `the newest ${count(rows.length)} of `}
            {counted(points, 'point')}; limits at three sigma of what points spread (Laney p′).
            {answer.subgroup === 'lot' && ' A point that breaks a rule leads to what is different about its lot.'}
          </>
        }
        draw={draw}
        taken={takenPoints(answer, question, rows)}
        tools={
          <>
            <a href={href(`/charts/${encodeURIComponent(answer.parameter)}`, {kind: 'laney-p'})}>Open this chart</a>
            {selection.button}
          </>
        }
        table={<PointsTable answer={answer} rows={rows} timeZone={timeZone} selection={selection} />}
      />
      {selection.panel}
    </>
  );
}
