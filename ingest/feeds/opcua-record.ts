import {setTimeout as wait} from 'node:timers/promises';
import type {DataValue} from 'node-opcua-client';
import type {Surroundings} from './feed.ts';
import type {Positions} from './opcua-positions.ts';
import type {OpcuaSettings} from './opcua-settings.ts';
import {isOverflow, type Taken, takenOf} from './opcua-values.ts';
import type {Watched} from './opcua-watched.ts';
import {outcomeOf} from './state.ts';

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 30_000;

/** A value of the subscription. */
export interface Arrived {
  watched: Watched;
  value: DataValue;
  stretch: number;
  receivedMs: number;
}

/** Puts values on the disk, and moves the positions after them. */
export class Recorder {
  readonly #settings: OpcuaSettings;
  readonly #around: Surroundings;
  readonly #positions: Positions;
  readonly #signal: AbortSignal;

  constructor(settings: OpcuaSettings, around: Surroundings, positions: Positions, signal: AbortSignal) {
    this.#settings = settings;
    this.#around = around;
    this.#positions = positions;
    this.#signal = signal;
  }

  /** @returns false when it is told to stop before it could be done */
  async recordArrived(arrived: readonly Arrived[]): Promise<boolean> {
    const taken = arrived.map(one => ({...one, ...takenOf(one.watched.node, one.value, this.#settings)}));
    for (const {watched, at, stretch, value} of taken) watched.came(at, stretch, isOverflow(value));
    return this.#untilDone(taken, () => {
      const moved = new Set<Watched>();
      for (const {watched, at, receivedMs} of taken) {
        if (at === null) continue;
        watched.recorded(at, receivedMs);
        moved.add(watched);
      }
      return moved;
    });
  }

  /** @returns the times of its readings, or null when it is told to stop before it could be done */
  async recordHistory(watched: Watched, values: readonly DataValue[]): Promise<string[] | null> {
    this.#around.meter.took(values.length);
    const taken = values.map(value => takenOf(watched.node, value, this.#settings));
    const times = taken.flatMap(({at}) => at ?? []).sort();
    const isDone = await this.#untilDone(taken, () => {
      if (times.length > 0) watched.readUpTo(times.at(-1)!);
      return new Set([watched]);
    });
    return isDone ? times : null;
  }

  async keep(moved: ReadonlySet<Watched>): Promise<void> {
    const known = [...moved].flatMap(({node, position}) => (position ? [[node, position] as const] : []));
    await this.#positions.move(known);
  }

  async #untilDone(taken: readonly Taken[], move: () => ReadonlySet<Watched>): Promise<boolean> {
    const {door, meter, name} = this.#around;
    if (taken.length === 0) return true;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
      try {
        const receipt = await door.rows(
          taken.map(({sent}) => sent),
          `opcua ${name}`,
        );
        await this.keep(move());
        meter.settled(outcomeOf(receipt), taken.length);
        meter.goesOn();
        return true;
      } catch (error) {
        meter.isHeldUp(error);
        if (this.#signal.aborted) {
          meter.gaveBack(taken.length);
          return false;
        }
        await wait(pauseMs, undefined, {signal: this.#signal}).catch(() => undefined);
      }
    }
  }
}
