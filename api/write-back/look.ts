import type {LotAtMes} from '../../warehouse/hold-answers.ts';
import type {HoldDelivery} from './book.ts';
import type {Driver} from './drivers/driver.ts';

const AT_ONCE = 8;
/** A receiver that so often could not be asked is not asked about the lots that are left. */
const GIVE_UP_AFTER = 3;

/**
 * Asks the receivers how lots are there now: each by the last message that it was sent about the lot, whichever hold that
 * came from. Nothing is recorded.
 * @param told the last message of each lot and receiver; null where none was sent yet
 */
export async function askReceivers(
  told: readonly {lot: string; receiver: string; last: HoldDelivery | null}[],
  drivers: Readonly<Record<string, Driver>>,
): Promise<LotAtMes[]> {
  const silent = new Map<string, number>();
  const answers: LotAtMes[] = [];
  const left = [...told.entries()];
  const askOn = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [k, {lot, receiver, last}] = next;
      const gaveUp = (silent.get(receiver) ?? 0) >= GIVE_UP_AFTER;
      const found = last === null ? NOT_TOLD : gaveUp ? NOT_ASKED : await askOne(last, drivers[receiver]);
      if (found.state === 'unreadable') silent.set(receiver, (silent.get(receiver) ?? 0) + 1);
      answers[k] = {lot, receiver, hold: last?.hold ?? null, action: last?.action ?? null, ...found};
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, askOn));
  return answers;
}

type Found = Pick<LotAtMes, 'state' | 'why'>;

const NOT_TOLD: Found = {state: 'not-told', why: null};
const NOT_ASKED: Found = {state: 'unreadable', why: 'not asked: the receiver did not answer about other lots'};

async function askOne(last: HoldDelivery, driver: Driver | undefined): Promise<Found> {
  if (!driver) return {state: 'unreadable', why: 'this receiver is not configured any more'};
  const due = ({hold: 'held', release: 'free', scrap: 'scrapped'} as const)[last.action];
  const found = await driver.lookUp(last);
  if (found.is === 'impossible' || found.is === 'unreachable') return {state: 'unreadable', why: found.why};
  if (found.is === 'unknown') return {state: 'otherwise', why: `it does not know of the ${last.action}`};
  const {says} = found;
  const isOther = (says === 'held' || says === 'free') && says !== due;
  return isOther ? {state: 'otherwise', why: `it says ${says}`} : {state: due, why: null};
}
