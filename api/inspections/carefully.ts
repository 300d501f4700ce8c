import type {Receipt} from '../../warehouse/data-answers.ts';
import {defectsRecordedWith, recordedInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {InspectionInput, InspectionsAnswer} from './input.ts';
import {isNewer, loadRows, numbered, total} from './load-inspections.ts';
import {refuseVersionsOfOthers} from './own-station.ts';

/** Inspections that came together, and who waits for what becomes of them. */
export interface Request {
  inspections: readonly InspectionInput[];
  /** The only one that whoever sent them may record of. */
  station?: string;
  resolve: (answer: InspectionsAnswer) => void;
  reject: (error: unknown) => void;
}

/**
 * What is known already, or has to be rehearsed. After an interruption much is sent again that was recorded: that all of it
 * says nothing new is found out at once; otherwise by halves, down to the requests that do.
 */
export async function recordCarefully(app: App, rest: readonly Request[]): Promise<void> {
  if (rest.length === 0) return;
  if (rest.length === 1) {
    const [{inspections, station, resolve, reject}] = rest;
    return recordRehearsed(app, inspections, station).then(resolve, reject);
  }
  const isKnown = await sayNothingNew(app, rest).catch(() => false);
  if (isKnown) {
    for (const {inspections, resolve} of rest)
      resolve({batch: null, results: inspections.map(({inspection}) => ({inspection, status: 'duplicate'}))});
    return;
  }
  const half = Math.ceil(rest.length / 2);
  await recordCarefully(app, rest.slice(0, half));
  await recordCarefully(app, rest.slice(half));
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

/** Rehearses first, so that nothing is recorded of a request that contradicts what is known. */
async function recordRehearsed(
  app: App,
  inspections: readonly InspectionInput[],
  station: string | undefined,
): Promise<InspectionsAnswer> {
  if (station !== undefined) await refuseVersionsOfOthers(app, inspections, station);
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

function refuseRejected(inspections: readonly InspectionInput[], alone: readonly Receipt[]): void {
  const bad = inspections.flatMap(({inspection}, k) => {
    if (!alone[k] || total(alone[k], 'rejected') === 0) return [];
    const [first] = alone[k].rejects ?? [];
    return [{inspection, why: first ? `${first.field === null ? '' : `${first.field}: `}${first.reason}` : 'refused'}];
  });
  if (bad.length === 0) return;
  const told = bad.map(({inspection, why}) => `inspection ${inspection}: ${why}`);
  const isOffset = bad.some(({why}) => why.includes('without an offset'));
  throw new FishboneError('FILE_UNUSABLE', `${told.join('; ')}; nothing was recorded`, {
    hint: isOffset
      ? 'times need an offset unless fishbone.json has a timeZone'
      : 'put it right and send the whole request again',
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
