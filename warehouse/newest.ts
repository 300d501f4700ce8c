/**
 * The history of every part at the newest position, kept up as batches arrive: what a batch tells of is made anew for its
 * parts, the rest stays as it is. In memory, for all sessions; a reading sees it as it stood when the reading began.
 */
import type {DuckDBInstance} from '@duckdb/node-api';
import {CANONICAL} from './canonical.ts';
import {openSession, quoteText, type Session} from './duckdb.ts';
import {historyQuery, KEPT, type KeptTable, NEWEST, OF_ALL_PARTS} from './history.ts';
import {asTold, currentRows, firstInspections, POSITION} from './views.ts';

/** What is kept: for which position and edition of the names, and which tables. */
export interface Kept {
  position: number;
  edition: number;
  tables: ReadonlySet<KeptTable>;
}

/** More than this share of the parts at once: making all anew is sooner done. */
const TOUCHED_MAX = 0.2;

/** Tables whose rows bear on parts that they do not name. */
const BEYOND_PARTS: Readonly<Partial<Record<KeptTable, readonly string[]>>> = {
  subjects: ['stations'],
  visits: ['events', 'shifts'],
  step_firsts: ['stations'],
};

export class Newest {
  readonly #session: Session;
  #kept: Kept = {position: 0, edition: -1, tables: new Set()};
  /** Rows that later ones replaced since all was made: the engine goes on carrying them. */
  #replaced = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(session: Session) {
    this.#session = session;
  }

  static async open(instance: DuckDBInstance, timeZone: string): Promise<Newest> {
    const session = await openSession(instance);
    await session.run(`attach if not exists ':memory:' as ${NEWEST}`);
    await session.run(`set variable time_zone = ${quoteText(timeZone)}`);
    await session.run(
      `create or replace table ${NEWEST}.main.kept (position integer, edition integer, tables varchar[])`,
    );
    await session.run(`insert into ${NEWEST}.main.kept values (0, -1, [])`);
    return new Newest(session);
  }

  /** As it stands now; who reads asks `keptFor` in its own transaction. */
  get position(): number {
    return this.#kept.position;
  }

  /** Brings what is kept to a position, and makes what is lacking there; one after the other. */
  advance(position: number, edition: number, needed: readonly KeptTable[]): Promise<void> {
    const mine = this.#turn
      .catch(() => undefined)
      .then(async () => {
        const {position: at, edition: known, tables} = this.#kept;
        if (at >= position && known === edition && needed.every(table => tables.has(table))) return;
        await this.#session.run('begin transaction');
        try {
          this.#kept = await this.#advanced(Math.max(at, position), edition, needed);
          await this.#session.run('commit');
        } catch (error) {
          await this.#session.run('rollback').catch(() => undefined);
          this.#kept = {position: at, edition: known, tables};
          throw error;
        }
      });
    this.#turn = mine;
    return mine;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    this.#session.connection.closeSync();
  }

  async #advanced(position: number, edition: number, needed: readonly KeptTable[]): Promise<Kept> {
    const session = this.#session;
    const {position: at, edition: known, tables: before} = this.#kept;
    await session.run(`set variable as_of = ${position}`);
    const tables = new Set(before);
    const drop = async (table: KeptTable) => {
      tables.delete(table);
      await session.run(`drop table if exists ${NEWEST}.main.${table}`);
    };
    if (known !== edition) for (const table of before) await drop(table);
    const since = `batch > ${at} and batch <= ${position}`;
    for (const table of before)
      if (tables.has(table) && (OF_ALL_PARTS.has(table) ? position > at : await this.#isBeyondParts(table, since)))
        await drop(table);
    if (tables.size > 0 && position > at) {
      const isFew = await this.#touch(since);
      for (const table of before) {
        if (!tables.has(table)) continue;
        if (isFew) await this.#renew(table);
        else await drop(table);
      }
    }
    if (tables.size === 0) this.#replaced = 0;
    for (const table of KEPT) {
      if (!needed.includes(table) || tables.has(table)) continue;
      await session.run(`create table ${NEWEST}.main.${table} as ${historyQuery(table)}`);
      // What follows from it finds it by its name.
      await session.run(`create or replace temp view ${table} as from ${NEWEST}.main.${table}`);
      tables.add(table);
    }
    const list = [...tables].map(quoteText).join(', ');
    await session.run(
      `update ${NEWEST}.main.kept set position = ${position}, edition = ${edition}, tables = [${list}]::varchar[]`,
    );
    return {position, edition, tables};
  }

  async #isBeyondParts(table: KeptTable, since: string): Promise<boolean> {
    for (const other of BEYOND_PARTS[table] ?? []) {
      const {n} = await this.#session.row<{n: number}>(`select count(*) as n from fact.${other} where ${since}`);
      if (n > 0) return true;
    }
    return false;
  }

  /** Makes temporary table `touched`, and `touched_<table>` of what is known of these parts. @returns false for too many parts */
  async #touch(since: string): Promise<boolean> {
    const session = this.#session;
    await session.run(`create or replace temp table touched as ${touchedParts(since)}`);
    const {touched, all} = await session.row<{touched: number; all: number}>(
      `select (select count(*) from touched) as touched, (select count(*) from fact.items where kind = 'part') as "all"`,
    );
    this.#replaced += touched;
    if (touched + this.#replaced / 5 > TOUCHED_MAX * all) return false;
    await session.run(`create or replace temp table touched_items as
      from fact.items where kind = 'part' and batch <= ${POSITION} and item in (from touched)`);
    for (const table of ['parts', 'operations', 'inspections']) {
      const ofPart = `from fact.${table} where batch <= ${POSITION} and part in (from touched)`;
      // Apart, so that neither condition keeps the other from reaching the scan.
      const ofLots =
        table === 'operations' ? `union all from fact.operations where batch <= ${POSITION} and part is null` : '';
      await session.run(`create or replace temp table touched_facts as ${ofPart} ${ofLots}`);
      if (table === 'inspections') await this.#addVersions();
      const rows = asTold(table, currentRows(table, CANONICAL[table], 'touched_facts'));
      await session.run(`create or replace temp table touched_${table} as select * from (${rows})
        where part is null or part in (from touched)`);
    }
    await session.run(
      `create or replace temp table touched_first_inspections as ${firstInspections('touched_inspections')}`,
    );
    return true;
  }

  /** An inspection may have been said of one part first and of another later: all that was said of it is looked at. */
  async #addVersions(): Promise<void> {
    const session = this.#session;
    await session.run(`create or replace temp table touched_again as select distinct f.inspection from touched_facts f
      semi join (select inspection from fact.inspections where later and batch <= ${POSITION}) l on l.inspection = f.inspection`);
    const {n} = await session.row<{n: number}>('select count(*) as n from touched_again');
    if (n === 0) return;
    await session.run(`insert into touched_facts select f.* from fact.inspections f
      semi join touched_again a on a.inspection = f.inspection
      where f.batch <= ${POSITION} and f.part not in (from touched)`);
  }

  async #renew(table: KeptTable): Promise<void> {
    const name = `${NEWEST}.main.${table}`;
    await this.#session.run(`delete from ${name} where part in (from touched)`);
    await this.#session.run(`insert into ${name} ${ofTouched(historyQuery(table))}`);
  }
}

/** In the transaction of a reading: what its session will find there as long as it lasts. */
export async function keptFor(session: Session): Promise<Kept> {
  const {position, edition, tables} = await session.row<{position: number; edition: number; tables: KeptTable[]}>(
    `from ${NEWEST}.main.kept`,
  );
  return {position, edition, tables: new Set(tables)};
}

/**
 * Parts of which the history may be another than before some batches: those that they name, those of lots and work orders
 * whose operations they tell of, those whose inspections they say anew, maybe of another part,
 * and those whose inspections they review.
 */
const touchedParts = (since: string): string => `select distinct part from (
  select item as part from fact.items where kind = 'part' and ${since}
  union all select part from fact.parts where ${since}
  union all select part from fact.inspections where ${since}
  union all select f.part from fact.inspections f
    semi join (select inspection from fact.inspections where later and ${since}) l on l.inspection = f.inspection
  union all select f.part from fact.inspections f
    semi join (select inspection from fact.reviews where ${since}) r on r.inspection = f.inspection
  union all select part from fact.operations where part is not null and ${since}
  union all select p.part from fact.parts p
    semi join (select lot from fact.operations where part is null and lot is not null and ${since}) o on o.lot = p.lot
  union all select p.part from fact.parts p
    semi join (select work_order from fact.operations where work_order is not null and part is null and ${since}) o
    on o.work_order = p.work_order
) where part is not null`;

/** A query of the history over the touched parts alone. */
function ofTouched(sql: string): string {
  return sql
    .replaceAll(/\bnow\.(parts|inspections|operations|first_inspections)\b/g, 'touched_$1')
    .replaceAll(/\bfrom fact\.items\b/g, 'from touched_items');
}
