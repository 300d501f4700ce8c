/** A chart with the finding as its headline, what is plotted as its subtitle, and its table one key away. */
import {type ReactNode, useEffect, useRef, useState} from 'react';
import {TakeAlong, type Taken} from './take-along.tsx';

interface Props {
  title: ReactNode;
  subtitle: ReactNode;
  /** Draws for a width in px. */
  draw: (widthPx: number) => Element;
  table: ReactNode;
  taken: Taken;
  tools?: ReactNode;
  /** What stands left of the drawing, row by row. */
  beside?: ReactNode;
}

export function ChartFigure({title, subtitle, draw, table, taken, tools, beside}: Props) {
  const [asTable, setAsTable] = useState(false);
  const figure = useRef<HTMLElement>(null);
  return (
    <figure className="chart" ref={figure}>
      <figcaption>
        <h2>{title}</h2>
        <p>{subtitle}</p>
      </figcaption>
      <div className="chart-tools">
        {tools}
        <div className="chart-acts">
          <button type="button" className="quiet-button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'View as chart' : 'View as table'}
          </button>
          <TakeAlong taken={taken} figure={figure} />
        </div>
      </div>
      {asTable ? (
        table
      ) : beside ? (
        <div className="with-boxes">
          {beside}
          <Drawing draw={draw} />
        </div>
      ) : (
        <Drawing draw={draw} />
      )}
    </figure>
  );
}

export function Drawing({draw}: {draw: (widthPx: number) => Element}) {
  const [ref, width] = useWidth<HTMLDivElement>();
  useEffect(() => {
    const room = ref.current;
    if (width === 0 || room === null) return;
    // Who stood on a bar stands on the same one when it is drawn anew: live answers come while people read.
    const at = hrefOf(room.contains(document.activeElement) ? document.activeElement : null);
    room.replaceChildren(draw(width));
    if (at !== null) [...room.querySelectorAll('a')].find(link => hrefOf(link) === at)?.focus({preventScroll: true});
  }, [draw, ref, width]);
  return <div className="plot" ref={ref} />;
}

const hrefOf = (link: Element | null) => link && (link.getAttribute('href') ?? link.getAttribute('xlink:href'));

/** The width of an element in whole px, kept up to date; 0 before the first layout. */
export function useWidth<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
