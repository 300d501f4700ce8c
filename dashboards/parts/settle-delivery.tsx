import type {HoldLot} from '../../api/schemas.ts';
import {useSettleDelivery} from '../hold-questions.ts';
import {SettleForm} from './settle-form.tsx';

/** Of a hold: what became of one lot at one receiver. */
export function SettleDelivery({hold, lot}: {hold: string; lot: HoldLot}) {
  const {mutate, error, isPending} = useSettleDelivery(hold);
  const {receiver, action} = lot;
  return (
    <SettleForm
      title={`${lot.lot} at ${receiver}`}
      waits={lot}
      settle={said => mutate({lot: lot.lot, receiver, action, ...said})}
      error={error}
      isPending={isPending}
    />
  );
}
