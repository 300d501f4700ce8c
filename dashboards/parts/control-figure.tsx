/** A control chart with its headline, the spread that belongs beside it, and both as tables. */
import {useCallback, useMemo} from 'react';
import type {ChartAnswer, ChartQuestion} from '../../api/schemas.ts';
import {useChart, usePlant} from '../api.ts';
import {companionQuestion, MOST_POINTS} from '../chart-question.ts';
import {companionOf, plotted, writer} from '../charts/chart-kinds.ts';
import {controlChart} from '../charts/control-chart.ts';
import {type ChartRow, chartRows, nameOf, placedAs, ruleWords} from '../charts/violations.ts';
import {count, counted, moment} from '../format.ts';
import {useQuestion, withParams} from '../question.ts';
import {Answer} from './answer.tsx';
import {ChartFigure} from './chart-figure.tsx';
import {useLotDifference} from './difference.ts';
import {Shortened} from './shortened.tsx';
import type {Taken} from './take-along.tsx';
import {type Selection, useSelection} from './use-selection.tsx';
import {Wide} from './wide.tsx';

export function ControlFigure({answer, question}: {answer: ChartAnswer; question: ChartQuestion}) {
  const timeZone = usePlant().data?.timeZone;
  const rows = useMemo(() => chartRows(answer), [answer]);
  const selection = useSelection(answer, rows, true);
  const {selecting} = selection;
  const hrefOf = useLotDifference(answer);
  const draw = useCallback(
    (width: number) => controlChart(answer, {width, timeZone, rows, selecting, hrefOf}),
    [answer, timeZone, rows, selecting, hrefOf],
  );
  const companion = companionOf(answer);
  return (
    <div className="control-figures">
      <ChartFigure
        title={plotted(answer)}
        subtitle={<Plotted answer={answer} shown={rows.length} timeZone={timeZone} />}
        draw={draw}
        taken={takenPoints(answer, question, rows)}
        tools={selection.button}
        table={<PointsTable answer={answer} rows={rows} timeZone={timeZone} selection={selection} />}
      />
      {selection.panel}
      {companion && <Companion question={companionQuestion(question, companion)} above={rows} timeZone={timeZone} />}
    </div>
  );
}

interface PlottedProps {
  answer: ChartAnswer;
  shown: number;
  timeZone?: string;
}

function Plotted({answer, shown, timeZone}: PlottedProps) {
  const {n, of, averageRunLength, baseline, rules} = answer;
  const from = [baseline.from, baseline.to].map(at => (at === null ? null : moment(at, timeZone)));
  return (
    <>
      {shown < of.points
        ? `The newest ${count(shown)} of ${counted(of.points, 'point')}; all of them are judged. `
        : `${counted(of.points, 'point')}, ${count(n)} ${n === 1 ? 'value or part' : 'values or parts'}. `}
      {baseline.frozen === null
        ? `Limits from ${counted(baseline.points, 'point')}${from[0] === null ? '' : `, ${from.join(' to ')}`}. `
        : `Limits frozen as version ${baseline.frozen.version}. `}
      {averageRunLength === null
        ? 'How often such a chart alarms by chance is not known. '
        : `In order, a false alarm about every ${count(Math.round(averageRunLength))} points (${rules.name.replace('limits', 'the limits alone')}). `}
    </>
  );
}

interface CompanionProps {
  question: ChartQuestion;
  above: readonly ChartRow[];
  timeZone?: string;
}

function Companion({question, above, timeZone}: CompanionProps) {
  const query = useChart({...question, last: MOST_POINTS});
  return (
    <Answer query={query}>
      {answer => <CompanionChart answer={answer} question={question} above={above} timeZone={timeZone} />}
    </Answer>
  );
}

/** The points with the lines that they are judged by. */
export function takenPoints(answer: ChartAnswer, question: ChartQuestion, rows: readonly ChartRow[]): Taken {
  return {
    name: `${answer.kind}-${answer.parameter}`,
    rows: rows.map(({place: _place, side: _side, ...row}) => row),
    asOf: answer.asOf,
    asked: {of: 'chart', question: {...question, last: MOST_POINTS}},
  };
}

function CompanionChart({answer, question, above, timeZone}: CompanionProps & {answer: ChartAnswer}) {
  const rows = useMemo(() => placedAs(chartRows(answer), above), [answer, above]);
  const draw = useCallback(
    (width: number) => controlChart(answer, {width, height: 180, timeZone, rows, places: above.length, bare: true}),
    [answer, timeZone, rows, above],
  );
  const {violations, points} = answer.of;
  const {params} = useQuestion();
  const href = `?${withParams(params, {kind: answer.kind, rules: null})}`;
  return (
    <ChartFigure
      title={plotted(answer)}
      subtitle={`${violations === 0 ? 'None' : count(violations)} of ${counted(points, 'point')} beyond the limits.`}
      tools={<a href={href}>Open this chart</a>}
      draw={draw}
      taken={takenPoints(answer, question, rows)}
      table={<PointsTable answer={answer} rows={rows} timeZone={timeZone} />}
    />
  );
}

export function PointsTable({
  answer,
  rows,
  timeZone,
  selection,
}: {
  answer: ChartAnswer;
  rows: readonly ChartRow[];
  timeZone?: string;
  /** Where points can be chosen. */
  selection?: Selection;
}) {
  const write = writer(answer);
  const isTwo = rows.some(({below}) => below !== undefined);
  const newest = useMemo(() => rows.toReversed(), [rows]);
  const chosen = new Set(selection?.chosen.rows.map(({place}) => place));
  return (
    <Shortened items={newest} first={200}>
      {some => (
        <Wide label={`${plotted(answer)} as a table`}>
          <table>
            <thead>
              <tr>
                {selection && (
                  <th>
                    <span className="sr-only">selected</span>
                  </th>
                )}
                <th>point</th>
                <th>from</th>
                <th className="number">n</th>
                <th className="number">{isTwo ? 'above' : 'value'}</th>
                {isTwo && <th className="number">below</th>}
                <th className="number">lower limit</th>
                <th className="number">centre</th>
                <th className="number">upper limit</th>
                <th>breaks</th>
              </tr>
            </thead>
            <tbody>
              {some.map(row => (
                <tr key={row.place}>
                  {selection && (
                    <td>
                      <label className="box">
                        <input
                          type="checkbox"
                          aria-label={`Select ${nameOf(row)}`}
                          checked={chosen.has(row.place)}
                          onChange={() => selection.toggle(row)}
                        />
                      </label>
                    </td>
                  )}
                  <td>{/^\d{4}-\d{2}-\d{2}T/.test(row.x) ? '' : nameOf(row)}</td>
                  <td>{moment(row.at, timeZone)}</td>
                  <td className="number">{count(row.n)}</td>
                  <td className="number">{write(row.value)}</td>
                  {isTwo && <td className="number">{row.below === undefined ? '–' : write(row.below)}</td>}
                  <td className="number">{row.lcl === null ? '–' : write(row.lcl)}</td>
                  <td className="number">{write(row.center)}</td>
                  <td className="number">{row.ucl === null ? '–' : write(row.ucl)}</td>
                  <td>
                    {row.violations.length > 0 &&
                      `◆ ${ruleWords({rules: row.violations, worst: row}, answer.rules.texts)}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Shortened>
  );
}
