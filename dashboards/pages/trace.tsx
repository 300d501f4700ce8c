/** Trace: the story of a part, a lot or a work order, told downwards by time, with what went in and what came out of it. */
import '../style/pages.css';
import '../style/holds.css';
import '../style/trace.css';
import {type SubmitEvent, useEffect} from 'react';
import type {ItemKind, Plant, TracedAnswer, TraceEvent} from '../../api/schemas.ts';
import {usePlant, useTrace} from '../api.ts';
import {detailsBeyond, storyOf} from '../charts/story.ts';
import {count, counted, moment, words} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {CompletenessNote} from '../parts/completeness.tsx';
import {lotsFilter, useDifference} from '../parts/difference.ts';
import {formText} from '../parts/form-text.ts';
import {GenealogyFigure, itemsOr} from '../parts/genealogy-figure.tsx';
import {Heading} from '../parts/heading.tsx';
import {HoldsOf} from '../parts/holds-of.tsx';
import {Looks} from '../parts/looked-at.tsx';
import {MeasuredValues} from '../parts/measured-values.tsx';
import {Shortened} from '../parts/shortened.tsx';
import {eventKey, StoryTable} from '../parts/story-table.tsx';
import {useQuestion} from '../question.ts';

const KINDS = {any: 'any kind', part: 'part', lot: 'lot', work_order: 'work order'};

export function Trace() {
  const {params, scope} = useQuestion();
  const id = params.get('id');
  const kind = params.get('kind') as ItemKind | null;
  const query = useTrace(id, kind, scope.asOf);
  return (
    <>
      <Heading name={id === null ? 'Trace' : `Trace of ${id}`} />
      <search>
        <TraceForm key={`${id} ${kind}`} id={id ?? ''} kind={kind ?? 'any'} />
      </search>
      {id === null ? (
        <Empty title="Any serial, lot or work order" command="npx fishbone trace ID">
          <p>Paste or scan its number above. The whole story of it comes on one page.</p>
        </Empty>
      ) : (
        <Answer query={query}>{answer => <Story answer={answer} />}</Answer>
      )}
    </>
  );
}

function TraceForm({id, kind}: {id: string; kind: string}) {
  const {change} = useQuestion();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const chosen = formText(form, 'kind');
    change({id: formText(form, 'id'), kind: chosen === 'any' ? null : chosen, view: null});
  };
  return (
    <form className="row-form trace-form" onSubmit={submit}>
      <label className="grow">
        <span>Serial, lot, order</span>
        <input name="id" type="text" required defaultValue={id} spellCheck={false} autoComplete="off" />
      </label>
      <label>
        <span>Kind</span>
        <select name="kind" defaultValue={kind}>
          {Object.entries(KINDS).map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Trace</button>
    </form>
  );
}

function Story({answer}: {answer: TracedAnswer}) {
  const {params, change} = useQuestion();
  const asTable = params.get('view') === 'table';
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest('input, select, textarea');
      if (event.key === 't' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        change({view: asTable ? null : 'table'}, {replace: true});
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [asTable, change]);
  const {backward, forward, truncated, history} = answer;
  const hasSide = answer.inspections.length > 0 || answer.measured.length > 0;
  const difference = useDifference()(answer.kind === 'lot' ? lotsFilter([answer.id]) : null);
  return (
    <>
      <header className="headline with-action">
        <div>
          <p className="finding-sentence">
            {words(answer.kind)} <code>{answer.id}</code>
          </p>
          <p className="subtitle">
            {counted(history.length, 'event')}; made from {itemsOr(backward.length + truncated.backward)}, went into{' '}
            {itemsOr(forward.length + truncated.forward)}.
            {difference !== null && (
              <>
                {' '}
                <a href={difference}>What is different about its parts?</a>
              </>
            )}
          </p>
        </div>
        <button
          type="button"
          className="quiet-button"
          aria-pressed={asTable}
          aria-keyshortcuts="t"
          onClick={() => change({view: asTable ? null : 'table'}, {replace: true})}
        >
          {asTable ? 'View as story (t)' : 'View as table (t)'}
        </button>
      </header>
      <HoldsOf holds={answer.holds} />
      {asTable ? (
        <StoryTable answer={answer} />
      ) : (
        <>
          <GenealogyFigure answer={answer} />
          <div className={hasSide ? 'story two' : 'story'}>
            <Journey answer={answer} />
            {hasSide && (
              <div className="beside">
                <Looks inspections={answer.inspections} />
                <MeasuredValues measured={answer.measured} />
              </div>
            )}
          </div>
        </>
      )}
      <section className="trace-completeness">
        <h2>Completeness</h2>
        <CompletenessNote completeness={answer.completeness} />
        {answer.widenedBy.length > 0 && (
          <>
            <h2>It may have gone further</h2>
            <ul>
              {answer.widenedBy.map(reason => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      <Siblings answer={answer} />
    </>
  );
}

/** What shares its production lot or a direct input, a line for each that is shared. */
function Siblings({answer: {siblings, truncated}}: {answer: TracedAnswer}) {
  const {href} = useQuestion();
  if (siblings.length === 0) return null;
  const shared = new Map<string, TracedAnswer['siblings']>();
  for (const sibling of siblings) {
    const name = `${words(sibling.through.kind)} ${sibling.through.id}`;
    shared.set(name, [...(shared.get(name) ?? []), sibling]);
  }
  return (
    <section className="trace-completeness">
      <h2>Siblings</h2>
      <p className="subtitle">They share its production lot or a direct input.</p>
      <ul>
        {[...shared].map(([name, group]) => (
          <li key={name}>
            by {name}:{' '}
            <Shortened items={group} first={SHOWN}>
              {some =>
                some.map(({kind, id}) => (
                  <span key={`${kind} ${id}`}>
                    <a href={href('/trace', {id, kind})}>
                      <code>{id}</code>
                    </a>{' '}
                  </span>
                ))
              }
            </Shortened>
          </li>
        ))}
      </ul>
      {truncated.siblings > 0 && <p className="subtitle">and {count(truncated.siblings)} more that are not listed</p>}
    </section>
  );
}

/** Of siblings by one thing. */
const SHOWN = 12;
const EVENTS_SHOWN = 30;

/** What happened to it, downwards by time. */
function Journey({answer}: {answer: TracedAnswer}) {
  const plant = usePlant().data;
  return (
    <section className="trunk" aria-label="Its own journey">
      <h2>Its journey</h2>
      {answer.history.length === 0 ? (
        <p className="subtitle">No event of it was recorded.</p>
      ) : (
        storyOf(answer.history, plant?.timeZone).map(({day, events}) => (
          <section key={day}>
            <h3>{day}</h3>
            <Shortened items={events} first={EVENTS_SHOWN}>
              {some => (
                <ol>
                  {some.map(event => (
                    <StoryEvent key={eventKey(event)} event={event} plant={plant} />
                  ))}
                </ol>
              )}
            </Shortened>
          </section>
        ))
      )}
    </section>
  );
}

function StoryEvent({event, plant}: {event: TraceEvent; plant: Plant | undefined}) {
  // An image is shown, not its digest.
  const details = detailsBeyond(event, plant?.timeZone).filter(({name}) => name !== 'image');
  const step = event.step ?? '';
  const text = event.text.startsWith(`${step} `) ? event.text.slice(step.length).trim() : event.text;
  return (
    <li className={`event ${event.what}`}>
      <time dateTime={event.at ?? undefined}>{event.at ? moment(event.at, plant?.timeZone).slice(-5) : '–'}</time>
      <div>
        <p>
          {step && <b>{step} </b>}
          {text}
        </p>
        {details.length > 0 && (
          <p className="details">
            {details.map(({name, value}) => (
              <span key={name}>
                {name} <b>{value}</b>
              </span>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
