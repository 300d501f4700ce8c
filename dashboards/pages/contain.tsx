/** The suspect population of a finding, a lot or a filter: how far it reaches, where it is now, and the way to a hold. */
import {useState} from 'react';
import type {ContainAnswer} from '../../api/schemas.ts';
import {useContained, usePlant} from '../api.ts';
import {count, counted, moment, words} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {CompletenessNote} from '../parts/completeness.tsx';
import {ProposeHold} from '../parts/propose-hold.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

const PLACES = ['in-process', 'stock', 'quarantine', 'consumed', 'shipped', 'scrapped', 'unknown'] as const;

export function Contain() {
  const {params, scope} = useQuestion();
  const target = params.get('target');
  const query = useContained(target, scope);
  return (
    <>
      <h1 className="sr-only">Suspect lots</h1>
      {target === null ? (
        <Empty title="Nothing is suspected yet" command="npx fishbone contain FINDING-ID-OR-LOT-OR-EXPR">
          <p>Open a finding in Investigate and ask for its suspect lots.</p>
        </Empty>
      ) : (
        <Answer query={query}>{answer => <Population key={answer.id} answer={answer} />}</Answer>
      )}
    </>
  );
}

function Population({answer}: {answer: ContainAnswer}) {
  const [proposing, setProposing] = useState(false);
  const {params, href} = useQuestion();
  const {lots, parts, inHouse, looseParts} = answer;
  return (
    <>
      <header className="headline with-action">
        <div>
          <p className="finding-sentence">
            {parts === 0 && lots.length === 0
              ? 'No part is suspect: nothing that is recorded matches.'
              : `${counted(parts, 'part')} in ${counted(lots.length, 'lot')} ${parts === 1 ? 'is' : 'are'} suspect; ${
                  inHouse === lots.length ? 'all of them still in house' : `${counted(inHouse, 'lot')} still in house`
                }.`}
          </p>
          <p className="subtitle">
            {answer.basis}{' '}
            {isFinding(params.get('target')) && (
              <a href={href('/investigate', {finding: params.get('target')})}>Back to the finding</a>
            )}
          </p>
        </div>
        <button type="button" className="button stop" disabled={lots.length === 0} onClick={() => setProposing(true)}>
          Propose hold …
        </button>
      </header>
      {lots.length > 0 && <BlastRadius lots={lots} />}
      <section className="two-columns">
        <div>
          <h2>Suspect lots</h2>
          <p className="subtitle">
            Where they were seen last, moved or worked on; what can still be stopped comes first.
          </p>
          <LotsTable lots={lots} />
          {looseParts.length > 0 && (
            <p>
              {counted(looseParts.length, 'suspect part')} in no lot: {looseParts.slice(0, 20).join(', ')}
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

/** One bar, a segment for each place that lots are in, labelled beneath. */
function BlastRadius({lots}: {lots: ContainAnswer['lots']}) {
  const groups = PLACES.map(place => ({place, lots: lots.filter(({where}) => where === place)})).filter(
    group => group.lots.length > 0,
  );
  return (
    <ul className="blast" aria-label="Suspect lots by where they are">
      {groups.map(group => (
        <li key={group.place} className={group.place} style={{flexGrow: group.lots.length}}>
          <b>{count(group.lots.length)}</b> {words(group.place)}
          <small>
            {counted(
              group.lots.reduce((sum, lot) => sum + lot.parts, 0),
              'part',
            )}
          </small>
        </li>
      ))}
    </ul>
  );
}

function LotsTable({lots}: {lots: ContainAnswer['lots']}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const ordered = lots.toSorted((a, b) => PLACES.indexOf(a.where) - PLACES.indexOf(b.where) || b.parts - a.parts);
  return (
    <Wide label="Suspect lots">
      <table>
        <thead>
          <tr>
            <th>lot</th>
            <th>material</th>
            <th>where</th>
            <th>location</th>
            <th>last seen</th>
            <th className="number">suspect parts</th>
            <th className="number">of</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(lot => (
            <tr key={lot.lot}>
              <td>
                <a href={href('/trace', {id: lot.lot, kind: 'lot'})}>
                  <code>{lot.lot}</code>
                </a>
              </td>
              <td>{lot.material ?? '–'}</td>
              <td>
                <span className={`place ${lot.where}`}>{words(lot.where)}</span>
              </td>
              <td>{lot.location ?? '–'}</td>
              <td>{lot.seenBy === null ? '–' : `${moment(lot.seenAt, timeZone)}, ${lot.seenBy}`}</td>
              {lot.of > 0 ? (
                <>
                  <td className="number">{count(lot.parts)}</td>
                  <td className="number">{count(lot.of)}</td>
                </>
              ) : (
                <td colSpan={2}>{lot.role === 'asked' ? 'the lot asked for, as a whole' : 'suspects went into it'}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
