/** Holds: what is stopped, what waits for a decision, and what the MES has heard of it. */
import '../style/pages.css';
import '../style/holds.css';
import type {Hold} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, moment} from '../format.ts';
import {NEWEST_HOLDS, useHolds} from '../hold-questions.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {Decision, DeliverySummary} from '../parts/delivery.tsx';
import {Heading} from '../parts/heading.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

export function Holds() {
  const {href} = useQuestion();
  return (
    <>
      <Heading name="Holds">Holds</Heading>
      <p className="subtitle">
        What responds by itself, and what came of it: <a href={href('/responses')}>response rules</a>
      </p>
      <Answer query={useHolds()}>
        {({holds, next}) =>
          holds.length === 0 ? (
            <Empty
              title="Nothing is on hold"
              command="npx fishbone hold propose CONTAINED --reason CODE --text T --by NAME"
            >
              <p>A hold starts from a finding: Investigate, open a cause, ask for its suspect lots, propose.</p>
            </Empty>
          ) : (
            <>
              <HoldsTable holds={holds} />
              {next && (
                <p className="subtitle">
                  The newest {NEWEST_HOLDS}; <code>npx fishbone hold list</code> has all.
                </p>
              )}
            </>
          )
        }
      </Answer>
    </>
  );
}

function HoldsTable({holds}: {holds: Hold[]}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  return (
    <Wide label="Holds">
      <table>
        <thead>
          <tr>
            <th>hold</th>
            <th>decision</th>
            <th>reason</th>
            <th className="number">lots</th>
            <th className="number">parts</th>
            <th>delivery</th>
            <th>proposed</th>
            <th>by</th>
          </tr>
        </thead>
        <tbody>
          {holds.map(hold => (
            <tr key={hold.id}>
              <td>
                <a href={href(`/holds/${encodeURIComponent(hold.id)}`)}>
                  <code>{hold.id}</code>
                </a>
              </td>
              <td>
                <Decision decision={hold.decision} />
                {hold.review && <div title={hold.review.reasons.join('; ')}>△ to be reviewed</div>}
              </td>
              <td title={hold.text}>{hold.reason}</td>
              <td className="number">{count(hold.covers)}</td>
              <td className="number">{count(hold.parts)}</td>
              <td>
                <DeliverySummary hold={hold} />
              </td>
              <td>{moment(hold.proposedAt, timeZone)}</td>
              <td>{hold.proposedBy}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
