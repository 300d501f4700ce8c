/** A hold on paper: what is known filled in, after the eight disciplines (8D); the rest is for the team to write. */
import '../style/pages.css';
import '../style/holds.css';
import type {ReactNode} from 'react';
import type {ContainAnswer, HoldEvidence} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, counted, moment, words} from '../format.ts';
import {placesOnPaper} from '../frozen-places.ts';
import {useHoldEvidence} from '../hold-questions.ts';
import {Answer} from '../parts/answer.tsx';
import {BlastEvidence} from '../parts/blast-evidence.tsx';
import {Heading} from '../parts/heading.tsx';
import {Wide} from '../parts/wide.tsx';

export function HoldReport({id}: {id: string}) {
  const query = useHoldEvidence(id);
  return (
    <>
      {query.error && !query.data && <Heading name={`8D of hold ${id}`} />}
      <Answer query={query}>{evidence => <Report evidence={evidence} />}</Answer>
    </>
  );
}

function Report({evidence}: {evidence: HoldEvidence}) {
  const timeZone = usePlant().data?.timeZone;
  const {hold, finding, ledger, head, plant, permalink, askedAt} = evidence;
  const frozen = (hold.evidence ?? {}) as Partial<ContainAnswer>;
  const approved = hold.events.find(({what}) => what === 'approved');
  const when = (at: string) => moment(at, timeZone);
  return (
    <article className="hold-report">
      <header>
        <Heading name={`8D of hold ${hold.id}`}>
          {hold.reason}: hold {hold.id}
        </Heading>
        <p className="subtitle">
          Plant {plant}, printed {when(askedAt)} at ledger entry {count(head.seq)}. Data position{' '}
          {frozen.asOf ?? 'unknown'}.
        </p>
        <button type="button" className="button" onClick={() => window.print()}>
          Print
        </button>
      </header>
      <Discipline name="D1 Team">
        <p>
          Proposed by {hold.proposedBy} ({when(hold.proposedAt)}).{' '}
          {approved ? `Approved by ${approved.by} (${when(approved.at)}).` : `It is ${hold.decision}.`}
        </p>
        <Lines number={1} label="Others" />
      </Discipline>
      <Discipline name="D2 Problem">
        <p>{finding?.sentence ?? frozen.basis ?? hold.text}</p>
        {hold.text && <p>{hold.text}</p>}
      </Discipline>
      <Discipline name="D3 Containment">
        <p>
          {counted(hold.parts, 'suspect part')} in {counted(frozen.lots?.length ?? hold.covers, 'lot')};{' '}
          {frozen.whereabouts ?? 'where they are was not recorded'}.
        </p>
        {frozen.blast && <BlastEvidence blast={frozen.blast} />}
        <Containment evidence={evidence} />
        {frozen.boundary?.windows.slice(0, 5).map(({line, sentence}) => (
          <p key={line}>{sentence}</p>
        ))}
        {hold.review && (
          <>
            <p>To be reviewed, what it rests on has changed (position {count(hold.review.asOf)}):</p>
            <ul>
              {hold.review.reasons.map(reason => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </>
        )}
        {frozen.widenedBy && frozen.widenedBy.length > 0 && (
          <>
            <p>Cannot be ruled out beyond these:</p>
            <ul>
              {frozen.widenedBy.map(text => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </>
        )}
      </Discipline>
      <Discipline name="D4 Root cause">
        {finding?.factor ? (
          <p>
            {finding.factor}
            {finding.level ? ` = ${finding.level}` : ''}: {words(finding.verdict ?? 'unknown')}.{' '}
            {finding.effect &&
              `${finding.effect.measure === 'riskRatio' ? 'Risk ratio' : 'Difference'} ${short(finding.effect.value)} (${short(finding.effect.low)} to ${short(finding.effect.high)})`}
            {finding.crude && `, unadjusted ${short(finding.crude.value)}`}
            {finding.adjustedFor && finding.adjustedFor.length > 0 && `; held fixed: ${finding.adjustedFor.join(', ')}`}
            {finding.q !== undefined && `; q = ${short(finding.q)}`}. Statistics say what goes together, not how: the
            team confirms the mechanism.
          </p>
        ) : (
          <p>No finding is behind this hold.</p>
        )}
        <Lines number={3} label="Confirmed by" />
      </Discipline>
      {['D5 Chosen corrective actions', 'D6 Implemented and validated', 'D7 Prevention', 'D8 Closure'].map(name => (
        <Discipline key={name} name={name}>
          <Lines number={3} label="" />
        </Discipline>
      ))}
      <Discipline name="Proof">
        <Wide label="Entries of the ledger">
          <table>
            <thead>
              <tr>
                <th className="number">entry</th>
                <th>when</th>
                <th>what</th>
                <th>hash</th>
              </tr>
            </thead>
            <tbody>
              {ledger.slice(0, PROOFS).map(entry => (
                <tr key={entry.seq}>
                  <td className="number">{entry.seq}</td>
                  <td>{when(entry.at)}</td>
                  <td>
                    {entry.kind} {entry.what}
                  </td>
                  <td>
                    <code>{entry.hash.slice(0, 16)}…</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
        {ledger.length > PROOFS && <p>and {count(ledger.length - PROOFS)} more entries</p>}
        <p className="subtitle">
          Each hash covers the entry before it: <code>fishbone verify</code> checks the chain.
          {permalink && (
            <>
              {' '}
              <a href={permalink}>The suspect population at its position</a>
            </>
          )}
        </p>
      </Discipline>
    </article>
  );
}

const PROOFS = 20;
const short = (value: number) => Number(value.toPrecision(3)).toString();

function Containment({evidence: {hold}}: {evidence: HoldEvidence}) {
  const frozen = new Map(((hold.evidence ?? {}) as Partial<ContainAnswer>).lots?.map(lot => [lot.lot, lot]));
  const deliveries = new Map(hold.lots.map(lot => [lot.lot, lot]));
  return (
    <Wide label="Lots of this hold">
      <table>
        <thead>
          <tr>
            <th>lot</th>
            <th className="number">suspect parts</th>
            <th>where, when proposed</th>
            <th>decided</th>
            <th>at the MES</th>
          </tr>
        </thead>
        <tbody>
          {hold.coverage.map(({lot, parts, state, inherited}) => {
            const then = frozen.get(lot);
            const sent = deliveries.get(lot);
            return (
              <tr key={lot}>
                <td>
                  <code>{lot}</code>
                </td>
                <td className="number">
                  {parts > 0 ? `${count(parts)}${then && then.of > 0 ? ` of ${count(then.of)}` : ''}` : 'as a whole'}
                </td>
                <td className="folds">
                  {inherited ? `came later, from ${inherited.through}` : then ? placesOnPaper(then) : 'unknown'}
                </td>
                <td>{state}</td>
                <td className="folds">
                  {sent ? `${sent.action} ${sent.delivery}` : 'not sent'}
                  {sent?.seenAtMes ? ', read back' : ''}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Wide>
  );
}

function Discipline({name, children}: {name: string; children: ReactNode}) {
  return (
    <section className="discipline">
      <h2>{name}</h2>
      {children}
    </section>
  );
}

/** Room for a pen. */
function Lines({number, label}: {number: number; label: string}) {
  return (
    <div className="pen">
      {label && <span className="subtitle">{label}</span>}
      {Array.from({length: number}, (_, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines to write on are all alike
        <div key={k} className="pen-line" />
      ))}
    </div>
  );
}
