import type {KeyLedger} from './keys.ts';

/** What the ledger keeps of people that an issuer vouches for (entries of kind 'sign-in'): whom a name stands for. */
interface SignInEntry {
  issuer: string;
  subject: string;
  name: string;
}

/**
 * The names that decisions of people are recorded under. At most issuers people can choose what they are called, so a
 * name stays with whoever signed in under it first: nobody proposes a hold, is renamed, and approves it.
 */
export class People {
  readonly #ledger: KeyLedger;
  readonly #names = new Map<string, string>();
  #read = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ledger: KeyLedger) {
    this.#ledger = ledger;
  }

  /** Whether somebody signed in under a name, in whatever case. */
  has(name: string): boolean {
    this.#catchUp();
    const wanted = name.toLowerCase();
    return [...this.#names.values()].some(taken => taken.toLowerCase() === wanted);
  }

  /** The name of a person: the same for good. One at a time, so that two never get the same. */
  nameOf({issuer, subject, name}: SignInEntry, isTaken: (name: string) => boolean): Promise<string> {
    const next = this.#turn.then(async () => {
      this.#catchUp();
      const known = this.#names.get(JSON.stringify([issuer, subject]));
      if (known !== undefined) return known;
      let free = name;
      for (let k = 2; this.has(free) || isTaken(free); k++) free = `${name} (${k})`;
      await this.#ledger.append('sign-in', {issuer, subject, name: free} satisfies SignInEntry);
      return free;
    });
    this.#turn = next.catch(() => undefined);
    return next;
  }

  #catchUp(): void {
    const entries = this.#ledger.entries();
    for (; this.#read < entries.length; this.#read++) {
      const {kind, body} = entries[this.#read];
      if (kind !== 'sign-in') continue;
      const {issuer, subject, name} = body as SignInEntry;
      this.#names.set(JSON.stringify([issuer, subject]), name);
    }
  }
}
