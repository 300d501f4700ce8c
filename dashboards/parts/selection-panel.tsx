/** What is chosen on a chart, in words and by sliders, and what can be asked of it. */
import '../style/selection.css';
import {useId} from 'react';
import type {ChartAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {type ChartRow, nameOf} from '../charts/violations.ts';
import {count, counted, moment} from '../format.ts';
import {filterOfPoints} from '../points-filter.ts';
import {useQuestion} from '../question.ts';
import {type Chosen, spanOf} from '../selection.ts';
import {useDifference} from './difference.ts';

interface Props {
  answer: ChartAnswer;
  rows: readonly ChartRow[];
  chosen: Chosen;
  asBaseline: boolean;
  toggle: (row: ChartRow) => void;
}

export function SelectionPanel({answer, rows, chosen, asBaseline, toggle}: Props) {
  const {params, change} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const title = useId();
  // Of a stretch its first and its last part.
  const called = (row: ChartRow, end?: 'first' | 'last') => {
    const name = (end && row.parts?.[end]) ?? nameOf(row);
    if (row.x === row.at) return moment(row.at, timeZone);
    return row.at === null ? name : `${name}, ${moment(row.at, timeZone)}`;
  };
  const single = new Set(params.getAll('point'));
  const singles = rows.filter(({x}) => single.has(x));
  // The sliders move the stretch; single points stand beside it.
  const inSpan = params.get('span') ? chosen.rows.filter(({x}) => !single.has(x)) : [];
  const ends = inSpan.length > 0 ? [inSpan[0].place, inSpan[inSpan.length - 1].place] : null;
  const move = (from: number, to: number) =>
    change({span: spanOf(rows, Math.min(from, to), Math.max(from, to))}, {replace: true});
  const whole = params.get('span');
  return (
    <section className="selection" aria-labelledby={title}>
      <p id={title} className="selection-title">
        <b>
          {count(chosen.rows.length)} of {counted(rows.length, 'point')} selected
        </b>
        {ends &&
          ` · ${ends[0] === ends[1] ? called(rows[ends[0]]) : `${called(rows[ends[0]], 'first')} to ${called(rows[ends[1]], 'last')}`}`}
      </p>
      <div className="selection-ends">
        {(['First', 'Last'] as const).map((name, k) => (
          <label key={name}>
            <span>{name} point</span>
            <input
              type="range"
              min={0}
              max={rows.length - 1}
              value={ends?.[k] ?? (k === 0 ? 0 : rows.length - 1)}
              aria-valuetext={ends ? called(rows[ends[k]]) : 'none'}
              onChange={event => {
                const place = Number(event.target.value);
                const [from, to] = ends ?? [place, place];
                // An end that passes the other takes it along.
                if (k === 0) move(place, Math.max(place, to));
                else move(Math.min(place, from), place);
              }}
            />
          </label>
        ))}
      </div>
      {singles.length > 0 && (
        <p className="selection-singles">
          Single points:{' '}
          {singles.map(row => (
            <button
              key={row.place}
              type="button"
              className="quiet-button"
              aria-label={`Select ${nameOf(row)} no more`}
              onClick={() => toggle(row)}
            >
              {row.x === row.at ? moment(row.at, timeZone) : nameOf(row)} ×
            </button>
          ))}
        </p>
      )}
      <p className="selection-acts">
        <Different answer={answer} rows={rows} chosen={chosen} />
        {asBaseline && whole !== null && ends !== null && (
          <button type="button" onClick={() => change({baseline: whole, stages: null, span: null, point: null})}>
            Use as baseline
          </button>
        )}
        <button type="button" className="quiet-button" onClick={() => change({span: null, point: null})}>
          Clear
        </button>
      </p>
      <p className="subtitle">
        Drag over the chart, click single points, or move the ends with the arrow keys; the table has a box for each.
      </p>
    </section>
  );
}

function Different({answer, rows, chosen}: Pick<Props, 'answer' | 'rows' | 'chosen'>) {
  const found = filterOfPoints(rows, chosen, answer);
  const href = useDifference()(found?.filter ?? null);
  if (chosen.rows.length === 0) return <span>Nothing is selected yet.</span>;
  if (chosen.rows.length === rows.length)
    return <span>All points are selected: there is nothing to compare with.</span>;
  if (href === null || found === null)
    return <span>These points name neither lots nor times by which their parts could be found.</span>;
  const {length} = chosen.rows;
  return (
    <a className="button" href={href}>
      {found.by === 'time'
        ? 'What is different about the parts of this time?'
        : length === 1
          ? 'What is different about this lot?'
          : `What is different about these ${count(length)} lots?`}
    </a>
  );
}
