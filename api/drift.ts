/** Compares a file with what was accepted from its source before; what cannot be trusted is kept out, and told. */
import {distrusting} from '../ingest/drift/adapt.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {ListedDrift} from '../warehouse/drift-book.ts';
import {driftKey} from '../warehouse/drift-book.ts';
import {DRIFT_NAMES, type DriftFinding, type LoadPlan, type TablePlan} from '../warehouse/load-plan.ts';
import {type Figures, figuresOf, numbersOf, seriesKey} from '../warehouse/series-figures.ts';
import {sourceOf} from '../warehouse/source-of.ts';
import {type LotFigures, type ScaleChange, scaleChange} from '../warehouse/statistics/scale-change.ts';
import {studentTail} from '../warehouse/statistics/tails.ts';
import {raiseAlert} from './alerts.ts';
import type {App} from './app.ts';

/** One file in so many raises a false alarm, however many columns it has. */
const FALSE_ALARM = 0.001;
/** A share that rises by less is no jump. */
const JUMP = 0.2;

/** Whether files of this source can be told from others: those that are sent without saying where they come from cannot. */
export const hasSource = (source: string): boolean => !source.startsWith('POST ');

/** @returns the plan with what is distrusted in it, and what is to be remembered of the file */
export async function comparedWithBefore(app: App, plan: LoadPlan): Promise<LoadPlan> {
  const {records} = plan;
  if (!hasSource(plan.source) || plan.selfDescribing) return plan;
  const key = driftKey(plan.source, plan.how);
  const known = app.drift.known(key);
  const figures = await app.warehouse.read(undefined, session => figuresOf(session, plan));
  const findings = [...(plan.drift?.findings ?? [])];
  if (known) {
    findings.push(...scales(figures, known.series), ...codes(figures), ...gaps(figures, known.missing));
  }
  const kept = new Set(findings.flatMap(({series, quarantined}) => (quarantined && series !== null ? [series] : [])));
  const profile = {
    key,
    columns: plan.drift?.profile.columns ?? records.columns,
    series: Object.fromEntries(Object.entries(figures.series).filter(([series]) => !kept.has(series))),
    missing: figures.missing,
    records: figures.records,
  };
  for (const {name, column, quarantined} of findings)
    if (quarantined && name !== 'drift.scale')
      for (const series of Object.keys(profile.series)) if (series === column) delete profile.series[series];
  const notices = [
    ...plan.notices,
    ...findings.map(
      ({name, text, quarantined}) => `${name}: ${text}${quarantined ? '; its values wait in the quarantine' : ''}`,
    ),
  ];
  return {
    ...plan,
    notices,
    tables: plan.tables.flatMap(table => withoutSeries(table, findings)),
    drift: {profile, findings},
  };
}

/** Raises what was found, and ends what is over. @param receipt of the load */
export async function tellDrift(app: App, plan: LoadPlan, receipt: Receipt): Promise<void> {
  if (!plan.drift || plan.dryRun || receipt.status === 'duplicate') return;
  const source = sourceOf(plan.source);
  for (const name of DRIFT_NAMES) {
    const found = plan.drift.findings.filter(finding => finding.name === name);
    if (found.length === 0) {
      await app.alerts.over(name, source, 'a file came without it');
      continue;
    }
    const text = found.map(finding => finding.text).join('; ');
    const figures = {columns: found.map(({column}) => column).join(', '), ...found[0].figures};
    await raiseAlert(app, {name, source, text: `${text} (fishbone drift)`, figures, batch: receipt.batch});
  }
}

/** Ends alerts of which every finding is accepted. */
export async function settleAlert(app: App, {name, source, accepted}: ListedDrift): Promise<void> {
  const open = app.drift.all().some(other => other.name === name && other.source === source && other.state === 'open');
  if (!open) await app.alerts.over(name, source, `accepted by ${accepted!.by}: ${accepted!.reason}`);
}

function scales(figures: Figures, known: ReadonlyMap<string, readonly LotFigures[][]>): DriftFinding[] {
  const series = Object.entries(figures.series);
  // Two tests a series: of the median and of the spread.
  const alpha = FALSE_ALARM / (2 * Math.max(1, series.length));
  return series.flatMap(([name, now]) => {
    const changes = (known.get(name) ?? []).map(lots => ({change: scaleChange(now, lots, alpha), lots: lots.length}));
    // Like one level that was accepted is like what was accepted.
    if (changes.length === 0 || changes.some(({change}) => change === null)) return [];
    const {change, lots} = changes.sort((a, b) => b.lots - a.lots)[0];
    return [scaleFinding(name, now, change!, lots)];
  });
}

function scaleFinding(series: string, now: LotFigures, change: ScaleChange, lots: number): DriftFinding {
  const what = change.is === 'spread' ? 'spread (between the quartiles)' : 'median';
  const usual = `its ${what} is ${short(change.now)}, in ${lots} lots before it was ${short(change.usual)}`;
  return {
    name: change.is === 'unit' ? 'drift.unit' : 'drift.scale',
    column: series.split(' of ')[0],
    series,
    was: null,
    text: `"${series}": ${usual}${change.like ? `: as if ${change.like}` : ''}`,
    figures: {usual: change.usual, now: change.now, lots},
    quarantined: true,
    now,
  };
}

function codes({unlisted}: Figures): DriftFinding[] {
  return unlisted.map(({column, codes: list, records}) => ({
    name: 'drift.code',
    column,
    series: null,
    was: null,
    text: `column "${column}" has codes that the mapping does not list: ${list.map(code => `"${code}"`).join(', ')}, in ${records} records`,
    figures: {records, codes: list.length},
    quarantined: true,
    now: null,
  }));
}

/** A share of missing values that jumps: beyond what the shares of lots differ by, and by a fifth of the records at least. */
function gaps(
  figures: Figures,
  known: ReadonlyMap<string, readonly {share: number; records: number}[]>,
): DriftFinding[] {
  const columns = Object.entries(figures.missing);
  return columns.flatMap(([column, share]) => {
    const shares = known.get(column) ?? [];
    if (shares.length === 0 || figures.records < 5) return [];
    const most = Math.max(...shares.map(one => one.share));
    if (share - most < JUMP) return [];
    const mean = shares.reduce((sum, one) => sum + one.share, 0) / shares.length;
    const deviation = Math.sqrt(
      shares.reduce((sum, one) => sum + (one.share - mean) ** 2, 0) / Math.max(1, shares.length - 1),
    );
    // With half a record added, a share of nothing has a deviation too.
    const own = Math.sqrt((mean * (1 - mean) + 0.25 / figures.records) / figures.records);
    const t = (share - mean) / Math.hypot(deviation * Math.sqrt(1 + 1 / shares.length), own);
    const isRare = shares.length < 3 ? share === 1 : studentTail(t, shares.length - 1) < FALSE_ALARM / columns.length;
    if (!isRare) return [];
    const text = `column "${column}" is missing in ${percent(share)} of the records, before in ${percent(most)} at most`;
    return [
      {
        name: 'drift.missing',
        column,
        series: null,
        was: null,
        text,
        figures: {share, most},
        quarantined: false,
        now: share,
      },
    ];
  });
}

function withoutSeries(table: TablePlan, findings: readonly DriftFinding[]): TablePlan[] {
  const changed = findings.filter(({series, quarantined}) => series !== null && quarantined);
  if (changed.length === 0) return [table];
  const reasonOf = (key: string) => {
    const found = changed.find(({series}) => series === key);
    return found && `${found.name}: ${found.text}`;
  };
  const numbers = numbersOf(table);
  if (table.parameters) {
    const reasons = numbers.flatMap(({column}) => (reasonOf(column) ? [[column, reasonOf(column)!] as const] : []));
    return reasons.length === 0 ? [table] : distrusting(table, new Map(reasons));
  }
  const distrust = numbers.flatMap(({field, column, level}) => {
    if (level === null) {
      const reason = reasonOf(seriesKey(column));
      return reason ? [{field, reason, column: field}] : [];
    }
    return changed
      .filter(({series}) => series!.startsWith(`${column} of `))
      .map(({name, text, series}) => ({
        field,
        reason: `${name}: ${text}`,
        column: 'parameter',
        is: series!.slice(column.length + 4),
      }));
  });
  return [distrust.length === 0 ? table : {...table, distrust: [...(table.distrust ?? []), ...distrust]}];
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
