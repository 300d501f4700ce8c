/** Inspections as pictures, the newest first; arrow keys go from one to the next, Enter opens it. */
import type {KeyboardEvent} from 'react';
import type {InspectionCard, InspectionListAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, counted, moment} from '../format.ts';
import {useInspections} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer, Empty} from './answer.tsx';
import {useInspectionFilter} from './inspection-filter.tsx';
import {InspectionImage} from './inspection-image.tsx';
import {InspectionPanel} from './inspection-panel.tsx';
import {Nothing} from './nothing.tsx';

const A_PAGE = 24;

export function Gallery() {
  const {scope, params} = useQuestion();
  const filter = useInspectionFilter();
  const offset = Math.max(0, Number(params.get('offset') ?? 0) || 0);
  const query = useInspections({...scope, ...filter, limit: A_PAGE, offset});
  const chosen = params.get('inspection');
  return (
    <div className={chosen === null ? 'gallery-page' : 'gallery-page with-panel'}>
      <Answer query={query}>{answer => <Cards {...answer} offset={offset} chosen={chosen} />}</Answer>
      {chosen !== null && <InspectionPanel key={chosen} id={chosen} />}
    </div>
  );
}

function Cards({
  total,
  inspections,
  frames,
  offset,
  chosen,
}: InspectionListAnswer & {offset: number; chosen: string | null}) {
  const {change} = useQuestion();
  const isEmpty = usePlant().data?.parts === 0;
  if (inspections.length === 0) {
    return isEmpty ? (
      <Nothing what="part was inspected" command="npx fishbone ingest parts.csv inspections.csv defects.csv" />
    ) : (
      <Empty title="No inspection is like this" command="npx fishbone inspections list --result fail">
        <p>Widen the question above, or the choices below it.</p>
      </Empty>
    );
  }
  return (
    <section aria-label="Inspections">
      <p className="subtitle">
        {count(offset + 1)} to {count(offset + inspections.length)} of {counted(total, 'inspection')}, the newest first.
        Arrow keys go from one to the next, Enter opens it.
      </p>
      <ul className="gallery" onKeyDown={goAlong}>
        {inspections.map(card => (
          <li key={card.inspection}>
            <CardLink card={card} frames={frames} isChosen={card.inspection === chosen} />
          </li>
        ))}
      </ul>
      <div className="pager">
        <button
          type="button"
          disabled={offset === 0}
          onClick={() => change({offset: Math.max(0, offset - A_PAGE) || null})}
        >
          Newer
        </button>
        <button
          type="button"
          disabled={offset + inspections.length >= total}
          onClick={() => change({offset: offset + A_PAGE})}
        >
          Older
        </button>
      </div>
    </section>
  );
}

interface CardLinkProps {
  card: InspectionCard;
  frames: InspectionListAnswer['frames'];
  isChosen: boolean;
}

function CardLink({card, frames, isChosen}: CardLinkProps) {
  const {params} = useQuestion();
  const zone = usePlant().data?.timeZone;
  const to = new URLSearchParams(params);
  to.set('inspection', card.inspection);
  return (
    <a className="card" href={`/inspections?${to.toString()}`} aria-current={isChosen ? 'true' : undefined}>
      <InspectionImage card={card} frames={frames} />
      <span className="card-name">
        <b>{card.defects.map(({defect}) => defect).join(', ') || card.result}</b>
        <Word verification={card.verification} />
      </span>
      <small>{card.part}</small>
      <small>
        {card.station ?? 'no station'} · {moment(card.inspectedAt, zone)}
      </small>
    </a>
  );
}

const WORDS = {confirmed: '✓ confirmed', rejected: '✕ rejected', unverified: ''} as const;

export function Word({verification}: Pick<InspectionCard, 'verification'>) {
  return verification === 'unverified' ? null : <small className={verification}>{WORDS[verification]}</small>;
}

/** Left and right by one, up and down by a row, whatever the width. */
function goAlong(event: KeyboardEvent<HTMLUListElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a.card')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  const top = links[0].offsetTop;
  const inRow = links.filter(link => link.offsetTop === top).length;
  const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -inRow, ArrowDown: inRow}[event.key];
  const next = step === undefined ? undefined : links[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
