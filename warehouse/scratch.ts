/** The temporary relations that one load makes, so that all of them go when it is over. */
import type {Bindings, Session} from './duckdb.ts';

export class Scratch {
  readonly session: Session;
  readonly #made = new Map<string, 'table' | 'view'>();

  constructor(session: Session) {
    this.session = session;
  }

  /** A table of what a query answers now. @returns its name */
  async table(name: string, query: string, bindings: Bindings = {}): Promise<string> {
    await this.session.run(`create or replace temp table ${name} as ${query}`, bindings);
    this.#made.set(name, 'table');
    return name;
  }

  /** A view: looked up whenever it is asked, and nothing is copied. @returns its name */
  async view(name: string, query: string): Promise<string> {
    await this.session.run(`create or replace temp view ${name} as ${query}`);
    this.#made.set(name, 'view');
    return name;
  }

  /** Gives a view another name. @returns it */
  async rename(view: string, name: string): Promise<string> {
    await this.session.run(`alter view ${view} rename to ${name}`);
    this.#made.delete(view);
    this.#made.set(name, 'view');
    return name;
  }

  async clear(): Promise<void> {
    const drops = [...this.#made].map(([name, kind]) => `drop ${kind} if exists ${name}`);
    this.#made.clear();
    if (drops.length > 0) await this.session.run(drops.join('; '));
  }
}
