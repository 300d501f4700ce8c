/** What can be taken along from a figure: its data, its picture, a link to it, and what is behind it. */
import {lazy, type RefObject, Suspense, useEffect, useRef, useState} from 'react';
import {usePlant} from '../api.ts';
import type {Asked} from '../behind.ts';

const Behind = lazy(async () => ({default: (await import('./behind.tsx')).Behind}));

/** What makes files comes when somebody wants one. */
const making = () => import('../take-along.ts');

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
  const {name, rows, asOf, asked} = taken;
  const file = `${name.replaceAll(/[^\w.-]+/g, '-')}-${asOf}`;
  const picture = ({svgOf}: Awaited<ReturnType<typeof making>>) => {
    const drawing = figure.current?.querySelector<SVGSVGElement>('svg.plot-drawing, svg.fishbone, svg.genealogy');
    if (!drawing) return null;
    // A figure without words of its own is what the page's headline speaks of.
    const wordsOf = (of: string, otherwise: string) =>
      (figure.current?.querySelector(of) ?? document.querySelector(otherwise))?.textContent ?? '';
    const source = `${plant}, batch ${asOf} · ${location.host}`;
    const title = wordsOf('figcaption h2', '.headline .finding-sentence');
    return svgOf(drawing, {title, subtitle: wordsOf('figcaption p', '.headline .subtitle'), source});
  };
  const done = (words: string | null) => {
    setSaid(words);
    if (menu.current) menu.current.open = false;
  };
  const saveCsv = async () => {
    const {csvOf, download} = await making();
    download(`${file}.csv`, new Blob([csvOf(rows)], {type: 'text/csv'}));
    done(null);
  };
  const saveSvg = async () => {
    const made = await making();
    const drawn = picture(made);
    if (drawn) made.download(`${file}.svg`, new Blob([drawn.text], {type: 'image/svg+xml'}));
    done(drawn ? null : 'View as chart first');
  };
  const savePng = async () => {
    const made = await making();
    const drawn = picture(made);
    const png = drawn && (await made.pngOf(drawn).catch(() => null));
    if (png) made.download(`${file}.png`, png);
    done(png ? null : drawn ? 'This browser cannot: take the SVG' : 'View as chart first');
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
          menu.current.open = false;
          menu.current.querySelector('summary')?.focus();
        }}
      >
        <summary className="quiet-button">Take along</summary>
        <div className="menu-items">
          <button type="button" onClick={() => void saveCsv()}>
            Data as CSV
          </button>
          <button type="button" onClick={() => void saveSvg()}>
            Picture as SVG
          </button>
          <button type="button" onClick={() => void savePng()}>
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
