/**
 * One file into the warehouse:
 *   1 keep its bytes · 2 read, map and validate its records, persons become pseudonyms · 3 settle them against what
 *   is stored · 4 archive the accepted rows and the rejects · 5 write the ledger (from here on it is acknowledged) ·
 *   6 project
 */
import {createHash} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {adoptFolder, batchFolder, keepRaw, prepareFolder, removeRaw, sealOf} from './archive.ts';
import type {Receipt} from './data-answers.ts';
import {quoteText, type Session} from './duckdb.ts';
import type {Holdings} from './holdings.ts';
import type {Known} from './known.ts';
import type {Ledger, LedgerEntry} from './ledger.ts';
import {Parts} from './load-parts.ts';
import type {LoadPlan, TablePlan} from './load-plan.ts';
import {hidePersons, withPseudonyms} from './person-texts.ts';
import type {Persons} from './persons.ts';
import {type BatchBody, project} from './project.ts';
import {type Named, pseudonymise} from './pseudonymise.ts';
import {Scratch} from './scratch.ts';
import {type Settled, settle} from './settle.ts';
import {settleLong, settleWide} from './settle-measurements.ts';
import {latestTime} from './skewed-times.ts';
import {type BrokenRecord, openRecords} from './staging.ts';
import {triedFiles} from './tries.ts';
import {faultOf, Unreadable} from './unreadable.ts';
import {type Validated, validate} from './validate.ts';

/** Finds the lines (1 = first) on which records start: of data records by ordinal, of broken ones by their byte offset. */
export type FindLines = (
  source: {path: string; delimiter: string; quote: string; columns: readonly string[]; headerLines: number},
  ordinals: Iterable<number>,
  brokenAtBytes: Iterable<number>,
) => Promise<{ofRecord: Map<number, number>; ofByte: Map<number, number>}>;

export interface LoadContext {
  folder: string;
  ledger: Ledger;
  holdings: Holdings;
  persons: Persons;
  known: Known;
  session: Session;
  nextBatch: number;
  /** How many entries of the ledger the database has: what people decide meanwhile goes into both between batches. */
  projected: number;
  findLines: FindLines;
  /** The ledger entry whose rejected rows are tried again. */
  replays?: number;
  /** Since when there is anything to tell of the plant: an ISO date. */
  since: string;
}

/** Of a dry run: enough to see what is wrong, whatever is sent. */
const REJECTS_TOLD = 20;

interface Reject {
  table: string;
  line: number | null;
  field: string | null;
  reason: string;
  row: string;
}

/** Loads one file. @returns its receipt, once everything it says is durable. @throws if the file cannot be read at all */
export async function load(context: LoadContext, plan: LoadPlan): Promise<{receipt: Receipt; behind: Error | null}> {
  const {folder, ledger, session} = context;
  const parts = new Parts();
  const {sha256: digest, bytes: rawBytes} = plan.dryRun ? await sealOf(plan.path) : await keepRaw(folder, plan.path);
  parts.end('raw');
  const planDigest = digestOf(meaningOf(plan));
  if (context.replays === undefined) {
    const earlier = alreadyLoaded(ledger, digest, planDigest);
    if (earlier) {
      await keepOnlyHeld(context, digest);
      return {receipt: duplicateReceipt(earlier, plan), behind: null};
    }
  }
  const scratch = new Scratch(session);
  try {
    const {notices, tables, rejects, prepared, named} = await prepare(context, scratch, plan, parts);
    const accepted = tables.reduce((sum, t) => sum + t.accepted, 0);
    const duplicates = tables.reduce((sum, t) => sum + t.duplicates, 0);
    const batch = accepted > 0 ? context.nextBatch : null;
    const status = plan.dryRun ? 'dry-run' : statusOf(accepted, duplicates, rejects.length);
    const receipt: Receipt = {batch: plan.dryRun ? null : batch, digest, source: plan.source, status, tables, notices};
    // A replay that finds everything accepted meanwhile closes its quarantine: the ledger must say so.
    const rejected = digestOf(rejects);
    const settlesNothing =
      accepted === 0 &&
      (context.replays === undefined ? rejects.length === 0 : latestRejects(ledger, context.replays) === rejected);
    if (plan.dryRun && rejects.length > 0)
      receipt.rejects = rejects
        .slice(0, REJECTS_TOLD)
        .map(({table, line, field, reason}) => ({table, line, field, reason}));
    if (plan.dryRun || settlesNothing) {
      await keepOnlyHeld(context, digest);
      return {receipt, behind: null};
    }

    // Before the batch that speaks of them is acknowledged.
    await context.persons.keep(named.assigned);
    const {files, folder: archived} = await archiveBatch(context, scratch, plan, prepared, rejects);
    parts.end('archive');
    const {source} = plan;
    const how = withPseudonyms(plan.how, named.assigned);
    const persons = [...named.pseudonyms].sort();
    const body: BatchBody = {batch, source, digest, rawBytes, plan: planDigest, how, tables, files, notices, persons};
    body.rejects = rejected;
    if (plan.drift) body.drift = hidePersons(plan.drift, context.persons.names());
    if (context.replays !== undefined) body.replays = context.replays;
    const entry = await acknowledge(ledger, body, folder, archived);
    parts.end('ledger');
    const settled = new Map(prepared.map(file => [file.name, file]));
    const entries = ledger.entries().slice(context.projected, entry.seq);
    const behind = await failureOf(project(session, context.holdings, entries, {known: context.known, settled}));
    parts.end('project');
    return {receipt, behind};
  } catch (error) {
    if (error instanceof Unreadable) await keepOnlyHeld(context, digest);
    throw error;
  } finally {
    await scratch.clear();
  }
}

/** What is in the ledger is recorded: that the database could not take it is told, not thrown. */
export function failureOf(projection: Promise<void>): Promise<Error | null> {
  return projection.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}

/** Bytes that no batch stands for, or no longer because a person they name was erased, are evidence of nothing. */
async function keepOnlyHeld({folder, holdings}: LoadContext, digest: string): Promise<void> {
  if (!holdings.raw().has(digest)) await removeRaw(folder, digest);
}

/** Accepted rows of one table, before they are archived. */
interface PreparedFile {
  table: string;
  form: 'long' | 'wide';
  name: string;
  relation: string;
  rows: number;
  isNew: boolean;
  hashes: string[] | null;
}

async function prepare(context: LoadContext, scratch: Scratch, plan: LoadPlan, parts: Parts) {
  const notices = [...plan.notices];
  const tables: BatchBody['tables'] = [];
  const rejects: Reject[] = [];
  const prepared: PreparedFile[] = [];
  const named: Named = {assigned: new Map(), pseudonyms: new Set()};
  const life = {since: context.since, until: latestTime(context.ledger)};
  const judged = <T>(reading: Promise<T>): Promise<T> =>
    reading.catch(async (error: unknown) => {
      throw await faultOf(context.session, plan, error);
    });
  const records = await judged(openRecords(scratch, plan));
  for (const [k, table] of plan.tables.entries()) {
    const validated = await judged(validate(scratch, {plan, records}, table, k, life));
    await pseudonymise(scratch, context.persons, table, k, named);
    const {errors, ambiguous} = validated;
    const broken = k === 0 ? await records.broken() : [];
    for (const reject of await describeRejects(context, plan, table, validated, broken)) rejects.push(reject);
    for (const {field, rows} of ambiguous) {
      if (rows > 0)
        notices.push(
          `${rows} ${field} fall into the hour that the clock in ${plan.timeZone} showed twice: read as the second time, after it went back`,
        );
    }
    parts.end('parse and validate');
    const {accepted, duplicates, conflicts} = await settleTable(context, scratch, plan, table, k, prepared);
    const rejected = new Set(errors.map(e => e.ordinal)).size + broken.length;
    tables.push({table: table.table, accepted, duplicates, conflicts, rejected});
    parts.end('keys and duplicates');
  }
  return {notices, tables, rejects, prepared, named};
}

async function settleTable(
  {known}: LoadContext,
  scratch: Scratch,
  plan: LoadPlan,
  table: TablePlan,
  k: number,
  prepared: PreparedFile[],
): Promise<Settled> {
  // What another place in the file says of the same table is not stored yet.
  const alone = plan.tables.filter(t => t.table === table.table).length === 1;
  const add = (form: 'long' | 'wide', relation: string, rows: number, {isNew, hashes}: Settled) => {
    // A mapping may fill one table from several places: the number keeps their files apart.
    const name = `${prepared.length}.${table.table}.${form}.parquet`;
    if (rows > 0) prepared.push({table: table.table, form, name, relation, rows, isNew: isNew && alone, hashes});
  };
  if (table.parameters) {
    const settled = await settleWide(scratch, Object.values(table.parameters), k);
    add('wide', `settled_${k}_wide`, settled.whole, settled);
    add('long', `settled_${k}`, settled.cells, settled);
    return settled;
  }
  if (table.distinct) {
    await scratch.table(
      `distinct_${k}`,
      `select min(ordinal) as ordinal, * exclude (ordinal) from valid_${k} group by all`,
    );
    await scratch.view(`valid_${k}`, `select * from distinct_${k}`);
  }
  const settled =
    table.table === 'measurements'
      ? await settleLong(scratch, k)
      : await settle(scratch, table.table, k, alone ? known : null);
  add('long', `settled_${k}`, settled.accepted, settled);
  return settled;
}

async function archiveBatch(
  {folder}: LoadContext,
  {session}: Scratch,
  plan: LoadPlan,
  prepared: readonly PreparedFile[],
  rejects: readonly Reject[],
): Promise<{files: BatchBody['files']; folder: string}> {
  const files: BatchBody['files'] = [];
  const written = await prepareFolder(folder, 'incoming', async into => {
    for (const {table, form, name, relation, rows} of prepared) {
      await copyToParquet(session, `select * from ${relation}`, join(into, name), form === 'wide' ? MEASURED : MIXED);
      files.push({table, form, file: name, rows, ...(await sealOf(join(into, name)))});
    }
    if (rejects.length > 0) {
      await writeRejects(session, plan.source, rejects, join(into, 'rejects.parquet'));
      const seal = await sealOf(join(into, 'rejects.parquet'));
      files.push({table: '', form: 'rejects', file: 'rejects.parquet', rows: rejects.length, ...seal});
    }
  });
  return {files, folder: written};
}

/** A batch's archive folder bears its entry's number. */
async function acknowledge(ledger: Ledger, body: BatchBody, folder: string, archived: string): Promise<LedgerEntry> {
  const adopt = async (seq: number) => {
    adopted = seq;
    await adoptFolder(folder, seq, archived);
  };
  let adopted = 0;
  try {
    return await ledger.append('batch', body, undefined, adopt);
  } catch (error) {
    // What was not acknowledged leaves no files: another entry may have its number by now.
    await rm(adopted > 0 ? batchFolder(folder, adopted) : archived, {recursive: true, force: true});
    throw error;
  }
}

function statusOf(accepted: number, duplicates: number, rejected: number): Receipt['status'] {
  if (rejected > 0) return accepted + duplicates > 0 ? 'partly-rejected' : 'rejected';
  return accepted > 0 || duplicates === 0 ? 'accepted' : 'duplicate';
}

/** What of a plan decides its result: not the names of files or the remarks. */
function meaningOf(plan: LoadPlan) {
  const {
    source: _source,
    path: _path,
    notices: _notices,
    how: _how,
    dryRun: _dryRun,
    drift: _drift,
    selfDescribing: _itself,
    records,
    ...rest
  } = plan;
  // Reasons name figures, which change with what came before.
  const tables = plan.tables.map(({distrust, ...table}) =>
    distrust ? {...table, distrust: distrust.map(({reason: _reason, ...of}) => of)} : table,
  );
  return {...rest, tables, records: {...records, path: ''}};
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** What was rejected when the file of this entry was tried last. */
function latestRejects(ledger: Ledger, seq: number): string | undefined {
  return triedFiles(ledger.entries()).find(({entry, latest}) => entry.seq === seq || latest.seq === seq)?.latest.body
    .rejects;
}

function alreadyLoaded(ledger: Ledger, digest: string, plan: string): BatchBody | null {
  const found = ledger.entries().find(e => {
    const body = e.body as Partial<BatchBody>;
    return e.kind === 'batch' && body.digest === digest && body.plan === plan && body.batch !== null;
  });
  return found ? (found.body as BatchBody) : null;
}

function duplicateReceipt(earlier: BatchBody, plan: LoadPlan): Receipt {
  const rejected = earlier.tables.reduce((sum, t) => sum + t.rejected, 0);
  return {
    batch: null,
    digest: earlier.digest,
    source: plan.source,
    status: 'duplicate',
    tables: earlier.tables.map(t => ({
      table: t.table,
      accepted: 0,
      rejected: 0,
      duplicates: t.accepted + t.duplicates,
      conflicts: 0,
    })),
    notices: [
      `the same file was loaded before as batch ${earlier.batch} (${earlier.source}): nothing changed`,
      ...(rejected > 0
        ? [`its ${rejected} rejected rows are in the quarantine: fishbone quarantine show ${earlier.batch}`]
        : []),
    ],
  };
}

async function describeRejects(
  {findLines}: LoadContext,
  plan: LoadPlan,
  table: TablePlan,
  {errors, sent}: Validated,
  broken: readonly BrokenRecord[],
): Promise<Reject[]> {
  if (errors.length === 0 && broken.length === 0) return [];
  const {records} = plan;
  const lines =
    records.format === 'csv'
      ? await findLines(
          records,
          sent.keys(),
          broken.flatMap(b => (b.byte === null ? [] : [b.byte])),
        )
      : null;
  return [
    ...broken.map(({line, byte, reason, text}) => ({
      table: table.table,
      line: line ?? (byte === null ? null : (lines?.ofByte.get(byte) ?? null)),
      field: null,
      reason,
      row: JSON.stringify({record: text}),
    })),
    ...errors.map(({ordinal, field, reason}) => ({
      table: table.table,
      line: lines ? (lines.ofRecord.get(ordinal) ?? null) : (sent.get(ordinal)?.line ?? null),
      field,
      reason,
      row: sent.get(ordinal)?.row ?? '{}',
    })),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

async function writeRejects(session: Session, source: string, rejects: readonly Reject[], path: string): Promise<void> {
  await session.run(`create or replace temp table rejected
    (source varchar, "table" varchar, line integer, field varchar, reason varchar, "row" varchar)`);
  const list = (value: string | number | null) =>
    value === null ? 'null' : typeof value === 'number' ? String(value) : quoteText(value);
  for (let k = 0; k < rejects.length; k += 1000) {
    const rows = rejects
      .slice(k, k + 1000)
      .map(r => `(${[source, r.table, r.line, r.field, r.reason, r.row].map(list).join(', ')})`);
    await session.run(`insert into rejected values ${rows.join(', ')}`);
  }
  await copyToParquet(session, 'select * from rejected', path, MIXED);
  await session.run('drop table rejected');
}

const MIXED = 'compression zstd';
/** To look for repetitions among measured values takes twice as long as to write them. */
const MEASURED = 'compression zstd, compression_level 1, dictionary_size_limit 1';

async function copyToParquet(session: Session, query: string, path: string, how: string): Promise<void> {
  await session.run(`copy (${query}) to ${quoteText(path)} (format parquet, ${how})`);
}
