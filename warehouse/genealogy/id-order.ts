/** The order of items by kind and id, kept in memory: to cut a long list by id, no id has to be read. */
import type {Session} from '../duckdb.ts';

export class IdOrder {
  /** By item: its place among the items known when this was read. */
  readonly #places: Uint32Array;

  private constructor(places: Uint32Array) {
    this.#places = places;
  }

  /** About a second for six million items. @param items keys are below it */
  static async read(session: Session, items: number): Promise<IdOrder> {
    const places = new Uint32Array(items);
    let place = 0;
    const inOrder = `select item::uinteger from fact.items where item < ${items} order by kind, id`;
    for await (const [some] of session.chunks(inOrder)) {
      for (let k = 0; k < some.length; k++) places[some[k]] = place++;
    }
    return new IdOrder(places);
  }

  /** Whether the item was known when this was read. */
  knows(item: number): boolean {
    return item < this.#places.length;
  }

  /** The first of some known items, in order. */
  first(items: Int32Array, limit: number): Int32Array {
    const n = items.length;
    // The place decides; the rest of the number says which item it is. Exact below 2^53: 90 million items.
    const keys = new Float64Array(n);
    for (let k = 0; k < n; k++) keys[k] = this.#places[items[k]] * n + k;
    const first = (n > limit ? this.#lowest(keys, limit) : keys).sort().subarray(0, limit);
    return Int32Array.from(first, key => items[key % n]);
  }

  /** A few more than `limit` keys, the lowest among them, unsorted: sorting all of them would take most of the time. */
  #lowest(keys: Float64Array, limit: number): Float64Array {
    const width = (this.#places.length * keys.length) / BUCKETS;
    const counts = new Uint32Array(BUCKETS + 1);
    for (let k = 0; k < keys.length; k++) counts[Math.floor(keys[k] / width)]++;
    let last = 0;
    for (let sum = counts[0]; sum < limit; sum += counts[last]) last++;
    return keys.filter(key => Math.floor(key / width) <= last);
  }

  get bytes(): number {
    return this.#places.byteLength;
  }
}

const BUCKETS = 1 << 14;
