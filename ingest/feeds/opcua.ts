import './opcua-quiet.ts';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {ClientSession, NodeId} from 'node-opcua-client';
import type {Running, Surroundings} from './feed.ts';
import {CatchUp} from './opcua-catch-up.ts';
import {connectOpcua} from './opcua-connect.ts';
import {nodeFault, sayable} from './opcua-errors.ts';
import {nodeIdIn} from './opcua-node-id.ts';
import {Positions} from './opcua-positions.ts';
import {type Arrived, Recorder} from './opcua-record.ts';
import type {OpcuaSettings} from './opcua-settings.ts';
import {type Subscribed, subscribe} from './opcua-subscribe.ts';
import {microseconds, Watched} from './opcua-watched.ts';

const PAUSE_MIN_MS = 500;
const LOOK_AGAIN_MIN_MS = 200;
const REFUSED_AGAIN_MS = 60_000;
/** Values that wait to be recorded; then the server has to keep them. */
const WAITING_MAX = 10_000;

/**
 * Watches nodes by a subscription. Where values may have passed by unseen (after each connecting, or when the server had to
 * drop some), it reads the history from the last value that is on the disk: what comes twice is known by its source time.
 */
export async function openOpcua(settings: OpcuaSettings, around: Surroundings): Promise<Running> {
  const positions = await Positions.open(around.memory);
  const watched = await Promise.all(
    settings.nodes.map(async node => {
      const {backfillFrom} = settings;
      const known = positions.of(node);
      // The warehouse knows it too, where the feed's memory was lost or a backup was restored.
      const at = known ? null : await around.door.newestReading(node.station, node.parameter);
      const told = at === null ? undefined : {at, from: at};
      const begin = backfillFrom === undefined ? undefined : {at: null, from: microseconds(new Date(backfillFrom))};
      return new Watched(node, known ?? told ?? begin);
    }),
  );
  return new OpcuaFeed(settings, around, positions, watched).run();
}

class OpcuaFeed {
  readonly #settings: OpcuaSettings;
  readonly #around: Surroundings;
  readonly #watched: readonly Watched[];
  readonly #stopping = new AbortController();
  readonly #recorder: Recorder;
  readonly #catchUp: CatchUp;
  /** Moves on with each subscription, and when one of its messages was lost. */
  #stretch = 0;
  #waiting: Arrived[] = [];
  #wakeRecorder: () => void = () => undefined;
  #wakeLooking: () => void = () => undefined;
  #subscribed: Subscribed | null = null;

  constructor(settings: OpcuaSettings, around: Surroundings, positions: Positions, watched: readonly Watched[]) {
    this.#settings = settings;
    this.#around = around;
    this.#watched = watched;
    this.#recorder = new Recorder(settings, around, positions, this.#stopping.signal);
    this.#catchUp = new CatchUp(settings, around, positions, this.#recorder);
  }

  run(): Running {
    const recording = this.#recordAll();
    const connecting = this.#keepConnected();
    return {
      stop: async () => {
        this.#stopping.abort();
        await connecting;
        this.#wakeRecorder();
        await recording;
      },
    };
  }

  async #keepConnected(): Promise<void> {
    const {signal} = this.#stopping;
    const {meter, memory} = this.#around;
    let pauseMs = PAUSE_MIN_MS;
    const isUp = () => {
      pauseMs = PAUSE_MIN_MS;
      meter.is('connected');
    };
    while (!signal.aborted) {
      try {
        await this.#connectOnce(isUp);
      } catch (error) {
        if (signal.aborted) return;
        meter.failed(sayable(error, this.#settings, join(memory, 'certificates')));
        meter.is('disconnected');
        // Not all at once when a server comes back.
        await pause(pauseMs * (0.8 + 0.4 * Math.random()), signal);
        pauseMs = Math.min(2 * pauseMs, this.#settings.reconnectSeconds * 1000);
      }
    }
  }

  /** Until the feed is stopped. @throws when the connection is lost */
  async #connectOnce(isUp: () => void): Promise<void> {
    const connection = await connectOpcua(this.#settings, this.#around);
    const over = new AbortController();
    const serving = this.#serve(connection.session, over, isUp);
    try {
      await Promise.race([serving, connection.lost, aborted(this.#stopping.signal)]);
    } finally {
      over.abort();
      await connection.close();
      await serving.catch(() => undefined);
    }
  }

  async #serve(session: ClientSession, over: AbortController, isUp: () => void): Promise<void> {
    const {signal} = over;
    const namespaces = await session.readNamespaceArray();
    const nodeIds = new Map(this.#watched.map(one => [one, nodeIdIn(namespaces, one.node.node)]));
    const nodeIdOf = (one: Watched) => nodeIds.get(one) ?? null;
    this.#stretch++;
    this.#subscribed = await subscribe(session, this.#settings, {
      values: values => this.#take(values),
      skipped: () => this.#stretch++,
    });
    const parts = [this.#watchAll(this.#subscribed, nodeIdOf, signal, isUp), this.#look(session, nodeIdOf, signal)];
    try {
      await Promise.race([aborted(signal), this.#subscribed.failed, Promise.all(parts)]);
    } finally {
      this.#subscribed = null;
      over.abort();
      // The next connection must not begin while they still record.
      await Promise.allSettled(parts);
    }
  }

  /** What the server refuses does not keep the rest, and is asked for again. */
  async #watchAll(
    subscribed: Subscribed,
    nodeIdOf: (one: Watched) => NodeId | null,
    signal: AbortSignal,
    isUp: () => void,
  ): Promise<void> {
    let lacking = this.#watched.map((one, handle) => ({node: one.node, nodeId: nodeIdOf(one), handle}));
    while (!signal.aborted) {
      const refused = await subscribed.watch(lacking);
      isUp();
      if (refused.length === 0) return;
      const [{item, status}] = refused;
      const others = refused.length > 1 ? `, as are ${refused.length - 1} others` : '';
      this.#around.meter.failed(new Error(`${nodeFault(item.node, status)}${others}; the other nodes go on`));
      lacking = refused.map(one => one.item);
      await pause(REFUSED_AGAIN_MS, signal);
    }
  }

  #take(values: readonly {handle: number; value: Arrived['value']}[]): void {
    const receivedMs = Date.now();
    for (const {handle, value} of values)
      this.#waiting.push({watched: this.#watched[handle], value, stretch: this.#stretch, receivedMs});
    this.#around.meter.took(values.length);
    if (this.#waiting.length >= WAITING_MAX) this.#subscribed?.publish(false);
    this.#wakeRecorder();
  }

  async #recordAll(): Promise<void> {
    for (;;) {
      if (this.#waiting.length === 0) {
        if (this.#stopping.signal.aborted) return;
        await new Promise<void>(resolve => {
          this.#wakeRecorder = resolve;
        });
        continue;
      }
      const group = this.#waiting;
      this.#waiting = [];
      if (!(await this.#recorder.recordArrived(group))) return;
      this.#subscribed?.publish(true);
      this.#wakeLooking();
    }
  }

  /** Looks for what is missing, in the history. */
  async #look(session: ClientSession, nodeIdOf: (one: Watched) => NodeId | null, signal: AbortSignal): Promise<void> {
    const {meter, memory} = this.#around;
    while (!signal.aborted) {
      const lacking = this.#watched.filter(one => one.missing !== null);
      if (lacking.length === 0) {
        await new Promise<void>(resolve => {
          this.#wakeLooking = resolve;
          signal.addEventListener('abort', () => resolve(), {once: true});
        });
        continue;
      }
      try {
        await this.#catchUp.round(lacking, {session, nodeIdOf, signal});
      } catch (error) {
        if (signal.aborted) return;
        meter.failed(sayable(error, this.#settings, join(memory, 'certificates')));
      }
      const isLeft = this.#watched.some(one => one.missing !== null);
      if (isLeft) await pause(Math.max(LOOK_AGAIN_MIN_MS, this.#settings.historyLagSeconds * 100), signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, {signal}).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), {once: true});
  });
}
