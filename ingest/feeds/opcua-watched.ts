import type {Position} from './opcua-positions.ts';
import type {OpcuaNode} from './opcua-settings.ts';

/** Values before `to` may have passed by unseen, and are looked for in the history. */
export interface Missing {
  to: string;
  sinceMs: number;
}

/** A node that is watched: what is recorded of it, and what may be missing. */
export class Watched {
  readonly node: OpcuaNode;
  #position: Position | undefined;
  #missing: Missing | null = null;
  /** Of readings that were recorded while something before them was missing. */
  #ahead: Position | null = null;
  #stretch = -1;
  /** The server dropped values before one that became no reading. */
  #overflowed = false;

  constructor(node: OpcuaNode, position: Position | undefined) {
    this.node = node;
    this.#position = position;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  get missing(): Missing | null {
    return this.#missing;
  }

  /**
   * Is to be told of each value before it is recorded.
   * @param at null for a value that becomes no reading: what it says was dropped is looked for once there is one
   * @param stretch in one stretch nothing passes by unseen, unless the server says so (overflow)
   */
  came(at: string | null, stretch: number, overflows: boolean): void {
    if (at === null) {
      this.#overflowed ||= overflows;
      return;
    }
    const isOverflow = overflows || this.#overflowed;
    this.#overflowed = false;
    const isFirst = stretch !== this.#stretch;
    this.#stretch = stretch;
    if (this.#position === undefined || !(isFirst || isOverflow)) return;
    // The value that was recorded last is still the newest: nothing happened meanwhile.
    if (!isOverflow && at === this.#position.at) return;
    const to = this.#missing === null ? at : later(at, this.#missing.to);
    this.#missing = {to, sinceMs: Date.now()};
  }

  /** A reading of the subscription is on the disk. */
  recorded(at: string, receivedMs: number): void {
    if (this.#missing === null) this.#position = furtherOf(this.#position, positionOf(at, receivedMs));
    else this.#ahead = furtherOf(this.#ahead, positionOf(at, receivedMs));
  }

  /** Readings of the history are on the disk. */
  readUpTo(at: string): void {
    this.#position = furtherOf(this.#position, positionOf(at, Date.now()));
  }

  /** @returns false when more went missing since then */
  found(missing: Missing): boolean {
    if (this.#missing !== missing) return false;
    this.#missing = null;
    if (this.#ahead !== null) this.#position = furtherOf(this.#position, this.#ahead);
    this.#ahead = null;
    return true;
  }
}

function positionOf(at: string, receivedMs: number): Position {
  const received = microseconds(new Date(receivedMs));
  return {at, from: Date.parse(at) > receivedMs ? received : at};
}

function furtherOf(a: Position | null | undefined, b: Position): Position {
  return a && a.from > b.from ? a : b;
}

/** As all times of positions are written, so that they compare as texts. */
export function microseconds(time: Date, ofMillisecond = 0): string {
  return `${time.toISOString().slice(0, -1)}${String(ofMillisecond).padStart(3, '0')}Z`;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}
