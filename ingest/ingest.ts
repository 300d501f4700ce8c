import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {LoadPlan} from '../warehouse/load-plan.ts';
import {Unreadable} from '../warehouse/unreadable.ts';
import {asCalled, distrusting, withoutColumns} from './drift/adapt.ts';
import {type Accepted, type ColumnDrift, columnDrift} from './drift/columns.ts';
import {IngestError} from './error.ts';
import {expandPaths} from './expand-paths.ts';
import {mapTables, namedColumns} from './map-table.ts';
import {layoutOf, type MappingInput, type ReadMapping, readMapping} from './mapping.ts';
import {mappingNotices} from './notices.ts';
import {planPlainTable} from './plain-table.ts';
import {ENCODINGS, type Encoding} from './readers/encodings.ts';
import {read} from './readers/readers.ts';

export interface IngestOptions {
  /** What the file is called, if its path does not say; up to the first dot it names the table. */
  name?: string;
  /** The canonical table; otherwise the file's name says it. Not together with a mapping, which names its tables. */
  table?: string;
  /** Measurements with one column a parameter. */
  wide?: boolean;
  /** The sheet of a workbook; goes before the mapping's. */
  sheet?: string;
  /** A mapping, or the path of one. */
  mapping?: string | MappingInput;
  /** IANA name, for times without an offset; goes before the mapping's. */
  timeZone?: string;
  /** Of delimited text that is not UTF-8; goes before the mapping's. */
  encoding?: string;
  /** Says what would happen, and changes nothing. */
  dryRun?: boolean;
  /** A folder for what lasts only while a file is read; otherwise the system's. */
  scratch?: string;
  /** What is accepted of the header of files that come from where this one does, once some did. */
  accepted?: (path: string, how: LoadPlan['how']) => Accepted | undefined;
  /** Told of each file of a folder that is left out, in a sentence. */
  onSkipped?: (sentence: string) => void;
}

/**
 * Takes files and folders in, one receipt a file. A file that cannot be used does not stop the others: its receipt says
 * `rejected`, and why.
 * @param load what the warehouse does with a plan; its own failures (a full disk, a lock) end the whole run
 */
export async function ingestFiles(
  load: (plan: LoadPlan) => Promise<Receipt>,
  paths: readonly string[],
  options: IngestOptions = {},
): Promise<Receipt[]> {
  const {files, skipped} = await expandPaths(paths);
  for (const {path, reason} of skipped) options.onSkipped?.(`${path} is left out: ${reason}`);
  const receipts: Receipt[] = [];
  for (const file of files) {
    const receipt = await withPlan(file, options, load).catch(refused);
    receipts.push(receipt instanceof IngestError ? await rejectedReceipt(file, receipt) : receipt);
  }
  return receipts;
}

/** Plans a file and lends the plan: records that had to be made from the file are there until `use` is done with it. */
export async function withPlan<T>(
  path: string,
  options: IngestOptions,
  use: (plan: LoadPlan) => Promise<T>,
): Promise<T> {
  const into = await mkdtemp(join(options.scratch ?? tmpdir(), 'fishbone-records-'));
  try {
    const plan = await planFile(path, options, into);
    return await use(plan).catch((cause: unknown) => {
      throw cause instanceof Unreadable ? new IngestError(`${path}: ${cause.message}`, {cause}) : cause;
    });
  } finally {
    await rm(into, {recursive: true, force: true});
  }
}

/**
 * Recognises a file, reads how its records are taken out, and maps them to canonical tables.
 * @param into a folder for records that are made from it, which whoever gives it removes: see `withPlan`
 * @throws IngestError in one sentence: what, where, and what to do
 */
export async function planFile(path: string, options: IngestOptions = {}, into?: string): Promise<LoadPlan> {
  if (options.mapping !== undefined && (options.table !== undefined || options.wide))
    throw new IngestError('a mapping names its own tables: leave out --table and --wide, or the --mapping');
  const told = options.mapping === undefined ? undefined : await readMapping(options.mapping);
  const sheet = options.sheet ?? told?.mapping.sheet;
  const {records, notices, tables, timeFormats} = await read(path, {
    ...(told && layoutOf(told.mapping)),
    ...(options.encoding !== undefined && {encoding: encodingNamed(options.encoding)}),
    ...(sheet !== undefined && {sheet}),
    ...(told?.mapping.rows !== undefined && {rows: told.mapping.rows}),
    told: told ? '--mapping' : options.table !== undefined ? '--table' : options.wide ? '--wide' : undefined,
    ...(into !== undefined && {into}),
  });
  const unnameable = records.columns.find(name => name.includes('\0'));
  if (unnameable !== undefined)
    throw new IngestError(`${path}: the name ${JSON.stringify(unnameable)} holds a NUL character: rename it`);
  const plan: LoadPlan = {
    source: path,
    path,
    records,
    tables: tables ?? [],
    timeZone: options.timeZone,
    timeFormats: timeFormats ?? [],
    missing: [],
    decimal: '.',
    notices,
    how: {
      table: options.table,
      wide: options.wide,
      timeZone: options.timeZone,
      encoding: options.encoding,
      sheet: options.sheet,
    },
    dryRun: options.dryRun,
  };
  if (tables) return checked({...plan, selfDescribing: true});
  if (told) plan.how = {...plan.how, mapping: told.input};
  const accepted = options.accepted?.(path, plan.how);
  const named = told && namedColumns(told.mapping);
  const drift = accepted && driftOf(accepted, records.columns, named, told !== undefined || options.wide === true);
  // With the names that were accepted; what the file calls them comes afterwards.
  const names = drift ? underAcceptedNames(records.columns, accepted, drift, named) : records.columns;
  if (told) await applyMapping(plan, told, names, drift);
  else plan.tables = [planPlainTable(path, names, options)];
  if (drift) {
    plan.tables = plan.tables.flatMap(table => distrusting(asCalled(table, drift.calls), drift.distrusted));
    plan.drift = {
      profile: {...NO_PROFILE, columns: headerAfter(accepted, drift, records.columns)},
      findings: drift.findings,
    };
  }
  return checked(plan);
}

function checked(plan: LoadPlan): LoadPlan {
  if (plan.timeZone !== undefined) checkTimeZone(plan.timeZone);
  return plan;
}

const NO_PROFILE = {key: '', series: {}, missing: {}, records: 0};

/**
 * @param named columns of a mapping that takes no others
 * @param mayRename columns of a canonical table are called what they are called, and others are an error
 */
function driftOf(
  accepted: Accepted,
  columns: readonly string[],
  named: ReadonlySet<string> | undefined,
  mayRename: boolean,
): ColumnDrift {
  return columnDrift(accepted, columns, {
    isNeeded: column => named?.has(column) ?? true,
    isNamed: column => named?.has(column) ?? false,
    takesNew: named === undefined,
    mayRename,
  });
}

/** The header as it was accepted: under the old names, and for a mapping that takes no others without what is new. */
function underAcceptedNames(
  columns: readonly string[],
  {ignored}: Accepted,
  {calls, added}: ColumnDrift,
  named: ReadonlySet<string> | undefined,
): string[] {
  const was = new Map([...calls].map(([old, now]) => [now, old]));
  const isLeft = (column: string) =>
    named !== undefined && !named.has(column) && (added.includes(column) || ignored.includes(column));
  return columns.filter(column => !isLeft(column)).map(column => was.get(column) ?? column);
}

/** What is compared with next time: what differs is told again until a person accepts it. */
function headerAfter(accepted: Accepted, {findings, calls}: ColumnDrift, columns: readonly string[]): string[] {
  if (findings.length > 0) return [...accepted.columns];
  const was = new Map([...calls].map(([old, now]) => [now, old]));
  return columns.map(column => was.get(column) ?? column);
}

async function applyMapping(
  plan: LoadPlan,
  told: ReadMapping,
  names: readonly string[],
  drift?: ColumnDrift,
): Promise<void> {
  const {where} = told;
  const mapping = withoutColumns(told.mapping, drift?.missing ?? []);
  plan.tables = mapTables(mapping, where, names, plan.path);
  plan.timeZone ??= mapping.timeZone;
  plan.timeFormats = mapping.timeFormats;
  plan.missing = mapping.missing;
  plan.decimal = mapping.decimal;
  if (Object.keys(mapping.foldCase).length > 0) plan.foldCase = mapping.foldCase;
  plan.notices.push(...(await mappingNotices(mapping, where, plan.records)));
}

export function encodingNamed(name: string): Encoding {
  const encoding = ENCODINGS.find(one => one === name.toLowerCase());
  if (encoding) return encoding;
  throw new IngestError(`"${name}" is not an encoding that is read: it is one of ${ENCODINGS.join(', ')}`);
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', {timeZone});
  } catch (cause) {
    throw new IngestError(`there is no time zone "${timeZone}": use an IANA name such as Europe/Berlin`, {cause});
  }
}

function refused(error: unknown): IngestError {
  if (error instanceof IngestError) return error;
  throw error;
}

async function rejectedReceipt(path: string, {message}: IngestError): Promise<Receipt> {
  return {batch: null, digest: await digestOf(path), source: path, status: 'rejected', tables: [], notices: [message]};
}

/** SHA-256 of the file; empty if there is nothing to read. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch {
    // The receipt's notice already says that the file cannot be read.
    return '';
  }
}
