/** What is behind a figure: the SQL that ran, and the same answer from a command line, Python, R and JavaScript. */
import {useEffect, useRef, useState} from 'react';
import {useStatements} from '../api.ts';
import {type Asked, scriptOf, sqlCommand, waysTo} from '../behind.ts';
import {Answer} from './answer.tsx';

interface Props {
  asked: Asked;
  asOf: number;
  close: () => void;
}

export function Behind({asked, asOf, close}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [way, setWay] = useState('SQL');
  useEffect(() => dialog.current?.showModal(), []);
  const ways = waysTo(asked, asOf, location.origin);
  const pinned = (asked.of === 'finding' ? asked : {of: asked.of, question: {...asked.question, asOf}}) as Asked;
  const query = useStatements(pinned);
  const counts = query.data?.counts;
  if (counts?.sql) ways['Command line'] = sqlCommand(counts.sql, asOf);
  return (
    <dialog ref={dialog} className="behind" onClose={close} aria-labelledby="behind-title">
      <h2 id="behind-title">What is behind it</h2>
      <p className="subtitle">As of batch {asOf}; the same comes out again whenever it is asked.</p>
      <fieldset className="ways">
        <legend className="sr-only">Written in</legend>
        {['SQL', ...Object.keys(ways)].map(name => (
          <label key={name}>
            <input type="radio" name="way" checked={way === name} onChange={() => setWay(name)} />
            {name}
          </label>
        ))}
      </fieldset>
      {way === 'SQL' ? (
        <Answer query={query}>
          {({statements, counts}) => (
            <>
              {counts && <Counts {...counts} asOf={asOf} />}
              {counts && <h3>As it ran</h3>}
              <Code
                text={scriptOf(statements)}
                note="All statements in the order in which they run, over the warehouse's own tables (fact and now, in a copy of W/warehouse.duckdb). For queries of your own over the canonical tables: npx fishbone sql."
              />
            </>
          )}
        </Answer>
      ) : (
        <Code text={ways[way]} note={null} />
      )}
      <footer>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </footer>
    </dialog>
  );
}

/** Of a finding: the query whose rows are its counts. */
function Counts({sql, reason, asOf}: {sql: string | null; reason: string | null; asOf: number}) {
  return (
    <section aria-label="Its counts">
      <h3>Its counts</h3>
      {sql === null ? (
        <p>No single query gives them: {reason}.</p>
      ) : (
        <Code
          text={sql}
          note={`Parts and defective parts by level, over the canonical tables. Run it with npx fishbone sql --as-of ${asOf} (the command line, above) or POST /v1/query.`}
        />
      )}
    </section>
  );
}

function Code({text, note}: {text: string; note: string | null}) {
  const [copied, setCopied] = useState<string | null>(null);
  const copy = () =>
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))).then(
      () => setCopied('Copied'),
      () => setCopied('No clipboard here: select the text'),
    );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="command" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p className="subtitle">
        <button type="button" className="quiet-button" onClick={() => void copy()}>
          Copy
        </button>{' '}
        <span role="status">{copied}</span> {note}
      </p>
    </>
  );
}
