/** One hold: what it stops, what happened to it, whether each lot's message arrived, and what may be decided next. */
import '../style/pages.css';
import '../style/holds.css';
import {type SubmitEvent, useState} from 'react';
import type {Hold} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {counted, moment, words} from '../format.ts';
import {type FrozenLot, placesInWords} from '../frozen-places.ts';
import {type HoldDecision, useDecideHold, useHold} from '../hold-questions.ts';
import {Answer, ProblemNote} from '../parts/answer.tsx';
import {Decision, Delivery} from '../parts/delivery.tsx';
import {formText} from '../parts/form-text.ts';
import {Heading} from '../parts/heading.tsx';
import {HoldCoverage} from '../parts/hold-coverage.tsx';
import {HoldReviewNote} from '../parts/hold-review.tsx';
import {LotsAtMes} from '../parts/lots-at-mes.tsx';
import {ReasonCode} from '../parts/reason-code.tsx';
import {SettleDelivery} from '../parts/settle-delivery.tsx';
import {Shortened} from '../parts/shortened.tsx';
import {NameField, nameOf} from '../parts/who.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

export function HoldPage({id}: {id: string}) {
  const query = useHold(id);
  return (
    <>
      {query.error && !query.data && <Heading name={`Hold ${id}`} />}
      <Answer query={query}>{hold => <HoldView hold={hold} />}</Answer>
    </>
  );
}

function HoldView({hold}: {hold: Hold}) {
  const {href} = useQuestion();
  const lots = new Set(hold.lots.map(({lot}) => lot)).size;
  return (
    <>
      <header className={`headline hold ${hold.decision}`}>
        <p>
          <a href={href('/holds')}>Holds</a> / <code>{hold.id}</code>
        </p>
        <Heading name={`Hold ${hold.id}`}>
          <Decision decision={hold.decision} /> · {hold.reason}
        </Heading>
        <p className="hold-text">{hold.text}</p>
        <p className="subtitle">
          {lots > 0 && `${counted(lots, 'lot')}, `}
          {counted(hold.parts, 'part')}; proposed by {hold.proposedBy}.{' '}
          <a href={href(`/holds/${encodeURIComponent(hold.id)}/report`)}>Evidence to print (8D)</a>
        </p>
      </header>
      <div className="two-columns">
        <LotDeliveries hold={hold} />
        <div>
          <HoldReviewNote hold={hold} />
          <NextDecision hold={hold} />
          <HoldCoverage hold={hold} />
          <Events hold={hold} />
        </div>
      </div>
    </>
  );
}

function LotDeliveries({hold}: {hold: Hold}) {
  const {href} = useQuestion();
  const placesOf = new Map(evidenceOf(hold).lots.map(lot => [lot.lot, placesInWords(lot)]));
  return (
    <section>
      <h2>Lots and what the MES has heard</h2>
      <p className="subtitle">Acknowledged means that the receiver said so; seen means that it was read back there.</p>
      {hold.lots.length === 0 ? (
        <Unsent hold={hold} />
      ) : (
        <Wide label="Lots of this hold">
          <table>
            <thead>
              <tr>
                <th>lot</th>
                <th>when proposed</th>
                <th>action</th>
                <th>delivery</th>
                <th>receiver</th>
                <th>seen at MES</th>
              </tr>
            </thead>
            <tbody>
              {hold.lots.map(lot => (
                <tr key={`${lot.lot} ${lot.action} ${lot.receiver}`}>
                  <td>
                    <a href={href('/trace', {id: lot.lot, kind: 'lot'})}>
                      <code>{lot.lot}</code>
                    </a>
                  </td>
                  <td className="folds">{placesOf.get(lot.lot) ?? '–'}</td>
                  <td>{lot.action}</td>
                  <td>
                    <Delivery delivery={lot.delivery} />
                  </td>
                  <td>{lot.receiver}</td>
                  <td>{lot.seenAtMes === null ? 'not asked' : lot.seenAtMes ? 'yes' : 'no'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {hold.lots.length > 0 && <LotsAtMes hold={hold.id} />}
      {hold.lots
        .filter(({askPerson, delivery}) => askPerson || delivery === 'rejected')
        .map(lot => (
          <SettleDelivery key={`${lot.lot} ${lot.action} ${lot.receiver}`} hold={hold.id} lot={lot} />
        ))}
    </section>
  );
}

/** Why no lot is listed, and which lots the decision is about. */
function Unsent({hold}: {hold: Hold}) {
  const {basis, lots} = evidenceOf(hold);
  return (
    <>
      <p className="unsent">
        {hold.decision !== 'proposed' && hold.decision !== 'refused'
          ? 'Nobody was told: no receiver is configured. Name the MES in fishbone.json, under receivers.'
          : 'Nothing is sent before the hold is approved.'}
      </p>
      {basis && <p className="subtitle">It rests on: {basis}</p>}
      {lots.length > 0 && (
        <>
          <p className="unsent">{counted(lots.length, 'lot')}, and where they were when the hold was proposed:</p>
          <Shortened items={lots} first={20}>
            {some => (
              <ul>
                {some.map(lot => (
                  <li key={lot.lot}>
                    <code>{lot.lot}</code> {placesInWords(lot)}
                  </li>
                ))}
              </ul>
            )}
          </Shortened>
        </>
      )}
    </>
  );
}

/** The contained population as it was frozen when the hold was proposed. */
function evidenceOf({evidence}: Hold): {basis: string | null; lots: FrozenLot[]} {
  const frozen = (evidence ?? {}) as {basis?: string; lots?: FrozenLot[]};
  return {basis: frozen.basis ?? null, lots: frozen.lots ?? []};
}

function Events({hold}: {hold: Hold}) {
  const timeZone = usePlant().data?.timeZone;
  return (
    <section>
      <h2>What happened</h2>
      <ol className="events">
        {hold.events.map(({at, by, what, why}) => (
          <li key={`${at} ${what} ${by}`}>
            <time dateTime={at}>{moment(at, timeZone)}</time>
            <b>{words(what)}</b> by {by}
            {why && <p>{why}</p>}
          </li>
        ))}
      </ol>
      <p className="subtitle">{counted(hold.events.length, 'entry', 'entries')}, kept in the ledger.</p>
    </section>
  );
}

const TITLES: Record<HoldDecision, string> = {
  approve: 'Approve hold',
  refuse: 'Refuse',
  release: 'Release',
  scrap: 'Scrap',
};

function NextDecision({hold}: {hold: Hold}) {
  const choices: HoldDecision[] =
    hold.decision === 'proposed' ? ['approve', 'refuse'] : hold.decision === 'approved' ? ['release', 'scrap'] : [];
  const [choice, setChoice] = useState<HoldDecision | null>(choices[0] ?? null);
  const decide = useDecideHold(hold.id);
  if (choices.length === 0) return null;
  const chosen = choice !== null && choices.includes(choice) ? choice : choices[0];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const reason = formText(form, 'reason');
    const lots = formText(form, 'lots')
      .split(/[,\n]/)
      .map(lot => lot.trim())
      .filter(lot => lot !== '');
    decide.mutate(
      {decision: chosen, by: nameOf(form), reason: reason || undefined, lots: lots.length > 0 ? lots : undefined},
      // The button may decide something else by now, or be gone: nobody should press it twice.
      {onSuccess: () => document.querySelector('h1')?.focus()},
    );
  };
  return (
    <section className="no-print">
      <h2>Decide</h2>
      <form className="decide" onSubmit={submit}>
        {choices.length > 1 && (
          <fieldset>
            <legend className="sr-only">Decision</legend>
            {choices.map(option => (
              <label key={option}>
                <input type="radio" name="choice" checked={option === chosen} onChange={() => setChoice(option)} />
                {TITLES[option]}
              </label>
            ))}
          </fieldset>
        )}
        {hold.decision === 'proposed' && (
          <p className="subtitle">Whoever proposed it cannot decide on it: it takes a second person.</p>
        )}
        {chosen === 'refuse' && (
          <label>
            <span>Why</span>
            <input name="reason" />
          </label>
        )}
        {(chosen === 'release' || chosen === 'scrap') && (
          <>
            <ReasonCode kind={chosen} />
            <label>
              <span>These lots only, with commas; all that it holds when empty</span>
              <input name="lots" spellCheck={false} />
            </label>
          </>
        )}
        <NameField />
        {decide.error && <ProblemNote error={decide.error} />}
        <button
          type="submit"
          className={chosen === 'approve' || chosen === 'scrap' ? 'button stop' : 'button'}
          disabled={decide.isPending}
        >
          {TITLES[chosen]}
        </button>
      </form>
    </section>
  );
}
