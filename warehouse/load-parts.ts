/** How long each part of a load takes, told to whoever listens on this channel: the benchmark, or a profile. */
import {channel} from 'node:diagnostics_channel';

const timings = channel('fishbone:load');

export class Parts {
  #since = performance.now();

  /** The part that began when the one before ended is over. */
  end(part: string): void {
    const now = performance.now();
    if (timings.hasSubscribers) timings.publish({part, ms: now - this.#since});
    this.#since = now;
  }
}
