/** The suspect population of a finding, a lot or a filter: how far it reaches, where it is now, and the way to a hold. */
import '../style/pages.css';
import '../style/holds.css';
import {useState} from 'react';
import type {BoundaryName, ContainAnswer, Scope} from '../../api/schemas.ts';
import {useContained, usePlant} from '../api.ts';
import {count, counted, moment, words} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {BlastEvidence} from '../parts/blast-evidence.tsx';
import {BoundaryChoice} from '../parts/boundary.tsx';
import {CompletenessNote} from '../parts/completeness.tsx';
import {Heading} from '../parts/heading.tsx';
import {ProposeHold} from '../parts/propose-hold.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

const PLACES = ['in-process', 'stock', 'quarantine', 'consumed', 'shipped', 'scrapped', 'unknown'] as const;

export function Contain() {
  const {params, scope} = useQuestion();
  const query = useContained(askedBy(params, scope));
  return (
    <>
      <Heading name="Suspect lots" />
      {askedBy(params, scope) === null ? (
        <Empty title="Nothing is suspected yet" command="npx fishbone contain FINDING-ID-OR-LOT-OR-EXPR">
          <p>Open a finding in Investigate and ask for its suspect lots.</p>
        </Empty>
      ) : (
        <Answer query={query}>{answer => <Population key={answer.id} answer={answer} />}</Answer>
      )}
    </>
  );
}

/** What the address asks for. */
function askedBy(params: URLSearchParams, scope: Scope): Parameters<typeof useContained>[0] {
  const said = (name: string) => params.get(name) ?? undefined;
  const id = said('contained');
  if (id !== undefined) return {id};
  const [target, processedFrom, processedTo] = ['target', 'processedFrom', 'processedTo'].map(said);
  if (target === undefined && processedFrom === undefined && processedTo === undefined) return null;
  // What is none is refused by the server, which names those that there are.
  const boundary = said('boundary') as BoundaryName | undefined;
  return {target, processedFrom, processedTo, boundary, ...scope};
}

function Population({answer}: {answer: ContainAnswer}) {
  const [proposing, setProposing] = useState(false);
  const {params, href} = useQuestion();
  const {lots, parts, looseParts, whereabouts} = answer;
  return (
    <>
      <header className="headline with-action">
        <div>
          <p className="finding-sentence">
            {parts === 0 && lots.length === 0
              ? 'No part is suspect: nothing that is recorded matches.'
              : `${counted(parts, 'part')} in ${lots.length > 0 ? counted(lots.length, 'lot') : 'no lot'} ${
                  parts === 1 ? 'is' : 'are'
                } suspect; ${whereabouts}.`}
          </p>
          <p className="subtitle">
            {answer.basis[0].toUpperCase() + answer.basis.slice(1)}{' '}
            {isFinding(params.get('target')) && (
              <a href={href('/investigate', {finding: params.get('target')})}>Back to the finding</a>
            )}
          </p>
        </div>
        <button type="button" className="button stop" disabled={lots.length === 0} onClick={() => setProposing(true)}>
          Propose hold …
        </button>
      </header>
      {lots.length === 0 && parts > 0 && (
        <p className="subtitle">
          A hold stops lots, and these parts belong to none: stop them by hand. If they have lots, ingest the parts
          again with the column <code>lot</code>, and ask again.
        </p>
      )}
      {parts + lots.length > 0 && <BlastRadius answer={answer} />}
      {answer.blast && parts > 0 && <BlastEvidence blast={answer.blast} />}
      {answer.notes?.map(note => (
        <p key={note}>{note}</p>
      ))}
      {answer.boundary && <BoundaryChoice boundary={answer.boundary} chosen={params.get('boundary')} />}
      <section className="two-columns lots-wide">
        <div>
          <h2>Suspect lots</h2>
          {lots.length > 0 && (
            <>
              <p className="subtitle">
                Where their suspect parts were seen last, moved or worked on; what can still be stopped comes first.
              </p>
              <LotsTable lots={lots} />
            </>
          )}
          {looseParts.length > 0 && (
            <p>
              {counted(looseParts.length, 'suspect part')} in no lot, which a hold does not stop:{' '}
              {looseParts.slice(0, 20).join(', ')}
              {looseParts.length > 20 && ` and ${count(looseParts.length - 20)} more`}
            </p>
          )}
        </div>
        <div>
          <h2>How sure this is complete</h2>
          <CompletenessNote completeness={answer.completeness} />
          <h2>Widened by</h2>
          {answer.widenedBy.length === 0 ? (
            <p className="subtitle">Nothing: the population is exactly what the basis says.</p>
          ) : (
            <ul>
              {answer.widenedBy.map(reason => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </div>
      </section>
      {proposing && <ProposeHold answer={answer} close={() => setProposing(false)} />}
    </>
  );
}

/** A lot or a filter may be suspected too, and has no finding to go back to. */
const isFinding = (target: string | null) => target !== null && /^f[0-9a-f]{12}-[0-9a-f]{8}$/.test(target);

/** One bar, a segment for each place that suspect parts are in, labelled beneath. */
function BlastRadius({answer: {lots, places}}: {answer: ContainAnswer}) {
  const groups = PLACES.map(where => ({
    where,
    parts: places.find(place => place.where === where)?.parts ?? 0,
    lots: lots.filter(lot => lot.places.some(place => place.where === where)).length,
  })).filter(group => group.parts + group.lots > 0);
  return (
    <ul className="blast" aria-label="Suspect parts by where they are">
      {groups.map(group => (
        <li key={group.where} className={group.where} style={{flexGrow: group.parts}}>
          <b>{count(group.parts > 0 ? group.parts : group.lots)}</b> {words(group.where)}
          <small>
            {group.parts === 0
              ? `${group.lots === 1 ? 'lot' : 'lots'} as a whole`
              : `${group.parts === 1 ? 'part' : 'parts'}${group.lots > 0 ? `, ${counted(group.lots, 'lot')}` : ''}`}
          </small>
        </li>
      ))}
    </ul>
  );
}

const PLACES_SHOWN = 4;

function LotsTable({lots}: {lots: ContainAnswer['lots']}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const ordered = lots.toSorted((a, b) => PLACES.indexOf(a.where) - PLACES.indexOf(b.where) || b.parts - a.parts);
  return (
    <Wide label="Suspect lots">
      <table className="lots">
        <thead>
          <tr>
            <th>lot</th>
            <th>material</th>
            <th>suspect parts</th>
            <th>where</th>
            <th className="number">parts</th>
            <th>location</th>
            <th>last seen</th>
          </tr>
        </thead>
        {ordered.map(lot => {
          const shown = lot.places.slice(0, PLACES_SHOWN);
          const rows = shown.length + (lot.places.length > shown.length ? 1 : 0);
          return (
            <tbody key={lot.lot}>
              {shown.map((place, k) => (
                <tr key={`${place.where} ${place.location}`}>
                  {k === 0 && (
                    <>
                      <td rowSpan={rows}>
                        <a href={href('/trace', {id: lot.lot, kind: 'lot'})}>
                          <code>{lot.lot}</code>
                        </a>
                      </td>
                      <td rowSpan={rows}>{lot.material ?? '–'}</td>
                      <td rowSpan={rows}>{shareOf(lot)}</td>
                    </>
                  )}
                  <td>
                    <span className={`place ${place.where}`}>{words(place.where)}</span>
                  </td>
                  <td className="number">{lot.of > 0 ? count(place.parts) : '–'}</td>
                  <td>{place.location ?? '–'}</td>
                  <td>{place.seenBy === null ? '–' : `${moment(place.seenAt, timeZone)}, ${place.seenBy}`}</td>
                </tr>
              ))}
              {rows > shown.length && (
                <tr>
                  <td colSpan={4}>{elsewhere(lot.places.slice(PLACES_SHOWN))}</td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </Wide>
  );
}

function shareOf({parts, of, role}: ContainAnswer['lots'][number]): string {
  if (of > 0) return `${count(parts)} of ${count(of)}`;
  return role === 'asked' ? 'the lot asked for' : 'suspects went in';
}

function elsewhere(places: ContainAnswer['lots'][number]['places']): string {
  const parts = places.reduce((sum, place) => sum + place.parts, 0);
  return `${counted(parts, 'part')} at ${counted(places.length, 'other place')}`;
}
