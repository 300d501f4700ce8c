/**
 * What was accepted from each source, and how files differed from it, as the ledger tells. Batches carry how their file
 * looked; entries of kind 'drift' what a person accepted. Old ones are read for ever: fields may be added, never renamed.
 */
import type {LedgerEntry} from './ledger.ts';
import type {DriftFinding, LoadPlan, SourceProfile} from './load-plan.ts';
import type {BatchBody} from './project.ts';
import {sourceOf} from './source-of.ts';
import {type LotFigures, scaleChange} from './statistics/scale-change.ts';

export interface DriftEntry {
  did: 'accept';
  finding: string;
  by: string;
  authenticated: boolean;
  reason: string;
}

export interface ListedDrift extends DriftFinding {
  id: string;
  source: string;
  key: string;
  /** As a quarantine names it: the newest batch, or r and an entry of the ledger. */
  batch: string;
  at: string;
  times: number;
  state: 'open' | 'accepted' | 'over';
  accepted: {at: string; by: string; authenticated: boolean; reason: string} | null;
}

/** Files of the same source that are read in the same way. */
export function driftKey(source: string, how: LoadPlan['how'] = {}): string {
  const mapping = how.mapping as {tables?: object} | undefined;
  return JSON.stringify([
    sourceOf(source),
    how.table ?? '',
    how.wide ?? false,
    Object.keys(mapping?.tables ?? {}).sort(),
  ]);
}

interface Known {
  columns: string[];
  renamed: Record<string, string>;
  ignored: string[];
  /** Of each series, the lots of each level that was accepted. */
  series: Map<string, LotFigures[][]>;
  missing: Map<string, {share: number; records: number}[]>;
}

/** As many of the newest lots are what is usual. */
const LOTS_KEPT = 50;

export class DriftBook {
  readonly #known = new Map<string, Known>();
  readonly #findings = new Map<string, ListedDrift>();
  #read = 0;

  /** @param entries all of the ledger, of which those that were read before are passed over */
  follow(entries: readonly LedgerEntry[]): this {
    for (; this.#read < entries.length; this.#read++) {
      const entry = entries[this.#read];
      if (entry.kind === 'batch') this.#takeBatch(entry, entry.body as BatchBody);
      if (entry.kind === 'drift') this.#accept(entry.at, entry.body as DriftEntry);
    }
    return this;
  }

  known(key: string): Readonly<Known> | undefined {
    return this.#known.get(key);
  }

  all(): ListedDrift[] {
    return [...this.#findings.values()];
  }

  find(id: string): ListedDrift | undefined {
    return this.#findings.get(id);
  }

  #takeBatch({seq, at}: LedgerEntry, {drift, batch, source}: BatchBody): void {
    if (!drift) return;
    const {profile, findings} = drift;
    const {key} = profile;
    if (batch !== null) this.#learn(profile);
    const seen = new Set<ListedDrift>();
    for (const [k, finding] of findings.entries()) {
      const before = this.all().find(f => f.state === 'open' && isSame(f, finding, key));
      const told = {...finding, batch: batch === null ? `r${seq}` : String(batch), at};
      const listed: ListedDrift = before
        ? Object.assign(before, told, {times: before.times + 1})
        : {...told, id: `d${seq}.${k + 1}`, source: sourceOf(source), key, times: 1, state: 'open', accepted: null};
      this.#findings.set(listed.id, listed);
      seen.add(listed);
    }
    for (const listed of this.#findings.values())
      if (listed.key === key && listed.state === 'open' && !seen.has(listed)) listed.state = 'over';
  }

  #learn({key, columns, series, missing, records}: SourceProfile): void {
    const known: Known = this.#known.get(key) ?? {
      columns,
      renamed: {},
      ignored: [],
      series: new Map(),
      missing: new Map(),
    };
    this.#known.set(key, known);
    known.columns = columns;
    for (const [name, figures] of Object.entries(series)) {
      const levels = known.series.get(name) ?? [];
      known.series.set(name, levels);
      const home = levels.find(lots => scaleChange(figures, lots, HOME_ALPHA) === null);
      if (home) home.push(figures);
      else levels.push([figures]);
      if (home && home.length > LOTS_KEPT) home.shift();
    }
    for (const [column, share] of Object.entries(missing)) {
      const shares = known.missing.get(column) ?? [];
      known.missing.set(column, shares);
      shares.push({share, records});
      if (shares.length > LOTS_KEPT) shares.shift();
    }
  }

  #accept(at: string, {finding, by, authenticated, reason}: DriftEntry): void {
    const listed = this.#findings.get(finding);
    const known = listed && this.#known.get(listed.key);
    if (!listed || !known || listed.state === 'accepted') return;
    listed.state = 'accepted';
    listed.accepted = {at, by, authenticated, reason};
    const {column, was, series, now, name} = listed;
    if (was !== null) known.renamed = {...known.renamed, [column]: was};
    if (name === 'drift.column-new') known.ignored = [...known.ignored, column];
    if (name === 'drift.column-missing') known.columns = known.columns.filter(one => one !== column);
    if (series !== null && typeof now === 'object' && now !== null) known.series.get(series)?.push([now]);
    if (name === 'drift.missing' && typeof now === 'number') known.missing.get(column)?.push({share: now, records: 1});
  }
}

/** Which level a lot belongs to; of one that was accepted, some do. */
const HOME_ALPHA = 0.001;

const isSame = (a: ListedDrift, b: DriftFinding, key: string): boolean =>
  a.key === key && a.name === b.name && a.column === b.column && a.series === b.series;
