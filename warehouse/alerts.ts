/**
 * Alerts, as the ledger tells them. Entries of kind 'alert'; old ones are read for ever: fields may be added here, never
 * renamed. To raise one that is open already counts it: which of two is the first is settled by the order of the ledger.
 */
import type {Alert} from './alert-answers.ts';
import type {LedgerEntry} from './ledger.ts';

/** What is said when an alert is raised. */
export interface Raised {
  /** Such as rejects.rate, drift.scale, feed.gap. */
  name: string;
  /** Where the data come from: `sourceOf` a file's name, or the name of a feed. */
  source: string;
  /** One sentence for people. */
  text: string;
  figures: Record<string, number | string | null>;
  batch: number | null;
  /** The page that shows what it is about; by default the batch on the page of data. */
  permalink?: string;
}

export type AlertEntry =
  | ({did: 'raise'; times: number} & Raised)
  | {did: 'close'; alert: string; by: string | null; authenticated: boolean; reason: string};

/** All alerts, kept up to date as the ledger grows. */
export class AlertBook {
  readonly #alerts = new Map<string, Alert>();
  readonly #open = new Map<string, Alert>();
  #read = 0;

  /** @param entries all of the ledger, of which those that were read before are passed over */
  follow(entries: readonly LedgerEntry[]): this {
    for (; this.#read < entries.length; this.#read++) {
      const entry = entries[this.#read];
      if (entry.kind === 'alert') this.#take(entry.seq, entry.at, entry.body as AlertEntry);
    }
    return this;
  }

  all(): Alert[] {
    return [...this.#alerts.values()];
  }

  /** How many are open. */
  get open(): number {
    return this.#open.size;
  }

  find(id: string): Alert | undefined {
    return this.#alerts.get(id);
  }

  openOf(name: string, source: string): Alert | undefined {
    return this.#open.get(keyOf({name, source}));
  }

  #take(seq: number, at: string, body: AlertEntry): void {
    if (body.did === 'close') {
      const alert = this.#alerts.get(body.alert);
      if (alert?.state !== 'open') return;
      const {by, authenticated, reason} = body;
      this.#alerts.set(alert.id, {...alert, state: 'closed', closed: {at, by, authenticated, reason}});
      this.#open.delete(keyOf(alert));
      return;
    }
    const {name, source, text, figures, batch, times} = body;
    const known = this.#open.get(keyOf(body));
    const permalink = body.permalink ?? (batch === null ? '/data' : `/data#batch-${batch}`);
    const told = {name, source, text, figures, batch: batch ?? known?.batch ?? null, permalink, lastAt: at};
    const alert: Alert = known
      ? {...known, ...told, times: known.times + times}
      : {id: `a${seq}`, ...told, state: 'open', raisedAt: at, times, closed: null};
    this.#alerts.set(alert.id, alert);
    this.#open.set(keyOf(alert), alert);
  }
}

const keyOf = ({name, source}: {name: string; source: string}) => JSON.stringify([name, source]);
