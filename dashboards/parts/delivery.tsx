/** Decisions and deliveries as shape and word; colour only repeats what they say. */
import type {Hold, HoldLot} from '../../api/schemas.ts';
import {count} from '../format.ts';

const DECISIONS: Record<Hold['decision'], string> = {proposed: '◇', approved: '■', refused: '○', released: '□'};

export function Decision({decision}: {decision: Hold['decision']}) {
  return (
    <span className={`decision ${decision}`}>
      <span aria-hidden="true">{DECISIONS[decision]}</span> {decision === 'approved' ? 'on hold' : decision}
    </span>
  );
}

const DELIVERIES: Record<HoldLot['delivery'], string> = {
  queued: '○',
  sending: '◔',
  acknowledged: '●',
  rejected: '✕',
  unknown: '?',
};

export function Delivery({delivery}: {delivery: HoldLot['delivery']}) {
  return (
    <span className={`delivery ${delivery}`}>
      <span aria-hidden="true">{DELIVERIES[delivery]}</span> {delivery}
    </span>
  );
}

/** "12 acknowledged, 2 queued", or that nothing is to be sent yet. */
export function DeliverySummary({lots}: {lots: readonly HoldLot[]}) {
  const kinds = (Object.keys(DELIVERIES) as HoldLot['delivery'][])
    .map(delivery => ({delivery, number: lots.filter(lot => lot.delivery === delivery).length}))
    .filter(({number}) => number > 0);
  if (kinds.length === 0) return <span className="faint">nothing sent</span>;
  return (
    <>
      {kinds.map(({delivery, number}) => (
        <span key={delivery} className={`delivery ${delivery}`}>
          <span aria-hidden="true">{DELIVERIES[delivery]}</span> {count(number)} {delivery}{' '}
        </span>
      ))}
    </>
  );
}
