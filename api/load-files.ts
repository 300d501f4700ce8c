import {stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {IngestError} from '../ingest/error.ts';
import {type IngestOptions, ingestFiles, withPlan} from '../ingest/ingest.ts';
import {linesOfRecords} from '../ingest/line-numbers.ts';
import {readMapping} from '../ingest/mapping.ts';
import {CANONICAL} from '../warehouse/canonical.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import {driftKey} from '../warehouse/drift-book.ts';
import type {LoadPlan} from '../warehouse/load-plan.ts';
import {tellPersons} from '../warehouse/person-texts.ts';
import type {BatchBody} from '../warehouse/project.ts';
import {isRefused, rejectedOf, triedFiles} from '../warehouse/tries.ts';
import {refuseOtherTables} from './access/own-tables.ts';
import type {App} from './app.ts';
import {isTimeZone} from './config.ts';
import {comparedWithBefore, hasSource, tellDrift} from './drift.ts';
import {FishboneError} from './errors.ts';
import {isMappingName, mappingPath} from './named-mappings.ts';
import {watchRejects} from './watch-rejects.ts';

export interface LoadOptions {
  table?: string;
  wide?: boolean;
  /** The name of one that the warehouse keeps, or a path. */
  mapping?: string;
  timeZone?: string;
  encoding?: string;
  sheet?: string;
  dryRun?: boolean;
}

/**
 * Takes files and folders in.
 * @param options.only the tables that whoever asks may add to; undefined: any
 * @returns a receipt a file
 * @throws FishboneError FORBIDDEN for a file with rows of another table; nothing of it is taken in
 */
export async function ingest(
  app: App,
  paths: readonly string[],
  options: LoadOptions & {source?: (path: string) => string; only?: readonly string[]} = {},
): Promise<Receipt[]> {
  checkOptions(options);
  const {source = path => path, mapping: told, only, ...how} = options;
  const mapping = told === undefined ? undefined : await mappingPath(app, told);
  const rest = {...how, mapping};
  const take = async (plan: LoadPlan) => {
    refuseOtherTables(
      only,
      plan.tables.map(({table}) => table),
    );
    return load(app, {...plan, source: source(plan.source)});
  };
  const receipts = await ingestFiles(take, paths, {
    ...rest,
    scratch: join(app.warehouse.folder, 'tmp'),
    accepted: (path, how) => acceptedOf(app, source(path), how),
    onSkipped: app.log,
  } satisfies IngestOptions);
  const answers = receipts.map(receipt => ({
    ...receipt,
    source: source(receipt.source),
    notices: receipt.notices.map(notice =>
      named(notice.replaceAll(receipt.source, source(receipt.source)), told, mapping),
    ),
  }));
  for (const [k, receipt] of answers.entries()) {
    if (isUnusable(receipt) && !options.dryRun) await keepRefused(app, receipts[k].source, receipt, rest);
  }
  return answers;
}

/** A mapping that was said by its name is called so, and not by where the warehouse keeps it. */
function named(sentence: string, told: string | undefined, path: string | undefined): string {
  return told !== undefined && path !== undefined && isMappingName(told)
    ? sentence.replaceAll(path, `mapping "${told}"`)
    : sentence;
}

/** What is larger is left with whoever sent it. */
const REFUSED_BYTES_MAX = 256_000_000;

/** A file that cannot be used waits in the quarantine, and its receipt says so. */
async function keepRefused(app: App, path: string, receipt: Receipt, {mapping, ...how}: LoadOptions) {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile() || receipt.digest === '') return;
  // Nothing was ever taken in: somebody is trying how it works, and no warehouse shall be left behind.
  if (!app.warehouse.entries().some(({kind}) => kind === 'batch')) return;
  // A mapping that is wrong in itself says nothing of the file.
  const told = mapping === undefined ? null : await readMapping(mapping).catch(() => null);
  if (mapping !== undefined && !told) return;
  if (found.size > REFUSED_BYTES_MAX) {
    receipt.notices.push('with more than 256 MB, it is not kept in the quarantine');
    return;
  }
  // Without its name, so that files which are refused alike count as one kind.
  const reason = receipt.notices
    .join('; ')
    .replaceAll(`${receipt.source}: `, '')
    .replaceAll(receipt.source, 'the file');
  const {table, wide, timeZone, encoding, sheet} = how;
  const read = {table, wide, timeZone, encoding, sheet, ...(told && {mapping: told.input})};
  await app.warehouse.refuse({path, source: receipt.source, reason, how: read});
  await watchRejects(app);
  receipt.notices.push('its bytes are kept, no row of it: see "fishbone quarantine list"');
}

/**
 * Tries the rejected rows of a batch again, from the bytes that were kept: after a mapping, a time zone or Fishbone
 * itself was put right. Rows that were accepted before are duplicates and change nothing.
 * @param id as in `quarantine list`: a batch, or "r" and a ledger entry
 * @param options go before what the file was read with the first time
 */
export async function replay(app: App, id: string, told: Omit<LoadOptions, 'dryRun'> = {}): Promise<Receipt[]> {
  checkOptions(told);
  const mapping = told.mapping === undefined ? undefined : await mappingPath(app, told.mapping);
  const options = {...told, mapping};
  const {seq, body} = findBatch(app, id);
  const {digest, source} = body;
  const receipts = await app.warehouse.lendRaw(digest, async raw => {
    const said = {...body, how: tellPersons(body.how, app.warehouse.persons.names())};
    const accepted: IngestOptions['accepted'] = (_, as) => acceptedOf(app, source, as);
    const how = {...readAgain(said, options), scratch: join(app.warehouse.folder, 'tmp'), accepted};
    const before = rejectedNow(app, seq);
    const receipt = await withPlan(raw, how, plan => load(app, {...plan, source}, seq)).catch((error: unknown) => {
      if (!(error instanceof IngestError)) throw error;
      throw new FishboneError('FILE_UNUSABLE', named(error.message.replaceAll(raw, source), told.mapping, mapping), {
        hint: 'give the options that the file needs: --mapping, --table, --wide, --time-zone, --encoding, --sheet',
        cause: error,
      });
    });
    const after = receipt.tables.reduce((sum, {rejected}) => sum + rejected, 0);
    const were = before === null ? 'the whole file was refused' : `${before} rows were rejected`;
    receipt.notices.push(`before this replay ${were}; now ${after} are`);
    return [receipt];
  });
  if (receipts) return receipts;
  throw new FishboneError('NOT_FOUND', `the bytes of ${source} are not kept any more`, {
    hint: 'a retention rule took them, or a person whom they name was erased: ingest the corrected file itself; its accepted rows are as they were',
  });
}

/** How many rows of a file are rejected as things stand; null when the file was refused as a whole. */
function rejectedNow(app: App, seq: number): number | null {
  const tried = triedFiles(app.warehouse.entries()).find(({entry, latest}) => entry.seq === seq || latest.seq === seq);
  if (!tried) return 0;
  return isRefused(tried) ? null : rejectedOf(tried.latest);
}

function readAgain({how = {}, tables, source}: BatchBody, options: Omit<LoadOptions, 'dryRun'>): IngestOptions {
  const timeZone = options.timeZone ?? how.timeZone;
  const encoding = options.encoding ?? how.encoding;
  const sheet = options.sheet ?? how.sheet;
  if (options.mapping !== undefined) return {timeZone, encoding, sheet, mapping: options.mapping};
  if (how.mapping !== undefined && options.table === undefined && !options.wide) {
    return {timeZone, encoding, sheet, mapping: how.mapping as IngestOptions['mapping']};
  }
  // The kept bytes have no name that could say the table.
  const name = tables[0]?.table ?? basename(source);
  return {timeZone, encoding, sheet, name, table: options.table ?? how.table, wide: options.wide ?? how.wide};
}

async function load(app: App, plan: LoadPlan, replays?: number): Promise<Receipt> {
  // The flag goes before the mapping, the mapping before the configuration.
  const timeZone = plan.timeZone ?? app.config.chosenTimeZone ?? undefined;
  // What was acknowledged before came before.
  await app.recorder.recorded();
  const compared = await comparedWithBefore(app, {...plan, timeZone});
  const receipt = await app.warehouse.load(compared, linesOfRecords, replays);
  await watchRejects(app);
  await tellDrift(app, compared, receipt);
  return receipt;
}

function acceptedOf(app: App, source: string, how: LoadPlan['how']) {
  return hasSource(source) ? app.drift.known(driftKey(source, how)) : undefined;
}

function checkOptions({table, wide, mapping, timeZone}: LoadOptions): void {
  if (table !== undefined && !Object.hasOwn(CANONICAL, table)) {
    throw new FishboneError('USAGE', `there is no table "${table}"`, {
      hint: `the tables are ${Object.keys(CANONICAL).join(', ')}`,
    });
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new FishboneError('USAGE', `there is no time zone "${timeZone}"`, {
      hint: 'use an IANA name such as Europe/Berlin',
    });
  }
  if (mapping !== undefined && (table !== undefined || wide)) {
    throw new FishboneError('USAGE', 'a mapping names its own tables', {
      hint: 'leave out --table and --wide, or the --mapping',
    });
  }
}

function findBatch(app: App, id: string): {seq: number; body: BatchBody} {
  for (const {seq, kind, body} of app.warehouse.entries()) {
    if (kind !== 'batch') continue;
    const batch = body as BatchBody;
    if (id === `r${seq}` || (batch.batch !== null && id === String(batch.batch))) return {seq, body: batch};
  }
  throw new FishboneError('NOT_FOUND', `there is no batch ${id}`, {hint: 'see "fishbone quarantine list"'});
}

/** Whether a file could not be read at all: its receipt's notices say why, and nothing of it is recorded. */
export function isUnusable({status, tables}: Receipt): boolean {
  return status === 'rejected' && tables.length === 0;
}
