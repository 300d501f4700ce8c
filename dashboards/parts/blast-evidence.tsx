import {Fragment} from 'react';
import type {ContainAnswer} from '../../api/schemas.ts';
import {count, counted, percent} from '../format.ts';

const ORDERS_SHOWN = 6;

/** What a hold would stop, how many of the suspects failed, and how much of the trouble they are. */
export function BlastEvidence({blast: {stops, evidence}}: {blast: NonNullable<ContainAnswer['blast']>}) {
  const {share, unit, covered, inspected, failed, allFailed} = evidence;
  return (
    <dl className="facts" aria-label="What a hold would stop">
      <div>
        <dt>A hold would stop</dt>
        <dd>
          {counted(stops.parts, 'part')} in house
          {stops.cost && `, worth ${count(Math.round(stops.cost.value))}`}
          {stops.cost !== null && stops.cost.unknown > 0 && ` (${counted(stops.cost.unknown, 'part')} without a cost)`}
        </dd>
      </div>
      {stops.workOrders.length > 0 && (
        <div>
          <dt>Work orders concerned</dt>
          <dd>
            {stops.workOrders.slice(0, ORDERS_SHOWN).map(({workOrder, parts}, k) => (
              <Fragment key={workOrder}>
                {k > 0 && ', '}
                <span className="whole">
                  {workOrder} ({count(parts)})
                </span>
              </Fragment>
            ))}
            {stops.workOrders.length > ORDERS_SHOWN &&
              ` and\u00a0${count(stops.workOrders.length - ORDERS_SHOWN)}\u00a0more`}
          </dd>
        </div>
      )}
      <div>
        <dt>Failed, for whatever reason</dt>
        <dd>
          {share === null
            ? 'none of them was inspected: nothing says'
            : `${count(failed)} of ${counted(inspected, 'inspected part')}, ${percent(share.value)}`}
          {share !== null &&
            share.low !== null &&
            ` (95\u00a0%: ${percent(share.low)} to ${percent(share.high!)}, by ${unit}s)`}
        </dd>
      </div>
      {covered !== null && (
        <div>
          <dt>Of the trouble</dt>
          <dd>
            {percent(covered)} of all {counted(allFailed, 'failed part')}
          </dd>
        </div>
      )}
    </dl>
  );
}
