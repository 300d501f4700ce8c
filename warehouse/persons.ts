/**
 * Persons are pseudonyms in facts, archive and ledger. Which name a pseudonym stands for is told by one small file outside
 * of them, `W/persons/names.json`, from which an entry can be erased for good. Names are joined in by the views
 * `now.operations` and `now.inspections`, from a table that lives in memory only: the database file never says a name.
 */
import {randomBytes} from 'node:crypto';
import {mkdir, open, readFile, rename} from 'node:fs/promises';
import {join} from 'node:path';
import type {Session} from './duckdb.ts';
import {diskFiles} from './ledger-file.ts';
import {NAMES} from './names-table.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PSEUDONYM = /^person-[a-z2-7]{12}$/;

/** The look-up cannot be read as it is. */
export class LookUpUnreadable extends Error {
  override name = 'LookUpUnreadable';
  readonly hint = 'restore it from a backup; without it (move it away) persons show as pseudonyms for ever';
}

export class Persons {
  readonly #folder: string;
  readonly #session: Session;
  readonly #names: Map<string, string>;
  readonly #pseudonyms: Map<string, string>;
  #hidden = 0;

  private constructor(folder: string, session: Session, names: Map<string, string>) {
    this.#folder = folder;
    this.#session = session;
    this.#names = names;
    this.#pseudonyms = new Map([...names].map(([person, name]) => [name, person]));
  }

  /**
   * @param session a connection of its own: one transaction cannot write to two databases
   * @throws LookUpUnreadable
   */
  static async open(folder: string, session: Session): Promise<Persons> {
    await session.run(`attach if not exists ':memory:' as look_up`);
    await session.run(`create or replace table ${NAMES} (person varchar, name varchar)`);
    const persons = new Persons(folder, session, await readNames(folder));
    await persons.#tell([...persons.#names]);
    return persons;
  }

  /** Pseudonyms and the names that they stand for. */
  names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  pseudonymOf(name: string): string | undefined {
    return this.#pseudonyms.get(name);
  }

  /** The pseudonyms of names as sent; of those not heard of before new ones, which nobody knows until they are kept. */
  assign(names: readonly string[]): Map<string, string> {
    return new Map(names.map(name => [name, this.#pseudonyms.get(name) ?? randomPseudonym()]));
  }

  /** Makes pseudonyms known; they are on the disk when this resolves. */
  async keep(assigned: ReadonlyMap<string, string>): Promise<void> {
    const added = [...assigned].filter(([, person]) => !this.#names.has(person));
    if (added.length === 0) return;
    const entries = added.map(([name, person]): [string, string] => [person, name]);
    await writeNames(this.#folder, [...this.#names, ...entries]);
    for (const [person, name] of entries) {
      this.#names.set(person, name);
      this.#pseudonyms.set(name, person);
    }
    await this.#tell(entries);
  }

  /**
   * From now on the name gets another pseudonym; what it stood for so far is still told, until it is forgotten.
   * @returns all pseudonyms of that name
   */
  retire(name: string): string[] {
    this.#pseudonyms.delete(name);
    return [...this.#names].filter(([, other]) => other === name).map(([person]) => person);
  }

  /** Takes `retire` back. */
  reinstate(name: string, persons: readonly string[]): void {
    const [person] = persons.slice(-1);
    if (person !== undefined && !this.#pseudonyms.has(name)) this.#pseudonyms.set(name, person);
  }

  /** A pseudonym for a name of which nothing has to be found any more; on the disk when this resolves. */
  async reserve(name: string): Promise<string> {
    const assigned = this.assign([name]);
    await this.keep(assigned);
    this.#pseudonyms.delete(name);
    return assigned.get(name)!;
  }

  /** From now on they are shown by their pseudonyms. */
  async hide(persons: readonly string[]): Promise<void> {
    await this.#session.run(`delete from ${NAMES} where list_contains($persons::varchar[], person)`, {persons});
    this.#hidden++;
  }

  /** Takes the names away; they are gone from the disk when this resolves. */
  async forget(persons: readonly string[]): Promise<void> {
    for (const person of persons) {
      const name = this.#names.get(person);
      this.#names.delete(person);
      if (name !== undefined && this.#pseudonyms.get(name) === person) this.#pseudonyms.delete(name);
    }
    await writeNames(this.#folder, [...this.#names]);
  }

  /** Changes whenever a name is hidden: what was made with it must not be used, or kept, any longer. */
  get edition(): number {
    return this.#hidden;
  }

  close(): void {
    this.#session.connection.closeSync();
  }

  async #tell(entries: readonly (readonly [string, string])[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#session.run(`insert into ${NAMES} select unnest($persons::varchar[]), unnest($names::varchar[])`, {
      persons: entries.map(([person]) => person),
      names: entries.map(([, name]) => name),
    });
  }
}

/**
 * Whether a value names a person: not a model (`model@version`; what follows the @ of a mail address ends in letters after
 * a dot), and not a pseudonym already.
 */
export function isPerson(value: string): boolean {
  if (PSEUDONYM.test(value)) return false;
  return !value.includes('@') || /@[^@\s]+\.\p{L}{2,}$/u.test(value);
}

export const isPseudonym = (value: string): boolean => PSEUDONYM.test(value);

/** 60 random bits: made from nothing that is known of the person, so that an erased name cannot be found by trying. */
function randomPseudonym(): string {
  return `person-${Array.from(randomBytes(12), byte => ALPHABET[byte % 32]).join('')}`;
}

const pathOf = (folder: string) => join(folder, 'persons', 'names.json');

async function readNames(folder: string): Promise<Map<string, string>> {
  const path = pathOf(folder);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    const names = Object.entries(JSON.parse(text) as Record<string, unknown>);
    if (names.every((entry): entry is [string, string] => isPseudonym(entry[0]) && typeof entry[1] === 'string')) {
      return new Map(names);
    }
  } catch (cause) {
    throw new LookUpUnreadable(`${path} is not JSON`, {cause});
  }
  throw new LookUpUnreadable(`${path} is not a list of pseudonyms and names`);
}

/** The whole file anew: what is no longer in it is in no file any more. */
async function writeNames(folder: string, entries: readonly (readonly [string, string])[]): Promise<void> {
  await mkdir(join(folder, 'persons'), {recursive: true});
  const path = pathOf(folder);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await diskFiles.syncFolder(join(folder, 'persons'));
  await diskFiles.syncFolder(folder);
}
