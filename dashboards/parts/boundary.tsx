/** Where the line around the suspects may be drawn: each candidate, the smallest that covers all, and what closes the window. */
import type {Boundary} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, counted, moment, percent} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Wide} from './wide.tsx';

const WINDOWS_SHOWN = 5;

export function BoundaryChoice({boundary, chosen}: {boundary: Boundary; chosen: string | null}) {
  const {params, href} = useQuestion();
  const {candidates, smallest, smallestInLots, affected, affectedAre, order, unplaced} = boundary;
  const linked = (name: string | null) =>
    href('/contain', {
      target: params.get('target'),
      processedFrom: params.get('processedFrom'),
      processedTo: params.get('processedTo'),
      boundary: name,
    });
  return (
    <section aria-label="Boundary">
      <h2>Where to draw the line</h2>
      <p>
        {smallest === null
          ? 'No boundary holds every affected part.'
          : `Smallest that holds every affected part: ${wordsOf(smallest)}.`}
        {smallestInLots !== null && ` In whole lots, which a hold can stop: ${wordsOf(smallestInLots)}.`}
      </p>
      <p className="subtitle">
        Affected: {count(affected)} {affectedAre}; {order}.
        {unplaced > 0 && ` ${counted(unplaced, 'affected part')} without a time: no window can hold them.`}
      </p>
      <Wide label="Boundaries">
        <table>
          <thead>
            <tr>
              <th>boundary</th>
              <th className="number">parts</th>
              <th className="number">lots</th>
              <th>affected</th>
              <th className="number">truly bad</th>
              <th>95 %</th>
              <th className="number">of all bad</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map(({name, what, parts, lots, share, covered, coversAll, affected: held}) => (
              <tr key={name}>
                <td title={what}>
                  {(chosen ?? 'exposed') === name ? (
                    <b>{wordsOf(name)}, shown</b>
                  ) : params.get('target') === null ? (
                    wordsOf(name)
                  ) : (
                    <a href={linked(name === 'exposed' ? null : name)}>{wordsOf(name)}</a>
                  )}
                </td>
                <td className="number">{count(parts)}</td>
                <td className="number">{count(lots)}</td>
                <td>{coversAll ? 'all' : `${count(held)} of ${count(affected)}`}</td>
                <td className="number">{share === null ? 'unknown' : percent(share.value)}</td>
                <td>
                  {share === null || share.low === null ? '–' : `${percent(share.low)} to ${percent(share.high!)}`}
                </td>
                <td className="number">{covered === null ? '–' : percent(covered)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <Windows boundary={boundary} />
    </section>
  );
}

function Windows({boundary: {windows, moreWindows}}: {boundary: Boundary}) {
  const timeZone = usePlant().data?.timeZone;
  const rest = Math.max(0, windows.length - WINDOWS_SHOWN) + moreWindows;
  return (
    <ul>
      {windows.slice(0, WINDOWS_SHOWN).map(({line, sentence, first, last, open}) => (
        <li key={line}>
          {open && <b>◌ Open. </b>}
          {sentence} ({moment(first.at, timeZone)} to {moment(last.at, timeZone)})
        </li>
      ))}
      {rest > 0 && <li>and {counted(rest, 'more window')}</li>}
    </ul>
  );
}

const WORDS: Record<string, string> = {
  exposed: 'exposed parts only',
  'exposed-lots': 'lots with exposed parts',
  window: 'first to last affected',
  'window-lots': 'lots of first to last affected',
  'between-good': 'between good parts',
  'between-good-lots': 'lots of between good parts',
};
const wordsOf = (name: string) => WORDS[name] ?? name;
