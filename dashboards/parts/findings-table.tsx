/** The findings, ranked: the same as the fishbone says, as figures. */
import type {Finding, ScreenAnswer} from '../../api/schemas.ts';
import {figureOf, labelOf} from '../charts/ribs.ts';
import {count, counted, probability} from '../format.ts';
import {useQuestion, withParams} from '../question.ts';
import {crudeText} from './crude-adjusted.tsx';
import {Shortened} from './shortened.tsx';
import {Verdict} from './verdict.tsx';
import {Wide} from './wide.tsx';

const FIRST_SHOWN = 20;

export function FindingsTable({answer}: {answer: ScreenAnswer}) {
  const measure = answer.findings[0]?.effect.measure === 'meanDifference' ? 'difference' : 'risk ratio';
  return (
    <section className="findings">
      <h2>Findings</h2>
      <p className="subtitle">
        One a factor, at its most harmful level; the strongest first. Intervals are 95 %, those of claims wider, so that
        95 % of all that are told cover the true value; q bounds the share of false claims.
      </p>
      <Shortened items={answer.findings} first={FIRST_SHOWN}>
        {shown => (
          <Wide label="Findings">
            <table>
              <thead>
                <tr>
                  <th className="number">#</th>
                  <th>factor</th>
                  <th className="wide-only">verdict</th>
                  <th className="number">{measure}</th>
                  <th className="number crude">crude</th>
                  <th className="number">parts</th>
                  <th className="number">lots</th>
                  <th className="number">q</th>
                </tr>
              </thead>
              <tbody>
                {shown.map(finding => (
                  <FindingRow key={finding.id} finding={finding} />
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Shortened>
      {answer.notTested.length > 0 && <NotTested factors={answer.notTested} />}
    </section>
  );
}

function FindingRow({finding}: {finding: Finding}) {
  const {params} = useQuestion();
  const selected = params.get('finding') === finding.id;
  const quiet = finding.q > 0.05 || finding.verdict === 'no-evidence';
  return (
    <tr className={quiet ? 'faint' : undefined} aria-current={selected || undefined}>
      <td className="number">{finding.rank}</td>
      <td>
        <a href={`/investigate?${withParams(params, {finding: selected ? null : finding.id})}`}>{labelOf(finding)}</a>
        <div className="narrow-only">
          <Verdict verdict={finding.verdict} />
        </div>
      </td>
      <td className="wide-only">
        <Verdict verdict={finding.verdict} />
      </td>
      <td className="number">{figureOf(finding)}</td>
      <td
        className="number crude"
        title={finding.reversed ? 'the direction turns around once it is adjusted' : undefined}
      >
        {finding.reversed && '⇄ '}
        {crudeText(finding)}
      </td>
      <td className="number" title={`${counted(finding.defective, 'part')} defective`}>
        {count(finding.parts)}
      </td>
      <td className="number">{count(finding.lots)}</td>
      <td className="number">{probability(finding.q)}</td>
    </tr>
  );
}

function NotTested({factors}: {factors: ScreenAnswer['notTested']}) {
  return (
    <details className="not-tested">
      <summary>{counted(factors.length, 'factor')} not tested: a blank is information too</summary>
      <ul>
        {factors.map(({factor, reason}) => (
          <li key={factor}>
            <code>{factor}</code> {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
