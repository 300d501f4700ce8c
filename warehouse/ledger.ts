import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {canonicalJson, GENESIS, type LedgerEntry, type LedgerHead, sealLine} from './ledger-chain.ts';
import {diskFiles, type LedgerFile, type LedgerFiles} from './ledger-file.ts';
import {cutOff, headBytes, headPath, type LedgerProblem, ledgerPath, readHead, readLedger} from './ledger-read.ts';

export type {LedgerEntry, LedgerHead} from './ledger-chain.ts';
export {type LedgerProblem, readLedger, verifyLedger} from './ledger-read.ts';

/**
 * The one append-only record of what happened to a warehouse: `W/ledger/ledger.ndjson`, an entry a line, each chained
 * to the one before by its hash. An entry is acknowledged (its promise resolves) only once it is on the disk.
 */
export class Ledger {
  /** What a person should know about how the ledger was found: a torn end set aside, a witness written anew. */
  readonly notices: string[] = [];
  readonly #file: LedgerFile;
  readonly #witness: LedgerFile;
  readonly #entries: LedgerEntry[] = [];
  #head: LedgerHead = GENESIS;
  #length = 0;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #refusal: Error | null = null;

  private constructor(file: LedgerFile, witness: LedgerFile) {
    this.#file = file;
    this.#witness = witness;
  }

  /**
   * Opens the ledger of warehouse folder `folder`, making it when there is none. An end that was being written when the
   * process died (never acknowledged) is set aside next to it as `ledger.torn-<seq>`.
   * @throws LedgerDamaged for any other damage; nothing is changed then
   */
  static async open(folder: string, files: LedgerFiles = diskFiles): Promise<Ledger> {
    await mkdir(join(folder, 'ledger'), {recursive: true});
    const witness = await readHead(folder);
    const file = await files.open(ledgerPath(folder));
    const ledger = new Ledger(file, await files.open(headPath(folder)));
    try {
      await ledger.#load(folder, files, witness);
      await files.syncFolder(join(folder, 'ledger'));
      await files.syncFolder(folder);
      return ledger;
    } catch (error) {
      await ledger.#closeFiles();
      throw error;
    }
  }

  /** The last acknowledged entry; `seq` 0 before the first. */
  get head(): LedgerHead {
    return this.#head;
  }

  /** Why nothing can be recorded any more until the ledger is opened again; null while it can. */
  get failure(): Error | null {
    return this.#refusal;
  }

  /** All acknowledged entries, oldest first. */
  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /**
   * Resolves once the entry is on the disk. Entries stand in the order of the calls; calls that come while others are
   * being written share one fsync.
   * @param at ISO 8601, UTC; now when absent
   * @param prepare runs when the entry's number is known, and nothing else is written until the entry is; when it throws,
   * the entry is not in the ledger
   * @throws TypeError for a body that is not JSON
   * @throws LedgerWriteFailed when the disk refuses; the entry is then not in the ledger, and the next one may succeed
   */
  append(
    kind: string,
    body: unknown,
    at: string = new Date().toISOString(),
    prepare?: (seq: number) => Promise<void>,
  ): Promise<LedgerEntry> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) throw this.#refusal;
      this.#waiting.push({kind, body: canonicalJson(body ?? null), at, prepare, resolve, reject});
      this.#writing ??= this.#writeAll();
    });
  }

  /** Waits for what is being written, then lets go of the files. */
  async close(): Promise<void> {
    this.#refusal ??= new LedgerWriteFailed('the ledger is closed');
    await this.#writing;
    await this.#closeFiles();
  }

  async #load(folder: string, files: LedgerFiles, witness: LedgerHead | null): Promise<void> {
    const size = await this.#file.size();
    for await (const {entry, problem, offset, end} of readLedger(folder)) {
      if (problem?.what === 'torn' && problem.seq > (witness?.seq ?? 0)) {
        this.notices.push(await this.#setAside(folder, files, problem, offset, size));
        break;
      }
      if (problem) throw new LedgerDamaged(folder, problem);
      this.#entries.push(entry);
      this.#head = {seq: entry.seq, hash: entry.hash};
      this.#length = end;
    }
    const agreed = witness === null || witness.seq === 0 || this.#entries[witness.seq - 1]?.hash === witness.hash;
    if (!agreed) throw new LedgerDamaged(folder, cutOff({line: this.#head.seq, seq: this.#head.seq}, witness));
    if (witness === null && this.#head.seq > 0) {
      this.notices.push(`${headPath(folder)} was absent or unreadable and is written anew`);
    }
    // Where it is right already, the disk need not take it.
    if (witness?.seq === this.#head.seq) return;
    const now = headBytes(this.#head);
    await this.#witness.write(now, 0);
    await this.#witness.truncate(now.length);
    await this.#witness.sync();
  }

  async #setAside(folder: string, files: LedgerFiles, torn: LedgerProblem, offset: number, size: number) {
    const names = await readdir(join(folder, 'ledger'));
    const name = `ledger.torn-${torn.seq}`;
    const earlier = names.filter(other => other === name || other.startsWith(`${name}-`)).length;
    const path = join(folder, 'ledger', earlier === 0 ? name : `${name}-${earlier + 1}`);
    const copy = await files.open(path);
    await copy.write((await readFile(ledgerPath(folder))).subarray(offset), 0);
    await copy.sync();
    await copy.close();
    await files.syncFolder(join(folder, 'ledger'));
    await this.#file.truncate(offset);
    await this.#file.sync();
    return `line ${torn.line} (entry ${torn.seq}) was never completed: its ${size - offset} bytes are set aside in ${path}`;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      try {
        await group[0].prepare?.(this.#head.seq + 1);
        await this.#writeGroup(group);
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#writing = null;
  }

  /** One that is prepared goes alone, the others together as far as they stand together. */
  #nextGroup(): Waiting[] {
    const prepared = this.#waiting.findIndex(({prepare}) => prepare !== undefined);
    return this.#waiting.splice(0, prepared < 0 ? this.#waiting.length : Math.max(prepared, 1));
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    if (this.#refusal instanceof LedgerWriteFailed && this.#refusal.final) throw this.#refusal;
    let head = this.#head;
    const lines = group.map(({at, kind, body}) => {
      const sealed = sealLine(head, at, kind, body);
      head = sealed.head;
      return sealed.line;
    });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await this.#writeDurably(bytes);
    this.#length += bytes.length;
    this.#head = head;
    await this.#remember(head);
    lines.forEach((line, index) => {
      const entry = JSON.parse(line) as LedgerEntry;
      this.#entries.push(entry);
      group[index].resolve(entry);
    });
  }

  async #writeDurably(bytes: Buffer): Promise<void> {
    const size = await this.#file.size();
    if (size !== this.#length) {
      throw this.#refuse(`the ledger is ${size} bytes long instead of ${this.#length}: another process writes to it`);
    }
    try {
      await this.#file.write(bytes, this.#length);
      await this.#file.sync();
    } catch (cause) {
      await this.#takeBack(cause);
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LedgerWriteFailed(`the ledger could not be written: ${why}; nothing was recorded`, {cause});
    }
  }

  /** A refused write may have left half a line: without it the next entry can be written. */
  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
      await this.#file.sync();
    } catch (error) {
      throw this.#refuse('a failed write could not be taken back; close the warehouse and open it again', [
        cause,
        error,
      ]);
    }
  }

  #refuse(why: string, causes?: unknown[]): LedgerWriteFailed {
    const refusal = new LedgerWriteFailed(why, {cause: causes && new AggregateError(causes)}, true);
    this.#refusal = refusal;
    return refusal;
  }

  /** Not fsynced, so it may lag behind the ledger after a power cut, but it never runs ahead of it. */
  async #remember(head: LedgerHead): Promise<void> {
    try {
      await this.#witness.write(headBytes(head), 0);
    } catch (error) {
      this.notices.push(`ledger.head could not be written after entry ${head.seq}: ${String(error)}`);
    }
  }

  async #closeFiles(): Promise<void> {
    await Promise.all([this.#file.close(), this.#witness.close()]);
  }
}

/** The ledger is not what was written: nothing may be built on it. */
export class LedgerDamaged extends Error {
  readonly code = 'LEDGER_DAMAGED';
  readonly hint = 'see "fishbone verify"; restore the ledger from a backup';
  readonly problem: LedgerProblem;

  constructor(folder: string, problem: LedgerProblem) {
    const where = `${ledgerPath(folder)} line ${problem.line} (entry ${problem.seq})`;
    super(`${where} is damaged, ${problem.what}: ${problem.detail}. Restore ${join(folder, 'ledger')} from a backup.`);
    this.name = 'LedgerDamaged';
    this.problem = problem;
  }
}

/** An entry was not recorded. `final`: no further entry will be until the ledger is opened again. */
export class LedgerWriteFailed extends Error {
  readonly code = 'LEDGER_WRITE_FAILED';
  readonly hint = 'nothing acknowledged is lost: make room on the disk, then try again';
  readonly final: boolean;

  constructor(message: string, options?: ErrorOptions, final = false) {
    super(message, options);
    this.name = 'LedgerWriteFailed';
    this.final = final;
  }
}

interface Waiting {
  kind: string;
  body: string;
  at: string;
  prepare?: (seq: number) => Promise<void>;
  resolve(entry: LedgerEntry): void;
  reject(error: unknown): void;
}
