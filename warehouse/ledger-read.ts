import {createReadStream} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {GENESIS, type LedgerEntry, type LedgerHead, openLine} from './ledger-chain.ts';

export interface LedgerProblem {
  /** Line in the file, 1 = first; one more than the last line for what is missing at the end. */
  line: number;
  /** The entry that stood there, as far as its neighbours tell. */
  seq: number;
  what: 'torn' | 'unreadable' | 'edited' | 'missing' | 'reordered' | 'cut-off';
  detail: string;
}

/** A line of the ledger's file: an entry in its place, or what is wrong with it. */
export type LedgerLine = {line: number; offset: number; end: number} & (
  | {entry: LedgerEntry; problem?: undefined}
  | {problem: LedgerProblem; entry?: undefined}
);

export const ledgerPath = (folder: string): string => join(folder, 'ledger', 'ledger.ndjson');

/** Next to the ledger, the last acknowledged entry: the only witness that notices when whole lines are cut off. */
export const headPath = (folder: string): string => join(folder, 'ledger', 'ledger.head');

/**
 * Every edit, deletion, reordering and torn or cut-off end of a warehouse folder's ledger. Whoever rewrites the whole
 * chain and the witness leaves no trace here: compare `head` with a copy kept elsewhere.
 * @returns empty when the ledger is whole, or when there is none
 */
export async function verifyLedger(folder: string): Promise<LedgerProblem[]> {
  const problems: LedgerProblem[] = [];
  let last = {line: 0, seq: 0};
  const witness = await readHead(folder);
  let witnessed = witness === null || witness.seq === 0;
  for await (const {line, entry, problem} of readLedger(folder)) {
    if (problem) problems.push(problem);
    if (entry && entry.seq === witness?.seq && entry.hash === witness.hash) witnessed = true;
    last = {line, seq: Math.max(last.seq, entry?.seq ?? problem?.seq ?? 0)};
  }
  if (!witnessed && problems.length === 0) problems.push(cutOff(last, witness!));
  // An entry that turns up further down is not missing, it only moved.
  const moved = new Set(problems.filter(({what}) => what === 'reordered').map(({seq}) => seq));
  return problems.filter(({what, seq}) => what !== 'missing' || !moved.has(seq));
}

/** Lines of the ledger in the order of the file, each checked against its own hash and against the line before. */
export async function* readLedger(folder: string): AsyncGenerator<LedgerLine> {
  let head: LedgerHead | {seq: number; hash: null} = GENESIS;
  let line = 0;
  for await (const {bytes, offset, whole} of splitLines(ledgerPath(folder))) {
    line++;
    const place = {line, offset, end: offset + bytes.length + 1};
    const expected: number = head.seq + 1;
    const wrong = (what: LedgerProblem['what'], detail: string, seq = expected): LedgerLine => {
      return {...place, problem: {line, seq, what, detail}};
    };
    if (!whole) {
      yield wrong('torn', 'the last line has no end: it was being written');
      return;
    }
    const opened = openLine(bytes);
    if ('unreadable' in opened) {
      yield wrong('unreadable', opened.unreadable);
      head = {seq: expected, hash: null};
    } else if ('edited' in opened) {
      yield wrong('edited', opened.edited);
      head = {seq: expected, hash: null};
    } else if (opened.entry.seq < expected) {
      yield wrong('reordered', `entry ${opened.entry.seq} stands after entry ${head.seq}`, opened.entry.seq);
    } else if (opened.entry.seq > expected) {
      const gone = opened.entry.seq - 1 > expected ? `${expected} to ${opened.entry.seq - 1}` : `${expected}`;
      yield wrong('missing', `entry ${gone} is missing before entry ${opened.entry.seq}`);
      head = opened.entry;
    } else if (head.hash !== null && opened.entry.prev !== head.hash) {
      yield wrong('edited', `entry ${expected} does not continue entry ${head.seq}: one of the two was replaced`);
      head = opened.entry;
    } else {
      head = opened.entry;
      yield {...place, entry: opened.entry};
    }
  }
}

/** The witness, or null when there is none or it cannot be read. */
export async function readHead(folder: string): Promise<LedgerHead | null> {
  const text = await readFile(headPath(folder), 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const match = /^(\d{16}) ([0-9a-f]{64})\n$/.exec(text);
  return match ? {seq: Number(match[1]), hash: match[2]} : null;
}

/** Always the same length, so that it is overwritten in place. */
export const headBytes = ({seq, hash}: LedgerHead): Buffer =>
  Buffer.from(`${String(seq).padStart(16, '0')} ${hash}\n`, 'latin1');

/** What to say when the witness knows of entries that the ledger no longer has. */
export function cutOff(last: {line: number; seq: number}, witness: LedgerHead): LedgerProblem {
  const detail =
    last.seq < witness.seq
      ? `entries ${last.seq + 1} to ${witness.seq} were acknowledged and are cut off`
      : `entry ${witness.seq} is not the one that was acknowledged`;
  return {line: last.line + 1, seq: Math.min(last.seq + 1, witness.seq), what: 'cut-off', detail};
}

async function* splitLines(path: string): AsyncGenerator<{bytes: Buffer; offset: number; whole: boolean}> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  try {
    for await (const chunk of createReadStream(path, {highWaterMark: 1 << 18})) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        yield {bytes: rest.subarray(start, end), offset: offset + start, whole: true};
        start = end + 1;
      }
      rest = rest.subarray(start);
      offset += start;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (rest.length > 0) yield {bytes: rest, offset, whole: false};
}
