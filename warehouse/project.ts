/**
 * From ledger and archive to DuckDB: entries that follow one another, in one transaction. The same code runs after an
 * ingest, when a database catches up, and in a rebuild; how entries are grouped makes no difference to the facts.
 */
import {withAllColumns} from './all-columns.ts';
import {columnsOf} from './canonical.ts';
import {quoteText, type Session} from './duckdb.ts';
import type {FileRecord, HeldFile, Holdings, RetentionBody} from './holdings.ts';
import {nameItems} from './items.ts';
import {type Known, SMALL_ROWS} from './known.ts';
import type {LedgerEntry} from './ledger.ts';
import type {LoadPlan} from './load-plan.ts';
import {projectCells, projectWide} from './project-measurements.ts';
import {projectTable} from './project-table.ts';
import {renewStepViews} from './step-tables.ts';

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
  /** Pseudonyms of those whom the file names, rejected rows included; entries of early versions do not say. */
  persons?: string[];
  /** What the file looked like, and how it differed from those before it. */
  drift?: LoadPlan['drift'];
  /** For a replay: the ledger entry whose rejected rows were tried again. */
  replays?: number;
  /** Digest of what was rejected, for a replay to see that nothing has changed; entries of early versions do not say. */
  rejects?: string;
  /** Why the whole file was refused: then only its bytes are kept. */
  refused?: string;
}

/** What came in a file of one batch or of several; what it says of all its rows saves looking. */
export interface Incoming {
  table: string;
  form: FileRecord['form'];
  /** A relation with the file's columns, `batch`, and `"$file"`: the file's place in its batch. */
  relation: string;
  /** Rows come from several files, so that their order must be made. */
  severalFiles: boolean;
  /** No row has the natural key of a stored one, or of another that comes. */
  isNew: boolean;
}

/** What the load has at hand of a single batch, which need not be looked up again. */
export interface AtHand {
  known: Known;
  /** Rows as they were settled, by the name of their file. */
  settled: ReadonlyMap<string, {table: string; relation: string; isNew: boolean; hashes: string[] | null}>;
}

/** Applies ledger entries to the database, in one transaction that also records how far it got. */
export async function project(
  session: Session,
  holdings: Holdings,
  entries: readonly LedgerEntry[],
  atHand: AtHand | null = null,
): Promise<void> {
  await session.run('begin');
  try {
    await projectDecisions(
      session,
      entries.filter(({kind}) => kind !== 'batch'),
    );
    const batches = entries.filter(isBatch);
    const arrivals = arrivalsOf(batches, holdings);
    await projectRejects(session, arrivals);
    await projectRows(session, arrivals, atHand);
    await projectBatches(session, batches);
    const last = entries.at(-1)!;
    await session.run(
      'update applied set seq = $seq::integer, batch = coalesce($batch::integer, batch), hash = $hash',
      {seq: last.seq, batch: batches.findLast(b => b.body.batch !== null)?.body.batch ?? null, hash: last.hash},
    );
    await session.run('commit');
    for (const {table, hashes} of atHand?.settled.values() ?? []) atHand?.known.stored(table, hashes);
  } catch (error) {
    atHand?.known.forget();
    // Where the commit itself failed there is nothing left to roll back.
    await session.run('rollback').catch(() => undefined);
    throw error;
  }
}

const ENTRIES_MAX = 2000;
const ROWS_MAX = 500_000;

/** Entries in groups that can be projected together: of moderate size, measurements all wide or all long. */
export function* runsOf(entries: readonly LedgerEntry[]): Generator<LedgerEntry[]> {
  let run: LedgerEntry[] = [];
  let rows = 0;
  let forms = new Set<string>();
  for (const entry of entries) {
    const files = isBatch(entry) ? entry.body.files : [];
    const more = files.reduce((sum, f) => sum + f.rows, 0);
    const all = new Set([...forms, ...files.filter(f => f.table === 'measurements').map(f => f.form)]);
    if (run.length > 0 && (run.length >= ENTRIES_MAX || rows + more > ROWS_MAX || all.size > 1)) {
      yield run;
      run = [];
      rows = 0;
      forms = new Set();
    }
    run.push(entry);
    rows += more;
    for (const {table, form} of files) if (table === 'measurements') forms.add(form);
  }
  if (run.length > 0) yield run;
}

interface BatchEntry extends LedgerEntry {
  body: BatchBody;
}

/** Whether the database says something else of parts once it has this; decisions change nothing that is asked of it. */
export const changesFacts = ({kind}: LedgerEntry): boolean => kind === 'batch' || kind === 'retention';

const isBatch = (entry: LedgerEntry): entry is BatchEntry => entry.kind === 'batch';

/** All in one statement, each body letter by letter. */
async function projectDecisions(session: Session, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({seq, at, kind, body}) => ({seq, at, kind, body: JSON.stringify(body)}));
  await session.run(
    `insert into fact.decisions
     select row.seq, row."at"::timestamptz, row.kind, row.body::json
     from (select unnest(from_json($rows::json, '[{"seq": "integer", "at": "varchar", "kind": "varchar", "body": "varchar"}]')) as row)
     order by row.seq`,
    {rows: JSON.stringify(rows)},
  );
  for (const {kind, body} of entries) {
    if (kind === 'retention') await forgetReadings(session, body as RetentionBody);
  }
}

/** Archive files are without them already: a rebuild finds nothing to forget. */
async function forgetReadings(session: Session, {readingsBefore, batch}: RetentionBody): Promise<void> {
  if (readingsBefore === null) return;
  await session.run('delete from fact.readings where "at" < $before::timestamptz and batch <= $batch::integer', {
    before: readingsBefore,
    batch,
  });
  // A batch that came while the rule was being applied may have said again what is forgotten: it is the first now.
  await session.run(
    `update fact.readings as f set later = exists (
       select 1 from fact.readings g where g.station = f.station and g.parameter = f.parameter and g."at" = f."at"
         and (g.batch, g.ordinal) < (f.batch, f.ordinal))
     where f."at" < $before::timestamptz and f.later`,
    {before: readingsBefore},
  );
}

/** The rows of one batch in one file. */
interface Arrival {
  seq: number;
  batch: number | null;
  /** The file's place in its batch. */
  place: number;
  /** As the batch named it. */
  of: string;
  file: HeldFile;
}

function arrivalsOf(batches: readonly BatchEntry[], holdings: Holdings): Arrival[] {
  return batches.flatMap(({seq, body}) =>
    holdings.rowsOf(seq).flatMap(({of, file}, place) => {
      // Taken away by a retention rule.
      return file === null ? [] : [{seq, batch: body.batch, place, of, file}];
    }),
  );
}

async function projectRejects(session: Session, arrivals: readonly Arrival[]): Promise<void> {
  const rejects = arrivals.filter(a => a.file.form === 'rejects');
  if (rejects.length === 0) return;
  await session.run(`insert into fact.rejects
    select "$seq", batch, source, "table", line, field, ${WITHOUT_VALUE} from ${relationOfAll(rejects)}`);
}

/** What was sent may name a person: it stays in the archive. */
const WITHOUT_VALUE = `regexp_replace(reason, ': ".*"$', '', 's')`;

async function projectRows(session: Session, arrivals: readonly Arrival[], atHand: AtHand | null): Promise<void> {
  const groups = groupsOf(arrivals.filter(a => a.file.form !== 'rejects'));
  if (groups.length === 0) return;
  const incoming: Incoming[] = [];
  for (const [k, group] of groups.entries()) {
    const [first] = group;
    const {table, form} = first.file;
    const settled = group.length === 1 ? atHand?.settled.get(first.of) : undefined;
    const relation = `incoming_${k}`;
    // What comes from many files is read once; one large file is read by columns, as they are needed.
    const kind = group.length > 1 ? 'table' : 'view';
    const from = settled
      ? `(select *, ${first.batch} as batch, ${first.place} as "$file" from ${settled.relation})`
      : table === 'measurements'
        ? relationOfAll(group)
        : withAllColumns(table, relationOfAll(group));
    await session.run(`create or replace temp ${kind} ${relation} as select * from ${from}`);
    incoming.push({table, form, relation, severalFiles: group.length > 1, isNew: settled?.isNew ?? false});
  }
  const firstBatch = Math.min(...arrivals.map(a => a.batch ?? Number.POSITIVE_INFINITY));
  const mentions = incoming.map(({table, relation, form}) => ({
    relation,
    columns: form === 'wide' ? columnsOf(table).filter(c => c.name === 'part') : columnsOf(table),
  }));
  const rows = arrivals.reduce((sum, a) => sum + a.file.rows, 0);
  await nameItems(session, mentions, firstBatch, rows <= SMALL_ROWS ? (atHand?.known ?? null) : null);
  const changed = new Set<string>();
  for (const rows of incoming) {
    if (rows.table !== 'measurements') await projectTable(session, rows);
    else for (const step of await (rows.form === 'wide' ? projectWide : projectCells)(session, rows)) changed.add(step);
  }
  if (changed.size > 0) await renewStepViews(session, changed);
  for (const {relation, severalFiles} of incoming) {
    await session.run(`drop ${severalFiles ? 'table' : 'view'} ${relation}`);
  }
}

/** Files of the same kind together; a batch whose measurements are both wide and long is taken file by file. */
function groupsOf(arrivals: readonly Arrival[]): Arrival[][] {
  const mixed = new Set(arrivals.filter(a => a.file.table === 'measurements').map(a => a.file.form)).size > 1;
  const groups = new Map<string, Arrival[]>();
  for (const arrival of arrivals) {
    const {seq, place, file} = arrival;
    const key = mixed && file.table === 'measurements' ? `${seq} ${place}` : `${file.table} ${file.form}`;
    groups.set(key, [...(groups.get(key) ?? []), arrival]);
  }
  return [...groups.values()];
}

/** SQL for the rows of these arrivals, with `batch`, `"$seq"` and `"$file"`. */
function relationOfAll(arrivals: readonly Arrival[]): string {
  const own = arrivals.filter(a => !a.file.merged);
  const merged = arrivals.filter(a => a.file.merged);
  const relations: string[] = [];
  if (own.length === 1) {
    const [{seq, batch, place, file}] = own;
    relations.push(
      `select *, ${seq} as "$seq", ${batch}::integer as batch, ${place} as "$file" from read_parquet(${quoteText(file.path)})`,
    );
  } else if (own.length > 1) {
    relations.push(`select f.* exclude (filename), a."$seq", a.batch, a."$file"
      from ${parquetOf(own)} f join ${placesOf(own)} on a.path = f.filename`);
  }
  if (merged.length > 0) {
    relations.push(`select f.* exclude (filename, seq, batch), a."$seq", a.batch, a."$file"
      from ${parquetOf(merged)} f join ${placesOf(merged)} on a.path = f.filename and a."$seq" = f.seq`);
  }
  return `(${relations.join('\nunion all by name\n')})`;
}

const parquetOf = (arrivals: readonly Arrival[]) =>
  `read_parquet([${[...new Set(arrivals.map(a => quoteText(a.file.path)))].join(', ')}], filename = true, union_by_name = true)`;

function placesOf(arrivals: readonly Arrival[]): string {
  const rows = arrivals.map(a => `(${quoteText(a.file.path)}, ${a.seq}, ${a.batch}::integer, ${a.place})`);
  return `(values ${rows.join(', ')}) a (path, "$seq", batch, "$file")`;
}

async function projectBatches(session: Session, batches: readonly BatchEntry[]): Promise<void> {
  const rows = batches.flatMap(({seq, at, body}) => {
    if (body.batch === null) return [];
    const accepted = body.tables.reduce((sum, t) => sum + t.accepted, 0);
    const rejected = body.tables.reduce((sum, t) => sum + t.rejected, 0);
    const texts = [at, body.source, body.digest].map(quoteText);
    return [`(${body.batch}, ${seq}, ${texts.join(', ')}, ${accepted}, ${rejected})`];
  });
  if (rows.length > 0) await session.run(`insert into fact.batches values ${rows.join(', ')}`);
}
