/** The process for one query, seen from outside: started, given its job, and killed if it does not end by itself. */
import {type ChildProcess, spawn} from 'node:child_process';
import {constants, setPriority} from 'node:os';
import {fileURLToPath} from 'node:url';
import type {QueryHead} from '../query-answers.ts';
import type {Job, Ready, Told} from './job.ts';
import {QueryStopped, SqlRefused} from './refused.ts';

const BOOT = fileURLToPath(new URL('./boot.js', import.meta.url));

export interface Answer {
  head: QueryHead;
  rows: number;
  body: Buffer;
}

export class SandboxProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #pieces: Buffer[] = [];
  #length = 0;
  #complaint = '';
  #killedFor: Error | null = null;

  /** @param addressSpaceMb what it may take beyond what it has when it is up */
  constructor(addressSpaceMb: number) {
    this.#child = spawn(process.execPath, [BOOT, String(addressSpaceMb)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Nothing of the server's: there may be secrets in it. Windows cannot start without its root.
      env: process.platform === 'win32' ? {SystemRoot: process.env.SystemRoot} : {},
      windowsHide: true,
    });
    this.#ended = new Promise(resolve => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#child.stdout!.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#length += piece.length;
    });
    this.#child.stderr!.on('data', (piece: Buffer) => {
      if (this.#complaint.length < 4_000) this.#complaint += piece.toString();
    });
    // A process that has died says so by ending.
    this.#child.stdin!.on('error', () => undefined);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#killedFor;
  }

  /** Ends it at once, whatever it is doing. @param why what whoever waits for the answer is told */
  kill(why: Error): void {
    this.#killedFor ??= why;
    this.#child.kill('SIGKILL');
  }

  /** @throws SqlRefused, QueryStopped, and what it was killed for */
  async answer(job: Job): Promise<Answer> {
    try {
      // From now on it takes what ingest and dashboards leave.
      setPriority(this.#child.pid!, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Gone already, or not allowed: it runs like any other.
    }
    this.#child.stdin!.write(`${JSON.stringify(job)}\n`);
    await this.#ended;
    if (this.#killedFor) throw this.#killedFor;
    const all = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    const first = all.indexOf('\n');
    const second = all.indexOf('\n', first + 1);
    if (second < 0) throw this.#died(job, first);
    const {unconfined} = JSON.parse(all.toString('utf8', 0, first)) as Ready;
    const told = JSON.parse(all.toString('utf8', first + 1, second)) as Told;
    if ('refused' in told) throw new SqlRefused(told.refused, job.sql);
    if ('stopped' in told) throw new QueryStopped(told.stopped.message, told.stopped.hint);
    const body = all.subarray(second + 1);
    if (body.length !== told.bytes) throw this.#died(job, first);
    if (unconfined !== null) told.head.notes.push(`memory is limited by the engine only: ${unconfined}`);
    return {head: told.head, rows: told.rows, body};
  }

  async ended(): Promise<void> {
    await this.#ended;
  }

  #died({memoryLimitMb}: Job, wasUp: number): Error {
    const how = this.#child.signalCode ?? `code ${this.#child.exitCode}`;
    if (wasUp < 0) return new Error(`the process for SQL did not start (${how}): ${this.#complaint.slice(0, 2_000)}`);
    return new QueryStopped(
      `the query ended its process (${how}), most likely for want of memory: it may use ${memoryLimitMb} MB`,
      'ask for fewer rows or smaller values; nothing else is affected',
    );
  }
}
