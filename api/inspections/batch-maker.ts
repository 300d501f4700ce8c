/** Makes batches of what was acknowledged; what no batch takes, though it takes others, is set aside and holds nobody up. */
import {rm} from 'node:fs/promises';
import {z} from 'zod';
import {readSetAside, setAside} from '../../warehouse/journal.ts';
import {recordedInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {InspectionInput} from './input.ts';
import {loadRows, total} from './load-inspections.ts';

/** A line of what was set aside. */
const Aside = z.object({reason: z.string(), inspections: InspectionInput.array()});
type Aside = z.output<typeof Aside>;

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0] : String(error);

/** The disk or the ledger refuses: that passes, and is no fault of what was to be recorded. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && ['LedgerWriteFailed', 'DiskRefused'].includes(error.name);

export class BatchMaker {
  /** How many requests no batch takes. */
  aside = 0;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** A newer version may take what an older one could not. */
  async tryAside(): Promise<void> {
    for (const file of await readSetAside(this.#app.warehouse.folder)) {
      const told = Aside.safeParse(file.values[0]);
      try {
        if (!told.success) throw new Error('it is not what was written');
        await this.load([told.data.inspections]);
        await rm(file.path);
        this.#app.log(`${told.data.inspections.length} inspections that were set aside in ${file.path} are recorded`);
      } catch (error) {
        this.#app.log(`${file.path} still waits: no batch takes the inspections in it: ${reasonOf(error)}`);
        this.aside++;
      }
    }
  }

  /**
   * Requests that were acknowledged. A file may have brought some of them meanwhile, or they are in a batch and their file
   * could not be removed any more: these are compared as those of a file are, so that a contradiction is kept and flagged.
   * @returns the last batch
   */
  async load(requests: readonly (readonly InspectionInput[])[]): Promise<number | null> {
    const ids = requests.flat().map(({inspection}) => inspection);
    const known = await recordedInspections(this.#app.warehouse, ids);
    const isNew = (rows: readonly InspectionInput[]) => rows.every(({inspection}) => !known.has(inspection));
    let batch: number | null = null;
    for (const [rows, options] of [
      [requests.filter(isNew).flat(), {known: new Map<string, string | null>()}],
      [requests.filter(rows => !isNew(rows)).flat(), {}],
    ] as const) {
      if (rows.length === 0) continue;
      const receipt = await loadRows(this.#app, rows, options);
      batch = receipt.batch ?? batch;
      const rejected = total(receipt, 'rejected');
      if (rejected > 0) this.#app.log(`batch ${receipt.batch}: ${rejected} acknowledged rows are in the quarantine`);
    }
    return batch;
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
      const batch = await this.load(requests.map(({inspections}) => inspections));
      for (const request of requests) done(request, batch);
      return requests.reduce((sum, {inspections}) => sum + inspections.length, 0);
    } catch (error) {
      if (requests.length > 1) {
        const half = Math.ceil(requests.length / 2);
        return (await this.separate(requests.slice(0, half), done)) + (await this.separate(requests.slice(half), done));
      }
      if (isOfDisk(error) || !(await this.#takesOthers())) throw error;
      const [request] = requests;
      const {inspections} = request;
      const {folder} = this.#app.warehouse;
      const path = await setAside(folder, {reason: reasonOf(error), inspections: [...inspections]} satisfies Aside);
      this.aside++;
      this.#app.log(
        `${inspections.length} acknowledged inspections are set aside in ${path}, since no batch takes them: ${reasonOf(error)}`,
      );
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
