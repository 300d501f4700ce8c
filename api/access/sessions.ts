import {randomBytes} from 'node:crypto';
import {digestOf, type Keys} from './keys.ts';
import type {Role} from './roles.ts';
import type {SessionSettings} from './settings.ts';

/** A browser that somebody signed in with. */
export interface Session {
  name: string;
  role: Role;
  /** The key that it stands for; null: the issuer vouched for the person. */
  keyId: string | null;
  /** What the issuer wants to see again when the person signs out there. */
  idToken: string | null;
  /** Sent back in a header with whatever changes something: a page from elsewhere cannot read it. */
  csrf: string;
  startedMs: number;
  seenMs: number;
}

const MOST_SESSIONS = 10_000;

/**
 * Who is signed in, in the memory of the server: with the server all sessions end, and what was configured otherwise
 * holds for everybody at once. Of the token only its digest is kept.
 */
export class Sessions {
  readonly #keys: Keys;
  readonly #settings: SessionSettings;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();

  constructor(keys: Keys, settings: SessionSettings, now: () => number = Date.now) {
    this.#keys = keys;
    this.#settings = settings;
    this.#now = now;
  }

  /** @returns the token for the cookie: the only time that it can be seen */
  start(who: Pick<Session, 'name' | 'role' | 'keyId' | 'idToken'>): {token: string; session: Session} {
    this.#clearAway();
    const token = `fs_${randomBytes(32).toString('base64url')}`;
    const csrf = `fc_${randomBytes(32).toString('base64url')}`;
    const nowMs = this.#now();
    const session = {...who, csrf, startedMs: nowMs, seenMs: nowMs};
    this.#sessions.set(placeOf(token), session);
    return {token, session};
  }

  /** Whose session it is, or null when it ended: by itself, by signing out, or with its key. */
  find(token: string): Session | null {
    const session = this.#sessions.get(placeOf(token));
    if (!session) return null;
    if (!this.#isOn(session)) {
      this.#sessions.delete(placeOf(token));
      return null;
    }
    session.seenMs = this.#now();
    return session;
  }

  end(token: string): Session | null {
    const session = this.find(token);
    this.#sessions.delete(placeOf(token));
    return session;
  }

  /** When it ends at the latest. */
  endsAt({startedMs}: Session): string {
    return new Date(startedMs + this.#settings.hours * 3_600_000).toISOString();
  }

  #isOn({keyId, startedMs, seenMs}: Session): boolean {
    const nowMs = this.#now();
    if (nowMs - startedMs >= this.#settings.hours * 3_600_000) return false;
    if (nowMs - seenMs >= this.#settings.idleMinutes * 60_000) return false;
    return keyId === null || this.#keys.works(keyId);
  }

  #clearAway(): void {
    if (this.#sessions.size < MOST_SESSIONS) return;
    for (const [place, session] of this.#sessions) if (!this.#isOn(session)) this.#sessions.delete(place);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS) this.#sessions.delete(oldest);
  }
}

const placeOf = (token: string): string => digestOf(token).toString('hex');
