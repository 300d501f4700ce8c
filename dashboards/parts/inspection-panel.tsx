/** One inspection: its image, what was found, what reviewers said, and what oneself says of it. */
import {useEffect, useRef} from 'react';
import type {InspectionAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {moment, percent} from '../format.ts';
import {useInspection} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {Word} from './gallery.tsx';
import {InspectionImage} from './inspection-image.tsx';
import {ReviewForm} from './review-form.tsx';
import {Wide} from './wide.tsx';

export function InspectionPanel({id}: {id: string}) {
  const {scope, change} = useQuestion();
  const query = useInspection(id, scope.asOf);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever opens one wants to read it next.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="panel inspection-panel" aria-label={`Inspection ${id}`}>
      <header className="with-action">
        <h2 ref={heading} tabIndex={-1}>
          Inspection
        </h2>
        <button
          type="button"
          className="quiet-button"
          onClick={() => {
            // Back to where one came from.
            document.querySelector<HTMLElement>('a.card[aria-current]')?.focus();
            change({inspection: null});
          }}
        >
          Close
        </button>
      </header>
      <Answer query={query}>
        {answer => (
          <>
            <InspectionImage card={answer} frames={answer.frames} whole />
            <Facts {...answer} />
            <Reviews {...answer} />
            {answer.result !== 'error' && <ReviewForm key={id} card={answer} />}
          </>
        )}
      </Answer>
    </section>
  );
}

export function Facts(card: Omit<InspectionAnswer, 'reviews' | 'frames' | 'asOf'>) {
  const {href} = useQuestion();
  const zone = usePlant().data?.timeZone;
  return (
    <dl className="numbers">
      <div>
        <dt>Result</dt>
        <dd>
          {card.result}
          {card.confidence !== null && <small> sure by {percent(card.confidence)}</small>} <Word {...card} />
        </dd>
      </div>
      {card.defects.map(({defect, confidence}, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a code may come twice
        <div key={`${defect} ${k}`}>
          <dt>Defect</dt>
          <dd>
            {defect}
            {confidence !== null && <small> {percent(confidence)}</small>}
          </dd>
        </div>
      ))}
      <div>
        <dt>Part</dt>
        <dd>
          <a href={`${href('/trace')}${href('/trace').includes('?') ? '&' : '?'}id=${encodeURIComponent(card.part)}`}>
            {card.part}
          </a>
          {card.lot !== null && <small> of lot {card.lot}</small>}
        </dd>
      </div>
      <div>
        <dt>Inspector</dt>
        <dd>{card.inspector ?? 'not named'}</dd>
      </div>
      <div>
        <dt>Where and when</dt>
        <dd>
          {card.station ?? 'no station'}, {moment(card.inspectedAt, zone)}
        </dd>
      </div>
    </dl>
  );
}

function Reviews({reviews}: InspectionAnswer) {
  const zone = usePlant().data?.timeZone;
  const said = reviews.filter(({verdict}) => verdict !== 'withdrawn');
  if (said.length === 0) return <p className="subtitle">Nobody reviewed it yet.</p>;
  return (
    <Wide label="Reviews">
      <table>
        <thead>
          <tr>
            <th>Reviewer</th>
            <th>Said</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {said.map(({reviewer, verdict, defect, reason, reviewedAt}) => (
            <tr key={reviewer}>
              <td>{reviewer}</td>
              <td>
                {verdict}s{defect !== null && `: ${defect}`}
                {reason !== null && <small> {reason}</small>}
              </td>
              <td>{moment(reviewedAt, zone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
