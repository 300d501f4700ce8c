/** Decisions and deliveries as shape and word; colour only repeats what they say. */
import type {Hold, HoldLot} from '../../api/schemas.ts';
import {count} from '../format.ts';

const DECISIONS: Record<Hold['decision'], string> = {
  proposed: '◇',
  approved: '■',
  refused: '○',
  released: '□',
  scrapped: '✕',
};

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

/** "12 acknowledged, 2 queued", or why nothing is sent. */
export function DeliverySummary({hold: {lots, decision}}: {hold: Pick<Hold, 'lots' | 'decision'>}) {
  const kinds = (Object.keys(DELIVERIES) as HoldLot['delivery'][])
    .map(delivery => ({delivery, number: lots.filter(lot => lot.delivery === delivery).length}))
    .filter(({number}) => number > 0);
  if (kinds.length === 0) {
    const told = decision !== 'proposed' && decision !== 'refused';
    return <span className="faint">{told ? 'no receiver configured' : 'nothing to send'}</span>;
  }
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
