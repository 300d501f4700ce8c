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

/** The table of names, `person` and `name`, in a database of its own in memory. */
export const NAMES = 'look_up.persons';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PSEUDONYM = /^person-[a-z2-7]{12}$/;

/** The look-up cannot be read as it is. */
export class LookUpUnreadable extends Error {
  override name = 'LookUpUnreadable';
}

export class Persons {
  readonly #folder: string;
  readonly #session: Session;
  readonly #names: Map<string, string>;
  readonly #pseudonyms: Map<string, string>;

  private constructor(folder: string, session: Session, names: Map<string, string>) {
    this.#folder = folder;
    this.#session = session;
    this.#names = names;
    this.#pseudonyms = new Map([...names].map(([person, name]) => [name, person]));
  }

  /** @throws LookUpUnreadable */
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
    const added = [...assigned].filter(([name]) => !this.#pseudonyms.has(name));
    if (added.length === 0) return;
    const entries = added.map(([name, person]): [string, string] => [person, name]);
    await writeNames(this.#folder, [...this.#names, ...entries]);
    for (const [person, name] of entries) {
      this.#names.set(person, name);
      this.#pseudonyms.set(name, person);
    }
    await this.#tell(entries);
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
