import {z} from 'zod';
import {FishboneError} from '../../errors.ts';
import {readSecret} from '../../secret-file.ts';
import {allowedUrl} from './address.ts';
import {type Driver, isResponse, type LookUp, type Message, type Outcome} from './driver.ts';
import {lookedUp, settled} from './failure.ts';
import {type OrderAlert, openAlerts, openOrders, resolve, stopOrder, stops} from './tryton/orders.ts';
import {type TrytonCalls, TrytonSession} from './tryton/session.ts';
import {
  cancel,
  carryOut,
  findLot,
  findQuarantine,
  holdMoves,
  type Lot,
  type Quarantine,
  reservations,
  round,
  type Stock,
  ship,
  stockOf,
} from './tryton/stock.ts';

export const TrytonSettings = z.strictObject({
  driver: z.literal('tryton'),
  /** Of the server, without the database. */
  url: z.string(),
  database: z.string().regex(/^\w[\w-]*$/, {error: 'is no name of a database'}),
  user: z.string().min(1),
  passwordFile: z.string().min(1),
  /** Code or name of the location that held lots are moved to. */
  quarantine: z.string().min(1),
  /** With the name of a quality control: production orders with a held lot are stopped by an alert. */
  orderControl: z.string().min(1).optional(),
  timeoutMs: z.number().int().positive().optional(),
});

type TrytonConfig = z.output<typeof TrytonSettings>;

/**
 * Holds lots in Tryton 7.0: an internal shipment with the hold's number as its reference brings the stock to quarantine;
 * production orders with the lot can be stopped by a quality alert. A release is the reverse of what holds have done.
 * Tryton answers null to a call that did nothing, so what counts is only what is read back.
 * @throws FishboneError RECEIVER_INVALID for a host that is not allowed or a password that cannot be read
 */
export async function trytonDriver(name: string, config: TrytonConfig, allowHosts: readonly string[]): Promise<Driver> {
  const server = allowedUrl(name, config.url, allowHosts);
  const url = new URL(`${server.pathname.replace(/\/$/, '')}/${config.database}/`, server);
  const password = await readPassword(name, config.passwordFile);
  const session = new TrytonSession({url, user: config.user, password, timeoutMs: config.timeoutMs ?? 10_000});
  // The layout of a plant does not change from one lot to the next.
  let known: Quarantine | undefined;
  const quarantineOf = async (mes: TrytonCalls) => (known ??= await findQuarantine(mes, config.quarantine));

  return {
    send: message =>
      settled(async () => {
        if (isResponse(message)) return {is: 'rejected', why: `tryton takes no ${message.action}`};
        if (message.action === 'scrap') return {is: 'rejected', why: SCRAP_BY_HAND};
        const mes = session.begin();
        const quarantine = await quarantineOf(mes);
        return (message.action === 'hold' ? hold : release)(mes, config, quarantine, message);
      }),
    lookUp: message =>
      lookedUp(async () => {
        if (isResponse(message)) return {is: 'unknown'};
        if (message.action === 'scrap') return {is: 'impossible', why: SCRAP_BY_HAND};
        const mes = session.begin();
        return lookUp(mes, config, await quarantineOf(mes), message);
      }),
  };
}

const SCRAP_BY_HAND = 'nothing here scraps a lot in Tryton: a person has to write it off there';

async function hold(
  mes: TrytonCalls,
  config: TrytonConfig,
  quarantine: Quarantine,
  message: Message,
): Promise<Outcome> {
  const lot = await findLot(mes, message.lot);
  for (const id of await begun(mes, lot, ({hold: by, to}) => by === message.hold && quarantine.within.has(to))) {
    await carryOut(mes, id);
  }
  for (const place of await stockOf(mes, lot)) {
    if (place.available <= 0 || !isMovable(place, quarantine)) continue;
    await ship(mes, lot, {hold: message.hold, quantity: place.available, from: place.id, to: quarantine.id});
  }
  if (config.orderControl !== undefined) {
    for (const {id} of await openOrders(mes, lot)) await stopOrder(mes, config.orderControl, lot, id, message);
  }
  const free = await whatIsFree(mes, config, lot, quarantine);
  return free === null ? {is: 'acknowledged'} : {is: 'rejected', why: free};
}

async function release(
  mes: TrytonCalls,
  config: TrytonConfig,
  quarantine: Quarantine,
  message: Message,
): Promise<Outcome> {
  const lot = await findLot(mes, message.lot);
  const isInto = ({to}: {to: number}) => quarantine.within.has(to);
  for (const id of await begun(mes, lot, isInto)) await cancel(mes, id);
  for (const id of await begun(mes, lot, move => !isInto(move))) await carryOut(mes, id);
  for (const {from, to, quantity} of await toReturn(mes, lot, quarantine)) {
    await ship(mes, lot, {hold: message.hold, quantity, from, to});
  }
  if (config.orderControl !== undefined) {
    for (const alert of await openAlerts(mes, lot)) await resolve(mes, lot, alert);
  }
  const kept = await whatIsKept(mes, config, lot, quarantine);
  return kept === null ? {is: 'acknowledged'} : {is: 'rejected', why: kept};
}

async function lookUp(
  mes: TrytonCalls,
  config: TrytonConfig,
  quarantine: Quarantine,
  {lot: number, action}: Message,
): Promise<LookUp> {
  const lot = await findLot(mes, number);
  const missing = await (action === 'hold' ? whatIsFree : whatIsKept)(mes, config, lot, quarantine);
  return {is: missing === null ? 'known' : 'unknown'};
}

/** Shipments of holds that were begun and not finished: an answer was lost on the way. */
async function begun(
  mes: TrytonCalls,
  lot: Lot,
  isMeant: (move: {hold: string; to: number}) => boolean,
): Promise<number[]> {
  const moves = (await holdMoves(mes, lot)).filter(move => !['done', 'cancelled'].includes(move.state));
  return [...new Set(moves.filter(isMeant).map(({shipment}) => shipment))];
}

/** In words, what of a lot is not held; null when all of it is. As read from Tryton. */
async function whatIsFree(
  mes: TrytonCalls,
  config: TrytonConfig,
  lot: Lot,
  quarantine: Quarantine,
): Promise<string | null> {
  const stock = await stockOf(mes, lot);
  const held = sum(stock.filter(({id}) => quarantine.within.has(id)));
  const outside = stock.filter(({id}) => !quarantine.within.has(id));
  const reserved = await reservations(mes, lot, outside.map(({id}) => id)); // biome-ignore format: short
  const orders = config.orderControl === undefined ? [] : await openOrders(mes, lot);
  const alerts = config.orderControl === undefined ? [] : (await openAlerts(mes, lot)).filter(stops);
  const isStopped = (order: number | null) => alerts.some(alert => alert.order === order);
  // What is reserved for an order that cannot run does not move.
  const stopped = sum(reserved.filter(({order}) => isStopped(order)));
  const free = round(sum(outside) - stopped, lot);
  const running = orders.filter(({id}) => !isStopped(id)).map(order => `production ${order.rec_name} is not stopped`);
  if (free <= 0 && running.length === 0) {
    return held > 0 || alerts.length > 0 ? null : `Tryton has nothing of lot ${lot.number} in stock`;
  }
  const by = reserved.filter(({order}) => !isStopped(order)).map(r => `${r.quantity} reserved by ${r.by}`);
  const where = outside.map(place => {
    const far = isMovable(place, quarantine) ? '' : ', which is another warehouse';
    return `${place.quantity} in ${place.name}${far}`;
  });
  const left = free > 0 ? [`${free} of lot ${lot.number} can still be used (${[...where, ...by].join('; ')})`] : [];
  return [...left, ...running, `${round(held, lot)} are in ${quarantine.name}`].join('; ');
}

/** In words, what a release has left held; null when nothing that holds have done is in effect. */
async function whatIsKept(
  mes: TrytonCalls,
  config: TrytonConfig,
  lot: Lot,
  quarantine: Quarantine,
): Promise<string | null> {
  const returning = await toReturn(mes, lot, quarantine);
  const pending = await begun(mes, lot, () => true);
  const alerts: OrderAlert[] = config.orderControl === undefined ? [] : await openAlerts(mes, lot);
  const words = [
    ...returning.map(({quantity}) => `${quantity} of lot ${lot.number} are still in ${quarantine.name}`),
    ...pending.map(id => `shipment ${id} is not finished`),
    ...alerts.map(({id}) => `alert ${id} is still open`),
  ];
  return words.length === 0 ? null : words.join('; ');
}

/**
 * What holds have brought to quarantine and is still there, by where it came from. What other people have put there
 * stays: only they can release it.
 */
async function toReturn(
  mes: TrytonCalls,
  lot: Lot,
  quarantine: Quarantine,
): Promise<{from: number; to: number; quantity: number}[]> {
  const moves = (await holdMoves(mes, lot)).filter(({state}) => state === 'done');
  const into = moves
    .filter(({from, to}) => quarantine.within.has(to) && !quarantine.within.has(from))
    .map(move => ({...move}));
  const outOf = moves.filter(({from, to}) => quarantine.within.has(from) && !quarantine.within.has(to));
  let owed = round(sum(into) - sum(outOf), lot);
  const shares: {from: number; to: number; quantity: number}[] = [];
  for (const place of (await stockOf(mes, lot)).filter(({id}) => quarantine.within.has(id))) {
    let left = Math.min(owed, place.quantity);
    owed = round(owed - left, lot);
    // Newest first: the latest hold is the one in effect.
    for (const move of into) {
      const share = round(Math.min(left, move.quantity), lot);
      if (share > 0) shares.push({from: place.id, to: move.from, quantity: share});
      left = round(left - share, lot);
      move.quantity -= share;
    }
  }
  return shares;
}

/** A shipment to another warehouse passes through transit, where nobody would wait for it. */
function isMovable({id, warehouse}: Stock, quarantine: Quarantine): boolean {
  return !quarantine.within.has(id) && (warehouse === null || warehouse === quarantine.warehouse);
}

function sum(rows: readonly {quantity: number}[]): number {
  return rows.reduce((all, {quantity}) => all + quantity, 0);
}

async function readPassword(receiver: string, file: string): Promise<string> {
  try {
    return await readSecret(file);
  } catch (cause) {
    const message = `receiver ${receiver}: its password cannot be read: ${(cause as Error).message}`;
    throw new FishboneError('RECEIVER_INVALID', message, {hint: `write it into ${file}`, cause});
  }
}
