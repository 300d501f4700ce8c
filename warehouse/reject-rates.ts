/**
 * Which sources suddenly reject: more than 5 % of the newest rows and at least three, and so many that, at the share which
 * was usual for the source in the last 60 days, it would happen by chance less than once in a thousand times.
 *
 * The newest rows are those of the batches since the last look that had a hundred rows or was conclusive. What was found to
 * be high is no part of what is usual. A source of which fewer than a hundred rows are known is measured by 5 % itself.
 */
import type {LedgerEntry} from './ledger.ts';
import type {BatchBody} from './project.ts';
import {sourceOf} from './source-of.ts';
import {atLeast, designEffect, type GroupSums, riseTail} from './statistics/share-rise.ts';

const SHARE = 0.05;
const CHANCE = 0.001;
const REJECTED_MIN = 3;
const ROWS_OF_A_WINDOW = 100;
/** So few rows say that all is well again. */
const ROWS_OF_CALM = 20;
const DAYS = 60;
const DAY_MS = 86_400_000;

export interface Verdict {
  source: string;
  /** 'high': raise it; 'calm': no more than usual; 'open': too little to tell. */
  is: 'high' | 'calm' | 'open';
  batch: number | null;
  rows: number;
  rejected: number;
  /** What was usual before, and how probable such a number of rejects was by that; null where it was not worked out. */
  usual: {rows: number; rejected: number; designEffect: number; chance: number} | null;
  /** Why the whole file was refused; then nobody knows how many rows it had. */
  refused: string | null;
}

interface Source {
  /** By day, the oldest first. */
  days: {day: number; sums: GroupSums}[];
  window: {size: number; marked: number};
}

export class RejectRates {
  readonly #sources = new Map<string, Source>();
  #read = 0;

  /** @param entries all of the ledger, of which those that were read before are passed over @returns one a batch */
  follow(entries: readonly LedgerEntry[]): Verdict[] {
    const verdicts: Verdict[] = [];
    for (; this.#read < entries.length; this.#read++) {
      const {kind, at, body} = entries[this.#read];
      if (kind !== 'batch') continue;
      const {tables, replays, source: name, batch, refused} = body as BatchBody;
      if (replays !== undefined) continue;
      const source = sourceOf(name);
      if (refused !== undefined) {
        const known = this.#sources.has(source);
        verdicts.push({source, is: known ? 'high' : 'open', batch, rows: 0, rejected: 0, usual: null, refused});
        continue;
      }
      const rejected = tables.reduce((sum, t) => sum + t.rejected, 0);
      const rows = tables.reduce((sum, t) => sum + t.accepted + t.duplicates, rejected);
      verdicts.push({...this.note(source, {rows, rejected}, Date.parse(at)), batch});
    }
    return verdicts;
  }

  /** Rows of which the ledger says nothing, such as inspections that were refused to their sender. */
  note(name: string, {rows, rejected}: {rows: number; rejected: number}, atMs: number): Verdict {
    const source = this.#sources.get(name) ?? {days: [], window: {size: 0, marked: 0}};
    this.#sources.set(name, source);
    const {window} = source;
    window.size += rows;
    window.marked += rejected;
    const now = {...window};
    const base = {source: name, batch: null, rows: now.size, rejected: now.marked, refused: null};
    const day = Math.floor(atMs / DAY_MS);
    const isMuch = now.marked >= REJECTED_MIN && now.marked > SHARE * now.size;
    const usual = isMuch ? usualOf(source, day) : null;
    const chance = usual && (usual.isKnown ? riseTail(now, usual, usual.designEffect) : atLeast(now, SHARE));
    const isHigh = chance !== null && chance <= CHANCE;
    const isFull = now.size >= ROWS_OF_A_WINDOW;
    if ((isFull && !isHigh) || (isHigh && !usual!.isKnown)) remember(source, day, now);
    if (isFull || isHigh) source.window = {size: 0, marked: 0};
    const isCalm = !isHigh && (isFull || (now.size >= ROWS_OF_CALM && now.marked <= SHARE * now.size));
    return {
      ...base,
      is: isHigh ? 'high' : isCalm ? 'calm' : 'open',
      usual:
        usual && chance !== null
          ? {rows: usual.size, rejected: usual.marked, designEffect: usual.designEffect, chance}
          : null,
    };
  }
}

function usualOf({days}: Source, today: number) {
  const sums = days.filter(({day}) => day > today - DAYS).reduce((sum, {sums}) => added(sum, sums), NOTHING);
  return {...sums, isKnown: sums.size >= ROWS_OF_A_WINDOW, designEffect: designEffect(sums)};
}

function remember(source: Source, day: number, {size, marked}: {size: number; marked: number}): void {
  const window: GroupSums = {
    groups: 1,
    size,
    marked,
    markedSquared: marked ** 2,
    markedTimesSize: marked * size,
    sizeSquared: size ** 2,
  };
  const today = source.days.find(d => d.day === day);
  if (today) today.sums = added(today.sums, window);
  else source.days = [...source.days.filter(d => d.day > day - DAYS), {day, sums: window}];
}

const NOTHING: GroupSums = {groups: 0, size: 0, marked: 0, markedSquared: 0, markedTimesSize: 0, sizeSquared: 0};

function added(a: GroupSums, b: GroupSums): GroupSums {
  return {
    groups: a.groups + b.groups,
    size: a.size + b.size,
    marked: a.marked + b.marked,
    markedSquared: a.markedSquared + b.markedSquared,
    markedTimesSize: a.markedTimesSize + b.markedTimesSize,
    sizeSquared: a.sizeSquared + b.sizeSquared,
  };
}
