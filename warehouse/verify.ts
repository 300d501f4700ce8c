/** Is everything that was ever acknowledged still there, as it was? And the database made anew from what is true. */
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {exists, findRaw, rawPath, sealOf} from './archive.ts';
import {forgetDatabase} from './database-file.ts';
import {type HeldFile, Holdings} from './holdings.ts';
import {keptImages} from './images.ts';
import {readJournal, readSetAside} from './journal.ts';
import {LedgerDamaged, type LedgerEntry, type LedgerProblem, verifyLedger} from './ledger.ts';
import {headPath, ledgerPath, readHead, readLedger} from './ledger-read.ts';
import {Warehouse} from './store.ts';
import {openReadOnly, verifyFacts} from './verify-facts.ts';

export interface Problem {
  what: string;
  where: string;
  /** What to do about it. */
  hint: string;
}

export interface Verification {
  ok: boolean;
  problems: Problem[];
  /** What a process that died left to be finished: nothing is missing or altered by it. */
  notices: Problem[];
  checked: {entries: number; batches: number; files: number; tables: number};
}

const RESTORE = 'restore it from a backup; until then trust nothing that was derived from it';

/**
 * Compares ledger, archive and database: the chain of the ledger, the digest of every archived file, of the raw bytes and of
 * every kept image (not whether one is missing), and for each table and batch the number and the content of its rows.
 * Nothing is made, altered or repaired.
 * @param folder of a warehouse that no process has open, this one included
 * @throws WarehouseUnusable when another process holds it
 */
export async function verify(folder: string): Promise<Verification> {
  const checked = {entries: 0, batches: 0, files: 0, tables: 0};
  if (!(await exists(join(folder, 'ledger'))) && !(await exists(join(folder, 'archive')))) {
    const problem = {what: 'there is no warehouse', where: folder, hint: 'check the path, or ingest something first'};
    return {ok: false, problems: [problem], notices: [], checked};
  }
  const database = await openReadOnly(folder);
  try {
    const {entries, problems} = await verifyLedgerFile(folder);
    problems.push(...(await verifyLedgerFile(join(folder, 'queries'))).problems);
    const holdings = new Holdings(folder, () => entries);
    const archive = await verifyArchive(folder, holdings);
    problems.push(...archive.problems, ...(await strangers(folder, entries.at(-1)?.seq ?? 0)));
    const journal = await verifyJournal(folder);
    problems.push(...journal.problems);
    const facts = await verifyFacts(database, folder, entries, holdings, archive.damaged);
    problems.push(...facts.problems);
    Object.assign(checked, {
      entries: entries.length,
      batches: holdings.batches().length,
      files: archive.files,
      tables: facts.tables,
    });
    return {ok: problems.length === 0, problems, notices: [...facts.notices, ...journal.notices], checked};
  } finally {
    database.close();
  }
}

/** What was acknowledged and has no batch yet. */
async function verifyJournal(folder: string): Promise<{problems: Problem[]; notices: Problem[]}> {
  const files = await readJournal(folder);
  const aside = await readSetAside(folder);
  return {
    problems: [...files, ...aside].flatMap(({path, altered}) =>
      altered.map(line => ({what: `line ${line} was altered`, where: path, hint: RESTORE})),
    ),
    notices: [
      ...files.map(({path, values}) => ({
        what: `${values.length} requests were acknowledged and are in no batch yet`,
        where: path,
        hint: 'they are recorded when the warehouse is opened next',
      })),
      ...aside.map(({path}) => ({
        what: 'a request was acknowledged and no batch takes it',
        where: path,
        hint: 'the file says why; it is tried again whenever the warehouse is opened',
      })),
    ],
  };
}

/**
 * Makes the database anew from ledger and archive. Nothing is thrown away before both were found whole.
 * @throws LedgerDamaged; WarehouseUnusable when another process holds the warehouse; Error for a damaged archive
 */
export async function rebuild(folder: string): Promise<{entries: number; batches: number}> {
  // Holds the lock while it looks, so that nobody's open database is taken away.
  const database = await openReadOnly(folder);
  try {
    const [broken] = await acknowledgedProblems(folder);
    if (broken) throw new LedgerDamaged(folder, broken);
    const {entries} = await verifyLedgerFile(folder);
    const archive = await verifyArchive(folder, new Holdings(folder, () => entries), {raw: false});
    const [first] = archive.problems;
    if (first) throw new Error(`the database cannot be rebuilt: ${first.where}: ${first.what}; ${first.hint}`);
  } finally {
    database.close();
  }
  await forgetDatabase(folder);
  const warehouse = await Warehouse.open(folder);
  try {
    return {entries: warehouse.entries().length, batches: warehouse.holdings.batches().length};
  } finally {
    await warehouse.close();
  }
}

async function verifyLedgerFile(folder: string): Promise<{entries: LedgerEntry[]; problems: Problem[]}> {
  const entries: LedgerEntry[] = [];
  for await (const {entry} of readLedger(folder)) if (entry) entries.push(entry);
  const problems = (await acknowledgedProblems(folder)).map(({line, seq, what, detail}) => ({
    what: `entry ${seq}: ${what}: ${detail}`,
    where: `${ledgerPath(folder)} line ${line}`,
    hint: RESTORE,
  }));
  if (entries.length > 0 && (await readHead(folder)) === null) {
    problems.push({
      what: 'is missing or unreadable: entries cut off at the end of the ledger would go unnoticed',
      where: headPath(folder),
      hint: 'compare the ledger with a backup; opening the warehouse writes the file anew',
    });
  }
  return {entries, problems};
}

/** A last line without an end was being written when the process died: it was never acknowledged, so nothing is missing. */
async function acknowledgedProblems(folder: string): Promise<LedgerProblem[]> {
  const acknowledged = (await readHead(folder))?.seq ?? 0;
  return (await verifyLedger(folder)).filter(({what, seq}) => what !== 'torn' || seq <= acknowledged);
}

/** @returns `damaged`: the files of rows that cannot be compared with anything */
async function verifyArchive(folder: string, holdings: Holdings, {raw} = {raw: true}) {
  const problems: Problem[] = [];
  const damaged = new Set<HeldFile>();
  const held = holdings.files();
  for (const file of held) {
    const problem = await verifyFile(file.path, file.sha256);
    if (!problem) continue;
    problems.push(problem);
    damaged.add(file);
  }
  const digests = raw ? [...holdings.raw().keys()] : [];
  for (const digest of digests) {
    const found = await findRaw(folder, digest);
    const problem = await verifyFile(found?.path ?? rawPath(folder, digest), digest, found?.packed);
    if (problem) problems.push(problem);
  }
  let images = 0;
  for await (const {digest, path} of raw ? keptImages(folder) : []) {
    images++;
    const problem = await verifyFile(path, digest);
    if (problem) problems.push(problem);
  }
  return {problems, damaged, files: held.length + digests.length + images};
}

async function verifyFile(path: string, sha256: string, packed = false): Promise<Problem | null> {
  if (!(await exists(path))) return {what: 'is missing', where: path, hint: RESTORE};
  try {
    if ((await sealOf(path, packed)).sha256 === sha256) return null;
    return {what: 'was altered: its digest is not the recorded one', where: path, hint: RESTORE};
  } catch (error) {
    return {what: `was altered: it cannot be read (${(error as Error).message})`, where: path, hint: RESTORE};
  }
}

/** Batches in the archive that the ledger does not know; one more than it has may have been under way when a process died. */
async function strangers(folder: string, lastSeq: number): Promise<Problem[]> {
  const names = await readdir(join(folder, 'archive', 'batches')).catch(() => [] as string[]);
  const beyond = names.filter(name => Number(name) > lastSeq + 1 || (lastSeq === 0 && names.length > 1));
  return beyond.map(name => ({
    what: 'is a batch that the ledger has no entry for',
    where: join(folder, 'archive', 'batches', name),
    hint: 'the end of the ledger is missing: restore the ledger from a backup',
  }));
}
