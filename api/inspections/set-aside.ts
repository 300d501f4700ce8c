/** Acknowledged requests that no batch takes: where they are kept, who hears of them, and how they are tried again. */
import {rm} from 'node:fs/promises';
import {basename} from 'node:path';
import {z} from 'zod';
import type {AsideRequest, Receipt, RejectedRow} from '../../warehouse/data-answers.ts';
import {readSetAside, setAside} from '../../warehouse/journal.ts';
import {NotFound} from '../../warehouse/not-found.ts';
import {raiseAlert} from '../alerts.ts';
import type {App} from '../app.ts';
import {InspectionInput} from './input.ts';
import {INSPECTIONS} from './load-inspections.ts';
import {reasonOf} from './reason.ts';

const ALERT = 'inspections.set-aside';

/** A line of what was set aside. */
const Aside = z.object({
  at: z.string().nullable().default(null),
  reason: z.string(),
  inspections: InspectionInput.array(),
});

interface Found {
  id: string;
  path: string;
  /** null: it was altered. */
  told: z.output<typeof Aside> | null;
}

type Load = (requests: readonly (readonly InspectionInput[])[]) => Promise<Receipt[]>;

export class SetAside {
  /** How many requests there are. */
  count = 0;
  readonly #app: App;
  readonly #load: Load;

  constructor(app: App, load: Load) {
    this.#app = app;
    this.#load = load;
  }

  /** Durable when it resolves, and told to whoever looks at alerts. */
  async keep(inspections: readonly InspectionInput[], error: unknown): Promise<void> {
    const at = new Date().toISOString();
    const told: z.output<typeof Aside> = {at, reason: reasonOf(error), inspections: [...inspections]};
    const path = await setAside(this.#app.warehouse.folder, told);
    this.count++;
    this.#app.log(
      `${inspections.length} acknowledged inspections are set aside in ${path}, since no batch takes them: ${told.reason}`,
    );
    await this.#raise(idOf(path), told.reason);
  }

  /** The oldest first. */
  async list(): Promise<AsideRequest[]> {
    return (await this.#find()).map(({id, path, told}) => ({
      id,
      file: path,
      at: told?.at ?? null,
      reason: told?.reason ?? ALTERED,
      inspections: told?.inspections.map(({inspection}) => inspection) ?? [],
    }));
  }

  /** @throws NotFound */
  async show(id: string): Promise<RejectedRow[]> {
    const {told} = await this.#one(id);
    return (told?.inspections ?? []).map(row => ({
      source: INSPECTIONS,
      table: 'inspections',
      line: null,
      field: null,
      reason: told!.reason,
      row: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)])),
    }));
  }

  /** @throws NotFound; what no batch takes still throws as it did */
  async replay(id: string): Promise<Receipt[]> {
    const receipts = await this.#retry(await this.#one(id));
    await this.#settle();
    return receipts;
  }

  /** A newer version may take what an older one could not. To be called when the warehouse was opened. */
  async replayAll(): Promise<void> {
    for (const found of await this.#find())
      await this.#retry(found).catch((error: unknown) =>
        this.#app.log(`${found.path} still waits: no batch takes the inspections in it: ${reasonOf(error)}`),
      );
    await this.#settle().catch((error: unknown) => this.#app.log(`what is set aside: ${reasonOf(error)}`));
  }

  async #retry({path, told}: Found): Promise<Receipt[]> {
    if (!told) throw new Error(ALTERED);
    const receipts = await this.#load([told.inspections]);
    await rm(path);
    this.#app.log(`${told.inspections.length} inspections that were set aside in ${path} are recorded`);
    return receipts;
  }

  async #settle(): Promise<void> {
    const [first, ...more] = await this.#find();
    this.count = first ? 1 + more.length : 0;
    if (!first) await this.#app.alerts.over(ALERT, INSPECTIONS, 'all of them are recorded');
    else if (this.#app.alerts.list({name: ALERT}).alerts.length === 0)
      await this.#raise(first.id, first.told?.reason ?? ALTERED);
  }

  async #raise(id: string, reason: string): Promise<void> {
    await raiseAlert(this.#app, {
      name: ALERT,
      source: INSPECTIONS,
      text: `acknowledged inspections that no batch takes wait in the quarantine as ${id}: ${reason}`,
      figures: {requests: this.count},
      batch: null,
      permalink: '/data#quarantine',
    });
  }

  async #find(): Promise<Found[]> {
    const files = await readSetAside(this.#app.warehouse.folder);
    return files.map(({path, values}) => ({id: idOf(path), path, told: Aside.safeParse(values[0]).data ?? null}));
  }

  async #one(id: string): Promise<Found> {
    const found = (await this.#find()).find(one => one.id === id);
    if (!found) throw new NotFound(`there is nothing set aside as "${id}": see "fishbone quarantine list"`);
    return found;
  }
}

/** Whether an id of the quarantine is one of these. */
export const isAside = (id: string): boolean => /^a\d+$/.test(id);

const idOf = (path: string): string => `a${basename(path, '.ndjson')}`;

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

const ALTERED = 'the file is not as it was written: restore it from a backup';
