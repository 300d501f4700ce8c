/** A figure of a study: its chart or, as the address says, its table; `t` turns all of a page. */
import {type ReactNode, useCallback, useEffect, useRef} from 'react';
import {useQuestion} from '../question.ts';
import {Drawing} from './chart-figure.tsx';
import {TakeAlong, type Taken} from './take-along.tsx';
import {Wide} from './wide.tsx';

/** While a page is laid out anew, its parts may be narrower than any margin for a moment. */
const LEAST_PX = 240;

interface Props {
  /** In the address. */
  name: string;
  title: ReactNode;
  subtitle: ReactNode;
  draw: (widthPx: number) => Element;
  table: ReactNode;
  taken: Taken;
  className?: string;
}

export function StudyFigure({name, title, subtitle, draw, table, taken, className = ''}: Props) {
  const {params, change} = useQuestion();
  const figure = useRef<HTMLElement>(null);
  const drawWide = useCallback((width: number) => draw(Math.max(LEAST_PX, width)), [draw]);
  const tables = params.getAll('table');
  const asTable = tables.includes(name);
  return (
    <figure className={`chart ${className}`} ref={figure} data-name={name}>
      <figcaption>
        <h2>{title}</h2>
        <p>{subtitle}</p>
      </figcaption>
      <div className="chart-tools">
        <div className="chart-acts">
          <button
            type="button"
            className="quiet-button"
            aria-pressed={asTable}
            onClick={() =>
              change({table: asTable ? tables.filter(other => other !== name) : [...tables, name]}, {replace: true})
            }
          >
            {asTable ? 'View as chart' : 'View as table'}
          </button>
          <TakeAlong taken={taken} figure={figure} />
        </div>
      </div>
      {asTable ? table : <Drawing draw={drawWide} />}
    </figure>
  );
}

/** All figures as tables, or, where they are, all as charts. */
export function useTableKey(): void {
  const {params, change} = useQuestion();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest('input, select, textarea, dialog');
      if (event.key !== 't' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const names = [...document.querySelectorAll<HTMLElement>('figure[data-name]')].map(f => f.dataset.name!);
      const tables = params.getAll('table');
      change({table: names.every(name => tables.includes(name)) ? null : names}, {replace: true});
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [params, change]);
}

export type Row = readonly ReactNode[];

/** The first columns are names, the others figures. */
export function StudyTable({
  label,
  names,
  rows,
  texts = 1,
}: {
  label: string;
  names: readonly string[];
  rows: readonly Row[];
  texts?: number;
}) {
  return (
    <Wide label={label}>
      <table className="study-table">
        <thead>
          <tr>
            {names.map((name, c) => (
              <th key={name} className={c < texts ? undefined : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and never move
            <tr key={k}>
              {row.map((cell, c) => (
                <td key={names[c]} className={c < texts ? undefined : 'number'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

export function StudyNotes({notes}: {notes: readonly string[]}) {
  return (
    <section className="notes" aria-label="Notes">
      <h3>What to know before trusting it</h3>
      <ul>
        {notes.map(note => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}

/** The finding of a study, with a shape that says how it comes out. */
export function StudyVerdict({
  shape,
  sentences,
  children,
}: {
  shape: {glyph: string; as: 'yes' | 'no' | 'open'};
  sentences: readonly string[];
  children: ReactNode;
}) {
  return (
    <header className="headline">
      <p className="finding-sentence">
        <span className={`capable ${shape.as}`} aria-hidden="true">
          {shape.glyph}
        </span>{' '}
        {sentences[0]}
      </p>
      {sentences.slice(1).map(sentence => (
        <p key={sentence} className="also">
          {sentence}
        </p>
      ))}
      <p className="subtitle">{children}</p>
    </header>
  );
}
