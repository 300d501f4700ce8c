/** The lots of a hold, what was decided of each, and where those came from that were not there when it was proposed. */
import type {Hold} from '../../api/schemas.ts';
import {count, counted} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Shortened} from './shortened.tsx';

const SIGNS: Record<Hold['coverage'][number]['state'], string> = {
  proposed: '◇',
  held: '■',
  refused: '○',
  released: '□',
  scrapped: '✕',
};

export function HoldCoverage({hold: {coverage, children, decision}}: {hold: Hold}) {
  const {href} = useQuestion();
  const states = [...new Set(coverage.map(({state}) => state))];
  const inherited = coverage.filter(lot => lot.inherited !== null);
  return (
    <section aria-label="What it covers">
      <h2>What it covers</h2>
      <p>
        {states.map(state => {
          const n = coverage.filter(lot => lot.state === state).length;
          return (
            <span key={state}>
              <span aria-hidden="true">{SIGNS[state]}</span> {counted(n, 'lot')} {state}{' '}
            </span>
          );
        })}
      </p>
      <p className="subtitle">
        {children
          ? 'Also what these lots go into later: it is held as soon as the genealogy says so.'
          : 'These lots only: what they go into later is told, not held.'}
      </p>
      {inherited.length > 0 && (
        <Shortened items={inherited} first={20}>
          {some => (
            <ul>
              {some.map(({lot, inherited: from, state}) => (
                <li key={lot}>
                  <a href={href('/trace', {id: lot, kind: 'lot'})}>
                    <code>{lot}</code>
                  </a>{' '}
                  came from {from!.through}, seen at position {count(from!.asOf)}: {state}
                </li>
              ))}
            </ul>
          )}
        </Shortened>
      )}
      {states.length > 1 && decision === 'approved' && (
        <Shortened items={coverage.filter(({state}) => state === 'held')} first={20}>
          {some => (
            <p>
              Still held: <code>{some.map(({lot}) => lot).join(', ')}</code>
            </p>
          )}
        </Shortened>
      )}
    </section>
  );
}
