/** From ledger and archive to DuckDB: one entry, one transaction. The same code runs after an ingest and in a rebuild. */
import {CANONICAL, columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import {type FileRecord, type Holdings, relationOf} from './holdings.ts';
import {isItem, kindOf, nameItems} from './items.ts';
import type {LedgerEntry} from './ledger.ts';
import type {LoadPlan} from './load-plan.ts';
import {projectCells, projectWide} from './project-measurements.ts';
import {createStepViews} from './step-tables.ts';

/** What the ledger says of one ingested file. `batch` is null when nothing of it was accepted. */
export interface BatchBody {
  batch: number | null;
  source: string;
  digest: string;
  /** Length of the raw file; entries of early versions do not say. */
  rawBytes?: number;
  /** Digest of what decides the result besides the bytes. */
  plan: string;
  how?: LoadPlan['how'];
  tables: {table: string; accepted: number; rejected: number; duplicates: number; conflicts: number}[];
  files: FileRecord[];
  notices: string[];
  /** For a replay: the ledger entry whose rejected rows were tried again. */
  replays?: number;
}

/** Applies one ledger entry to the database, in one transaction that also records how far it got. */
export async function project(session: Session, holdings: Holdings, entry: LedgerEntry): Promise<void> {
  await session.run('begin');
  try {
    let batch: number | null = null;
    if (entry.kind === 'batch') batch = await projectBatch(session, holdings, entry, entry.body as BatchBody);
    else {
      await session.run('insert into fact.decisions values ($seq::integer, $at::timestamptz, $kind, $body::json)', {
        seq: entry.seq,
        at: entry.at,
        kind: entry.kind,
        body: JSON.stringify(entry.body),
      });
    }
    await session.run(
      'update applied set seq = $seq::integer, batch = coalesce($batch::integer, batch), hash = $hash',
      {seq: entry.seq, batch, hash: entry.hash},
    );
    await session.run('commit');
  } catch (error) {
    await session.run('rollback');
    throw error;
  }
}

async function projectBatch(session: Session, holdings: Holdings, entry: LedgerEntry, body: BatchBody) {
  const {batch} = body;
  for (const {table, form, file} of holdings.rowsOf(entry.seq)) {
    // Taken away by a retention rule.
    if (file === null) continue;
    const relation = relationOf(file, entry.seq);
    if (form === 'rejects') {
      await session.run(
        `insert into fact.rejects select $seq::integer, $batch::integer, source, "table", line, field, reason, "row"::json
         from ${relation}`,
        {seq: entry.seq, batch},
      );
      continue;
    }
    await session.run(`create or replace temp table incoming as select * from ${relation}`);
    if (form === 'wide') await projectWide(session, batch!);
    else if (table === 'measurements') await projectCells(session, batch!);
    else await projectTable(session, table, batch!);
    await session.run('drop table incoming');
  }
  if (body.files.some(f => f.table === 'measurements')) await createStepViews(session);
  if (batch !== null) {
    const accepted = body.tables.reduce((sum, t) => sum + t.accepted, 0);
    const rejected = body.tables.reduce((sum, t) => sum + t.rejected, 0);
    await session.run(
      `insert into fact.batches values ($batch::integer, $seq::integer, $at::timestamptz, $source, $digest,
       $accepted::integer, $rejected::integer)`,
      {batch, seq: entry.seq, at: entry.at, source: body.source, digest: body.digest, accepted, rejected},
    );
  }
  return batch;
}

async function projectTable(session: Session, table: string, batch: number): Promise<void> {
  const columns = columnsOf(table);
  const {key} = CANONICAL[table];
  const items = columns.filter(isItem);
  for (const {name} of items) await nameItems(session, name, kindOf(columns, name, 'n'), batch);
  const joins = items.map(({name}) => {
    const alias = quoteName(`i_${name}`);
    return `left join fact.items ${alias} on ${alias}.id = n.${quoteName(name)} and ${alias}.kind = ${kindOf(columns, name, 'n')}`;
  });
  const values = columns.map(c =>
    isItem(c) ? `${quoteName(`i_${c.name}`)}.item as ${quoteName(c.name)}` : `n.${quoteName(c.name)}`,
  );
  const sameKey = (other: string) =>
    key.map(k => `${other}.${quoteName(k)} is not distinct from n.${quoteName(k)}`).join(' and ');
  const names = columns.map(c => quoteName(c.name)).join(', ');
  const {empty} = await session.row<{empty: boolean}>(`select not exists (from fact.${table}) as empty`);
  await session.run(`create or replace temp table named as
    select ${values.join(', ')}, n.ordinal from incoming n ${joins.join('\n')} order by n.ordinal`);
  const keyList = key.map(quoteName).join(', ');
  await session.run(`create or replace temp table repeated as
    select ${keyList}, min(ordinal) as first from named group by ${keyList} having count(*) > 1`);
  const {repeats} = await session.row<{repeats: boolean}>('select exists (from repeated) as repeats');
  const later = [
    empty ? 'false' : `exists (select 1 from fact.${table} f where ${sameKey('f')})`,
    repeats ? `exists (select 1 from repeated r where r.first < n.ordinal and ${sameKey('r')})` : 'false',
  ];
  await session.run(
    `insert into fact.${table} (${names}, batch, ordinal, later)
     select ${names}, $batch::integer, ordinal, ${later.join(' or ')} from named n order by ordinal`,
    {batch},
  );
  await session.run('drop table named; drop table repeated');
}
