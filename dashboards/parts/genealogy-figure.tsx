/** The genealogy of an item: drawn where there is room, with its counts, and as lists where not all of it is drawn. */
import {useMemo, useRef} from 'react';
import type {TracedAnswer} from '../../api/schemas.ts';
import {GenealogyDrawing} from '../charts/genealogy.tsx';
import {genealogyLayout} from '../charts/genealogy-layout.ts';
import {count, counted} from '../format.ts';
import {useQuestion} from '../question.ts';
import {useWidth} from './chart-figure.tsx';
import {Relatives} from './relatives.tsx';
import {TakeAlong} from './take-along.tsx';

const LEAST_DRAWN_PX = 560;

export function GenealogyFigure({answer}: {answer: TracedAnswer}) {
  const {href} = useQuestion();
  const [ref, width] = useWidth<HTMLDivElement>();
  const figure = useRef<HTMLElement>(null);
  const layout = useMemo(() => (width >= LEAST_DRAWN_PX ? genealogyLayout(answer, width) : null), [answer, width]);
  const {backward, forward, truncated} = answer;
  const [before, after] = [backward.length + truncated.backward, forward.length + truncated.forward];
  const isWhole = layout !== null && layout.hidden === 0;
  return (
    <figure className="chart genealogy-figure" ref={figure}>
      <figcaption>
        <h2>Genealogy</h2>
        <p>
          Made from {itemsOr(before)}, went into {itemsOr(after)}, at any depth. Whole lines were consumed, dashed ones
          belong to the same lot or order.
          {layout !== null && layout.hidden > 0 && ` ${count(layout.hidden)} stand together for want of room.`}
        </p>
      </figcaption>
      <div className="chart-tools">
        <TakeAlong
          taken={{
            name: `genealogy-${answer.id}`,
            rows: [
              ...backward.map(item => ({direction: 'made from', ...item})),
              ...forward.map(item => ({direction: 'went into', ...item})),
            ],
            asOf: answer.asOf,
            asked: null,
          }}
          figure={figure}
        />
      </div>
      <div ref={ref} className="genealogy-room">
        {layout && before + after > 0 && (
          <GenealogyDrawing layout={layout} hrefOf={({kind, id}) => href('/trace', {id, kind})} />
        )}
      </div>
      {!isWhole && width > 0 && (
        <div className="relatives-lists">
          <Relatives title="Made from" side="backward" related={backward} more={truncated.backward} />
          <Relatives title="Went into" side="forward" related={forward} more={truncated.forward} />
        </div>
      )}
    </figure>
  );
}

export const itemsOr = (items: number) => (items === 0 ? 'nothing that was recorded' : counted(items, 'item'));
