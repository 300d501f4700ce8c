/** What can be taken along from a figure: its data, its picture, a link to it, and what is behind it. */
import {lazy, type RefObject, Suspense, useEffect, useRef, useState} from 'react';
import {usePlant} from '../api.ts';
import type {Asked} from '../behind.ts';

const Behind = lazy(async () => ({default: (await import('./behind.tsx')).Behind}));

export interface Taken {
  /** Of the files. */
  name: string;
  rows: readonly object[];
  /** The position that the answer was given at. */
  asOf: number;
  /** What was asked; null where no single question gives it. */
  asked: Asked | null;
}

export function TakeAlong({taken, figure}: {taken: Taken; figure: RefObject<HTMLElement | null>}) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const plant = usePlant().data?.plant ?? '';
  useEffect(() => {
    const leave = (event: Event) => {
      if (menu.current?.open && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    addEventListener('pointerdown', leave);
    addEventListener('focusin', leave);
    return () => {
      removeEventListener('pointerdown', leave);
      removeEventListener('focusin', leave);
    };
  }, []);
  const {asOf, asked} = taken;
  const done = (words: string | null) => {
    setSaid(words);
    if (menu.current) menu.current.open = false;
  };
  const save = async (as: 'csv' | 'svg' | 'png') => {
    // What makes files comes when somebody wants one.
    const {take} = await import('../take-along.ts');
    done(await take(as, taken, {figure: figure.current, plant}));
  };
  const copyLink = () => {
    const url = new URL(location.href);
    url.searchParams.set('asOf', String(asOf));
    const written = navigator.clipboard?.writeText(url.href) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => done('Link copied'),
      () => done('No clipboard here: take the address bar'),
    );
  };
  return (
    <>
      <details
        ref={menu}
        className="menu"
        onKeyDown={event => {
          if (event.key !== 'Escape' || !menu.current?.open) return;
          event.stopPropagation();
          menu.current.open = false;
          menu.current.querySelector('summary')?.focus();
        }}
      >
        <summary className="quiet-button">Take along</summary>
        <div className="menu-items">
          <button type="button" onClick={() => void save('csv')}>
            Data as CSV
          </button>
          <button type="button" onClick={() => void save('svg')}>
            Picture as SVG
          </button>
          <button type="button" onClick={() => void save('png')}>
            Picture as PNG
          </button>
          <button type="button" onClick={copyLink}>
            Copy link
          </button>
          {asked && (
            <button
              type="button"
              onClick={() => {
                setOpen(true);
                done(null);
              }}
            >
              Show SQL and code
            </button>
          )}
        </div>
      </details>
      <span className="menu-said" role="status">
        {said}
      </span>
      {open && asked && (
        <Suspense fallback={null}>
          <Behind asked={asked} asOf={asOf} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
