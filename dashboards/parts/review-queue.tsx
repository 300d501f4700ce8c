/** What should be reviewed next, one at a time; the order is random, so that stopping anywhere leaves a random sample. */
import {useEffect, useState} from 'react';
import type {QueueAnswer} from '../../api/schemas.ts';
import {count, counted, percent} from '../format.ts';
import {useReviewQueue} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {Choice} from './choice.tsx';
import {InspectionImage} from './inspection-image.tsx';
import {Facts} from './inspection-panel.tsx';
import {isWriting, ReviewForm, useNewest, type Verdict} from './review-form.tsx';
import {Wide} from './wide.tsx';

export function ReviewQueue() {
  const {scope, params, change} = useQuestion();
  const query = useReviewQueue({
    ...scope,
    inspector: params.get('inspector') ?? undefined,
    station: params.get('station') ?? undefined,
    second: params.get('second') === 'true' ? true : undefined,
    passes: shareOf(params.get('passes')),
    fails: shareOf(params.get('fails')),
    reviewer: localStorage.getItem('fishbone-name') ?? undefined,
  });
  return (
    <>
      <label className="check second-opinion">
        <input
          type="checkbox"
          checked={params.get('second') === 'true'}
          onChange={event => change({second: event.target.checked ? 'true' : null, inspection: null})}
        />
        A second opinion: what others reviewed, without what they said
      </label>
      <Answer query={query}>
        {answer => (
          <>
            <Shares {...answer.shares} />
            <Queue answer={answer} />
          </>
        )}
      </Answer>
    </>
  );
}

const SHARES = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];

/** A share that the API takes; what else stands in the address is as if nothing did. */
function shareOf(text: string | null): number | undefined {
  const share = Number(text ?? Number.NaN);
  return share > 0 && share <= 1 ? share : undefined;
}

/** How much of what the inspector was sure of is drawn: as the plant configured it, or as it is chosen here. */
function Shares(shares: QueueAnswer['shares']) {
  const {change} = useQuestion();
  const choices = (share: number) =>
    Object.fromEntries([...new Set([...SHARES, share])].sort((a, b) => a - b).map(s => [`${s} `, percent(s)]));
  return (
    <div className="row-form">
      {(['passes', 'fails'] as const).map(result => (
        <Choice
          key={result}
          label={`Of sure ${result}`}
          value={`${shares[result]} `}
          choices={choices(shares[result])}
          choose={value => change({[result]: value.trim(), inspection: null})}
        />
      ))}
    </div>
  );
}

function Queue({answer: {items, waiting, strata, frames}}: {answer: QueueAnswer}) {
  const {params, change} = useQuestion();
  /** What was said here, in order: what U takes back. */
  const [said, setSaid] = useState<string[]>([]);
  const left = items.filter(({inspection}) => !said.includes(inspection));
  const at = Math.max(
    0,
    left.findIndex(({inspection}) => inspection === params.get('inspection')),
  );
  const card = left[at];
  const go = (step: number) => {
    const next = left[at + step];
    if (next) change({inspection: next.inspection}, {replace: true});
  };
  useArrows(go);
  const onSaid = (verdict: Verdict) => {
    if (verdict === 'withdrawn') {
      const back = said.at(-1);
      setSaid(said.slice(0, -1));
      change({inspection: back ?? null}, {replace: true});
      return;
    }
    const next = left[at + 1] ?? left[at - 1];
    setSaid([...said, card.inspection]);
    change({inspection: next?.inspection ?? null}, {replace: true});
  };
  if (card === undefined) {
    return (
      <>
        <Empty title="Nothing waits for a review here" command="npx fishbone review next --passes 0.1">
          <p>What was drawn is reviewed. A larger share can be chosen above.</p>
        </Empty>
        <Strata strata={strata} />
      </>
    );
  }
  return (
    <>
      <section className="review-desk" aria-label="To be reviewed">
        <div className="review-picture">
          <InspectionImage card={card} frames={frames} whole />
          <div className="pager">
            <button type="button" disabled={at === 0} onClick={() => go(-1)}>
              <kbd>←</kbd> Back
            </button>
            <span className="subtitle">{counted(waiting, 'inspection')} to be reviewed</span>
            <button type="button" disabled={at + 1 >= left.length} onClick={() => go(1)}>
              Later <kbd>→</kbd>
            </button>
          </div>
        </div>
        <div>
          <h2>{card.result === 'fail' ? `Failed: ${card.defects[0]?.defect ?? 'no defect named'}` : 'Passed'}</h2>
          <p className="subtitle">
            {card.sure ? 'The inspector was sure' : 'The inspector was not sure'};{' '}
            {card.sampled === 1 ? 'all like it are' : `one in ${Math.round(1 / card.sampled)} like it is`} drawn.
          </p>
          <Facts {...card} />
          <ReviewForm
            key={card.inspection}
            card={card}
            sampled={card.sampled}
            said={onSaid}
            undoes={said.at(-1) ?? null}
          />
        </div>
      </section>
      <Strata strata={strata} />
    </>
  );
}

function Strata({strata}: Pick<QueueAnswer, 'strata'>) {
  return (
    <section aria-label="What is drawn">
      <h2>What is drawn</h2>
      <p className="subtitle">
        Each inspection has a random number that stays: it is drawn, or it is not, whoever asks. Rates weigh each review
        by how many it speaks for.
      </p>
      <Wide label="What is drawn">
        <table>
          <thead>
            <tr>
              <th>Result</th>
              <th>The inspector was</th>
              <th className="number">Drawn with</th>
              <th className="number">Inspections</th>
              <th className="number">Drawn</th>
              <th className="number">Of these reviewed</th>
            </tr>
          </thead>
          <tbody>
            {strata.map(({result, sure, probability, inspections, drawn, reviewed}) => (
              <tr key={`${result} ${sure}`}>
                <td>{result}</td>
                <td>{sure ? 'sure' : 'not sure'}</td>
                <td className="number">{percent(probability)}</td>
                <td className="number">{count(inspections)}</td>
                <td className="number">{count(drawn)}</td>
                <td className="number">{count(reviewed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function useArrows(go: (step: number) => void): void {
  const newest = useNewest(go);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || isWriting(event)) return;
      event.preventDefault();
      newest.current(step);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [newest]);
}
