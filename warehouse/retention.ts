/**
 * Retention by rule: what is older than the plant wants to keep goes, and the ledger says what went.
 *   readings  by the time they were taken: out of the archive and out of the facts, at every position
 *   raw       by the time their file was last loaded: the evidence goes, the accepted rows stay
 *   answers   by the time they were given: a link to one says that the question has to be asked again
 */
import {readdir, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {findRaw, packedPath, prepareFolder, rawPath, sealOf} from './archive.ts';
import type {Caretaker} from './caretaker.ts';
import {isWhole, removeReplaced} from './compact.ts';
import {quoteText, type Session} from './duckdb.ts';
import type {FileRecord, HeldFile, Holdings, RetentionBody, Rewrite} from './holdings.ts';

/** How long things are kept, in words: "90 days", "18 months", "3 years". What has no rule is kept for good. */
export interface RetentionRules {
  raw?: string;
  readings?: string;
  answers?: string;
}

/** What applying the rules takes away, or would. */
export interface Retained {
  dryRun: boolean;
  /** What is older than this goes; null where there is no rule. */
  before: {raw: string | null; readings: string | null; answers: string | null};
  gone: RetentionBody['gone'];
  /** Files with old readings that are not what they were: no reading goes then, and `verify` tells. */
  altered: string[];
}

/** @param now ISO 8601: the rules count back from it */
export async function applyRetention(
  care: Caretaker,
  rules: RetentionRules,
  {dryRun, now}: {dryRun: boolean; now: string},
): Promise<Retained> {
  const before = {
    raw: cutoff(rules.raw, now),
    readings: cutoff(rules.readings, now),
    answers: cutoff(rules.answers, now),
  };
  // Before the files are looked at: readings of later batches are for the next time.
  const batch = care.holdings.batches().reduce((newest, b) => Math.max(newest, b.batch ?? 0), 0);
  const raw = before.raw === null ? [] : await oldRaw(care, before.raw);
  const answers = before.answers === null ? [] : await oldAnswers(care.folder, before.answers);
  const found = before.readings === null ? [] : await oldReadings(care.session, care.holdings, before.readings);
  const altered: string[] = [];
  for (const {file} of dryRun ? [] : found) if (!(await isWhole(file))) altered.push(file.path);
  // What the archive cannot give up, the facts keep as well.
  const readings = altered.length > 0 ? [] : found;
  const gone = {
    readings: sum(readings.map(r => r.old)),
    raw: raw.length,
    answers: answers.length,
    bytes: Math.round(sum([...raw, ...answers].map(f => f.bytes)) + sum(readings.map(r => r.bytes))),
  };
  if (!dryRun && gone.readings + gone.raw + gone.answers > 0) {
    const files: FileRecord[] = [];
    const rewrites: Rewrite[] = [];
    const prepared = await prepareFolder(care.folder, 'retention', async into => {
      for (const [k, old] of readings.entries()) {
        care.signal.throwIfAborted();
        await withoutOld(care, old, before.readings!, {into, k, files, rewrites});
      }
    });
    const body: RetentionBody = {
      files,
      rewrites,
      readingsBefore: readings.length > 0 ? before.readings : null,
      batch,
      raw: raw.map(r => r.digest),
      rules: {...rules},
      gone,
    };
    await care.record('retention', body, prepared);
    for (const {path} of answers) await rm(path, {force: true});
  }
  // Also what an earlier run was killed before.
  if (!dryRun) await removeGone(care.folder, care.holdings);
  return {dryRun, before, gone, altered};
}

const PERIOD = /^(\d{1,4}) (day|week|month|year)s?$/;

export const isPeriod = (text: string): boolean => PERIOD.test(text);

/** "90 days" before now. @throws RangeError for words that are no length of time */
export function cutoff(rule: string | undefined, now: string): string | null {
  if (rule === undefined) return null;
  const match = PERIOD.exec(rule);
  if (!match)
    throw new RangeError(`"${rule}" is no length of time: say "90 days", "6 weeks", "18 months" or "3 years"`);
  const n = Number(match[1]);
  const at = new Date(now);
  if (match[2] === 'day' || match[2] === 'week') at.setUTCDate(at.getUTCDate() - n * (match[2] === 'week' ? 7 : 1));
  else {
    const day = at.getUTCDate();
    at.setUTCDate(1);
    at.setUTCMonth(at.getUTCMonth() - n * (match[2] === 'year' ? 12 : 1));
    // The 31st of a month that has 30 days is its last.
    at.setUTCDate(Math.min(day, new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()));
  }
  return at.toISOString();
}

async function oldRaw({folder, holdings}: Caretaker, before: string) {
  const old: {digest: string; bytes: number}[] = [];
  for (const [digest, {at}] of holdings.raw()) {
    if (at >= before) continue;
    const found = await findRaw(folder, digest);
    old.push({digest, bytes: found ? (await stat(found.path)).size : 0});
  }
  return old;
}

async function oldAnswers(folder: string, before: string) {
  const names = await readdir(join(folder, 'answers')).catch(() => [] as string[]);
  const old: {path: string; bytes: number}[] = [];
  for (const name of names) {
    const path = join(folder, 'answers', name);
    const {mtimeMs, size} = await stat(path);
    if (mtimeMs < Date.parse(before)) old.push({path, bytes: size});
  }
  return old;
}

interface OldReadings {
  file: HeldFile;
  /** How many of its readings are too old, and about how many bytes of the file that is. */
  old: number;
  bytes: number;
}

/** The files that have readings from before a time; Parquet's own limits of columns spare reading the others. */
async function oldReadings(session: Session, holdings: Holdings, before: string): Promise<OldReadings[]> {
  const files = holdings.files().filter(f => f.table === 'readings' && f.form === 'long');
  const counts = new Map<string, number>();
  for (const merged of [false, true]) {
    const paths = files.filter(f => f.merged === merged).map(f => quoteText(f.path));
    if (paths.length === 0) continue;
    const rows = await session.rows<{path: string; old: number}>(
      `select filename as path, count(*) as old from read_parquet([${paths.join(', ')}], filename = true)
       where "at" < $before::timestamptz group by filename`,
      {before},
    );
    for (const {path, old} of rows) counts.set(path, old);
  }
  return files.flatMap(file => {
    const old = counts.get(file.path) ?? 0;
    return old > 0 ? [{file, old, bytes: ((file.bytes ?? 0) * old) / file.rows}] : [];
  });
}

/** One file again, without its old readings; nothing is made when none would be left. */
async function withoutOld(
  {session, holdings}: Caretaker,
  {file, old}: OldReadings,
  before: string,
  to: {into: string; k: number; files: FileRecord[]; rewrites: Rewrite[]},
): Promise<void> {
  const users = holdings.batches().flatMap(({seq, batch, rows}) => {
    const held = rows.find(r => r.file === file);
    return held ? [{seq, batch, of: held.of}] : [];
  });
  const {of} = users[0];
  const from = `read_parquet(${quoteText(file.path)})`;
  const origin = file.merged ? '*' : `${users[0].seq}::integer as seq, ${users[0].batch}::integer as batch, *`;
  const left = new Map<number, number>();
  if (old < file.rows) {
    const name = `${to.k}.readings.long.parquet`;
    const path = join(to.into, name);
    await session.run(
      `copy (select ${origin} from ${from} where not "at" < ${quoteText(before)}::timestamptz)
       to ${quoteText(path)} (format parquet, compression zstd)`,
    );
    const rows = await session.rows<{seq: number; rows: number}>(
      `select seq, count(*) as rows from read_parquet(${quoteText(path)}) group by seq`,
    );
    for (const row of rows) left.set(row.seq, row.rows);
    const kept = sum([...left.values()]);
    if (kept !== file.rows - old) throw new Error(`${path}: ${kept} readings instead of ${file.rows - old}`);
    to.files.push({table: 'readings', form: 'long', file: name, rows: kept, ...(await sealOf(path))});
    const seqs = users.map(u => u.seq).filter(seq => left.has(seq));
    to.rewrites.push({of, seqs, rows: seqs.map(seq => left.get(seq)!), into: name});
  }
  const empty = users.map(u => u.seq).filter(seq => !left.has(seq));
  if (empty.length > 0) to.rewrites.push({of, seqs: empty, into: null});
}

/** Removes what the ledger says is gone. */
async function removeGone(folder: string, holdings: Holdings): Promise<void> {
  await removeReplaced(folder, holdings);
  for (const digest of holdings.goneRaw()) {
    for (const path of [rawPath(folder, digest), packedPath(folder, digest)]) await rm(path, {force: true});
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
