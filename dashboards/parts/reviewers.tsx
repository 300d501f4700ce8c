/** Reviewers against each other: whoever judges inspectors is a measuring system too. */
import {count, percent} from '../format.ts';
import {useReviews} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {between} from './inspectors.tsx';
import {Wide} from './wide.tsx';

export function Reviewers() {
  const {scope} = useQuestion();
  const query = useReviews({asOf: scope.asOf, limit: 1});
  return (
    <section aria-labelledby="reviewers">
      <h2 id="reviewers">Do reviewers agree?</h2>
      <Answer query={query}>
        {({total, between: pairs}) =>
          pairs.length === 0 ? (
            <p className="subtitle">
              {total === 0
                ? 'No review names who reviewed: words that came with inspections do not.'
                : 'No inspection was reviewed by two.'}{' '}
              A second opinion can be asked for under Review.
            </p>
          ) : (
            <Wide label="Reviewers against each other">
              <table>
                <thead>
                  <tr>
                    <th>Reviewer</th>
                    <th>Other reviewer</th>
                    <th className="number">Both reviewed</th>
                    <th className="number">Agreement</th>
                    <th className="number">Kappa</th>
                  </tr>
                </thead>
                <tbody>
                  {pairs.map(({first, second, decisions, agreement, kappa}) => (
                    <tr key={`${first} ${second}`}>
                      <td>{first}</td>
                      <td>{second}</td>
                      <td className="number">{count(decisions)}</td>
                      <td className="number">
                        {percent(agreement.value)} <small>{between(agreement)}</small>
                      </td>
                      <td className="number">
                        {kappa === null ? <small>not defined</small> : kappa.value.toFixed(2)}
                        {kappa !== null && (
                          <small>
                            {' '}
                            {kappa.low.toFixed(2)} to {kappa.high.toFixed(2)}
                          </small>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          )
        }
      </Answer>
    </section>
  );
}
