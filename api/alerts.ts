/**
 * Alerts: something is odd about the supply of data (rejects, drift, a gap in a feed). They are raised by what takes data
 * in, and closed by a person, or by themselves when it is over. Alarms are another thing: signals of control charts.
 */
import type {Alert, AlertQuestion} from '../warehouse/alert-answers.ts';
import {AlertBook, type AlertEntry, type Raised} from '../warehouse/alerts.ts';
import {NotFound} from '../warehouse/not-found.ts';
import {hidePersons, tellPersons} from '../warehouse/person-texts.ts';
import type {Warehouse} from '../warehouse/store.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';

/** What goes on and on is counted, but written down no more than once a minute: a feed may tell it a hundred times a second. */
const AGAIN_MS = 60_000;

export class Alerts {
  readonly #warehouse: Warehouse;
  readonly #book = new AlertBook();
  /** Told since it was last written down, by id. */
  readonly #again = new Map<string, number>();

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** Durable when it resolves, but for the count of what was told within a minute before. */
  async raise(alert: Raised): Promise<Alert> {
    const known = this.#now().openOf(alert.name, alert.source);
    if (known && Date.now() - Date.parse(known.lastAt) < AGAIN_MS) {
      this.#again.set(known.id, (this.#again.get(known.id) ?? 0) + 1);
      return this.#told(known);
    }
    const times = 1 + this.#takeAgain(known?.id);
    const hidden = hidePersons(alert, this.#warehouse.persons.names());
    await this.#append({did: 'raise', ...hidden, times});
    return this.#told(this.#now().openOf(hidden.name, hidden.source)!);
  }

  /** Closes it by itself, because the condition is over; nothing happens where none is open. */
  async over(name: string, source: string, reason: string): Promise<void> {
    const known = this.#now().openOf(name, source);
    if (known) await this.#close(known, {by: null, authenticated: false, reason});
  }

  /** @throws NotFound; FishboneError CONFLICT when it is closed already */
  async close(id: string, how: {by: string; authenticated: boolean; reason: string}): Promise<Alert> {
    const known = this.#now().find(id);
    if (!known) throw new NotFound(`there is no alert "${id}": see "fishbone alerts list --all"`);
    if (known.closed) {
      throw new FishboneError('CONFLICT', `alert ${id} was closed before`, {
        hint: `by ${known.closed.by ?? 'itself'}: ${known.closed.reason}`,
      });
    }
    await this.#close(known, how);
    return this.#told(this.#book.find(id)!);
  }

  /** The one told last first. */
  list({all = false, name, source}: AlertQuestion = {}): {alerts: Alert[]; open: number} {
    const alerts = this.#now()
      .all()
      .filter(a => (all || a.state === 'open') && (name ?? a.name) === a.name && (source ?? a.source) === a.source)
      .map(alert => this.#told(alert))
      .sort((a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt));
    return {alerts, open: this.#book.open};
  }

  get open(): number {
    return this.#now().open;
  }

  async #close(alert: Alert, how: {by: string | null; authenticated: boolean; reason: string}): Promise<void> {
    const again = this.#takeAgain(alert.id);
    if (again > 0) {
      const {name, source, text, figures, batch, permalink} = alert;
      await this.#append({did: 'raise', name, source, text, figures, batch, permalink, times: again});
    }
    const reason = hidePersons(how.reason, this.#warehouse.persons.names());
    await this.#append({did: 'close', alert: alert.id, ...how, reason});
    this.#now();
  }

  #takeAgain(id: string | undefined): number {
    const times = this.#again.get(id ?? '') ?? 0;
    this.#again.delete(id ?? '');
    return times;
  }

  async #append(entry: AlertEntry): Promise<void> {
    await this.#warehouse.append('alert', entry);
  }

  #told(alert: Alert): Alert {
    const times = alert.times + (this.#again.get(alert.id) ?? 0);
    return tellPersons({...alert, times}, this.#warehouse.persons.names());
  }

  #now(): AlertBook {
    return this.#book.follow(this.#warehouse.entries());
  }
}

/**
 * Raises an alert, for whatever takes data in: it never fails a load that is recorded already.
 * @returns null when it could not be written down; the console is told
 */
export async function raiseAlert(app: App, alert: Raised): Promise<Alert | null> {
  try {
    const raised = await app.alerts.raise(alert);
    if (raised.times === 1) app.log(`ALERT ${alert.name} ${alert.source}: ${alert.text}`);
    return raised;
  } catch (error) {
    app.log(`alert ${alert.name} of ${alert.source} could not be recorded: ${(error as Error).message}`);
    return null;
  }
}
