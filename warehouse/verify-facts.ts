/** Does the database say what ledger and archive say? */
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {exists} from './archive.ts';
import {CANONICAL} from './canonical.ts';
import {archivedContent, type Content, plus, storedContent, storedMeasurements} from './content.ts';
import {WarehouseUnusable} from './database-file.ts';
import {isOpenHere, openDatabase, openSession, QueryError, quoteText, type Session} from './duckdb.ts';
import type {HeldFile, HeldRows, Holdings} from './holdings.ts';
import type {LedgerEntry} from './ledger.ts';
import {migrations} from './migrations.ts';
import type {Problem} from './verify.ts';

const REBUILD = 'nothing acknowledged is lost by it: "fishbone rebuild" makes the database anew';

export interface ReadOnly {
  /** Null when there is no database, or none that could be opened. */
  session: Session | null;
  problem: Problem | null;
  close(): void;
}

/**
 * The database as it stands, opened without the right to change it and without making one.
 * @throws WarehouseUnusable when another process holds it
 */
export async function openReadOnly(folder: string): Promise<ReadOnly> {
  const path = join(folder, 'warehouse.duckdb');
  if (isOpenHere(path)) throw held(folder, 'by this process');
  const instance = await openDatabase(':memory:', {temporaryFolder: tmpdir(), memoryLimitMb: 1024, threads: 2});
  const session = await openSession(instance);
  const close = () => {
    session.connection.closeSync();
    instance.closeSync();
  };
  const unusable = (what: string): ReadOnly => ({session: null, problem: {what, where: path, hint: REBUILD}, close});
  if (!(await exists(path))) return unusable('there is no database');
  try {
    await session.run(`attach ${quoteText(path)} as warehouse (read_only)`);
    await session.run('use warehouse');
    return {session, problem: null, close};
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    if (!/set lock on file|is locked: |being used by another process/i.test(message))
      return unusable(`cannot be opened: ${message}`);
    close();
    throw held(folder, 'by another process', cause);
  }
}

function held(folder: string, by: string, cause?: unknown): WarehouseUnusable {
  return new WarehouseUnusable(
    'held',
    `the warehouse in ${folder} is in use ${by}`,
    'stop it first: only a warehouse at rest can be checked as a whole',
    cause,
  );
}

/** @param damaged archived files that are not what they were, so that nothing can be compared with them */
export async function verifyFacts(
  {session, problem}: ReadOnly,
  folder: string,
  entries: readonly LedgerEntry[],
  holdings: Holdings,
  damaged: ReadonlySet<HeldFile>,
): Promise<{problems: Problem[]; notices: Problem[]; tables: number}> {
  if (!session) return {problems: problem ? [problem] : [], notices: [], tables: 0};
  const where = join(folder, 'warehouse.duckdb');
  try {
    const applied = await session.row<{seq: number; hash: string}>('select seq, hash from applied');
    const problems = positionProblems(applied, entries, where);
    const known = entries.filter(e => e.seq <= applied.seq);
    problems.push(...(await decisionProblems(session, known, where)));
    const batches = holdings.batches().filter(({seq}) => seq <= applied.seq);
    problems.push(...(await rejectProblems(session, batches, where)));
    // A database that a killed process left behind has readings yet that the archive has not.
    const isLeaving = entries.some(e => e.seq > applied.seq && e.kind === 'retention');
    const tables = Object.keys(CANONICAL).filter(table => !(isLeaving && table === 'readings'));
    const later = await laterTables(session);
    for (const table of tables) {
      const stored = later.has(table)
        ? new Map<number, Content>()
        : await (table === 'measurements' ? storedMeasurements(session) : storedContent(session, table));
      const archived = await archivedOf(session, table, batches, damaged);
      const skipped = new Set(batches.filter(({rows}) => rows.some(isIn(damaged))).map(({batch}) => batch));
      problems.push(...contentProblems(table, stored, archived, skipped, where));
    }
    return {problems, notices: lag(applied, entries, where), tables: tables.length};
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return {
      problems: [{what: `cannot be read: ${error.message.split('\n')[0]}`, where, hint: REBUILD}],
      notices: [],
      tables: 0,
    };
  }
}

/** Tables that a database lacks because no Fishbone that has them opened it yet. */
async function laterTables(session: Session): Promise<Set<string>> {
  const {newest} = await session.row<{newest: number}>('select max(number)::integer as newest from migrations');
  if (newest >= (migrations().at(-1)?.number ?? 0)) return new Set();
  const made = await session.rows<{name: string}>(
    "select table_name as name from duckdb_tables() where schema_name = 'fact'",
  );
  return new Set(Object.keys(CANONICAL).filter(t => t !== 'measurements' && !made.some(({name}) => name === t)));
}

function positionProblems(
  applied: {seq: number; hash: string},
  entries: readonly LedgerEntry[],
  where: string,
): Problem[] {
  const last = entries.at(-1)?.seq ?? 0;
  if (applied.seq > last) {
    const what = `knows entry ${applied.seq}, but the ledger ends at entry ${last}: acknowledged entries are missing`;
    return [{what, where, hint: 'restore the ledger from a backup'}];
  }
  const same = applied.seq === 0 || entries.find(e => e.seq === applied.seq)?.hash === applied.hash;
  if (!same) return [{what: `was made from another ledger: entry ${applied.seq} differs`, where, hint: REBUILD}];
  return [];
}

/** A process that died after writing the ledger leaves a database that is brought up to it as soon as it is opened. */
function lag(applied: {seq: number}, entries: readonly LedgerEntry[], where: string): Problem[] {
  const last = entries.at(-1)?.seq ?? 0;
  if (applied.seq >= last) return [];
  const what = `is behind the ledger: it has entries up to ${applied.seq} of ${last}`;
  return [{what, where, hint: 'nothing acknowledged is lost by it: opening the warehouse brings it up to the ledger'}];
}

async function decisionProblems(session: Session, entries: readonly LedgerEntry[], where: string): Promise<Problem[]> {
  const rows = await session.rows<{seq: number; kind: string; body: string}>(
    'select seq, kind, body::varchar as body from fact.decisions order by seq',
  );
  const stored = new Map(rows.map(r => [r.seq, `${r.kind} ${r.body}`]));
  const decided = new Map(
    entries.filter(e => e.kind !== 'batch').map(e => [e.seq, `${e.kind} ${JSON.stringify(e.body)}`]),
  );
  return [...new Set([...stored.keys(), ...decided.keys()])]
    .filter(seq => stored.get(seq) !== decided.get(seq))
    .map(seq => ({what: `decision of entry ${seq} is missing or differs`, where, hint: REBUILD}));
}

type Batches = ReturnType<Holdings['batches']>;

const isIn = (files: ReadonlySet<HeldFile>) => (held: HeldRows) => held.file !== null && files.has(held.file);

async function rejectProblems(session: Session, batches: Batches, where: string): Promise<Problem[]> {
  const counts = await session.rows<{seq: number; rows: number}>(
    'select seq, count(*) as rows from fact.rejects group by seq',
  );
  const stored = new Map(counts.map(r => [r.seq, r.rows]));
  return batches.flatMap(({seq, rows}) => {
    const rejected = rows.filter(r => r.form === 'rejects').reduce((sum, r) => sum + r.rows, 0);
    const found = stored.get(seq) ?? 0;
    if (found === rejected) return [];
    return [{what: `rejects of entry ${seq}: ${rejected} recorded, ${found} in the database`, where, hint: REBUILD}];
  });
}

/** By position. A file is read once, however many batches have rows in it. */
async function archivedOf(
  session: Session,
  table: string,
  batches: Batches,
  damaged: ReadonlySet<HeldFile>,
): Promise<Map<number, Content>> {
  const contents = new Map<number, Content>();
  const read = new Map<HeldFile, ReadonlyMap<number | null, Content>>();
  for (const {seq, batch, rows} of batches) {
    if (batch === null || rows.some(isIn(damaged))) continue;
    for (const {table: of, form, file} of rows) {
      if (of !== table || form === 'rejects' || file === null) continue;
      if (!read.has(file)) read.set(file, await archivedContent(session, file));
      // A file of its own says nothing of whose it is.
      const content = read.get(file)!.get(file.merged ? seq : null);
      if (content) contents.set(batch, plus(contents.get(batch), content));
    }
  }
  return contents;
}

function contentProblems(
  table: string,
  stored: ReadonlyMap<number, Content>,
  archived: ReadonlyMap<number, Content>,
  skipped: ReadonlySet<number | null>,
  where: string,
): Problem[] {
  const batches = [...new Set([...stored.keys(), ...archived.keys()])].filter(batch => !skipped.has(batch));
  return batches
    .sort((a, b) => a - b)
    .flatMap(batch => {
      const is = stored.get(batch) ?? {rows: 0, sum: null};
      const was = archived.get(batch) ?? {rows: 0, sum: null};
      if (is.rows === was.rows && is.sum === was.sum) return [];
      const what =
        is.rows === was.rows
          ? `${table} of batch ${batch}: ${is.rows} rows, but not with the content that was accepted`
          : `${table} of batch ${batch}: ${was.rows} rows were accepted, ${is.rows} are in the database`;
      return [{what, where, hint: REBUILD}];
    });
}
