import {grouped} from '../warehouse/grouped.ts';
import type {LedgerEntry} from '../warehouse/ledger.ts';
import type {Check} from './doctor.ts';
import {Book, type Delivery} from './write-back/book.ts';

/** What was decided and is not at the MES after this time is no matter of a moment any more. */
const SOON_MS = 60_000;

/** What is on its way to each receiver and has not arrived: how much, since when and why. By the ledger alone. */
export function examineDeliveries(entries: LedgerEntry[], now: Date): Check[] {
  const book = Book.of({append: () => Promise.reject(new Error('nothing is written')), entries: () => entries});
  const waiting = [...book.lanes.values()].flat();
  const told = [...book.holds.values()].flatMap(({deliveries}) => deliveries);
  const fired = [...book.responses.values()].flatMap(record => ('firing' in record ? record.deliveries : []));
  const rejected = [...told, ...fired].filter(({state}) => state === 'rejected');
  const checks = [
    ...[...grouped(waiting, ({receiver}) => receiver)].map(([receiver, some]) => waits(receiver, some, now)),
    ...[...grouped(rejected, ({receiver}) => receiver)].map(([receiver, some]) => refuses(receiver, some)),
  ];
  return checks.length > 0 ? checks : [{what: 'deliveries', ok: true, detail: 'none waits, none is rejected'}];
}

function waits(receiver: string, deliveries: readonly Delivery[], now: Date): Check {
  const since = oldest(deliveries);
  const asking = deliveries.filter(({askPerson}) => askPerson).length;
  const why = deliveries.find(({why}) => why !== null)?.why ?? 'not tried yet';
  const ok = asking === 0 && now.getTime() - Date.parse(since) < SOON_MS;
  const person = asking > 0 ? `, ${asking} of them for a person to decide` : '';
  const hint =
    asking > 0
      ? '"fishbone hold list" and "fishbone responses log" name them; "hold settle" and "responses settle" decide'
      : 'they are sent by "fishbone serve" as soon as it can be reached; "fishbone deliver" tries now';
  const detail = `${deliveries.length} for ${receiver} wait, the oldest since ${since}${person}: ${why}`;
  return {what: 'deliveries', ok, warning: ok, detail, hint};
}

function refuses(receiver: string, deliveries: readonly Delivery[]): Check {
  const detail = `${deliveries.length} rejected by ${receiver}, the first of ${oldest(deliveries)}: ${deliveries[0].why}`;
  const hint =
    '"fishbone hold list" and "fishbone responses log" name them; "hold settle" and "responses settle" decide';
  return {what: 'deliveries', ok: true, warning: true, detail, hint};
}

const oldest = (deliveries: readonly Delivery[]): string => deliveries.map(({decidedAt}) => decidedAt).sort()[0];
