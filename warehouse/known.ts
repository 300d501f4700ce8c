/**
 * What is known already, in memory, for small batches: to find a hundred ids among ten million texts takes DuckDB 150 ms
 * and grows with the warehouse. Made from the database when small batches keep coming, carried on from it behind a large
 * one, and forgotten in any doubt.
 */
import {createHash} from 'node:crypto';
import {CANONICAL, columnsOf} from './canonical.ts';
import {DigestTable} from './digest-table.ts';
import {quoteName, type Session} from './duckdb.ts';
import {isItem} from './items.ts';

/** More rows than this are compared in DuckDB. */
export const SMALL_ROWS = 2000;
/** So many small batches are compared in DuckDB before what is known is read from it. */
const BATCHES_BEFORE = 2;

export interface NamedItem {
  kind: string;
  id: string;
}

/** The natural keys of a table. */
interface Keys {
  digests: DigestTable;
  /** All up to this batch were read; of later ones those that came in small batches are in it. */
  batch: number;
  /** A later batch was too large to be looked at one by one. */
  isBehind: boolean;
}

export class Known {
  #items: DigestTable | null = null;
  #keys = new Map<string, Keys>();
  #asked = new Map<string, number>();
  #isAmbiguous = false;

  /**
   * Whether none of these natural keys is stored. A "no" is to be looked into: the digests are short.
   * @param hashes by `keyHash`; null when there are too many
   * @returns null when it has to be found out otherwise
   */
  async areNew(session: Session, table: string, hashes: readonly string[] | null): Promise<boolean | null> {
    if (hashes === null || !this.#isWorthwhile(table)) return null;
    const {digests} = await this.learn(session, table);
    return hashes.every(hash => digests.get(...wordsOf(BigInt(hash))) === undefined);
  }

  /** Reads what is not known yet of a table's keys. To be called while nothing is being stored. */
  async learn(session: Session, table: string): Promise<Keys> {
    const known = this.#keys.get(table);
    if (known && !known.isBehind) return known;
    const keys = known ?? {digests: new DigestTable(2), batch: 0, isBehind: true};
    const words = split(keyHash(table), ['a', 'b']);
    for await (const [a, b] of session.chunks(`select ${words} from (${keysOf(table, keys.batch)})`)) {
      for (let k = 0; k < a.length; k++) keys.digests.add(a[k], b[k]);
    }
    keys.batch = (await session.row<{batch: number}>('select batch from applied')).batch;
    keys.isBehind = false;
    this.#keys.set(table, keys);
    return keys;
  }

  /** Whether none of these ids, each a whole natural key, is stored: asks no database. @returns null when it does not know */
  areNewIds(table: string, ids: readonly string[]): boolean | null {
    const keys = this.#keys.get(table);
    if (!keys || keys.isBehind) return null;
    return ids.every(id => {
      const digest = createHash('md5').update(id).digest();
      return keys.digests.get(digest.readUInt32LE(8), digest.readUInt32LE(12)) === undefined;
    });
  }

  /** After rows of a table were stored. @param hashes of their keys; null when they were not looked at one by one */
  stored(table: string, hashes: readonly string[] | null): void {
    const keys = this.#keys.get(table);
    if (!keys) return;
    if (hashes === null) keys.isBehind = true;
    else for (const hash of hashes) keys.digests.add(...wordsOf(BigInt(hash)));
  }

  /**
   * Keys of parts and lots: those that are known have theirs, the others get the next in the order given.
   * @returns null when it has to be found out otherwise
   */
  async keysOf(session: Session, items: readonly NamedItem[]): Promise<{item: number; isNew: boolean}[] | null> {
    if (this.#isAmbiguous || !this.#isWorthwhile('')) return null;
    this.#items ??= new DigestTable(3);
    const known = this.#items;
    const text = "(kind || ':' || id)";
    const query = `select ${split(`md5_number_lower${text}`, ['a', 'b'])},
      (md5_number_upper${text} & ${WORD})::uinteger as c, item::uinteger as item
      from fact.items where item >= ${known.size} order by item`;
    for await (const [a, b, c, item] of session.chunks(query)) {
      for (let k = 0; k < a.length; k++) {
        // Two ids of one digest: a hundred years of parts will not bring it about, somebody's intent might.
        if (known.get(a[k], b[k], c[k]) !== undefined) this.#isAmbiguous = true;
        known.add(a[k], b[k], c[k], item[k]);
      }
    }
    if (this.#isAmbiguous) return null;
    return items.map(({kind, id}) => {
      const digest = createHash('md5').update(`${kind}:${id}`).digest();
      const words = [digest.readUInt32LE(8), digest.readUInt32LE(12), digest.readUInt32LE(0)] as const;
      const found = known.get(...words);
      if (found !== undefined) return {item: found, isNew: false};
      const item = known.size;
      known.add(...words, item);
      return {item, isNew: true};
    });
  }

  /** After a failure: what was to be stored is not. */
  forget(): void {
    this.#items = null;
    this.#keys = new Map();
  }

  #isWorthwhile(table: string): boolean {
    const asked = (this.#asked.get(table) ?? 0) + 1;
    this.#asked.set(table, asked);
    return asked > BATCHES_BEFORE;
  }
}

/** SQL of the digest of a row's natural key, with text ids; of a single id one that can be worked out here as well. */
export function keyHash(table: string): string {
  const names = CANONICAL[table].key.map(quoteName);
  return names.length === 1 ? `md5_number_lower(${names[0]}::varchar)` : `hash(${names.join(', ')})`;
}

/** SQL of the natural keys that were stored after a batch, with text ids. */
function keysOf(table: string, batch: number): string {
  const columns = columnsOf(table).filter(c => CANONICAL[table].key.includes(c.name));
  const joins = columns
    .filter(isItem)
    .map(c => `left join fact.items ${alias(c.name)} on ${alias(c.name)}.item = f.${quoteName(c.name)}`);
  const texts = columns.map(
    c => `${isItem(c) ? `${alias(c.name)}.id` : `f.${quoteName(c.name)}`} as ${quoteName(c.name)}`,
  );
  return `select ${texts.join(', ')} from fact.${table} f ${joins.join(' ')} where f.batch > ${batch}`;
}

const alias = (name: string) => quoteName(`i_${name}`);

const WORD = 0xffffffff;

const split = (hash: string, [low, high]: [string, string]): string =>
  `(${hash} & ${WORD})::uinteger as ${low}, (${hash} >> 32)::uinteger as ${high}`;

const wordsOf = (hash: bigint): [number, number] => [Number(hash & 0xffffffffn), Number(hash >> 32n)];
