/** The Pareto of two periods or groups: what changed, by how much, and what cannot be told yet. */
import {useCallback} from 'react';
import type {Change, ParetoAnswer, ParetoComparison, ParetoQuestion} from '../../api/schemas.ts';
import {comparedHeadline, paretoCompared, ratioText, verdictText} from '../charts/pareto-compared.ts';
import {count, percent, probability, unbroken} from '../format.ts';
import {inDays} from '../plant-day.ts';
import type {DrillStep} from '../question.ts';
import {useBarHref} from './bar-href.ts';
import {ChartFigure} from './chart-figure.tsx';
import {Wide} from './wide.tsx';

/** What stands behind the verdict, which is the headline. */
const figuresOf = (sentence: string) => sentence.slice(sentence.indexOf(': ') + 2);

interface Props {
  answer: ParetoAnswer;
  comparison: ParetoComparison;
  question: ParetoQuestion;
  drill: readonly DrillStep[];
  tools: React.ReactNode;
}

export function ComparedFigure({answer, comparison, question, drill, tools}: Props) {
  const hrefOf = useBarHref(answer, drill);
  const draw = useCallback((width: number) => paretoCompared(comparison, {width, hrefOf}), [comparison, hrefOf]);
  return (
    <>
      <ChartFigure
        title={comparedHeadline(comparison)}
        subtitle={
          <>
            {unbroken(figuresOf(comparison.sentence))} Below: defective parts per million by {answer.by}, with 95&nbsp;%
            intervals, {comparison.unit}s as the unit. <span className="side now">● {inDays(comparison.now)}</span>
            <span className="side against">□ {inDays(comparison.against)}</span>
          </>
        }
        draw={draw}
        tools={tools}
        taken={{
          name: `compared-${answer.by}`,
          rows: [...comparison.bars, comparison.overall],
          asOf: answer.asOf,
          asked: {of: 'pareto', question},
        }}
        table={<ComparedTable by={answer.by} comparison={comparison} hrefOf={hrefOf} />}
      />
      <details className="assumed">
        <summary>What this rests on</summary>
        <ul>
          {comparison.mix.length > 1 && (
            <li>
              Rates are brought to one mix of products, that of both sides together:{' '}
              {comparison.mix.map(({product, share}) => `${product} ${percent(share)}`).join(', ')}
            </li>
          )}
          {answer.notes.map(note => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

function ComparedTable({
  by,
  comparison: {bars, overall, unit},
  hrefOf,
}: {
  by: string;
  comparison: ParetoComparison;
  hrefOf: (key: string) => string | null;
}) {
  const rate = ({standardised, ppm}: Change['now']) => count(standardised ?? ppm);
  return (
    <Wide label="Comparison as a table">
      <table>
        <thead>
          <tr>
            <th>{by}</th>
            <th className="number">ppm</th>
            <th className="number">of parts</th>
            <th className="number">ppm, against</th>
            <th className="number">of parts</th>
            <th className="number">ratio</th>
            <th className="number">q</th>
            <th>verdict</th>
          </tr>
        </thead>
        <tbody>
          {[...bars, overall].map(change => (
            <tr key={change === overall ? 'all of it' : `bar ${change.key}`}>
              <td>
                {change === overall ? <b>all of it</b> : <a href={hrefOf(change.key) ?? undefined}>{change.key}</a>}
              </td>
              <td className="number">{rate(change.now)}</td>
              <td className="number">{count(change.now.parts)}</td>
              <td className="number">{rate(change.against)}</td>
              <td className="number">{count(change.against.parts)}</td>
              <td className="number">{ratioText(change)}</td>
              <td className="number">{change === overall || change.q === null ? '' : probability(change.q)}</td>
              <td>{verdictText(change, unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
