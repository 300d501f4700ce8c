import {createHash} from 'node:crypto';

/** One thing that happened, chained to what happened before it. */
export interface LedgerEntry {
  /** 1 for the first entry, without gaps. */
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  kind: string;
  /** Plain JSON. */
  body: unknown;
  /** The hash of the entry before, or 64 zeros. */
  prev: string;
  /** sha256 (hex) over `prev` and the canonical JSON of {seq, at, kind, body}. */
  hash: string;
}

export type LedgerHead = Pick<LedgerEntry, 'seq' | 'hash'>;

/** What an empty ledger continues from. */
export const GENESIS: LedgerHead = {seq: 0, hash: '0'.repeat(64)};

/**
 * The line (without its newline) of the entry that continues `head`.
 * @param body canonical JSON, as `canonicalJson` writes it
 */
export function sealLine(head: LedgerHead, at: string, kind: string, body: string): {line: string; head: LedgerHead} {
  const seq = head.seq + 1;
  const hash = hashOf(head.hash, seq, at, kind, body);
  const text = `{"seq":${seq},"at":${JSON.stringify(at)},"kind":${JSON.stringify(kind)},"body":${body}`;
  return {line: `${text},"prev":"${head.hash}","hash":"${hash}"}`, head: {seq, hash}};
}

/**
 * Reads one line back and says whether it is, byte for byte, what was sealed. Whether it continues the line before is
 * the caller's question.
 * @returns the entry, or in words what is wrong with the line
 */
export function openLine(line: Buffer): {entry: LedgerEntry} | {unreadable: string} | {edited: string} {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (error) {
    return {unreadable: error instanceof Error ? error.message : String(error)};
  }
  if (!isEntry(value)) return {unreadable: 'not a ledger entry'};
  const {seq, at, kind, body, prev, hash} = value;
  const sealed = sealLine({seq: seq - 1, hash: prev}, at, kind, canonicalJson(body));
  if (sealed.head.hash !== hash) return {edited: 'the content does not match its hash'};
  if (!Buffer.from(sealed.line).equals(line)) return {edited: 'the bytes are not those that were written'};
  return {entry: value};
}

/**
 * JSON with sorted keys and no white space, so that equal values have equal bytes.
 * @throws TypeError for what JSON would lose in silence: NaN, infinities, big integers, functions
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value !== 'object')
    throw new TypeError(`not a JSON value: ${typeof value === 'number' ? value : typeof value}`);
  const pairs = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${pairs.join(',')}}`;
}

function hashOf(prev: string, seq: number, at: string, kind: string, body: string): string {
  const content = `{"at":${JSON.stringify(at)},"body":${body},"kind":${JSON.stringify(kind)},"seq":${seq}}`;
  return createHash('sha256').update(prev).update(content).digest('hex');
}

function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== 'object' || value === null || !('body' in value)) return false;
  const {seq, at, kind, prev, hash} = value as Record<string, unknown>;
  return Number.isSafeInteger(seq) && [at, kind, prev, hash].every(text => typeof text === 'string');
}
