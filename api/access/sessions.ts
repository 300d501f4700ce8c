import {createHmac, randomBytes} from 'node:crypto';
import {digestOf, type Keys} from './keys.ts';
import type {SessionRow} from './session-file.ts';
import type {SessionSettings} from './settings.ts';

/** A browser that somebody signed in with. */
interface Kept extends SessionRow {
  /** What the issuer wants to see again when the person signs out there: never written down, so it is null after a restart. */
  idToken: string | null;
}

/** As its bearer sees it. */
export interface Session extends Kept {
  /** Sent back in a header with whatever changes something: a page from elsewhere cannot read it. */
  csrf: string;
}

interface Around {
  /** The digest of the settings that roles are given under; null: there is no issuer. */
  grants?: string | null;
  /** Writes down who is signed in. @returns whether it could: if not, it is tried again */
  keep?: (rows: SessionRow[]) => Promise<boolean>;
  now?: () => number;
}

const MOST_SESSIONS = 10_000;

/**
 * Who is signed in. Of the token only its digest is kept, and what pages send back is made from the token, so there is
 * nothing here that could be shown to get in. Written down when somebody signs in or out, and by `tidy`; never because
 * of a request.
 */
export class Sessions {
  readonly #keys: Pick<Keys, 'works'>;
  readonly #settings: SessionSettings;
  readonly #grants: string | null;
  readonly #keep: (rows: SessionRow[]) => Promise<boolean>;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Kept>();
  #isChanged = false;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(
    keys: Pick<Keys, 'works'>,
    settings: SessionSettings,
    {grants = null, keep = async () => true, now = Date.now}: Around = {},
  ) {
    this.#keys = keys;
    this.#settings = settings;
    this.#grants = grants;
    this.#keep = keep;
    this.#now = now;
  }

  /**
   * Those that were written down go on, as far as they still hold.
   * @returns how many ended because the settings that gave the role are others now
   */
  restore(rows: readonly SessionRow[]): number {
    let others = 0;
    this.#isChanged = rows.length > 0;
    for (const row of rows) {
      const endsMs = Math.min(row.endsMs, row.startedMs + this.#settings.hours * 3_600_000);
      const session = {...row, endsMs, idToken: null};
      // Begun later than now: the clock was set back, and how long it goes on cannot be told.
      if (row.startedMs > this.#now() || !this.#isOn(session)) continue;
      if (this.#holds(session)) this.#sessions.set(row.sha256, session);
      else if (row.keyId === null) others++;
    }
    return others;
  }

  /**
   * When it resolves, it is written down.
   * @param instead the token that the browser had before: worth nothing from now on
   * @returns the token for the cookie: the only time that it can be seen
   */
  async start(
    {name, role, keyId, idToken}: Pick<Kept, 'name' | 'role' | 'keyId' | 'idToken'>,
    instead: string | null = null,
  ): Promise<{token: string; session: Session}> {
    if (instead !== null) this.#sessions.delete(placeOf(instead));
    this.#makeRoom();
    const token = `fs_${randomBytes(32).toString('base64url')}`;
    const sha256 = placeOf(token);
    const nowMs = this.#now();
    const endsMs = nowMs + this.#settings.hours * 3_600_000;
    const grants = keyId === null ? this.#grants : null;
    const session = {sha256, name, role, keyId, grants, startedMs: nowMs, endsMs, seenMs: nowMs, idToken};
    this.#sessions.set(sha256, session);
    await this.#write();
    return {token, session: {...session, csrf: csrfOf(token)}};
  }

  /** Whose session it is, or null when it ended: by itself, by signing out, or with its key. */
  find(token: string): Session | null {
    const session = this.#sessions.get(placeOf(token));
    if (!session) return null;
    this.#isChanged = true;
    if (!this.#isOn(session) || !this.#holds(session)) {
      this.#sessions.delete(session.sha256);
      return null;
    }
    session.seenMs = this.#now();
    return {...session, csrf: csrfOf(token)};
  }

  /** When it resolves, it is in no file any more. */
  async end(token: string): Promise<Session | null> {
    const session = this.find(token);
    if (session) {
      this.#sessions.delete(session.sha256);
      await this.#write();
    }
    return session;
  }

  /** Writes down when each was seen last, without those that ended; nothing where nothing happened. */
  async tidy(): Promise<void> {
    this.#clearAway();
    if (this.#isChanged) await this.#write();
  }

  #isOn({endsMs, seenMs}: SessionRow): boolean {
    const nowMs = this.#now();
    return nowMs < endsMs && nowMs - seenMs < this.#settings.idleMinutes * 60_000;
  }

  /** Whether what it was given for is still so. */
  #holds({keyId, grants}: SessionRow): boolean {
    return keyId === null ? grants === this.#grants : this.#keys.works(keyId);
  }

  #clearAway(): void {
    for (const [place, session] of this.#sessions) {
      if (this.#isOn(session) && this.#holds(session)) continue;
      this.#sessions.delete(place);
      this.#isChanged = true;
    }
  }

  #makeRoom(): void {
    if (this.#sessions.size < MOST_SESSIONS) return;
    this.#clearAway();
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS) this.#sessions.delete(oldest);
  }

  /** One at a time; all that come while one is being written share the next. */
  #write(): Promise<void> {
    this.#next ??= this.#writing.then(async () => {
      this.#next = null;
      this.#isChanged = false;
      const rows = [...this.#sessions.values()].map(({idToken: _idToken, ...row}) => row);
      if (!(await this.#keep(rows))) this.#isChanged = true;
    });
    this.#writing = this.#next;
    return this.#next;
  }
}

const placeOf = (token: string): string => digestOf(token).toString('hex');

/** Whoever knows it does not know the token. */
const csrfOf = (token: string): string => `fc_${createHmac('sha256', token).update('csrf').digest('base64url')}`;
