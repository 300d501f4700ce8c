import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import type {About} from '../inference/about.ts';
import {inferOne} from '../inference/infer.ts';
import type {Inspected} from '../inference/inspection.ts';
import type {Timings} from '../inference/judge.ts';
import {Judges, type Labour} from '../inference/judges.ts';
import {loadModel} from '../inference/registry.ts';
import {FishboneError} from './errors.ts';

/** A model that nobody needed for so long is let go. */
const IDLE_MS = 10 * 60_000;
const AGAIN_MS = 5_000;
/** So many images may wait for one model; the next is refused. */
const WAITING_MAX = 256;

interface Open {
  judges: Promise<Judges>;
  /** How its card looked: a card that changed is opened again. */
  card: string;
  waiting: number;
  idle: NodeJS.Timeout | null;
}

/** The models that a server has open, for images as they come. */
export class Inference {
  readonly #folder: string;
  readonly #labour: Labour;
  readonly #open = new Map<string, Open>();

  /** @param folder of the warehouse */
  constructor(folder: string, labour: Labour) {
    this.#folder = folder;
    this.#labour = labour;
  }

  /** Processes at work. */
  async pids(): Promise<number[]> {
    const all = await Promise.all([...this.#open.values()].map(({judges}) => judges.catch(() => null)));
    return all.flatMap(judges => judges?.pids ?? []);
  }

  /**
   * Judges one image; several at once share the model's batches.
   * @throws ModelRefused; FishboneError OVERLOADED
   */
  async inspect(
    model: string,
    path: string,
    about: About,
    keep: boolean,
  ): Promise<{inspected: Inspected; timings: Timings}> {
    const open = await this.#opened(model);
    if (open.waiting >= WAITING_MAX) {
      const message = `${open.waiting} images wait for ${model} already: nothing of this one was recorded`;
      throw new FishboneError('OVERLOADED', message, {hint: 'send it again in a few seconds'});
    }
    open.waiting++;
    if (open.idle) clearTimeout(open.idle);
    try {
      return await inferOne(await open.judges, path, about, keep ? this.#folder : null);
    } finally {
      open.waiting--;
      open.idle = setTimeout(() => void this.#close(model, open), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map(([model, open]) => this.#close(model, open)));
  }

  async #opened(model: string): Promise<Open> {
    const models = join(this.#folder, 'models');
    const card = await stat(join(models, model, 'card.json')).then(
      ({mtimeMs, size}) => `${mtimeMs} ${size}`,
      () => '',
    );
    const before = this.#open.get(model);
    if (before && before.card === card) return before;
    const judges = loadModel(model, models).then(loaded => Judges.open(loaded, this.#labour));
    const open: Open = {judges, card, waiting: 0, idle: null};
    this.#open.set(model, open);
    // One that was refused is tried again, but not with every image.
    judges.catch(() => setTimeout(() => this.#open.get(model) === open && this.#open.delete(model), AGAIN_MS).unref());
    if (before) void this.#close(model, before);
    return open;
  }

  async #close(model: string, open: Open): Promise<void> {
    if (open.idle) clearTimeout(open.idle);
    if (this.#open.get(model) === open) this.#open.delete(model);
    await (await open.judges.catch(() => null))?.close();
  }
}
