import type {Completeness} from '../../api/schemas.ts';
import {count, counted, words} from '../format.ts';

const SHOWN = 10;
const IDS_SHOWN = 3;

/** What the genealogy should hold and what it does: a gap is stated, never hidden. */
export function CompletenessNote({completeness}: {completeness: Completeness}) {
  const {expected, found, missing} = completeness;
  const gaps = gapsOf(missing);
  if (expected === 0 && missing.length === 0) return <p className="subtitle">No links were expected here.</p>;
  return (
    <>
      <p className={missing.length > 0 ? 'complete gaps' : 'complete'}>
        <span aria-hidden="true">{missing.length > 0 ? '◌' : '●'}</span> {count(found)} of {count(expected)} expected
        links are known{missing.length === 0 ? ': nothing is missing.' : '.'}
      </p>
      {missing.length > 0 && (
        <ul className="missing">
          {gaps.slice(0, SHOWN).map(({what, kind, ids}) => (
            <li key={`${kind} ${what}`}>
              {what}: {ids.length > IDS_SHOWN ? counted(ids.length, words(kind)) : words(kind)}{' '}
              <code>{ids.slice(0, IDS_SHOWN).join(', ')}</code>
              {ids.length > IDS_SHOWN && ' …'}
            </li>
          ))}
          {gaps.length > SHOWN && <li>and {counted(gaps.length - SHOWN, 'other gap')}</li>}
        </ul>
      )}
    </>
  );
}

/** The same gap of many items is said once, the most frequent first. */
function gapsOf(missing: Completeness['missing']): {what: string; kind: string; ids: string[]}[] {
  const gaps = new Map<string, {what: string; kind: string; ids: string[]}>();
  for (const {kind, id, what} of missing) {
    const gap = gaps.get(`${kind} ${what}`) ?? {what, kind, ids: []};
    gap.ids.push(id);
    gaps.set(`${kind} ${what}`, gap);
  }
  return [...gaps.values()].sort((a, b) => b.ids.length - a.ids.length);
}
