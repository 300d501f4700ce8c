import type {Finding} from '../warehouse/answers.ts';
import type {HoldEvidence} from '../warehouse/hold-answers.ts';
import type {App} from './app.ts';
import {deliveriesOf} from './write-back/entries.ts';

/** @throws FishboneError HOLD_NOT_FOUND */
export function holdEvidence(app: App, id: string): HoldEvidence {
  const hold = app.holds.show(id);
  const entries = app.warehouse.entries();
  const mine = entries.filter(({kind, body}) => kind === 'hold' && (body as {hold: string}).hold === id);
  const sent = new Set(mine.flatMap(({body}) => deliveriesOf(body)));
  const deliveries = entries.filter(
    ({kind, body}) => kind === 'delivery' && sent.has((body as {delivery?: string}).delivery ?? ''),
  );
  const evidence = hold.evidence as {finding?: Finding | null; permalink?: string} | null;
  const {seq, hash} = app.warehouse.ledger.head;
  return {
    hold,
    finding: evidence?.finding ?? null,
    ledger: [...mine, ...deliveries]
      .sort((a, b) => a.seq - b.seq)
      .map(entry => ({
        seq: entry.seq,
        at: entry.at,
        kind: entry.kind,
        what: (entry.body as {did: string}).did,
        hash: entry.hash,
      })),
    head: {seq, hash},
    plant: app.plantId,
    permalink: evidence?.permalink ?? null,
    askedAt: new Date().toISOString(),
  };
}
