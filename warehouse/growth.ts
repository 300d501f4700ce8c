/** When the disk will be full, if the plant goes on as it did in the last days. */
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {findRaw} from './archive.ts';
import type {Holdings} from './holdings.ts';
import {keptImages} from './images.ts';
import type {LedgerEntry} from './ledger.ts';
import type {BatchBody} from './project.ts';
import {cutoff, type RetentionRules} from './retention.ts';

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 30;

export interface Growth {
  /** Days that are looked back on: the last 30, or as many as there are; less than one says nothing. */
  days: number;
  bytesADay: number;
  /** Days until the free space is used up; null when nothing grows, or there is too little history. */
  fullInDays: number | null;
  /** About how many bytes the rules of retention would free now. */
  freedByRules: number;
}

/**
 * Archive files by the ledger, raw bytes and kept images as they are on the disk now, and the database in proportion.
 * @param freeBytes on the disk of the warehouse
 */
export async function growth(
  folder: string,
  entries: readonly LedgerEntry[],
  holdings: Holdings,
  {freeBytes, rules, now}: {freeBytes: number; rules: RetentionRules; now: string},
): Promise<Growth> {
  const batches = entries.filter(e => e.kind === 'batch').map(({at, body}) => ({at, body: body as BatchBody}));
  const nowMs = Date.parse(now);
  const firstMs = batches.length > 0 ? Date.parse(batches[0].at) : nowMs;
  const days = Math.min(HISTORY_DAYS, (nowMs - firstMs) / DAY_MS);
  const since = new Date(nowMs - days * DAY_MS).toISOString();
  let all = 0;
  let recent = 0;
  const seen = new Set<string>();
  for (const {at, body} of batches) {
    const rows = body.files.reduce((sum, f) => sum + (f.bytes ?? 0), 0);
    const raw = seen.has(body.digest) ? 0 : await rawBytes(folder, body);
    seen.add(body.digest);
    all += rows + raw;
    if (at >= since) recent += rows + raw;
  }
  const withDatabase = all > 0 ? 1 + (await databaseBytes(folder)) / all : 1;
  let images = 0;
  for await (const {bytes, keptMs} of keptImages(folder)) if (keptMs >= Date.parse(since)) images += bytes;
  const bytesADay = days >= 1 ? (recent * withDatabase + images) / days : 0;
  return {
    days,
    bytesADay,
    fullInDays: bytesADay > 0 ? freeBytes / bytesADay : null,
    freedByRules: await freed(folder, batches, holdings, rules, now),
  };
}

/** Readings by when their batch came, which is no earlier than when they were taken: at least so much. */
async function freed(
  folder: string,
  batches: readonly {at: string; body: BatchBody}[],
  holdings: Holdings,
  rules: RetentionRules,
  now: string,
): Promise<number> {
  const before = {raw: cutoff(rules.raw, now) ?? '', readings: cutoff(rules.readings, now) ?? ''};
  let bytes = 0;
  for (const {at, body} of batches) {
    if (holdings.raw().get(body.digest)?.at === at && at < before.raw) bytes += await rawBytes(folder, body);
  }
  for (const {at, rows} of holdings.batches()) {
    if (at >= before.readings) continue;
    for (const {table, file, rows: n} of rows) {
      if (table === 'readings' && file) bytes += ((file.bytes ?? 0) * n) / Math.max(1, file.rows);
    }
  }
  return Math.round(bytes);
}

async function rawBytes(folder: string, {digest, rawBytes: sent}: BatchBody): Promise<number> {
  const found = await findRaw(folder, digest);
  return found ? (await stat(found.path)).size : (sent ?? 0);
}

async function databaseBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    ['warehouse.duckdb', 'warehouse.duckdb.wal'].map(name =>
      stat(join(folder, name)).then(
        s => s.size,
        () => 0,
      ),
    ),
  );
  return sizes[0] + sizes[1];
}
