/** The question, always on top: product, window, outcome, filter, and the data position with its age. */
import {type ChangeEvent, useEffect, useState, useSyncExternalStore} from 'react';
import type {Plant} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {age, count, moment} from '../format.ts';
import {useIsLive, useNow} from '../live.ts';
import {inDays, startOfDay} from '../plant-day.ts';
import {useQuestion} from '../question.ts';

export function ScopeBar() {
  const plant = usePlant().data;
  // On a narrow screen the question is one line until it is opened; on one that was turned or widened it is all there.
  const roomy = useSyncExternalStore(onRoom, () => room().matches);
  return (
    <section className="scope" aria-label="Question">
      <details className="scope-fold" open={roomy}>
        <summary>
          <ScopeInWords />
        </summary>
        <ScopeFields plant={plant} />
      </details>
      <DataPosition plant={plant} />
    </section>
  );
}

const room = () => matchMedia('(min-width: 761px)');

function onRoom(listener: () => void): () => void {
  const now = room();
  now.addEventListener('change', listener);
  return () => now.removeEventListener('change', listener);
}

function ScopeInWords() {
  const {scope, outcome} = useQuestion();
  const window = scope.from || scope.to ? inDays(`${scope.from ?? '…'} to ${scope.to ?? 'now'}`) : 'all times';
  return (
    <>
      {outcome} · {scope.product ?? 'all products'} · {window}
      {scope.where ? ' · filtered' : ''}
    </>
  );
}

function ScopeFields({plant}: {plant: Plant | undefined}) {
  const {scope, params, outcome, change} = useQuestion();
  const defect = params.get('defect') ?? '';
  const choose = (bound: string) => (event: ChangeEvent<HTMLInputElement>) =>
    change({[bound]: startOfDay(event.target.value, plant?.timeZone), finding: null, windowBefore: null});
  // What a link may ask about and this list cannot choose.
  const other = defect === '' && (params.get('measurement') || params.get('against')) ? outcome : null;
  return (
    <div className="scope-fields">
      <label>
        <span>Outcome</span>
        <select
          value={other ?? defect}
          onChange={event => change({defect: event.target.value, measurement: null, against: null, finding: null})}
        >
          <option value="">any fail</option>
          {other !== null && <option value={other}>{other}</option>}
          {options(
            plant?.defects.map(entry => entry.defect),
            defect,
          )}
        </select>
      </label>
      <label>
        <span>Product</span>
        <select value={scope.product ?? ''} onChange={event => change({product: event.target.value, finding: null})}>
          <option value="">all products</option>
          {options(
            plant?.products.map(entry => entry.product),
            scope.product ?? '',
          )}
        </select>
      </label>
      <label>
        <span>From</span>
        <input type="date" value={scope.from?.slice(0, 10) ?? ''} onChange={choose('from')} />
      </label>
      <label>
        <span>To, exclusive</span>
        <input type="date" value={scope.to?.slice(0, 10) ?? ''} onChange={choose('to')} />
      </label>
      <WhereField key={scope.where} value={scope.where ?? ''} />
    </div>
  );
}

/** Known choices, and the one in the address even when the plant does not know it (yet). */
function options(known: string[] | undefined, current: string) {
  const names = known ?? [];
  return [...names, ...(current && !names.includes(current) ? [current] : [])].map(name => (
    <option key={name} value={name}>
      {name}
    </option>
  ));
}

/** A filter is asked when it is finished, not at every letter. */
function WhereField({value}: {value: string}) {
  const {change} = useQuestion();
  const [text, setText] = useState(value);
  const commit = () => text.trim() !== value && change({where: text.trim(), finding: null});
  return (
    <label className="where">
      <span>Where</span>
      <input
        type="text"
        value={text}
        spellCheck={false}
        placeholder="bore.tool = 'T7' and part.product in ('A', 'B')"
        onChange={event => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={event => event.key === 'Enter' && commit()}
      />
    </label>
  );
}

function DataPosition({plant}: {plant: Plant | undefined}) {
  const {scope, change} = useQuestion();
  const isLive = useIsLive();
  useNow();
  if (!plant) return <div className="position" />;
  const at = scope.asOf ?? plant.asOf;
  const older = scope.asOf !== undefined && scope.asOf < plant.asOf;
  return (
    <div className="position">
      <span title={`last batch ${moment(plant.lastBatchAt, plant.timeZone)}`}>
        <b>batch {count(at)}</b>
        {!older && plant.lastBatchAt && <> · {age(plant.lastBatchAt)} old</>}
        <span className="zone"> · {plant.timeZone}</span>
        {!older && (
          <span title={isLive ? 'new batches are shown as they come' : 'asked every half minute'}>
            {isLive ? ' · live' : ' · not live'}
          </span>
        )}
      </span>
      {older && (
        <button type="button" className="quiet-button newer" onClick={() => change({asOf: null})}>
          Newer data available
        </button>
      )}
      <Permalink at={at} />
    </div>
  );
}

/** A link that shows the same numbers later: the address with its data position pinned. */
function Permalink({at}: {at: number}) {
  const [state, setState] = useState<'idle' | 'copied' | 'shown'>('idle');
  const {change} = useQuestion();
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2_500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    const url = new URL(location.href);
    url.searchParams.set('asOf', String(at));
    // Without a secure context there is no clipboard: then the address bar shows the link.
    const written = navigator.clipboard?.writeText(url.href) ?? Promise.reject(new Error('no clipboard'));
    written.then(
      () => setState('copied'),
      () => {
        change({asOf: at}, {replace: true});
        setState('shown');
      },
    );
  };
  const texts = {idle: 'Permalink', copied: 'Link copied', shown: 'Link in the address bar'};
  return (
    <button type="button" className="quiet-button" onClick={copy} aria-live="polite">
      {texts[state]}
    </button>
  );
}
