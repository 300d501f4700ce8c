/**
 * One file into the warehouse:
 *   1 keep its bytes · 2 stage its records as text · 3 map and validate, persons become pseudonyms · 4 settle against what
 *   is stored · 5 archive the accepted rows and the rejects · 6 write the ledger (from here on it is acknowledged) ·
 *   7 project
 */
import {createHash} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Receipt} from './answers.ts';
import {batchFolder, keepRaw, removeRaw, sealOf, writeBatch} from './archive.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Holdings} from './holdings.ts';
import type {Ledger, LedgerEntry} from './ledger.ts';
import type {LoadPlan, TablePlan} from './load-plan.ts';
import {withPseudonyms} from './person-texts.ts';
import type {Persons} from './persons.ts';
import {type BatchBody, project} from './project.ts';
import {type Named, pseudonymise} from './pseudonymise.ts';
import {type Settled, settle} from './settle.ts';
import {settleLong, settleWide} from './settle-measurements.ts';
import {latestTime} from './skewed-times.ts';
import {type BrokenRecord, stage} from './staging.ts';
import {ambiguousTimes, type FieldError, validate} from './validate.ts';

/** Finds the lines (1 = first) on which records start: of data records by ordinal, of broken ones by their byte offset. */
export type FindLines = (
  source: {path: string; delimiter: string; quote: string; columns: readonly string[]},
  ordinals: Iterable<number>,
  brokenAtBytes: Iterable<number>,
) => Promise<{ofRecord: Map<number, number>; ofByte: Map<number, number>}>;

export interface LoadContext {
  folder: string;
  ledger: Ledger;
  holdings: Holdings;
  persons: Persons;
  session: Session;
  nextBatch: number;
  findLines: FindLines;
  /** The ledger entry whose rejected rows are tried again. */
  replays?: number;
  /** Since when there is anything to tell of the plant: an ISO date. */
  since: string;
}

interface Reject {
  table: string;
  line: number | null;
  field: string | null;
  reason: string;
  row: string;
}

/** Loads one file. @returns its receipt, once everything it says is durable. @throws if the file cannot be read at all */
export async function load(
  context: LoadContext,
  plan: LoadPlan,
): Promise<{receipt: Receipt; entry: LedgerEntry | null}> {
  const {folder, ledger, session} = context;
  const {sha256: digest, bytes: rawBytes} = plan.dryRun ? await sealOf(plan.path) : await keepRaw(folder, plan.path);
  const planDigest = createHash('sha256')
    .update(JSON.stringify(meaningOf(plan)))
    .digest('hex');
  if (context.replays === undefined) {
    const earlier = alreadyLoaded(ledger, digest, planDigest);
    if (earlier) {
      await keepOnlyHeld(context, digest);
      return {receipt: duplicateReceipt(earlier, plan), entry: null};
    }
  }

  const broken = await stage(session, plan.records);
  const notices = [...plan.notices];
  const tables: BatchBody['tables'] = [];
  const rejects: Reject[] = [];
  const prepared: PreparedFile[] = [];
  const named: Named = {assigned: new Map(), pseudonyms: new Set()};
  const until = latestTime(ledger);
  for (const [k, table] of plan.tables.entries()) {
    const errors = await validate(session, plan, table, {since: context.since, until});
    await pseudonymise(session, context.persons, plan, table, named);
    const outer = k === 0 ? broken : [];
    rejects.push(...(await describeRejects(context, plan, table, errors, outer)));
    for (const {field, sql} of ambiguousTimes(table, plan)) {
      const {n} = await session.row<{n: number}>(sql);
      if (n > 0)
        notices.push(
          `${n} ${field} fall into the hour that the clock in ${plan.timeZone} showed twice: read as one of the two`,
        );
    }
    const settled = await settleTable(session, table, prepared);
    tables.push({table: table.table, ...settled, rejected: new Set(errors.map(e => e.ordinal)).size + outer.length});
  }
  await session.run('drop table if exists staged');

  const accepted = tables.reduce((sum, t) => sum + t.accepted, 0);
  const duplicates = tables.reduce((sum, t) => sum + t.duplicates, 0);
  const batch = accepted > 0 ? context.nextBatch : null;
  const status = plan.dryRun ? 'dry-run' : statusOf(accepted, duplicates, rejects.length);
  const receipt: Receipt = {batch: plan.dryRun ? null : batch, digest, source: plan.source, status, tables, notices};
  // A replay that finds everything accepted meanwhile closes its quarantine: the ledger must say so.
  const settlesNothing = accepted === 0 && rejects.length === 0 && context.replays === undefined;
  if (plan.dryRun || settlesNothing) {
    await dropPrepared(session, prepared);
    await keepOnlyHeld(context, digest);
    return {receipt, entry: null};
  }

  // Before the batch that speaks of them is acknowledged.
  await context.persons.keep(named.assigned);
  const seq = ledger.head.seq + 1;
  const files: BatchBody['files'] = [];
  await writeBatch(folder, seq, async into => {
    for (const [k, {table, form, relation, rows}] of prepared.entries()) {
      if (rows === 0) continue;
      // A mapping may fill one table from several places: the number keeps their files apart.
      const file = `${k}.${table}.${form}.parquet`;
      await copyToParquet(session, `select * from ${relation} order by ordinal`, join(into, file));
      files.push({table, form, file, rows, ...(await sealOf(join(into, file)))});
    }
    if (rejects.length > 0) {
      await writeRejects(session, plan.source, rejects, join(into, 'rejects.parquet'));
      const seal = await sealOf(join(into, 'rejects.parquet'));
      files.push({table: '', form: 'rejects', file: 'rejects.parquet', rows: rejects.length, ...seal});
    }
  });
  await dropPrepared(session, prepared);
  const body: BatchBody = {
    batch,
    source: plan.source,
    digest,
    rawBytes,
    plan: planDigest,
    how: withPseudonyms(plan.how, named.assigned),
    tables,
    files,
    notices,
    persons: [...named.pseudonyms].sort(),
  };
  if (context.replays !== undefined) body.replays = context.replays;
  const entry = await acknowledge(ledger, seq, body, folder);
  await project(session, context.holdings, [entry]);
  return {receipt, entry};
}

interface PreparedFile {
  table: string;
  form: 'long' | 'wide';
  relation: string;
  rows: number;
}

async function settleTable(session: Session, table: TablePlan, prepared: PreparedFile[]): Promise<Settled> {
  const long = `settled_${prepared.length}`;
  const wide = `${long}_wide`;
  let settled: Settled;
  if (table.parameters) {
    settled = await settleWide(session, Object.values(table.parameters));
    await session.run(`drop table if exists ${wide}; alter table settled_wide rename to ${wide}`);
    const {n} = await session.row<{n: number}>(`select count(*) as n from ${wide}`);
    prepared.push({table: table.table, form: 'wide', relation: wide, rows: n});
  } else if (table.table === 'measurements') settled = await settleLong(session);
  else {
    if (table.distinct) {
      await session.run(
        `create or replace temp table valid as select min(ordinal) as ordinal, * exclude (ordinal) from valid group by all`,
      );
    }
    settled = await settle(session, table.table);
  }
  await session.run(`drop table if exists ${long}; alter table settled rename to ${long}; drop table valid`);
  const {n} = await session.row<{n: number}>(`select count(*) as n from ${long}`);
  prepared.push({table: table.table, form: 'long', relation: long, rows: n});
  return settled;
}

async function dropPrepared(session: Session, prepared: readonly PreparedFile[]): Promise<void> {
  for (const {relation} of prepared) await session.run(`drop table ${relation}`);
}

/** The ledger's next entry must be this batch: its archive folder bears the entry's number. */
async function acknowledge(ledger: Ledger, seq: number, body: BatchBody, folder: string): Promise<LedgerEntry> {
  try {
    const entry = await ledger.append('batch', body);
    if (entry.seq !== seq) throw new Error(`batch written for ledger entry ${seq}, but it became entry ${entry.seq}`);
    return entry;
  } catch (error) {
    if (ledger.head.seq < seq) await rm(batchFolder(folder, seq), {recursive: true, force: true});
    throw error;
  }
}

function statusOf(accepted: number, duplicates: number, rejected: number): Receipt['status'] {
  if (rejected > 0) return accepted + duplicates > 0 ? 'partly-rejected' : 'rejected';
  return accepted > 0 || duplicates === 0 ? 'accepted' : 'duplicate';
}

/** What of a plan decides its result: not the names of files or the remarks. */
function meaningOf(plan: LoadPlan) {
  const {source: _source, path: _path, notices: _notices, how: _how, dryRun: _dryRun, records, ...rest} = plan;
  return {...rest, records: {...records, path: ''}};
}

/** Bytes that no batch stands for, or no longer because a person they name was erased, are evidence of nothing. */
async function keepOnlyHeld({folder, holdings}: LoadContext, digest: string): Promise<void> {
  if (!holdings.raw().has(digest)) await removeRaw(folder, digest);
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
  {session, findLines}: LoadContext,
  plan: LoadPlan,
  table: TablePlan,
  errors: readonly FieldError[],
  broken: readonly BrokenRecord[],
): Promise<Reject[]> {
  if (errors.length === 0 && broken.length === 0) return [];
  const {records} = plan;
  await session.run('create or replace temp table wanted (ordinal integer)');
  const ordinals = [...new Set(errors.map(e => e.ordinal))];
  for (let k = 0; k < ordinals.length; k += 5000) {
    await session.run(
      `insert into wanted values ${ordinals
        .slice(k, k + 5000)
        .map(o => `(${o})`)
        .join(', ')}`,
    );
  }
  const sent = records.columns.map(c => `${quoteText(c)}: ${quoteName(c)}`).join(', ');
  const line = records.format === 'ndjson' ? '"$line"' : records.format === 'parquet' ? 's.rowid + 1' : 'null::integer';
  const rows = await session.rows<{ordinal: number; row: string; line: number | null}>(
    `select s.rowid as ordinal, to_json({${sent}})::varchar as "row", ${line} as line from staged s join wanted w on w.ordinal = s.rowid`,
  );
  await session.run('drop table wanted');
  const byOrdinal = new Map(rows.map(r => [r.ordinal, r]));
  const lines =
    records.format === 'csv'
      ? await findLines(
          records,
          ordinals,
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
      line: lines ? (lines.ofRecord.get(ordinal) ?? null) : (byOrdinal.get(ordinal)?.line ?? null),
      field,
      reason,
      row: byOrdinal.get(ordinal)?.row ?? '{}',
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
  await copyToParquet(session, 'select * from rejected', path);
  await session.run('drop table rejected');
}

async function copyToParquet(session: Session, query: string, path: string): Promise<void> {
  await session.run(`copy (${query}) to ${quoteText(path)} (format parquet, compression zstd)`);
}
