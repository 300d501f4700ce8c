import type {Inspection} from '../inference/inspection.ts';
import {type KnownVerdict, verdictsOf} from '../warehouse/table-rows.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {recordRows} from './record-rows.ts';

export interface Recorded {
  /** The batch that they came in; null when nothing was new. */
  batch: number | null;
  /** Of each, in the order given. */
  results: ('accepted' | 'duplicate' | 'rejected' | 'contradiction')[];
  /** Why a contradiction is none of the others; by the number of the inspection. */
  reasons: Map<number, string>;
}

/**
 * Records what images were judged to be, each once however often it is looked at. A verdict that contradicts what the same
 * version of the model said of the same image is not recorded. What it answers is on the disk.
 * @param source records all of them as one batch of this name, and what is not right goes into quarantine; without it they
 * take the way of results in real time, and the rest of what comes in the same moment shares their batch
 */
export async function recordJudged(app: App, inspections: readonly Inspection[], source?: string): Promise<Recorded> {
  if (inspections.length === 0) return {batch: null, results: [], reasons: new Map()};
  const known = await verdictsOf(
    app.warehouse,
    inspections.map(({inspection}) => inspection),
  );
  const recorded: Recorded = {batch: null, results: [], reasons: new Map()};
  const fresh = new Map<string, Inspection>();
  for (const [k, one] of inspections.entries()) {
    const before = known.get(one.inspection);
    if (before && isOtherwise(before, one)) {
      recorded.results.push('contradiction');
      recorded.reasons.set(k, contradiction(before, one));
    } else {
      // An image that is named twice is one inspection.
      recorded.results.push(before || fresh.has(one.inspection) ? 'duplicate' : 'accepted');
      if (!before) fresh.set(one.inspection, fresh.get(one.inspection) ?? one);
    }
  }
  if (fresh.size === 0) return recorded;
  if (source === undefined) {
    // Rules hear of what is in a batch.
    const {batch, results} = await app.recorder.record([...fresh.values()], {isBounded: true, waits: true});
    // Somebody else may have sent the same meanwhile.
    const told = new Map([...fresh.keys()].map((id, k) => [id, results[k].status]));
    const settled = recorded.results.map((result, k) =>
      result === 'accepted' ? (told.get(inspections[k].inspection) ?? result) : result,
    );
    return {...recorded, batch, results: settled};
  }
  const receipt = await recordRows(app, [...fresh.values()].flatMap(rowsOf), source);
  const rejected = receipt.tables.reduce((sum, {table, rejected: n}) => sum + (table === 'inspections' ? n : 0), 0);
  if (rejected > 0) await markRejected(app, inspections, recorded);
  return {...recorded, batch: receipt.batch};
}

function rowsOf({defects, ...row}: Inspection) {
  const seen = new Map<string, number>();
  return [
    {table: 'inspections', row},
    ...defects.map(defect => {
      // A code found several times needs its number.
      const n = (seen.get(defect.defect) ?? 0) + 1;
      seen.set(defect.defect, n);
      return {table: 'defects', row: {inspection: row.inspection, n, ...defect}};
    }),
  ];
}

async function markRejected(app: App, inspections: readonly Inspection[], recorded: Recorded): Promise<void> {
  const ids = inspections.map(({inspection}) => inspection);
  const known = await verdictsOf(app.warehouse, ids);
  for (const [k, result] of recorded.results.entries()) {
    if (result !== 'accepted' || known.has(ids[k])) continue;
    recorded.results[k] = 'rejected';
    recorded.reasons.set(k, 'its row is not right: see "fishbone quarantine list"');
  }
}

/** What was corrected since is no contradiction: it is as it should be. */
function isOtherwise({result, confidence, recordedAt}: KnownVerdict, judged: Inspection): boolean {
  return recordedAt === null && (result !== judged.result || confidence !== judged.confidence);
}

function contradiction(before: KnownVerdict, {result, confidence, inspector}: Inspection): string {
  const told = [before, {result, confidence}].map(
    one => `${one.result}${one.confidence === null ? '' : ` ${one.confidence}`}`,
  );
  return `${inspector} said ${told[0]} of this image before, and ${told[1]} now: a model that was changed needs another version`;
}

/** @throws FishboneError CONFLICT, FILE_UNUSABLE where one inspection could not be recorded */
export function mustBeRecorded({results, reasons}: Recorded): 'accepted' | 'duplicate' {
  const [result] = results;
  if (result === 'accepted' || result === 'duplicate') return result;
  throw new FishboneError(result === 'contradiction' ? 'CONFLICT' : 'FILE_UNUSABLE', reasons.get(0) ?? result);
}
