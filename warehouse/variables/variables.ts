/** The derived variables that a plant has configured: loaded once, worked out once a position, kept in temporary tables. */
import {createHash} from 'node:crypto';
import {Branch} from '../answers.ts';
import {quoteText, type Session} from '../duckdb.ts';
import type {FactorSource} from '../factors.ts';
import {loadModule, ModuleTrouble} from '../load-module.ts';
import {type PartValues, valuesOf} from './values.ts';
import {type DerivedVariable, VariableTrouble} from './variable.ts';

interface Named {
  name: string;
  /** Null where the module cannot be used. */
  variable: DerivedVariable | null;
  digest: string;
  trouble: string | null;
}

/** What a question finds: factors, and of each variable that is none the reason. */
interface Prepared {
  sources: FactorSource[];
  troubles: Map<string, {reason: string; branch: Branch}>;
}

/** Rows that go into a temporary table at once. */
const AT_ONCE = 20_000;
/** Positions whose values are kept: the newest, and one that somebody looks back to. */
const POSITIONS = 2;

export class Variables {
  readonly #named: readonly Named[];
  readonly #kept = new Map<string, Map<string, Promise<PartValues>>>();
  #open: (() => Promise<Session>) | null = null;
  #edition: () => number = () => 0;

  private constructor(named: readonly Named[]) {
    this.#named = named;
  }

  /** @param paths by name of the factor, from `folder`; a module that cannot be used is a trouble, not an error */
  static async load(folder: string, paths: Readonly<Record<string, string>>): Promise<Variables> {
    const named = Object.entries(paths).map(async ([name, path]): Promise<Named> => {
      try {
        const {exported, digest} = await loadModule(folder, path);
        return {name, variable: asVariable(exported), digest, trouble: null};
      } catch (error) {
        if (!(error instanceof ModuleTrouble || error instanceof VariableTrouble)) throw error;
        return {name, variable: null, digest: '', trouble: error.message};
      }
    });
    return new Variables(await Promise.all(named));
  }

  /** Modules that cannot be used, and why. */
  get troubles(): {name: string; reason: string}[] {
    return this.#named.flatMap(({name, trouble}) => (trouble === null ? [] : [{name, reason: trouble}]));
  }

  /** What answers depend on: names and sources; null without any. */
  get version(): string | null {
    if (this.#named.length === 0) return null;
    const text = this.#named.map(({name, digest}) => `${name} ${digest}`).join('\n');
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  /** @param open a session of the same database; `edition` of the names of persons */
  attach(open: () => Promise<Session>, edition: () => number): void {
    this.#open = open;
    this.#edition = edition;
  }

  /** Makes the temporary tables that the session lacks for its position. */
  async prepare(session: Session): Promise<Prepared> {
    const prepared: Prepared = {sources: [], troubles: new Map()};
    if (this.#named.length === 0) return prepared;
    const there = await session.rows<{name: string}>('select table_name as name from duckdb_tables() where temporary');
    const tables = new Set(there.map(({name}) => name));
    for (const [k, {name, variable, trouble}] of this.#named.entries()) {
      const table = `derived_${k}`;
      if (variable === null) {
        prepared.troubles.set(name, {reason: trouble!, branch: 'environment'});
        continue;
      }
      const {branch, kind, step, unit} = variable;
      try {
        if (!tables.has(table)) await fill(session, table, kind, await this.#valuesAt(session, name, variable));
        const relation = `from ${table}`;
        prepared.sources.push({name, step: step ?? null, branch, kind, relation, value: 'r.value', unit: unit ?? null});
      } catch (error) {
        if (!(error instanceof VariableTrouble)) throw error;
        prepared.troubles.set(name, {reason: error.message, branch});
      }
    }
    return prepared;
  }

  async #valuesAt(session: Session, name: string, variable: DerivedVariable): Promise<PartValues> {
    const {at, zone} = await session.row<{at: number; zone: string}>(
      `select getvariable('as_of')::integer as "at", coalesce(getvariable('time_zone'), 'UTC') as zone`,
    );
    const key = `${at} ${this.#edition()}`;
    let values = this.#kept.get(key);
    if (values === undefined) {
      values = new Map();
      this.#kept.set(key, values);
      for (const old of [...this.#kept.keys()].slice(0, -POSITIONS)) this.#kept.delete(old);
    }
    let found = values.get(name);
    if (found === undefined) {
      found = this.#work(variable, at, zone);
      values.set(name, found);
      const mine = values;
      // What the engine failed at is tried again; a module's own fault stays what it is.
      found.catch((error: unknown) => error instanceof VariableTrouble || mine.delete(name));
    }
    return found;
  }

  /** In a session of its own: what fails there takes no reading with it. */
  async #work(variable: DerivedVariable, at: number, zone: string): Promise<PartValues> {
    const session = await this.#open!();
    try {
      await session.run(`set variable as_of = ${Math.trunc(at)}`);
      await session.run(`set variable time_zone = ${quoteText(zone)}`);
      return await valuesOf(session, variable);
    } finally {
      session.connection.closeSync();
    }
  }
}

async function fill(session: Session, table: string, kind: DerivedVariable['kind'], found: PartValues): Promise<void> {
  const type = kind === 'number' ? 'double' : 'varchar';
  await session.run(`create temp table ${table} (part integer, value ${type})`);
  for (let at = 0; at < found.parts.length; at += AT_ONCE) {
    await session.run(
      `insert into ${table} select i.item, v.value
       from (select unnest($parts::varchar[]) as id, unnest($values::${type}[]) as value) v
       join fact.items i on i.kind = 'part' and i.id = v.id`,
      {
        parts: found.parts.slice(at, at + AT_ONCE),
        values: found.values.slice(at, at + AT_ONCE) as readonly string[] | readonly number[],
      },
    );
  }
}

/** @throws VariableTrouble that says what is missing */
function asVariable(exported: unknown): DerivedVariable {
  const {kind, branch, step, unit, sql, fromRows} = exported as Partial<Record<keyof DerivedVariable, unknown>>;
  const wrong = (what: string) => new VariableTrouble(`its module exports no variable: ${what}`);
  if (kind !== 'number' && kind !== 'category') throw wrong('kind has to be number or category');
  if (!Branch.safeParse(branch).success) throw wrong(`branch has to be one of ${Branch.options.join(', ')}`);
  if (typeof sql !== 'string' || sql.trim() === '') throw wrong('sql has to be a SELECT');
  for (const [field, text] of Object.entries({step, unit})) {
    if (text !== undefined && typeof text !== 'string') throw wrong(`${field} has to be a text`);
  }
  if (fromRows !== undefined && typeof fromRows !== 'function') throw wrong('fromRows has to be a function');
  return {kind, branch, step, unit, sql, fromRows} as DerivedVariable;
}
