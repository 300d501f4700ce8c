import {type ReactNode, useState} from 'react';
import {count} from '../format.ts';

interface ShortenedProps<T> {
  items: readonly T[];
  /** So many are shown at first; one more is not hidden behind a button that takes as much room. */
  first: number;
  children: (shown: readonly T[]) => ReactNode;
}

/** The first of many, and a button that shows them all. */
export function Shortened<T>({items, first, children}: ShortenedProps<T>) {
  const [all, setAll] = useState(false);
  const isLong = items.length > first + 1;
  return (
    <>
      {children(isLong && !all ? items.slice(0, first) : items)}
      {isLong && !all && (
        <p className="only-print">
          The first {count(first)} of {count(items.length)}.
        </p>
      )}
      {isLong && (
        <button type="button" className="quiet-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show the first ${first}` : `Show all ${count(items.length)}`}
        </button>
      )}
    </>
  );
}
