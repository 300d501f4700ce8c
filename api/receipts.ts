import {createHash} from 'node:crypto';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {KeyLedger} from './access/keys.ts';
import {FishboneError} from './errors.ts';

/** Entries of kind 'receipt': what was answered to a request that bore an Idempotency-Key. */
interface ReceiptEntry {
  key: string;
  /** Of the table and the bytes that were sent. */
  request: string;
  receipts: Receipt[];
}

/** Remembers answers, so that a request sent twice with one Idempotency-Key is done once and answered alike. */
export class Receipts {
  readonly #ledger: KeyLedger;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(ledger: KeyLedger) {
    this.#ledger = ledger;
  }

  /**
   * @param key as the sender chose it, together with who the sender is
   * @param request a digest of what is asked
   * @throws FishboneError CONFLICT if the key came with another request before
   */
  async once(key: string, request: string, work: () => Promise<Receipt[]>): Promise<Receipt[]> {
    const hashed = createHash('sha256').update(key).digest('hex');
    const before = this.#underWay.get(hashed) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#answer(hashed, request, work));
    this.#underWay.set(hashed, mine);
    try {
      return await mine;
    } finally {
      if (this.#underWay.get(hashed) === mine) this.#underWay.delete(hashed);
    }
  }

  async #answer(key: string, request: string, work: () => Promise<Receipt[]>): Promise<Receipt[]> {
    const known = this.#ledger
      .entries()
      .find(({kind, body}) => kind === 'receipt' && (body as ReceiptEntry).key === key);
    if (known) {
      const {request: earlier, receipts} = known.body as ReceiptEntry;
      if (earlier === request) return receipts;
      throw new FishboneError('CONFLICT', 'this Idempotency-Key came with another file or table before', {
        hint: 'use a new key for each file',
      });
    }
    const receipts = await work();
    await this.#ledger.append('receipt', {key, request, receipts} satisfies ReceiptEntry);
    return receipts;
  }
}
