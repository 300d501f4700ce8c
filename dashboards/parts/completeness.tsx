import type {Completeness} from '../../api/schemas.ts';
import {count, words} from '../format.ts';

const SHOWN = 12;

/** What the genealogy should hold and what it does: a gap is stated, never hidden. */
export function CompletenessNote({completeness}: {completeness: Completeness}) {
  const {expected, found, missing} = completeness;
  if (expected === 0 && missing.length === 0) return <p className="subtitle">No links were expected here.</p>;
  return (
    <>
      <p className={missing.length > 0 ? 'complete gaps' : 'complete'}>
        <span aria-hidden="true">{missing.length > 0 ? '◌' : '●'}</span> {count(found)} of {count(expected)} expected
        links are known{missing.length === 0 ? ': nothing is missing.' : '.'}
      </p>
      {missing.length > 0 && (
        <ul className="missing">
          {missing.slice(0, SHOWN).map(({kind, id, what}) => (
            <li key={`${kind} ${id} ${what}`}>
              {words(kind)} <code>{id}</code>: {what}
            </li>
          ))}
          {missing.length > SHOWN && <li>and {count(missing.length - SHOWN)} more</li>}
        </ul>
      )}
    </>
  );
}
