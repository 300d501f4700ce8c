/** Sessions that look from a position: each answers one reading at a time, in one transaction. */
import type {DuckDBInstance} from '@duckdb/node-api';
import {openSession, quoteName, quoteText, type Session} from './duckdb.ts';
import {Lacking} from './history.ts';
import {keptFor, Newest} from './newest.ts';
import type {Variables} from './variables/variables.ts';

const MAX_IDLE = 4;

export class Readers {
  readonly #instance: DuckDBInstance;
  readonly #timeZone: string;
  readonly #variables: Variables;
  readonly #now: () => {position: number; edition: number};
  /** With the temporary tables of what was asked: they hold for one position and one edition of the names. */
  readonly #idle: Idle[] = [];
  /** Which parts are being asked about, and the last of those who ask. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #opening: Promise<Newest> | null = null;
  #closed = false;

  /** @param now the newest position, and the edition of the persons' names */
  constructor(
    instance: DuckDBInstance,
    timeZone: string,
    variables: Variables,
    now: () => {position: number; edition: number},
  ) {
    this.#instance = instance;
    this.#variables = variables;
    variables.attach(
      () => openSession(instance),
      () => now().edition,
    );
    this.#timeZone = timeZone;
    this.#now = now;
  }

  /**
   * @param asOf a position that is reached; the newest by default
   * @param about which parts, where finding them is most of the work: questions about the same ones come one after the other,
   *   and to the session that found them, for as long as it looks from the same position
   */
  async read<T>(
    asOf: number | undefined,
    ask: (session: Session, asOf: number) => Promise<T>,
    about?: string,
  ): Promise<T> {
    if (about === undefined) return this.#inTurn(asOf, ask, null);
    const before = this.#turns.get(about)?.catch(() => undefined);
    const mine = (before ?? Promise.resolve()).then(() => this.#inTurn(asOf, ask, about));
    this.#turns.set(about, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(about) === mine) this.#turns.delete(about);
    }
  }

  async #inTurn<T>(
    asOf: number | undefined,
    ask: (session: Session, asOf: number) => Promise<T>,
    about: string | null,
  ): Promise<T> {
    const newest = await this.#newest();
    const asked = this.#now().position;
    for (;;) {
      const {edition} = this.#now();
      try {
        return await this.#read(newest, {asOf, asked, edition, about}, ask);
      } catch (error) {
        if (!(error instanceof Lacking)) throw error;
        await newest.advance(this.#now().position, edition, error.tables);
      }
    }
  }

  /** What could not be opened is tried again by whoever reads next. */
  #newest(): Promise<Newest> {
    this.#opening ??= Newest.open(this.#instance, this.#timeZone).catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#opening?.catch(() => null))?.close();
    for (const {session} of this.#idle) session.connection.closeSync();
  }

  /** @throws Lacking when what is kept for the newest position has to be brought up first */
  async #read<T>(newest: Newest, wanted: Wanted, ask: (session: Session, asOf: number) => Promise<T>): Promise<T> {
    const {asOf, asked, edition, about} = wanted;
    const isNewest = asOf === undefined || asOf === this.#now().position;
    const idle = this.#take(labelOf(asOf ?? Math.max(asked, newest.position), edition, isNewest), about);
    const session = idle?.session ?? (await openSession(this.#instance));
    session.variables = this.#variables;
    let at: string | null = idle?.at ?? null;
    try {
      await session.run('begin transaction');
      const position = await this.#look(session, wanted);
      const label = labelOf(position, edition, session.kept !== null);
      if (at !== label) {
        at = null;
        session.known = new Map();
        await clearTemporary(session);
        await session.run(`set variable as_of = ${Math.trunc(position)}`);
        await session.run(`set variable time_zone = ${quoteText(this.#timeZone)}`);
      }
      const answer = await ask(session, position);
      // Nothing is written but temporary tables: they stay with the session for the next question at this position.
      await session.run('commit');
      at = label;
      return answer;
    } catch (error) {
      session.known = new Map();
      await session.run('rollback').catch(() => undefined);
      throw error;
    } finally {
      if (this.#closed || this.#idle.length >= MAX_IDLE) session.connection.closeSync();
      else this.#idle.push({session, at, about: about ?? idle?.about ?? null});
    }
  }

  /** One that has looked from there before, at these parts if it can be; one that found others is left to who asks about those. */
  #take(at: string, about: string | null): Idle | undefined {
    const isFull = this.#idle.length >= MAX_IDLE;
    const fits: ((idle: Idle) => boolean)[] = [
      idle => idle.at === at && idle.about === about,
      idle => idle.at === at && (idle.about === null || about === null),
      idle => idle.at !== at,
      () => isFull,
    ];
    for (const fit of fits) {
      const known = this.#idle.findIndex(fit);
      if (known >= 0) return this.#idle.splice(known, 1)[0];
    }
    return undefined;
  }

  /**
   * Where the session looks from in the transaction that it has begun, and what it finds made for that.
   * @returns the position: what is newer than what was asked for will do where nothing was said
   */
  async #look(session: Session, {asOf, asked, edition}: Wanted): Promise<number> {
    const kept = await keptFor(session);
    const position = asOf ?? Math.max(asked, kept.edition === edition ? kept.position : 0);
    const isThere = kept.position === position && kept.edition === edition;
    const isNewest = asOf === undefined || (asOf === this.#now().position && kept.position <= asOf);
    session.kept = isThere ? kept.tables : isNewest ? new Set() : null;
    return position;
  }
}

interface Idle {
  session: Session;
  at: string | null;
  /** Which parts it was last asked about, if some in particular. */
  about: string | null;
}

interface Wanted {
  asOf: number | undefined;
  about: string | null;
  /** The newest position when the question came. */
  asked: number;
  edition: number;
}

/** What temporary tables and views hold for; those of what is kept go on with the newest position. */
const labelOf = (position: number, edition: number, isKept: boolean): string =>
  `${position} ${edition} ${isKept ? 'kept' : 'own'}`;

async function clearTemporary(session: Session): Promise<void> {
  const made = await session.rows<{kind: string; name: string}>(
    `select 'table' as kind, table_name as name from duckdb_tables() where temporary
     union all select 'view', view_name from duckdb_views() where temporary and not internal`,
  );
  for (const {kind, name} of made) await session.run(`drop ${kind} ${quoteName(name)}`);
  for (const filter of session.filters) await session.run(`reset variable ${filter}`);
  session.filters.clear();
}
