/**
 * What is wrong with work that is tried again by itself: told when it begins, when it turns into something else and when it
 * is over, not at each try. A log of a bad night has a line a change then.
 */
export class Troubles {
  readonly #log: (line: string) => void;
  /** What was told of each since it began; figures in it may differ from try to try. */
  readonly #told = new Map<string, Set<string>>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** @param what is in trouble @param why it is: told once @param line what is told, where that is more than why */
  began(what: string, why: string, line = why): void {
    const told = this.#told.get(what) ?? new Set();
    const reason = why.replaceAll(/\d+/g, '#');
    if (told.has(reason)) return;
    this.#told.set(what, told.add(reason));
    this.#log(line);
  }

  /** @param line says so; nothing is told of what was in no trouble */
  over(what: string, line: string): void {
    if (this.#told.delete(what)) this.#log(line);
  }
}
