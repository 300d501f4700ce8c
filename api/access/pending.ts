/** How long somebody may take at the issuer. */
const PATIENCE_MS = 10 * 60_000;
const MOST = 2_000;

/** What was begun and is to be finished once, soon. */
export class Pending<T extends {startedMs: number}> {
  readonly #begun = new Map<string, T>();

  keep(place: string, what: T): void {
    for (const [other, {startedMs}] of this.#begun) {
      if (Date.now() - startedMs < PATIENCE_MS && this.#begun.size < MOST) break;
      this.#begun.delete(other);
    }
    this.#begun.set(place, what);
  }

  take(place: string): T | null {
    const what = this.#begun.get(place);
    this.#begun.delete(place);
    return what && Date.now() - what.startedMs < PATIENCE_MS ? what : null;
  }
}
