/** What breaks the rules, by the numbers that stand on the chart. */
import type {ChartAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {writer} from '../charts/chart-kinds.ts';
import {chartRows, nameOf, ruleWords, type Stretch, shownValue, stretches} from '../charts/violations.ts';
import {counted, moment} from '../format.ts';
import {useQuestion} from '../question.ts';
import {lotsFilter, useDifference} from './difference.ts';
import {Shortened} from './shortened.tsx';

export function ViolationsList({answer}: {answer: ChartAnswer}) {
  const rows = chartRows(answer);
  const found = stretches(rows).reverse();
  const difference = useDifference();
  const lots = answer.subgroup === 'lot' ? found.flatMap(stretch => stretch.rows.map(row => row.x)) : [];
  const all = difference(lotsFilter(lots));
  const unlisted = answer.of.violations - found.reduce((sum, stretch) => sum + stretch.rows.length, 0);
  return (
    <section aria-label="What breaks the rules">
      <h2>What breaks the rules</h2>
      <p className="subtitle">
        Numbers are those on the chart, the newest first; neighbouring points on one side are one.
        {unlisted > 0 && ` ${counted(unlisted, 'point')} older than those drawn break rules too.`}
      </p>
      {found.length === 0 ? (
        <p>{unlisted > 0 ? 'None of the points drawn.' : 'Nothing.'}</p>
      ) : (
        <>
          {lots.length > 1 && all !== null && (
            <p>
              <a href={all}>What is different about these {counted(lots.length, 'lot')}?</a>
            </p>
          )}
          <Shortened items={found} first={12}>
            {some => (
              <ol className="violations">
                {some.map(stretch => (
                  <Violation key={stretch.number} stretch={stretch} answer={answer} />
                ))}
              </ol>
            )}
          </Shortened>
        </>
      )}
    </section>
  );
}

function Violation({stretch, answer}: {stretch: Stretch; answer: ChartAnswer}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const write = writer(answer);
  const {number, rows, worst} = stretch;
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const difference = useDifference();
  const different = answer.subgroup === 'lot' ? difference(lotsFilter(rows.map(row => row.x))) : null;
  const name = (row: Stretch['worst']) =>
    answer.subgroup === 'lot' && row.n > 0 && row.x !== row.at ? (
      <a href={href('/trace', {id: row.x, kind: 'lot'})}>
        <code>{row.x}</code>
      </a>
    ) : row.x === row.at ? (
      moment(row.at, timeZone)
    ) : (
      nameOf(row)
    );
  return (
    <li value={number}>
      <span className="violation-number">{number}</span>
      <span>
        {rows.length > 1 && first.parts && last.parts ? (
          nameOf({...first, parts: {first: first.parts.first, last: last.parts.last}})
        ) : (
          <>
            {name(first)}
            {rows.length > 1 && <> to {name(last)}</>}
          </>
        )}
        {rows.length > 1 && `, ${counted(rows.length, 'point')}`}: <b>{write(shownValue(worst))}</b>
        {stretch.rules[0] === '1' ? ' ' : ', '}
        {ruleWords(stretch, answer.rules.texts)}
        {rows.length > 1 && worst.x !== worst.at && <small> (furthest: {nameOf(worst)})</small>}
        {worst.at !== null && rows[0].x !== rows[0].at && <small> {moment(rows[0].at, timeZone)}</small>}{' '}
        {different !== null && (
          <a href={different} aria-label={`What is different about ${rows.map(nameOf).join(', ')}?`}>
            What is different?
          </a>
        )}
      </span>
    </li>
  );
}
