/**
 * What happens, told to those who watch. The ledger is the only memory: whoever watches has a place in it and is told what
 * comes after, as fast as he takes it; so that nothing is lost between two connections, and a slow one costs no memory.
 */
import {Readable} from 'node:stream';
import type {LiveData, LiveName, LiveProgress} from '../../warehouse/live-answers.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {FishboneError} from '../errors.ts';
import {LedgerEvents} from './ledger-events.ts';
import {Watcher} from './watcher.ts';

interface LiveSettings {
  watchersMax: number;
  /** Who takes nothing for so long is let go. */
  slowMs: number;
  /** And for so much longer may still fetch what was ready for him, with the reason. */
  graceMs: number;
  /** So often something is said at the least, so that a connection that is gone is noticed. */
  heartbeatMs: number;
}

const USUAL: LiveSettings = {watchersMax: 64, slowMs: 30_000, graceMs: 30_000, heartbeatMs: 15_000};
/** What is kept ready, in bytes a watcher, before it is taken. */
const READY_BYTES = 64 * 1024;
const KEPT_TEXTS = 256;

export class Live {
  readonly #warehouse: Warehouse;
  readonly #settings: LiveSettings;
  readonly #events: LedgerEvents;
  readonly #watchers = new Set<Watcher>();
  /** Of the newest entries, by their number: made once, whoever watches. */
  readonly #texts = new Map<number, Promise<string | null>>();
  #looked: number;
  /** Watchers who took too little and were let go. */
  dropped = 0;

  constructor(warehouse: Warehouse, settings: Partial<LiveSettings> = {}) {
    this.#warehouse = warehouse;
    this.#settings = {...USUAL, ...settings};
    this.#events = new LedgerEvents(warehouse);
    this.#looked = warehouse.ledger.head.seq;
    warehouse.changes.addEventListener('change', () => this.#changed());
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /**
   * @param after the number of the last event that was seen; null: from now on
   * @returns server-sent events, without end
   * @throws FishboneError OVERLOADED when too many watch
   */
  watch(after: number | null): Readable {
    const {watchersMax, slowMs, graceMs} = this.#settings;
    if (this.#watchers.size >= watchersMax) {
      throw new FishboneError('OVERLOADED', `${watchersMax} are watching already`, {
        hint: 'close one, or ask again every few seconds instead',
      });
    }
    const {seq} = this.#warehouse.ledger.head;
    // A number beyond the ledger is of another warehouse, or of one that was restored.
    const resumed = after !== null && after <= seq;
    const watcher = new Watcher(resumed ? after : seq);
    const telling = this.#tell(watcher, resumed);
    const stream = new Readable({
      highWaterMark: READY_BYTES,
      read() {
        telling.next().then(
          ({value, done}) => this.push(done ? null : value),
          (error: Error) => this.destroy(error),
        );
      },
      destroy: (error, done) => {
        clearInterval(looking);
        this.#watchers.delete(watcher);
        watcher.leave();
        done(error);
      },
    });
    const looking = setInterval(() => {
      const waitsMs = watcher.waitsMs;
      if (waitsMs > slowMs && watcher.end('slow')) this.dropped++;
      if (waitsMs > slowMs + graceMs) stream.destroy();
    }, slowMs / 4).unref();
    this.#watchers.add(watcher);
    return stream;
  }

  progress(told: LiveProgress): void {
    if (this.#watchers.size === 0) return;
    const text = textOf('progress', told);
    for (const watcher of this.#watchers) watcher.hear(text);
  }

  /** Ends all streams: who wants to go on comes again. */
  end(reason: LiveData<'end'>['reason']): void {
    for (const watcher of this.#watchers) watcher.end(reason);
  }

  async *#tell(watcher: Watcher, resumed: boolean): AsyncGenerator<string> {
    const {position, lastBatchAt} = this.#warehouse;
    yield* watcher.offer(textOf('hello', {position, lastBatchAt, resumed}, watcher.seq));
    while (!watcher.isGone) {
      for await (const text of this.#after(watcher)) yield* watcher.offer(text);
      for (const text of watcher.heard()) yield* watcher.offer(text);
      if (watcher.ended !== null) {
        yield* watcher.offer(textOf('end', {reason: watcher.ended}));
        return;
      }
      if (!(await watcher.wait(this.#settings.heartbeatMs))) yield* watcher.offer(': nothing new\n\n');
    }
  }

  /** What the ledger has beyond a watcher's place, until it is to end. */
  async *#after(watcher: Watcher): AsyncGenerator<string> {
    const entries = this.#warehouse.entries();
    while (watcher.seq < entries.length && watcher.ended === null) {
      const {seq, kind, body} = entries[watcher.seq];
      const {batch} = (body ?? {}) as {batch?: unknown};
      // Acknowledged, but the database has not followed: told when it can be asked about.
      if (kind === 'batch' && typeof batch === 'number' && batch > this.#warehouse.position) return;
      const text = await this.#textOf(seq);
      watcher.seq = seq;
      if (text !== null) yield text;
    }
  }

  #textOf(seq: number): Promise<string | null> {
    const known = this.#texts.get(seq);
    if (known) return known;
    const entry = this.#warehouse.entries()[seq - 1];
    const text = this.#events.of(entry).then(event => event && textOf(event.name, event.data, seq));
    this.#texts.set(seq, text);
    // A name that was erased meanwhile must not live on here.
    if (this.#texts.size > KEPT_TEXTS) this.#texts.delete(this.#texts.keys().next().value!);
    text.catch(() => this.#texts.delete(seq));
    return text;
  }

  #changed(): void {
    const entries = this.#warehouse.entries();
    for (; this.#looked < entries.length; this.#looked++) {
      const {kind} = entries[this.#looked];
      // Who may read was decided when a stream began.
      if (kind === 'key') this.end('access-changed');
      if (kind === 'erasure') this.#texts.clear();
    }
    for (const watcher of this.#watchers) watcher.wake();
  }
}

function textOf<N extends LiveName>(name: N, data: LiveData<N>, seq?: number): string {
  const id = seq === undefined ? '' : `id: ${seq}\n`;
  return `${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
