/**
 * Files of a warehouse from before persons were pseudonyms say names. They are written anew, once, when it is opened:
 *   1 the same rows with pseudonyms, in files that no ledger entry names · 2 the look-up · 3 the ledger: from here on they
 *   count · 4 the old files and the database, which is made anew, go
 */
import {join} from 'node:path';
import {adoptFolder, prepareFolder, sealOf} from './archive.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {type FileRecord, type HeldFile, Holdings, type RewriteBody} from './holdings.ts';
import type {Ledger} from './ledger.ts';
import {isPerson, type Persons} from './persons.ts';
import type {BatchBody} from './project.ts';
import {personColumns, replaceNames} from './pseudonymise.ts';

/** A ledger entry of kind 'pseudonyms'. */
export interface PseudonymsBody extends RewriteBody {
  /** Of each batch: whom its accepted rows name. */
  named: {seq: number; persons: string[]}[];
}

interface Opened {
  folder: string;
  ledger: Ledger;
  session: Session;
  persons: Persons;
}

/** @returns whether the database was made from files that say names, so that it has to be made anew */
export async function pseudonymiseArchive({folder, ledger, session, persons}: Opened): Promise<boolean> {
  const holdings = new Holdings(folder, () => ledger.entries());
  const {seq: applied} = await session.row<{seq: number}>('select seq from applied');
  const before = ledger.entries().findLast(({kind}) => kind === 'pseudonyms')?.seq ?? 0;
  const nameless = ledger
    .entries()
    .filter(({kind, seq, body}) => kind === 'batch' && seq > before && (body as BatchBody).persons === undefined)
    .map(({seq}) => seq);
  if (nameless.length > 0) {
    const body: PseudonymsBody = {files: [], rewrites: [], named: []};
    const prepared = await prepareFolder(folder, 'pseudonyms', async into => {
      for (const [file, seqs] of filesOf(holdings, nameless)) {
        const name = `${body.files.length}.${file.table}.long.parquet`;
        await rewrite(session, persons, file, seqs, join(into, name), body);
      }
    });
    await adoptFolder(folder, ledger.head.seq + 1, prepared);
    await ledger.append('pseudonyms', body);
  }
  return nameless.length > 0 || (applied > 0 && applied < before);
}

/** The files whose rows may name persons, each with all the batches that have rows in it. */
function filesOf(
  holdings: Holdings,
  wanted: readonly number[],
): Map<HeldFile, {seq: number; batch: number | null; of: string}[]> {
  const files = new Map<HeldFile, {seq: number; batch: number | null; of: string}[]>();
  for (const {seq, batch, rows} of holdings.batches()) {
    for (const {file, of, form} of rows) {
      if (file === null || form !== 'long' || personColumns(file.table).length === 0) continue;
      files.set(file, [...(files.get(file) ?? []), {seq, batch, of}]);
    }
  }
  return new Map([...files].filter(([, users]) => users.some(({seq}) => wanted.includes(seq))));
}

async function rewrite(
  session: Session,
  persons: Persons,
  file: HeldFile,
  users: readonly {seq: number; batch: number | null; of: string}[],
  path: string,
  body: PseudonymsBody,
): Promise<void> {
  const [{seq, batch}] = users;
  const origin = file.merged ? '' : `${seq}::integer as seq, ${batch ?? 'null'}::integer as batch, `;
  await session.run(
    `create or replace temp table rewritten as select ${origin}* from read_parquet(${quoteText(file.path)})`,
  );
  const named = new Map<number, Set<string>>(users.map(user => [user.seq, new Set()]));
  for (const column of personColumns(file.table)) {
    const rows = await session.rows<{seq: number; name: string}>(
      `select distinct seq, ${quoteName(column)} as name from rewritten where ${quoteName(column)} is not null`,
    );
    const assigned = persons.assign([...new Set(rows.map(({name}) => name).filter(isPerson))]);
    await persons.keep(assigned);
    for (const row of rows) if (assigned.has(row.name)) named.get(row.seq)?.add(assigned.get(row.name)!);
    await replaceNames(session, 'rewritten', column, assigned);
  }
  await session.run(
    `copy (select * from rewritten order by seq, ordinal) to ${quoteText(path)} (format parquet, compression zstd)`,
  );
  await session.run('drop table rewritten');
  const record: FileRecord = {
    table: file.table,
    form: 'long',
    file: path.split(/[\\/]/).at(-1)!,
    rows: file.rows,
    ...(await sealOf(path)),
  };
  body.files.push(record);
  for (const {seq: from, of} of users) body.rewrites.push({of, seqs: [from], into: record.file});
  body.named.push(...[...named].map(([from, who]) => ({seq: from, persons: [...who].sort()})));
}
