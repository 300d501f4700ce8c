/**
 * Baselines that people chose: centre and sigma as they were estimated then, with the reason, for every chart of the same
 * points from a time on. Entries of kind 'baseline' of the ledger; old ones are read for ever: fields may be added here,
 * never renamed.
 */
import {createHash} from 'node:crypto';
import type {ChartKind, ChartQuestion, FrozenBaseline} from '../chart-answers.ts';
import {canonicalJson} from '../ledger-chain.ts';
import {NotFound} from '../not-found.ts';
import {hidePersons, tellPersons} from '../person-texts.ts';
import {QuestionError} from '../question-error.ts';
import type {Warehouse} from '../store.ts';
import {pointsWithin, spanOf} from './baseline.ts';
import type {Chartable, Lines, Range} from './chartable.ts';
import {type Identity, openChart} from './open-chart.ts';

type Entry = {baseline: string; by: string; authenticated: boolean; reason: string} & (
  | {
      did: 'freeze';
      chart: Identity;
      kind: ChartKind;
      asOf: number;
      window: {from: string | null; to: string | null; points: number};
      validFrom: string;
      lines: Lines;
    }
  | {did: 'retire'; asOf: number}
);

export interface Frozen extends FrozenBaseline {
  lines: Lines;
  identity: Identity;
}

/** Baselines in force at a position, of all charts or of one, in the order of the times that they hold from. */
export function frozenBaselines(warehouse: Warehouse, asOf: number, of?: Identity): Frozen[] {
  const found = new Map<string, Frozen>();
  const versions = new Map<string, number>();
  const names = warehouse.persons.names();
  for (const {kind, at, body} of warehouse.entries()) {
    if (kind !== 'baseline') continue;
    const entry = body as Entry;
    if (entry.asOf > asOf) continue;
    if (entry.did === 'retire') {
      found.delete(entry.baseline);
      continue;
    }
    const {baseline: id, chart, validFrom, window, reason, by, lines} = entry;
    const key = canonicalJson(chart);
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    const {center, sigma, sigmaBy} = lines;
    found.set(id, {
      id,
      version,
      kind: entry.kind,
      ...chart,
      where: tellPersons(chart.where, names),
      validFrom,
      window,
      center,
      sigma,
      sigmaBy,
      reason: tellPersons(reason, names),
      by,
      at,
      lines,
      identity: chart,
    });
  }
  const key = of && canonicalJson(of);
  return [...found.values()]
    .filter(({identity}) => key === undefined || canonicalJson(identity) === key)
    .sort((a, b) => Date.parse(a.validFrom) - Date.parse(b.validFrom) || a.version - b.version);
}

export interface Decided {
  by: string;
  authenticated: boolean;
  reason: string;
}

/**
 * Freezes the limits of a chart as its baseline gives them now. They hold for points from `validFrom` on, by default from
 * the end of the baseline; before the first version its own limits are shown.
 * @throws QuestionError without a baseline FROM..TO, or what the chart throws
 */
export async function freezeBaseline(
  warehouse: Warehouse,
  question: ChartQuestion & {validFrom?: string},
  {by, authenticated, reason}: Decided,
): Promise<FrozenBaseline> {
  if (question.baseline === undefined)
    throw new QuestionError('which points shall the limits come from?', {
      hint: 'give the baseline as FROM..TO, two times in ISO 8601; either may be left out',
    });
  const {validFrom, ...asked} = question;
  const {entry, asOf} = await warehouse.read(question.asOf, async (session, position) => {
    const {chart, identity} = await openChart(warehouse, session, asked, position);
    const baseline = pointsWithin(chart, question.baseline);
    const window = spanOf(chart, baseline);
    const from = validFrom ?? timeAfter(chart, baseline);
    return {
      asOf: position,
      entry: {
        did: 'freeze' as const,
        chart: identity,
        kind: question.kind,
        asOf: position,
        window,
        validFrom: from,
        lines: chart.estimate(baseline),
      },
    };
  });
  const id = `b${createHash('sha256')
    .update(canonicalJson([entry, by, reason, warehouse.ledger.head.seq]))
    .digest('hex')
    .slice(0, 12)}`;
  const hidden = hidePersons(reason, warehouse.persons.names());
  await warehouse.append('baseline', {baseline: id, by, authenticated, reason: hidden, ...entry} satisfies Entry);
  return told(frozenBaselines(warehouse, asOf).find(b => b.id === id)!);
}

/** Takes a baseline out of force: the one before it holds again. @throws NotFound */
export async function retireBaseline(
  warehouse: Warehouse,
  id: string,
  {by, authenticated, reason}: Decided,
): Promise<FrozenBaseline> {
  const found = frozenBaselines(warehouse, warehouse.position).find(b => b.id === id);
  if (!found) {
    throw new NotFound(`no baseline ${id} is in force: "fishbone baseline list" shows those that are`);
  }
  const hidden = hidePersons(reason, warehouse.persons.names());
  const entry: Entry = {baseline: id, by, authenticated, reason: hidden, did: 'retire', asOf: warehouse.position};
  await warehouse.append('baseline', entry);
  return told(found);
}

export function told({lines: _lines, identity: _identity, ...shown}: Frozen): FrozenBaseline {
  return shown;
}

/** When the first point after a baseline begins; where none does, when the last of the baseline did. */
function timeAfter({began}: Chartable, {to}: Range): string {
  const next = began[to] ?? began[to - 1];
  if (Number.isNaN(next)) {
    throw new QuestionError('these points have no times: say from when on the limits hold (validFrom)');
  }
  return new Date(next).toISOString();
}
