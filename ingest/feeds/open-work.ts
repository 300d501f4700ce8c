import {readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/** Work that was never completed is forgotten at last. */
const OPEN_MAX = 10_000;

/**
 * CFX tells the start and the completion of a work in two messages, which are one operation and seldom come together. The
 * start is kept, over restarts too, and goes in front of what belongs to it: sent twice, it is a duplicate.
 */
export class OpenWork {
  readonly #path: string;
  /** Transaction -> the message of its start. */
  readonly #starts: Map<string, string>;
  #isKept = true;

  private constructor(path: string, starts: Map<string, string>) {
    this.#path = path;
    this.#starts = starts;
  }

  static async open(folder: string): Promise<OpenWork> {
    const path = join(folder, 'open-work.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    return new OpenWork(path, new Map(JSON.parse(text) as [string, string][]));
  }

  /** The lines of a batch, and before them the starts that they go on with. */
  withStarts(lines: readonly string[]): string[] {
    const before = new Set<string>();
    const here = new Set<string>();
    for (const line of lines) {
      const {name, transaction} = told(line);
      if (transaction === undefined) continue;
      const start = this.#starts.get(transaction);
      if (name === 'CFX.Production.WorkStarted') {
        here.add(transaction);
        this.#starts.set(transaction, line);
      } else if (start !== undefined && !here.has(transaction)) before.add(start);
      if (name === 'CFX.Production.WorkCompleted') this.#starts.delete(transaction);
      if (name === 'CFX.Production.WorkStarted' || name === 'CFX.Production.WorkCompleted') this.#isKept = false;
    }
    for (const transaction of this.#starts.keys()) {
      if (this.#starts.size <= OPEN_MAX) break;
      this.#starts.delete(transaction);
    }
    return [...before, ...lines];
  }

  /** Before the messages are acknowledged: afterwards nobody sends them again. */
  async keep(): Promise<void> {
    if (this.#isKept) return;
    await writeFile(`${this.#path}.tmp`, JSON.stringify([...this.#starts]), {flush: true});
    await rename(`${this.#path}.tmp`, this.#path);
    this.#isKept = true;
  }
}

function told(line: string): {name: unknown; transaction: string | undefined} {
  const {MessageName: name, MessageBody: body} = JSON.parse(line) as {MessageName?: unknown; MessageBody?: unknown};
  const {TransactionID, TransactionId} = (body ?? {}) as Record<string, unknown>;
  const transaction = TransactionID ?? TransactionId;
  return {name, transaction: typeof transaction === 'string' ? transaction : undefined};
}
