/**
 * A person is forgotten; what the person did stays, under a pseudonym that nobody can resolve any more:
 *   1 from now on the name gets another pseudonym · 2 find what on the disk says the name · 3 write the ledger: which raw
 *   files go and which rejects stand in new files · 4 remove them, the kept answers that mention the name, and, last, the
 *   entry of the look-up: as long as it is there, opening the warehouse goes on from 4
 */
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {prepareFolder, removeRaw, sealOf} from './archive.ts';
import {CANONICAL, columnsOf} from './canonical.ts';
import type {Caretaker} from './caretaker.ts';
import {removeReplaced} from './compact.ts';
import {quoteName, quoteText} from './duckdb.ts';
import type {FileRecord, HeldFile, Holdings, RewriteBody} from './holdings.ts';
import {forgetExports} from './kept-exports.ts';
import type {LedgerEntry} from './ledger.ts';
import {diskFiles} from './ledger-file.ts';
import {bytesMention, type Mention, mentionOf, rawFilesWith} from './mentions.ts';
import {NotFound} from './not-found.ts';
import type {Persons} from './persons.ts';
import type {BatchBody} from './project.ts';
import type {PseudonymsBody} from './pseudonymise-archive.ts';
import type {Warehouse} from './store.ts';

/** A ledger entry of kind 'erasure'. It never says the name. */
interface ErasureBody extends RewriteBody {
  /** The pseudonyms whose name is gone. */
  persons: string[];
  /** Who asked for it. */
  by: string;
  /** Digests of raw files that are gone. */
  raw: string[];
}

export interface Erased {
  /** What the person is shown as from now on. */
  persons: string[];
  /** How many raw files are gone, and how many files of rejected rows were written anew. */
  raw: number;
  rejects: number;
  answers: number;
  /** Where the name still stands, because it was told as something else than who did the work. */
  remains: {where: string; rows: number}[];
}

/** Forgets who a person is. @throws NotFound when nothing here says the name */
export const erasePerson = (warehouse: Warehouse, name: string, by: string): Promise<Erased> =>
  warehouse.tend(care => erase(care, warehouse.persons, {name, by}));

async function erase(care: Caretaker, persons: Persons, {name, by}: {name: string; by: string}): Promise<Erased> {
  const mention = mentionOf(name);
  const known = persons.retire(name);
  const seen = care.entries().length;
  let found: Found;
  try {
    found = await whatSays(care, mention, known, 0);
    if (known.length === 0) {
      if (found.raw.length === 0 && found.rejects.length === 0)
        throw new NotFound(
          `nobody is known here as "${name}": "fishbone person list" has all names, as they are written in the data`,
        );
      known.push(await persons.reserve(name));
    }
    await record(care, mention, {persons: known, by}, found);
  } catch (error) {
    persons.reinstate(name, known);
    throw error;
  }
  // Batches that were under way when the name was retired had to end before that entry could be written.
  const late = await whatSays(care, mention, known, seen);
  if (late.raw.length > 0 || late.rejects.length > 0) await record(care, mention, {persons: known, by}, late);
  await removeReplaced(care.folder, care.holdings);
  const answers = await finishErasures(care.folder, care.entries(), care.holdings, persons);
  return {
    persons: known,
    raw: found.raw.length + late.raw.length,
    rejects: found.rejects.length + late.rejects.length,
    answers,
    remains: await remainsOf(care, mention),
  };
}

/** Does what the ledger says of erasures and is not done yet. @returns how many kept answers were removed */
export async function finishErasures(
  folder: string,
  entries: readonly LedgerEntry[],
  holdings: Holdings,
  persons: Persons,
): Promise<number> {
  const erasures = entries.filter(({kind}) => kind === 'erasure').map(({body}) => body as ErasureBody);
  if (erasures.length === 0) return 0;
  for (const digest of erasures.flatMap(({raw}) => raw)) {
    // The same bytes may have been sent, and taken in, once more since then.
    if (!holdings.raw().has(digest)) await removeRaw(folder, digest);
  }
  const gone = [...new Set(erasures.flatMap(erasure => erasure.persons))].filter(person => persons.names().has(person));
  if (gone.length === 0) return 0;
  await rm(join(folder, 'archive', 'set-aside'), {recursive: true, force: true});
  await persons.hide(gone);
  await forgetExports(persons);
  let answers = 0;
  for (const person of gone) answers += await removeAnswers(folder, mentionOf(persons.names().get(person)!));
  await diskFiles.syncFolder(join(folder, 'archive', 'raw'));
  await persons.forget(gone);
  return answers;
}

interface Found {
  raw: string[];
  rejects: HeldFile[];
}

/** What says the name: by the ledger, which knows whom each file names, and, for a distinctive name, by its text. */
async function whatSays(care: Caretaker, mention: Mention, known: readonly string[], since: number): Promise<Found> {
  const batches = care
    .entries()
    .slice(since)
    .filter(({kind}) => kind === 'batch');
  const early = care.entries().flatMap(({kind, body}) => (kind === 'pseudonyms' ? (body as PseudonymsBody).named : []));
  const namedIn = new Map(early.map(({seq, persons}) => [seq, persons]));
  const naming = batches.filter(({seq, body}) =>
    ((body as BatchBody).persons ?? namedIn.get(seq) ?? []).some(person => known.includes(person)),
  );
  const held = care.holdings.raw();
  const raw = new Set(naming.map(({body}) => (body as BatchBody).digest).filter(digest => held.has(digest)));
  if (mention.isDistinctive) {
    const only = since === 0 ? null : new Set(batches.map(({body}) => (body as BatchBody).digest));
    for (const digest of await rawFilesWith(care.session, care.folder, mention, only)) raw.add(digest);
  }
  const suspects = new Set((mention.isDistinctive ? batches : naming).map(({seq}) => seq));
  return {raw: [...raw].sort(), rejects: await rejectsWith(care, mention, suspects)};
}

async function rejectsWith(care: Caretaker, mention: Mention, seqs: ReadonlySet<number>): Promise<HeldFile[]> {
  const files = new Set<HeldFile>();
  for (const {seq, rows} of care.holdings.batches()) {
    if (!seqs.has(seq)) continue;
    for (const {form, file} of rows) if (form === 'rejects' && file !== null) files.add(file);
  }
  const found: HeldFile[] = [];
  for (const file of files) {
    const {n} = await care.session.row<{n: number}>(
      `select count(*) as n from read_parquet(${quoteText(file.path)})
       where regexp_matches("row", $pattern) or regexp_matches(reason, $pattern)`,
      {pattern: mention.inSql},
    );
    if (n > 0) found.push(file);
  }
  return found;
}

async function record(
  care: Caretaker,
  mention: Mention,
  who: Pick<ErasureBody, 'persons' | 'by'>,
  {raw, rejects}: Found,
): Promise<void> {
  const body: ErasureBody = {...who, raw, files: [], rewrites: []};
  const prepared = await prepareFolder(care.folder, 'erasure', async into => {
    for (const [k, file] of rejects.entries()) {
      const name = `${k}.rejects.parquet`;
      body.rewrites.push(...(await rewriteRejects(care, mention, who.persons[0], file, join(into, name))));
      const record: FileRecord = {
        table: '',
        form: 'rejects',
        file: name,
        rows: file.rows,
        ...(await sealOf(join(into, name))),
      };
      body.files.push(record);
    }
  });
  await care.record('erasure', body, prepared);
}

/** The same rejects with the pseudonym where the name stood. @returns which batches' rows they are */
async function rewriteRejects(
  {session, holdings}: Caretaker,
  {inSql}: Mention,
  person: string,
  file: HeldFile,
  path: string,
): Promise<RewriteBody['rewrites']> {
  const users = holdings
    .batches()
    .flatMap(({seq, batch, rows}) => rows.filter(r => r.file === file).map(({of}) => ({seq, batch, of})));
  const [{seq, batch}] = users;
  const origin = file.merged ? '' : `${seq}::integer as seq, ${batch ?? 'null'}::integer as batch, `;
  const once = (text: string) => `regexp_replace(${text}, ${quoteText(inSql)}, '\\1${person}\\3', 'g')`;
  // Twice: of two mentions that share the sign between them, the first time finds one.
  const without = (column: string) => `${once(once(column))} as ${column}`;
  await session.run(
    `copy (select ${origin}* replace (${without('reason')}, ${without('"row"')}) from read_parquet(${quoteText(file.path)}))
     to ${quoteText(path)} (format parquet, compression zstd)`,
  );
  const into = path.split(/[\\/]/).at(-1)!;
  return users.map(user => ({of: user.of, seqs: [user.seq], into}));
}

/** Kept answers are copies of what can be asked again. */
async function removeAnswers(folder: string, mention: Mention): Promise<number> {
  const answers = join(folder, 'answers');
  let removed = 0;
  for (const name of await readdir(answers).catch(() => [] as string[])) {
    if (!(await bytesMention(join(answers, name), mention))) continue;
    await rm(join(answers, name));
    removed++;
  }
  return removed;
}

/** Texts that people wrote, and ids: what was told of other things than persons is not altered. */
async function remainsOf(care: Caretaker, mention: Mention): Promise<Erased['remains']> {
  if (!mention.isDistinctive) return [];
  const remains: Erased['remains'] = [];
  const texts = Object.keys(CANONICAL)
    .filter(table => table !== 'measurements')
    .flatMap(table =>
      columnsOf(table)
        .filter(({type}) => type === 'text')
        .map(({name}) => [table, name]),
    );
  for (const [table, column] of [...texts, ['cells', 'text_value'], ['items', 'id']]) {
    const {rows} = await care.session.row<{rows: number}>(
      `select count(*) as rows from fact.${table} where regexp_matches(${quoteName(column)}, $pattern)`,
      {pattern: mention.inSql},
    );
    if (rows > 0) remains.push({where: `${table}.${column}`, rows});
  }
  for (const {seq, kind, body} of care.entries()) {
    const isThere = mention.inBytes.test(Buffer.from(JSON.stringify(body)).toString('latin1'));
    if (isThere) remains.push({where: `ledger entry ${seq} (${kind})`, rows: 1});
  }
  return remains;
}
