/**
 * Many small batches (inspections that come as they happen) become few files: the rows of each table in one, with the
 * batch that each belongs to.
 *   1 merge into files of a folder that no ledger entry names · 2 compare content, batch by batch · 3 write the ledger:
 *   from here on the merged files count · 4 remove the small ones
 */
import {readdir, rm, rmdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {prepareFolder, sealOf} from './archive.ts';
import type {Caretaker} from './caretaker.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {FileRecord, Form, HeldFile, Holdings, Rewrite, RewriteBody} from './holdings.ts';

/** A batch of more bytes stays as it is. */
const SMALL_BYTES = 256 * 1024;
/** Fewer are not worth a merged file; more go into several. */
const FEWEST = 100;
const MOST = 4000;

export interface Compacted {
  /** How many batches were merged, out of how many files into how many. */
  batches: number;
  filesBefore: number;
  filesAfter: number;
  bytesBefore: number;
  bytesAfter: number;
  /** Files that are missing or not what they were: their batches are left alone, for `verify` to tell. */
  altered: string[];
}

/**
 * Merges what small batches there are, if they are enough to be worth it. Positions, rows and answers stay as they are.
 * @throws Error when a merged file does not say what the small ones did; nothing is removed then
 */
export async function compact(care: Caretaker, fewest = FEWEST): Promise<Compacted> {
  const done: Compacted = {batches: 0, filesBefore: 0, filesAfter: 0, bytesBefore: 0, bytesAfter: 0, altered: []};
  for (;;) {
    care.signal.throwIfAborted();
    const small = await whole(smallBatches(care.holdings), done.altered);
    if (small.length < fewest) return done;
    const groups = await alike(care.session, small);
    const files: FileRecord[] = [];
    const prepared = await prepareFolder(care.folder, 'compaction', async into => {
      for (const [k, group] of groups.entries()) files.push(await merge(care.session, into, group, k));
    });
    const seqs = small.map(b => b.seq);
    const body: RewriteBody & {from: number; to: number} = {
      from: seqs[0],
      to: seqs[seqs.length - 1],
      files,
      rewrites: groups.map(({of, parts}, k): Rewrite => ({of, seqs: parts.map(p => p.seq), into: files[k].file})),
    };
    await care.record('compaction', body, prepared);
    await removeReplaced(care.folder, care.holdings);
    done.batches += small.length;
    done.filesBefore += groups.reduce((sum, {parts}) => sum + parts.length, 0);
    done.filesAfter += files.length;
    done.bytesBefore += small.reduce((sum, {bytes}) => sum + bytes, 0);
    done.bytesAfter += files.reduce((sum, {bytes}) => sum + (bytes ?? 0), 0);
  }
}

type Batch = ReturnType<typeof smallBatches>[number];

/** As many as go into one run, without those that a merged file would hide the damage of. */
async function whole(batches: readonly Batch[], altered: string[]): Promise<Batch[]> {
  const found: Batch[] = [];
  for (const batch of batches) {
    if (batch.rows.some(({file}) => altered.includes(file!.path))) continue;
    const bad = [];
    for (const {file} of batch.rows) if (!(await isWhole(file!))) bad.push(file!.path);
    altered.push(...bad);
    if (bad.length === 0) found.push(batch);
    if (found.length === MOST) break;
  }
  return found;
}

/** Whether a file is what the ledger says. */
export async function isWhole({path, sha256}: HeldFile): Promise<boolean> {
  try {
    return (await sealOf(path)).sha256 === sha256;
  } catch {
    // Missing or unreadable.
    return false;
  }
}

/** A batch's own file, to be merged. */
interface Part {
  seq: number;
  batch: number | null;
  path: string;
}

/** Files that batches have under the same name, with the same columns. */
interface Group {
  of: string;
  table: string;
  form: Form;
  rows: number;
  columns: string[];
  parts: Part[];
}

/** Batches with files of their own, none of them large, oldest first. */
function smallBatches(holdings: Holdings) {
  return holdings.batches().flatMap(({seq, batch, rows}) => {
    const own = rows.filter(({file}) => file !== null && !file.merged);
    const bytes = own.reduce((sum, {file}) => sum + (file?.bytes ?? Number.POSITIVE_INFINITY), 0);
    return own.length > 0 && bytes <= SMALL_BYTES ? [{seq, batch, rows: own, bytes}] : [];
  });
}

/**
 * Measurements of other parameters have other columns, and a merged file must not give a batch columns that it had not:
 * the columns of a step's table appear in the order of the batches.
 */
async function alike(session: Session, batches: readonly Batch[]): Promise<Group[]> {
  const paths = batches.flatMap(({rows}) => rows.map(({file}) => file!.path));
  const described = await session.rows<{path: string; columns: string[]}>(
    `select file_name as path, list(name order by column_id) as columns
     from parquet_schema([${paths.map(quoteText).join(', ')}]) where column_id > 0 group by file_name`,
  );
  const columnsOf = new Map(described.map(({path, columns}) => [path, columns]));
  const groups = new Map<string, Group>();
  for (const {seq, batch, rows} of batches) {
    for (const {of, table, form, rows: count, file} of rows) {
      const columns = columnsOf.get(file!.path) ?? [];
      const like = JSON.stringify([of, columns]);
      const group = groups.get(like) ?? {of, table, form, rows: 0, columns, parts: []};
      groups.set(like, group);
      group.parts.push({seq, batch, path: file!.path});
      group.rows += count;
    }
  }
  return [...groups.values()];
}

async function merge(session: Session, into: string, {of, table, form, rows, columns, parts}: Group, k: number) {
  const file = `${k}.${of.replace(/^\d+\./, '')}`;
  const path = join(into, file);
  const list = parts.map(p => quoteText(p.path)).join(', ');
  await session.run(`create or replace temp table origin (path varchar, seq integer, batch integer)`);
  for (let from = 0; from < parts.length; from += 1000) {
    const values = parts.slice(from, from + 1000).map(p => `(${quoteText(p.path)}, ${p.seq}, ${p.batch ?? 'null'})`);
    await session.run(`insert into origin values ${values.join(', ')}`);
  }
  const names = columns.map(quoteName).join(', ');
  const small = `(select o.seq, o.batch, ${columns.map(c => `p.${quoteName(c)}`).join(', ')}, p."$row"
    from (select ${names}, filename as "$file", file_row_number as "$row"
          from read_parquet([${list}], filename = true, file_row_number = true)) p
    join origin o on o.path = p."$file")`;
  await session.run(
    `copy (select seq, batch, ${names} from ${small} order by seq, "$row")
     to ${quoteText(path)} (format parquet, compression zstd)`,
  );
  const content = (from: string) =>
    `select seq, batch, count(*) as rows, sum(hash(${names})::hugeint) as sum from ${from} group by all`;
  const {differ} = await session.row<{differ: number}>(
    `with was as (${content(small)}), now as (${content(`read_parquet(${quoteText(path)})`)})
     select (select count(*) from (from was except from now)) + (select count(*) from (from now except from was)) as differ`,
  );
  await session.run('drop table origin');
  if (differ > 0) throw new Error(`${path}: the merged rows of ${table} are not those of the ${parts.length} batches`);
  return {table, form, file, rows, ...(await sealOf(path))};
}

/** Removes files whose rows stand elsewhere or are gone; the ledger says so already, so a kill may leave some. */
export async function removeReplaced(folder: string, holdings: Holdings): Promise<void> {
  const folders = new Set(await readdir(join(folder, 'archive', 'batches')));
  const touched = new Set<string>();
  for (const path of holdings.replaced()) {
    const inside = dirname(path);
    if (!folders.has(inside.slice(inside.length - 8))) continue;
    await rm(path, {force: true});
    touched.add(inside);
  }
  for (const inside of touched) if ((await readdir(inside)).length === 0) await rmdir(inside);
}
