import type {ClientSession, NodeId} from 'node-opcua-client';
import type {Surroundings} from './feed.ts';
import {historyOf, NoHistory, reachesBack} from './opcua-history.ts';
import type {Gap, Position, Positions} from './opcua-positions.ts';
import type {Recorder} from './opcua-record.ts';
import type {OpcuaSettings} from './opcua-settings.ts';
import type {Missing, Watched} from './opcua-watched.ts';

const NAMED_MAX = 5;
/** A history that is there, as it seems, but cannot be read. */
const GIVE_UP_MS = 3_600_000;

interface Asking {
  session: ClientSession;
  nodeIdOf: (watched: Watched) => NodeId | null;
  signal: AbortSignal;
}

/** Reads from the history what passed by unseen, and says what is not there either. */
export class CatchUp {
  readonly #settings: OpcuaSettings;
  readonly #around: Surroundings;
  readonly #positions: Positions;
  readonly #recorder: Recorder;

  constructor(settings: OpcuaSettings, around: Surroundings, positions: Positions, recorder: Recorder) {
    this.#settings = settings;
    this.#around = around;
    this.#positions = positions;
    this.#recorder = recorder;
  }

  /** One round. @throws when the server cannot be asked, and is to be asked again */
  async round(lacking: readonly Watched[], {session, nodeIdOf, signal}: Asking): Promise<void> {
    const done: [Watched, Missing][] = [];
    const gaps: Gap[] = [];
    try {
      for (const watched of lacking) {
        const {missing, position} = watched;
        const nodeId = nodeIdOf(watched);
        if (missing === null || position === undefined || nodeId === null || signal.aborted) continue;
        const found = await this.#look(watched, position, missing, {session, nodeId, signal});
        gaps.push(...found.gaps);
        if (found.isDone) done.push([watched, missing]);
      }
    } finally {
      // Said before the positions move: otherwise nobody would know of it any more.
      if (gaps.length > 0) await this.#say(gaps);
      const moved = done.filter(([watched, missing]) => watched.found(missing)).map(([watched]) => watched);
      if (moved.length > 0) await this.#recorder.keep(new Set(moved));
    }
  }

  async #look(
    watched: Watched,
    start: Position,
    {to, sinceMs}: Missing,
    {session, nodeId, signal}: {session: ClientSession; nodeId: NodeId; signal: AbortSignal},
  ): Promise<{gaps: Gap[]; isDone: boolean}> {
    const {node, station, parameter} = watched.node;
    const gapOf = (from: string, until: string, reason: string) => ({
      node,
      station,
      parameter,
      from,
      to: until,
      reason,
    });
    const gaps: Gap[] = [];
    let oldest: string | undefined;
    let newest = start.at ?? start.from;
    try {
      const pages = historyOf(session, {nodeId, from: start.from, page: this.#settings.historyPage});
      for await (const values of pages) {
        const times = await this.#recorder.recordHistory(watched, values);
        if (times === null) return {gaps, isDone: false};
        oldest ??= times[0];
        newest = times.at(-1) ?? newest;
      }
      const isAnchored = start.at === null || (oldest !== undefined && oldest <= start.at);
      if (!isAnchored && !(await reachesBack(session, nodeId, start.at!)))
        gaps.push(gapOf(start.at!, oldest ?? to, 'the history of the server does not reach back so far'));
      const isWhole = newest >= to || (gaps.length > 0 && oldest === undefined);
      const mayCome = Date.now() - sinceMs < this.#settings.historyLagSeconds * 1000;
      if (!isWhole && !mayCome) gaps.push(gapOf(newest, to, 'the history of the server ends before'));
      return {gaps, isDone: isWhole || !mayCome};
    } catch (error) {
      const isForGood = error instanceof NoHistory || Date.now() - sinceMs > GIVE_UP_MS;
      if (signal.aborted || !isForGood) throw error;
      return {gaps: [gapOf(newest, to, (error as Error).message)], isDone: true};
    }
  }

  async #say(gaps: readonly Gap[]): Promise<void> {
    const {door, meter, name} = this.#around;
    await this.#positions.note(gaps);
    const from = gaps.map(gap => gap.from).sort()[0];
    const to = gaps
      .map(gap => gap.to)
      .sort()
      .at(-1)!;
    const named = gaps.slice(0, NAMED_MAX).map(({station, parameter}) => `${station} ${parameter}`);
    const others = gaps.length > NAMED_MAX ? ` and ${gaps.length - NAMED_MAX} more` : '';
    const text = `values of ${named.join(', ')}${others} from ${from} to ${to} may be missing: ${gaps[0].reason}`;
    meter.lacks({from, to, text}, gaps.length);
    const figures = {nodes: gaps.length, from, to, reason: gaps[0].reason};
    await door.alert({name: 'feed.gap', source: `opcua ${name}`, text, figures, batch: null});
  }
}
