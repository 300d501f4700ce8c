import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {linesOfRecords} from '../ingest/line-numbers.ts';
import {type Column, columnsOf, NO_EARLIER_DEFECTS} from '../warehouse/canonical.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {Expression, LoadPlan, TablePlan} from '../warehouse/load-plan.ts';
import {latestTime} from '../warehouse/skewed-times.ts';
import {defectsRecordedWith, recordedInspections} from '../warehouse/table-rows.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {watchRejects} from './watch-rejects.ts';

const Time = z.iso.datetime({offset: true, local: true});
const NotBlank = z.string().regex(/\S/, {error: 'is empty'});

/** A row of `inspections` with its `defects` in it. */
export const InspectionInput = z.strictObject({
  ...shapeOf('inspections'),
  inspection: NotBlank,
  inspected_at: Time.nullable().optional(),
  recorded_at: Time.nullable().optional(),
  defects: z.array(z.strictObject({...shapeOf('defects', ['inspection']), defect: NotBlank})).default([]),
});
export type InspectionInput = z.output<typeof InspectionInput>;

export const InspectionsAnswer = z.object({
  batch: z.number().int().nullable(),
  results: z.array(z.object({inspection: z.string(), status: z.enum(['accepted', 'duplicate'])})),
});
export type InspectionsAnswer = z.infer<typeof InspectionsAnswer>;

/**
 * Records inspections as they happen, all or none; what it answers is on the disk. They take the way of any file: lines
 * of JSON, validated, archived, written to the ledger. What comes while others are being recorded shares the next batch.
 * @param options.isBounded whoever asks has a limit of its own for what waits
 * @throws FishboneError CONFLICT for a known id with other content, unless that says it was recorded later;
 * FILE_UNUSABLE when a row is refused
 */
export function recordInspections(
  app: App,
  inspections: readonly InspectionInput[],
  {isBounded = false}: {isBounded?: boolean} = {},
): Promise<InspectionsAnswer> {
  if (inspections.length === 0) return Promise.resolve({batch: null, results: []});
  const counter = counters.get(app) ?? {waiting: [], room: 1, isBusy: false};
  counters.set(app, counter);
  const share = isBounded ? 0 : shareOf(inspections);
  if (share > 0 && counter.room <= 0) {
    const message = `${counter.waiting.length} requests are waiting already: nothing of this one was recorded`;
    return Promise.reject(new FishboneError('OVERLOADED', message, {hint: 'send it again in a few seconds'}));
  }
  counter.room -= share;
  return new Promise((resolve, reject) => {
    counter.waiting.push({inspections, resolve, reject});
    if (!counter.isBusy) void serveAll(app, counter);
  });
}

interface Request {
  inspections: readonly InspectionInput[];
  resolve: (answer: InspectionsAnswer) => void;
  reject: (error: unknown) => void;
}

const REQUESTS_MAX = 2_000;
const INSPECTIONS_MAX = 10_000;
const CHARACTERS_MAX = 128_000_000;

/** How much of the memory that the waiting may take a request takes: it is bounded, however requests are made up. */
function shareOf(inspections: readonly InspectionInput[]): number {
  const rows = inspections.flatMap(({defects, ...row}) => [row, ...defects]);
  const texts = rows.flatMap(row => Object.values(row).filter(value => typeof value === 'string'));
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return Math.max(1 / REQUESTS_MAX, rows.length / INSPECTIONS_MAX, characters / CHARACTERS_MAX);
}

/** Where requests wait for each other: what is checked must still hold when it is recorded. */
interface Counter {
  waiting: Request[];
  /** The share of what may wait that is free. */
  room: number;
  isBusy: boolean;
}

const counters = new WeakMap<App, Counter>();

/** How many requests wait to be recorded. */
export const waitingInspections = (app: App): number => counters.get(app)?.waiting.length ?? 0;

async function serveAll(app: App, counter: Counter): Promise<void> {
  counter.isBusy = true;
  while (counter.waiting.length > 0) {
    const group = counter.waiting.splice(0);
    counter.room = 1;
    try {
      await recordRest(app, await recordNew(app, group));
    } catch (error) {
      for (const {reject} of group) reject(error);
    }
  }
  counter.isBusy = false;
}

/** Records those that nobody has heard of, in one batch. @returns the requests that need a closer look */
async function recordNew(app: App, group: readonly Request[]): Promise<Request[]> {
  const ids = group.flatMap(({inspections}) => inspections.map(({inspection}) => inspection));
  const known = await recordedInspections(app.warehouse, ids);
  const seen = new Set<string>();
  const isNew = ({inspections}: Request) => {
    const isFirst = inspections.map(({inspection}) => !seen.has(inspection) && seen.add(inspection));
    return inspections.every((row, k) => isFirst[k] && !known.has(row.inspection) && isPlain(app, row));
  };
  const fresh = group.filter(isNew);
  if (fresh.length > 0) {
    const rows = fresh.flatMap(({inspections}) => inspections);
    const receipt = await loadRows(app, rows, {known});
    if (total(receipt, 'rejected') > 0) throw refused(rows.map(({inspection}) => inspection));
    const {batch} = receipt;
    for (const {inspections, resolve} of fresh) {
      resolve({batch, results: inspections.map(({inspection}) => ({inspection, status: 'accepted'}))});
    }
  }
  return group.filter(request => !fresh.includes(request));
}

/**
 * What is known already, or has to be rehearsed. After an interruption much is sent again that was recorded: that all of it
 * says nothing new is found out at once; otherwise by halves, down to the requests that do.
 */
async function recordRest(app: App, rest: readonly Request[]): Promise<void> {
  if (rest.length === 0) return;
  if (rest.length === 1) {
    const [{inspections, resolve, reject}] = rest;
    return recordCarefully(app, inspections).then(resolve, reject);
  }
  const isKnown = await sayNothingNew(app, rest).catch(() => false);
  if (isKnown) {
    for (const {inspections, resolve} of rest)
      resolve({batch: null, results: inspections.map(({inspection}) => ({inspection, status: 'duplicate'}))});
    return;
  }
  const half = Math.ceil(rest.length / 2);
  await recordRest(app, rest.slice(0, half));
  await recordRest(app, rest.slice(half));
}

async function sayNothingNew(app: App, requests: readonly Request[]): Promise<boolean> {
  const rows = requests.flatMap(({inspections}) => inspections);
  // Of several versions of one id, each is looked at for itself.
  const once = new Map(rows.map(row => [row.inspection, row]));
  if (rows.some(row => JSON.stringify(row) !== JSON.stringify(once.get(row.inspection)))) return false;
  const different = [...once.values()];
  await refuseFewerDefects(app, different);
  const rehearsal = await loadRows(app, different, {dryRun: true});
  return (['accepted', 'conflicts', 'rejected'] as const).every(what => total(rehearsal, what) === 0);
}

const DAY_MS = 24 * 3600 * 1000;

/** Whether it is sure to be accepted if its id is new; whatever may be refused is rehearsed first. */
function isPlain({warehouse}: App, {inspected_at, recorded_at, defects}: InspectionInput): boolean {
  const times = [inspected_at, recorded_at].flatMap(time => time ?? []);
  // The plant's first day begins at midnight of its own time zone.
  const [from, until] = [Date.parse(warehouse.since) + DAY_MS, Date.parse(latestTime(warehouse.ledger))];
  return (
    times.every(time => /(Z|[+-]\d\d:\d\d)$/.test(time) && Date.parse(time) >= from && Date.parse(time) <= until) &&
    defects.every(({defect}) => defect !== NO_EARLIER_DEFECTS)
  );
}

/** Rehearses first, so that nothing is recorded of a request that contradicts what is known. */
async function recordCarefully(app: App, inspections: readonly InspectionInput[]): Promise<InspectionsAnswer> {
  await refuseFewerDefects(app, inspections);
  const rehearsal = await loadRows(app, inspections, {dryRun: true});
  const mixed = total(rehearsal, 'duplicates') > 0 && total(rehearsal, 'accepted') > 0;
  const alone: Receipt[] = [];
  if (mixed || total(rehearsal, 'conflicts') > 0 || total(rehearsal, 'rejected') > 0) {
    for (const inspection of inspections) alone.push(await loadRows(app, [inspection], {dryRun: true}));
  }
  refuseRejected(inspections, alone);
  await refuseConflicts(app, inspections, alone.length > 0 ? alone : inspections.map(() => rehearsal));
  const receipt = await loadRows(app, inspections);
  const results = inspections.map(({inspection}, k) => {
    const isNew = total(alone[k] ?? receipt, 'accepted') > 0;
    return {inspection, status: isNew ? ('accepted' as const) : ('duplicate' as const)};
  });
  return {batch: receipt.batch, results};
}

async function loadRows(
  app: App,
  rows: readonly InspectionInput[],
  {dryRun = false, known: told}: {dryRun?: boolean; known?: ReadonlyMap<string, string | null>} = {},
): Promise<Receipt> {
  const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'inspections-'));
  try {
    const path = join(folder, 'inspections.ndjson');
    const ids = rows.map(({inspection}) => inspection);
    const known = told ?? (await recordedInspections(app.warehouse, ids));
    await writeFile(path, rows.flatMap(row => linesOf(row, isNewer(row, known.get(row.inspection)))).join(''));
    const timeZone = app.config.chosenTimeZone ?? undefined;
    const plan = {...PLAN, path, records: {...PLAN.records, path}, timeZone, dryRun};
    const receipt = await app.warehouse.load(plan, linesOfRecords);
    if (!dryRun) await watchRejects(app);
    return receipt;
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

function refuseRejected(inspections: readonly InspectionInput[], alone: readonly Receipt[]): void {
  const bad = inspections.filter((_, k) => alone[k] && total(alone[k], 'rejected') > 0);
  if (bad.length > 0) throw refused(bad.map(({inspection}) => inspection));
}

function refused(ids: readonly string[]): FishboneError {
  const message = `inspection ${ids.join(', ')}: a value is not what its column takes; nothing was recorded`;
  return new FishboneError('FILE_UNUSABLE', message, {
    hint: 'times need an offset unless fishbone.json has a timeZone',
  });
}

/** Of a known version, a list that leaves out a defect is other content: what is withdrawn must be said later. */
async function refuseFewerDefects(app: App, inspections: readonly InspectionInput[]) {
  const versions = inspections.map(({inspection, recorded_at}) => ({inspection, recordedAt: recorded_at ?? null}));
  const known = await defectsRecordedWith(app.warehouse, versions);
  const found = new Map(inspections.map(({inspection}) => [inspection, [] as string[]]));
  for (const {inspection, defect, n} of known) found.get(inspection)!.push(`${n} ${defect}`);
  for (const row of inspections) {
    const sent = new Set(numbered(row.defects).map(({defect, n}) => `${n} ${defect}`));
    if (found.get(row.inspection)!.every(defect => sent.has(defect))) continue;
    throw new FishboneError('CONFLICT', `inspection ${row.inspection} is known with more defects`, {
      hint: 'a correction needs a newer recorded_at; another inspection needs an id of its own',
    });
  }
}

/** Whether a version is a correction of the known one; undefined where none is known. */
function isNewer({recorded_at}: Pick<InspectionInput, 'recorded_at'>, known: string | null | undefined): boolean {
  if (known === undefined || typeof recorded_at !== 'string') return false;
  return known === null || Date.parse(recorded_at) > Date.parse(known);
}

/** Other content under a known id is accepted only as a newer version; one that says no time is older than any that does. */
async function refuseConflicts(app: App, inspections: readonly InspectionInput[], receipts: readonly Receipt[]) {
  const changed = inspections.filter((_, k) => total(receipts[k], 'accepted') > 0);
  if (changed.length === 0) return;
  const recorded = await recordedInspections(
    app.warehouse,
    changed.map(({inspection}) => inspection),
  );
  for (const {inspection, recorded_at} of changed) {
    const known = recorded.get(inspection);
    if (known === undefined || isNewer({recorded_at}, known)) continue;
    const since = known === null ? '' : `, recorded at ${known}`;
    throw new FishboneError('CONFLICT', `inspection ${inspection} is known with other content${since}`, {
      hint: 'a correction needs a newer recorded_at; another inspection needs an id of its own',
    });
  }
  const twice = changed.find(({inspection}, k) => changed.findIndex(other => other.inspection === inspection) < k);
  if (twice) throw new FishboneError('CONFLICT', `inspection ${twice.inspection} comes twice in one request`);
}

function total(receipt: Receipt, what: 'accepted' | 'duplicates' | 'conflicts' | 'rejected'): number {
  return receipt.tables.reduce((sum, table) => sum + table[what], 0);
}

/** Which of the two tables a line is for. */
const OF = '$table';

/** A correction says all that was found: what was recorded before is withdrawn. */
function linesOf({defects, ...inspection}: InspectionInput, isCorrection: boolean): string[] {
  const withdrawal = isCorrection ? [{defect: NO_EARLIER_DEFECTS}] : [];
  return [
    {[OF]: 'inspections', ...inspection},
    ...[...withdrawal, ...numbered(defects)].map(defect => ({
      [OF]: 'defects',
      inspection: inspection.inspection,
      recorded_at: inspection.recorded_at,
      ...defect,
    })),
  ].map(line => `${JSON.stringify(line)}\n`);
}

/** A code found several times needs its number. */
function numbered(defects: InspectionInput['defects']) {
  const seen = new Map<string, number>();
  return defects.map(defect => {
    const n = (seen.get(defect.defect) ?? 0) + 1;
    seen.set(defect.defect, n);
    return {n, ...defect};
  });
}

/** What inspections in real time are called in the quarantine and in alerts. */
export const INSPECTIONS = 'POST /v1/inspections';

const PLAN: LoadPlan & {records: {format: 'ndjson'}} = {
  source: INSPECTIONS,
  path: '',
  records: {format: 'ndjson', path: '', columns: [OF, ...new Set([...namesOf('inspections'), ...namesOf('defects')])]},
  tables: [tablePlan('inspections'), tablePlan('defects')],
  timeFormats: [],
  missing: [],
  decimal: '.',
  notices: [],
  how: {},
};

function tablePlan(table: string): TablePlan {
  const columns = Object.fromEntries(
    namesOf(table).map((column): [string, Expression] => [column, {from: 'column', column}]),
  );
  return {table, columns, only: [{column: OF, values: [table]}]};
}

function namesOf(table: string): string[] {
  return columnsOf(table).map(({name}) => name);
}

/** The canonical columns of a table as JSON takes them. */
function shapeOf(table: string, without: string[] = []): Record<string, z.ZodType> {
  const columns = columnsOf(table).filter(({name}) => !without.includes(name));
  return Object.fromEntries(columns.map(column => [column.name, typeOf(column)]));
}

function typeOf({type, required, values}: Column): z.ZodType {
  const plain: z.ZodType = values
    ? z.enum(values as [string, ...string[]])
    : type === 'number'
      ? z.number()
      : type === 'integer'
        ? z.int32()
        : type === 'time'
          ? Time
          : NotBlank;
  return required ? plain : plain.nullable().optional();
}
