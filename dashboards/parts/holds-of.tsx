/** The holds of an item's lot, above everything else: whoever looks at it has to know. */
import type {TracedAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {moment} from '../format.ts';
import {useQuestion} from '../question.ts';

const STATES = {
  proposed: {shape: '◇', words: 'a hold is proposed'},
  held: {shape: '■', words: 'held'},
  refused: {shape: '·', words: 'a hold was refused'},
  released: {shape: '○', words: 'was held, and released'},
  scrapped: {shape: '×', words: 'scrapped'},
};

export function HoldsOf({holds}: {holds: TracedAnswer['holds']}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  if (holds.length === 0) return null;
  return (
    <section className="holds-of" aria-label="Holds">
      <ul>
        {holds.map(({id, lot, state, reason, text, proposedBy, proposedAt, lots}) => (
          <li key={id} className={state}>
            <b>
              {STATES[state].shape} lot {lot}: {STATES[state].words}
            </b>{' '}
            <a href={href(`/holds/${encodeURIComponent(id)}`)}>{id}</a> {reason}: {text}
            <small>
              {' '}
              proposed by {proposedBy}, {moment(proposedAt, timeZone)}
              {lots.map(({receiver, action, delivery}) => `; ${action} at ${receiver}: ${delivery}`).join('')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
