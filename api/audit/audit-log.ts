import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {canonicalJson, GENESIS, type LedgerHead, openLine, sealLine} from '../../warehouse/ledger-chain.ts';
import {diskFiles, type LedgerFile} from '../../warehouse/ledger-file.ts';
import {auditFiles, auditFolder, auditHeadPath, fileNameOf, readAuditHead} from './audit-files.ts';

interface Waiting {
  at: string;
  kind: string;
  body: string;
}

const FLUSH_MS = 1_000;
const FILE_BYTES = 16_000_000;
/** Beyond, the disk has refused for long: the oldest are let go of, and how many is written down. */
const MOST_WAITING = 100_000;

/**
 * Who asked what, when: `W/audit/audit-<first entry>.ndjson`, an entry a line, chained by hashes across the files as the
 * ledger is. Nobody waits for it: it is written within a second, and when the server closes. Where it ends is told to
 * the ledger from time to time, so that what is cut off does not go unnoticed.
 */
export class AuditLog {
  readonly #folder: string;
  readonly #anchor: (head: LedgerHead) => Promise<unknown>;
  readonly #log: (line: string) => void;
  readonly #fileBytes: number;
  #waiting: Waiting[] = [];
  #lost = 0;
  #head: LedgerHead;
  #anchored: number;
  #file: {handle: LedgerFile; bytes: number} | null = null;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #isOpen = false;
  #failed = false;

  /** @param anchored where the ledger last heard that the audit ends */
  constructor(
    folder: string,
    {
      anchored,
      anchor,
      log,
      fileBytes = FILE_BYTES,
    }: {
      anchored: LedgerHead | null;
      anchor: (head: LedgerHead) => Promise<unknown>;
      log: (line: string) => void;
      fileBytes?: number;
    },
  ) {
    this.#folder = folder;
    this.#anchor = anchor;
    this.#log = log;
    this.#fileBytes = fileBytes;
    this.#head = anchored ?? GENESIS;
    this.#anchored = this.#head.seq;
  }

  add(kind: string, body: unknown): void {
    this.#waiting.push({at: new Date().toISOString(), kind, body: canonicalJson(body)});
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#lost++;
    }
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when what was added before is on the disk, or the disk has refused it. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushing = this.#flushing.then(() => this.#writeWaiting());
    return this.#flushing;
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#tellLedger();
    await this.#file?.handle.close();
    this.#file = null;
  }

  async #writeWaiting(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const group = this.#waiting;
    this.#waiting = [];
    try {
      await this.#write(group);
      this.#failed = false;
    } catch (error) {
      this.#waiting = [...group, ...this.#waiting];
      if (!this.#failed) this.#log(`the audit cannot be written, it waits: ${String(error)}`);
      this.#failed = true;
      this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
    }
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    if (!this.#isOpen) await this.#find();
    if (this.#file && this.#file.bytes >= this.#fileBytes) {
      await this.#file.handle.close();
      this.#file = null;
      await this.#tellLedger();
    }
    const lost = this.#lost;
    const all = lost === 0 ? group : [{at: group[0].at, kind: 'lost', body: canonicalJson({entries: lost})}, ...group];
    let head = this.#head;
    const lines = all.map(({at, kind, body}) => {
      const sealed = sealLine(head, at, kind, body);
      head = sealed.head;
      return `${sealed.line}\n`;
    });
    this.#file ??= await this.#begin(join(auditFolder(this.#folder), fileNameOf(this.#head.seq + 1)));
    const {handle, bytes} = this.#file;
    const written = Buffer.from(lines.join(''));
    try {
      await handle.write(written, bytes);
      await handle.sync();
    } catch (error) {
      // A half-written line would be taken for damage.
      await handle.truncate(bytes);
      throw error;
    }
    this.#file.bytes += written.length;
    this.#head = head;
    this.#lost -= lost;
    await writeFile(auditHeadPath(this.#folder), `${JSON.stringify(head)}\n`).catch((error: unknown) =>
      this.#log(`${auditHeadPath(this.#folder)} could not be written: ${String(error)}`),
    );
  }

  async #begin(path: string): Promise<{handle: LedgerFile; bytes: number}> {
    const handle = await diskFiles.open(path);
    await diskFiles.syncFolder(auditFolder(this.#folder));
    return {handle, bytes: await handle.size()};
  }

  /**
   * Where to go on. What was being written when the process died is set aside; where entries are missing at the end, the
   * next one follows on what is known to have been there, so that the gap stays to be seen.
   */
  async #find(): Promise<void> {
    await mkdir(auditFolder(this.#folder), {recursive: true});
    const witness = await readAuditHead(this.#folder);
    if (witness && witness.seq > this.#head.seq) this.#head = witness;
    const path = (await auditFiles(this.#folder)).at(-1);
    if (path !== undefined) {
      const bytes = await readFile(path);
      const end = bytes.lastIndexOf(0x0a) + 1;
      const last = bytes.subarray(bytes.lastIndexOf(0x0a, end - 2) + 1, Math.max(0, end - 1));
      const opened = openLine(last);
      if ('entry' in opened && opened.entry.seq >= this.#head.seq) {
        const {seq, hash} = opened.entry;
        this.#head = {seq, hash};
        this.#file = await this.#begin(path);
        if (end < bytes.length) {
          await writeFile(join(auditFolder(this.#folder), `torn-${seq + 1}-${Date.now()}`), bytes.subarray(end));
          await this.#file.handle.truncate(end);
          this.#file.bytes = end;
        }
      } else this.#log(`${path} does not end as it did: "fishbone verify" says more; the audit goes on in a new file`);
    }
    this.#isOpen = true;
  }

  async #tellLedger(): Promise<void> {
    const head = this.#head;
    if (!this.#isOpen || head.seq <= this.#anchored) return;
    await this.#anchor(head);
    this.#anchored = head.seq;
  }
}
