import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {columnsOf, NO_EARLIER_DEFECTS} from '../../warehouse/canonical.ts';
import type {Receipt} from '../../warehouse/data-answers.ts';
import type {Expression, LoadPlan, TablePlan} from '../../warehouse/load-plan.ts';
import {recordedInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {watchRejects} from '../watch-rejects.ts';
import type {InspectionInput} from './input.ts';

/**
 * Loads inspections as any file is loaded: lines of JSON, validated, archived, written to the ledger.
 * @param options.known when the current versions of those that are stored were recorded, where the caller knows it
 */
export async function loadRows(
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

/** Whether a version is a correction of the known one; undefined where none is known. */
export function isNewer(
  {recorded_at}: Pick<InspectionInput, 'recorded_at'>,
  known: string | null | undefined,
): boolean {
  if (known === undefined || typeof recorded_at !== 'string') return false;
  return known === null || Date.parse(recorded_at) > Date.parse(known);
}

export function total(receipt: Receipt, what: 'accepted' | 'duplicates' | 'conflicts' | 'rejected'): number {
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
export function numbered(defects: InspectionInput['defects']) {
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
