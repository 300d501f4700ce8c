/** Makes batches of what was acknowledged; what no batch takes, though it takes others, is set aside and holds nobody up. */
import type {Receipt} from '../../warehouse/data-answers.ts';
import {ofDisk} from '../../warehouse/disk-refused.ts';
import {recordedInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {InspectionInput} from './input.ts';
import {loadRows, total} from './load-inspections.ts';
import {SetAside} from './set-aside.ts';

/** The disk or the ledger refuses: that passes, and is no fault of what was to be recorded. */
export function isOfDisk(error: unknown, folder: string): boolean {
  const told = ofDisk(error, folder);
  return told instanceof Error && ['LedgerWriteFailed', 'DiskRefused'].includes(told.name);
}

export class BatchMaker {
  /** What no batch takes. */
  readonly aside: SetAside;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    this.aside = new SetAside(app, requests => this.load(requests));
  }

  /**
   * Requests that were acknowledged. A file may have brought some of them meanwhile, or they are in a batch and their file
   * could not be removed any more: these are compared as those of a file are, so that a contradiction is kept and flagged.
   */
  async load(requests: readonly (readonly InspectionInput[])[]): Promise<Receipt[]> {
    const ids = requests.flat().map(({inspection}) => inspection);
    const known = await recordedInspections(this.#app.warehouse, ids);
    const isNew = (rows: readonly InspectionInput[]) => rows.every(({inspection}) => !known.has(inspection));
    const receipts: Receipt[] = [];
    for (const [rows, options] of [
      [requests.filter(isNew).flat(), {known: new Map<string, string | null>()}],
      [requests.filter(rows => !isNew(rows)).flat(), {}],
    ] as const) {
      if (rows.length === 0) continue;
      const receipt = await loadRows(this.#app, rows, options);
      receipts.push(receipt);
      const rejected = total(receipt, 'rejected');
      if (rejected > 0) this.#app.log(`batch ${receipt.batch}: ${rejected} acknowledged rows are in the quarantine`);
    }
    return receipts;
  }

  /**
   * Records requests by halves, down to those that no batch takes: they are set aside, where the warehouse takes others.
   * @param done is told of each that waits no more
   * @returns how many inspections were recorded
   */
  async separate<R extends {inspections: readonly InspectionInput[]}>(
    requests: readonly R[],
    done: (request: R, batch: number | null) => void = () => undefined,
  ): Promise<number> {
    if (requests.length === 0) return 0;
    try {
      const batch = lastBatch(await this.load(requests.map(({inspections}) => inspections)));
      for (const request of requests) done(request, batch);
      return requests.reduce((sum, {inspections}) => sum + inspections.length, 0);
    } catch (error) {
      if (isOfDisk(error, this.#app.warehouse.folder)) throw error;
      if (requests.length > 1) {
        const half = Math.ceil(requests.length / 2);
        return (await this.separate(requests.slice(0, half), done)) + (await this.separate(requests.slice(half), done));
      }
      if (!(await this.#takesOthers())) throw error;
      const [request] = requests;
      await this.aside.keep(request.inspections, error);
      done(request, null);
      return 0;
    }
  }

  /** Whether it is not the warehouse as a whole that takes nothing. */
  async #takesOthers(): Promise<boolean> {
    const row = InspectionInput.parse({inspection: 'rehearsal', part: 'rehearsal', result: 'pass'});
    return loadRows(this.#app, [row], {dryRun: true, known: new Map()}).then(
      () => true,
      () => false,
    );
  }
}

export const lastBatch = (receipts: readonly Receipt[]): number | null =>
  receipts.reduce((last: number | null, {batch}) => batch ?? last, null);
