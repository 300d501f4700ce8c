import {appendFile, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {OpcuaNode} from './opcua-settings.ts';

/** How far everything of a node is recorded. */
export interface Position {
  /** Source time of the last reading; null where there is none yet. */
  at: string | null;
  /** History is read from here on: not after the moment when that reading came, whatever its clock said. */
  from: string;
}

/** Where values may be missing for good. */
export interface Gap {
  node: string;
  station: string;
  parameter: string;
  from: string;
  to: string;
  reason: string;
}

/** What a feed remembers: the positions, which move after their rows are on the disk, and the gaps. */
export class Positions {
  readonly #folder: string;
  readonly #known: Map<string, Position>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, known: Map<string, Position>) {
    this.#folder = folder;
    this.#known = known;
  }

  static async open(folder: string): Promise<Positions> {
    const text = await readFile(join(folder, 'positions.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    return new Positions(folder, new Map(Object.entries(JSON.parse(text) as Record<string, Position>)));
  }

  of(node: OpcuaNode): Position | undefined {
    return this.#known.get(keyOf(node));
  }

  async move(moved: Iterable<readonly [OpcuaNode, Position]>): Promise<void> {
    for (const [node, position] of moved) this.#known.set(keyOf(node), position);
    // One after the other; one that failed is no reason not to write the next.
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  async note(gaps: readonly Gap[]): Promise<void> {
    const lines = gaps.map(gap => `${JSON.stringify(gap)}\n`).join('');
    await appendFile(join(this.#folder, 'gaps.ndjson'), lines, {flush: true});
  }

  async #write(): Promise<void> {
    const path = join(this.#folder, 'positions.json');
    await writeFile(`${path}.tmp`, JSON.stringify(Object.fromEntries(this.#known)), {flush: true});
    await rename(`${path}.tmp`, path);
  }
}

function keyOf({node, station, parameter}: OpcuaNode): string {
  return JSON.stringify([node, station, parameter]);
}
