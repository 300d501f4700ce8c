import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';
import {z} from 'zod';
import type {LedgerEntry} from '../../warehouse/ledger.ts';
import {FishboneError} from '../errors.ts';
import {checkTables} from './own-tables.ts';
import {Role} from './roles.ts';

/** What the ledger keeps of keys (entries of kind 'key'): never the key, only its SHA-256. */
type KeyEntry =
  | {
      did: 'create';
      id: string;
      name: string;
      role: Role;
      sha256: string;
      by: string;
      expiresAt?: string;
      station?: string;
      tables?: string[];
    }
  | {did: 'expire'; id: string; expiresAt: string; by: string}
  | {did: 'revoke'; id: string; by: string};

export const KeyRow = z.object({
  id: z.string(),
  name: z.string().describe('the identity that decisions are recorded under'),
  role: Role,
  station: z.string().nullable().describe('the only one that it records inspections and images of; null: of any'),
  tables: z.array(z.string()).nullable().describe('the only ones that it reads, or adds to; null: any'),
  createdAt: z.string(),
  expiresAt: z.string().nullable().describe('from then on it is refused; null: it goes on until it is revoked'),
  revokedAt: z.string().nullable(),
});
export type KeyRow = z.infer<typeof KeyRow>;

export interface KeyLedger {
  append(kind: string, body: unknown): Promise<LedgerEntry>;
  entries(): readonly LedgerEntry[];
}

interface Wish {
  name: string;
  role: Role;
  by: string;
  expiresAt?: string;
  /** The only one that it may record of. */
  station?: string;
  /** The only ones that it may read, or add to. */
  tables?: readonly string[];
}

interface Rotation {
  /** Or the id. */
  name: string;
  /** How long the old key goes on. */
  keepHours: number;
  by: string;
  expiresAt?: string;
}

/** API keys: 256 random bits each, read back from the ledger. */
export class Keys {
  readonly #ledger: KeyLedger;
  readonly #keys = new Map<string, KeyRow & {digest: Buffer}>();
  readonly #isPerson: (name: string) => boolean;
  readonly #now: () => number;
  #read = 0;

  /** @param isPerson whether somebody without a key bears a name */
  constructor(
    ledger: KeyLedger,
    isPerson: (name: string) => boolean = () => false,
    now: () => number = () => Date.now(),
  ) {
    this.#ledger = ledger;
    this.#isPerson = isPerson;
    this.#now = now;
  }

  /**
   * @param wish.expiresAt ISO 8601 with an offset
   * @returns the key in clear text: the only time that it can be seen
   * @throws FishboneError CONFLICT when a key that still works has the name, USAGE for an end that has passed, and for
   * a station or tables that do not go with the role
   */
  async create({name, role, by, expiresAt, station, tables}: Wish): Promise<KeyRow & {key: string}> {
    if (station !== undefined && role !== 'ingest') {
      throw new FishboneError('USAGE', `a key of a station records, and the role ${role} is for more than that`, {
        hint: 'give it the role ingest, or leave the station out',
      });
    }
    if (tables !== undefined) checkTables(tables, role, station);
    const wanted = name.trim();
    if (this.hasName(wanted) || this.#isPerson(wanted)) {
      const what = this.hasName(wanted) ? 'a key' : 'somebody who signs in';
      const message = `there is ${what} named ${wanted} already: the name is whom decisions are recorded under`;
      throw new FishboneError('CONFLICT', message, {hint: 'choose another name, or revoke the old key first'});
    }
    return this.#make({name: wanted, role, by, expiresAt, station, tables});
  }

  /**
   * A new key of the same name, role, station and tables; the old one goes on for a while, so that nobody is locked out meanwhile.
   * @throws FishboneError NOT_FOUND, USAGE
   */
  async rotate({name, keepHours, by, expiresAt}: Rotation): Promise<KeyRow & {key: string; oldUntil: string}> {
    const old = this.#live().filter(row => row.name === name || row.id === name);
    const [first] = old;
    if (first === undefined) {
      throw new FishboneError('NOT_FOUND', `there is no key ${name} that works`, {hint: 'see "fishbone key list"'});
    }
    const {role, station, tables} = first;
    const limits = {station: station ?? undefined, tables: tables ?? undefined};
    const made = await this.#make({name: first.name, role, by, expiresAt, ...limits});
    const oldUntil = new Date(this.#now() + keepHours * 3_600_000).toISOString();
    for (const {id, expiresAt: before} of old) {
      if (before !== null && Date.parse(before) <= Date.parse(oldUntil)) continue;
      await this.#ledger.append('key', {did: 'expire', id, expiresAt: oldUntil, by} satisfies KeyEntry);
    }
    return {...made, oldUntil};
  }

  async #make({name: wanted, role, by, expiresAt, station, tables}: Wish): Promise<KeyRow & {key: string}> {
    if (expiresAt !== undefined && !(Date.parse(expiresAt) > this.#now())) {
      throw new FishboneError('USAGE', `a key that ends at ${expiresAt} would never work`, {
        hint: 'choose a later time',
      });
    }
    const key = `fb_${randomBytes(32).toString('base64url')}`;
    const digest = digestOf(key);
    const id = digest.toString('hex').slice(0, 10);
    const sha256 = digest.toString('hex');
    const limits = {...(expiresAt && {expiresAt}), ...(station && {station}), ...(tables && {tables: [...tables]})};
    const entry: KeyEntry = {did: 'create', id, name: wanted, role, sha256, by, ...limits};
    await this.#ledger.append('key', entry);
    return {...this.list().find(row => row.id === id)!, key};
  }

  /**
   * By its id one key; by a name all that bear it: after a rotation there are several, and any may be the one that got lost.
   * @returns the newest of them, with the ids of all
   * @throws FishboneError NOT_FOUND, CONFLICT when all are revoked already
   */
  async revoke(idOrName: string, by: string): Promise<KeyRow & {ids: string[]}> {
    const all = this.list();
    const one = all.filter(({id}) => id === idOrName);
    const meant = one.length > 0 ? one : all.filter(({name}) => name === idOrName);
    if (meant.length === 0)
      throw new FishboneError('NOT_FOUND', `there is no key ${idOrName}`, {hint: 'see "fishbone key list"'});
    const ids = meant.filter(({revokedAt}) => revokedAt === null).map(({id}) => id);
    if (ids.length === 0) throw new FishboneError('CONFLICT', `key ${idOrName} was revoked already`);
    for (const id of ids) await this.#ledger.append('key', {did: 'revoke', id, by} satisfies KeyEntry);
    return {...this.list().find(({id}) => id === ids.at(-1))!, ids};
  }

  list(): KeyRow[] {
    this.#catchUp();
    return [...this.#keys.values()].map(({digest: _digest, ...row}) => row);
  }

  /** Whether callers have to show a key: since the first one was made, and for good. */
  get required(): boolean {
    this.#catchUp();
    return this.#keys.size > 0;
  }

  get anyWorks(): boolean {
    return this.#live().length > 0;
  }

  /** Whether a key that works has a name, in whatever case. */
  hasName(name: string): boolean {
    return this.#live().some(key => key.name.toLowerCase() === name.toLowerCase());
  }

  works(id: string): boolean {
    this.#catchUp();
    const key = this.#keys.get(id);
    return key !== undefined && this.#isOn(key);
  }

  /** Whose key it is, or null. Every stored key is compared, in constant time. */
  find(key: string): KeyRow | null {
    const digest = digestOf(key);
    let found: KeyRow | null = null;
    for (const row of this.#live()) if (timingSafeEqual(row.digest, digest)) found = row;
    return found;
  }

  /** When a key that was right once ended by itself; null for any other. */
  expiredAt(key: string): string | null {
    this.#catchUp();
    const digest = digestOf(key);
    let at: string | null = null;
    for (const row of this.#keys.values())
      if (timingSafeEqual(row.digest, digest) && row.revokedAt === null && !this.#isOn(row)) at = row.expiresAt;
    return at;
  }

  #isOn({revokedAt, expiresAt}: KeyRow): boolean {
    return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > this.#now());
  }

  #live() {
    this.#catchUp();
    return [...this.#keys.values()].filter(key => this.#isOn(key));
  }

  #catchUp(): void {
    const entries = this.#ledger.entries();
    for (; this.#read < entries.length; this.#read++) {
      const {kind, at, body} = entries[this.#read];
      if (kind !== 'key') continue;
      const entry = body as KeyEntry;
      const known = this.#keys.get(entry.id);
      if (entry.did === 'revoke') {
        if (known) known.revokedAt ??= at;
      } else if (entry.did === 'expire') {
        if (known) known.expiresAt = entry.expiresAt;
      } else if (!known) {
        const {id, name, role, sha256, expiresAt = null, station = null, tables = null} = entry;
        const digest = Buffer.from(sha256, 'hex');
        this.#keys.set(id, {id, name, role, station, tables, createdAt: at, expiresAt, revokedAt: null, digest});
      }
    }
  }
}

/** A key is as random as its digest, so a slow hash would protect nothing. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
