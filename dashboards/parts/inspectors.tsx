/** Inspectors side by side: how often they are wrong, at which threshold, against each other, and whether that changed. */
import type {AgreementAnswer, Interval} from '../../api/schemas.ts';
import {count, percent} from '../format.ts';
import {useAgreement} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {Challenge} from './challenge.tsx';
import {Choice} from './choice.tsx';
import {Reviewers} from './reviewers.tsx';
import {ScoreDrifts} from './score-drifts.tsx';
import {Thresholds} from './thresholds.tsx';
import {Wide} from './wide.tsx';

const BY = {
  '': 'inspector',
  station: 'inspector and station',
  defect: 'inspector and defect',
  product: 'inspector and product',
};

export function Inspectors() {
  const {scope, params, change} = useQuestion();
  const by = params.get('by');
  const level = by === 'station' || by === 'defect' || by === 'product' ? by : undefined;
  const inspector = params.get('inspector');
  const query = useAgreement({
    ...scope,
    by: level,
    inspector: inspector ?? undefined,
    station: params.get('station') ?? undefined,
  });
  return (
    <>
      <section aria-labelledby="rates">
        <div className="with-action">
          <h2 id="rates">How often they are wrong</h2>
          <Choice label="Rates of each" value={level ?? ''} choices={BY} choose={value => change({by: value})} />
        </div>
        <Answer query={query}>{answer => <Rates {...answer} />}</Answer>
      </section>
      <Reviewers />
      <Thresholds />
      <Challenge />
      <ScoreDrifts />
    </>
  );
}

function Rates({inspectors, missed, notes}: AgreementAnswer) {
  const {params, change} = useQuestion();
  if (inspectors.length === 0) {
    return (
      <Empty title="Nobody inspected anything here" command="npx fishbone ingest inspections.csv">
        <p>Widen the question above.</p>
      </Empty>
    );
  }
  const levels = inspectors.some(({level}) => level !== null);
  return (
    <>
      <Wide label="Rates of inspectors">
        <table>
          <thead>
            <tr>
              <th>Inspector</th>
              {levels && <th>Of</th>}
              <th className="number">Inspections</th>
              <th className="number">Fail</th>
              <th className="number">Reviewed fails</th>
              <th className="number">Overkill: good of failed</th>
              <th className="number">Reviewed passes</th>
              <th className="number">Escapes: bad of passed</th>
              <th className="number">Misses: passed of bad</th>
            </tr>
          </thead>
          <tbody>
            {inspectors.map(one => (
              <tr
                key={`${one.inspector} ${one.level}`}
                aria-current={params.get('inspector') === one.inspector || undefined}
              >
                <td>
                  <button type="button" className="link-button" onClick={() => change({inspector: one.inspector})}>
                    {one.inspector}
                  </button>
                </td>
                {levels && <td>{one.level}</td>}
                <td className="number">{count(one.inspected)}</td>
                <td className="number">{percent(one.apparentRate?.value)}</td>
                <td className="number">
                  {count(one.reviews.fail.reviewed)} <small>of {count(one.reviews.fail.inspected)}</small>
                </td>
                <RateCell rate={one.overkill} />
                <td className="number">
                  {count(one.reviews.pass.reviewed)} <small>of {count(one.reviews.pass.inspected)}</small>
                </td>
                <RateCell rate={one.escape} />
                <RateCell rate={one.missRate} />
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {missed.length > 0 && (
        <Wide label="Defects that pass">
          <table>
            <thead>
              <tr>
                <th>Inspector</th>
                <th>Defect that passes</th>
                <th className="number">Reviewed passes</th>
                <th className="number">With it</th>
                <th className="number">Escapes: of all passes</th>
              </tr>
            </thead>
            <tbody>
              {missed.map(one => (
                <tr key={`${one.inspector} ${one.defect}`}>
                  <td>{one.inspector}</td>
                  <td>{one.defect}</td>
                  <td className="number">{count(one.reviewed)}</td>
                  <td className="number">{count(one.bad)}</td>
                  <RateCell rate={one.escape} />
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <Notes
        notes={[
          ...new Set(
            inspectors.flatMap(({notTold, inspector}) => notTold.map(({reason}) => `${inspector}: ${reason}`)),
          ),
          ...notes,
        ]}
      />
    </>
  );
}

export function RateCell({rate}: {rate: Interval | null}) {
  return (
    <td className="number">
      {rate === null ? (
        <small>not known</small>
      ) : (
        <>
          {percent(rate.value)} <small>{between(rate)}</small>
        </>
      )}
    </td>
  );
}

export const between = ({low, high}: Interval) =>
  `${percent(low).replace('\u00a0%', '')} to ${percent(high)}`.replace(' ', '\u00a0');

export function Notes({notes, title = 'What these figures rest on'}: {notes: readonly string[]; title?: string}) {
  if (notes.length === 0) return null;
  return (
    <details className="notes">
      <summary>{title}</summary>
      <ul>
        {notes.map(note => (
          <li key={note}>{note}.</li>
        ))}
      </ul>
    </details>
  );
}
