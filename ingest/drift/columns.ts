import type {DriftFinding} from '../../warehouse/load-plan.ts';
import {plainWords, takeUnit} from '../propose/units.ts';
import {editDistance} from '../suggest.ts';

/** What is accepted of a source's header. */
export interface Accepted {
  columns: readonly string[];
  /** Name of a column now -> the name that it had, as a person accepted it. */
  renamed: Readonly<Record<string, string>>;
  /** New columns that a person accepted; no mapping need use them. */
  ignored: readonly string[];
}

/** What a mapping, or none, does with columns. */
interface Use {
  isNeeded: (column: string) => boolean;
  /** Whether a new column is known to the mapping already. */
  isNamed: (column: string) => boolean;
  /** Whether a new column is taken as it comes. */
  takesNew: boolean;
  mayRename: boolean;
}

export interface ColumnDrift {
  findings: DriftFinding[];
  /** Old name -> what the file calls it; accepted or not. */
  calls: Map<string, string>;
  /** Of these, the new names that nobody accepted yet. */
  distrusted: Map<string, string>;
  missing: string[];
  added: string[];
}

/** Compares a header with the accepted one: what is gone, what is new, and what is probably only called otherwise. */
export function columnDrift(
  accepted: Accepted,
  columns: readonly string[],
  {isNeeded, isNamed, takesNew, mayRename}: Use,
): ColumnDrift {
  const calls = new Map<string, string>();
  for (const [now, was] of Object.entries(accepted.renamed))
    if (columns.includes(now) && !columns.includes(was)) calls.set(was, now);
  const told = new Set(calls.values());
  const known = new Set([...accepted.columns, ...accepted.ignored]);
  let missing = accepted.columns.filter(column => isNeeded(column) && !columns.includes(column) && !calls.has(column));
  let added = columns.filter(column => !known.has(column) && !told.has(column) && !isNamed(column));
  const findings: DriftFinding[] = [];
  const distrusted = new Map<string, string>();
  for (const was of mayRename ? missing : []) {
    const now =
      added.find(column => isLike(was, column)) ?? atThePlaceOf(was, accepted.columns, columns, missing, added);
    if (now === undefined) continue;
    missing = missing.filter(column => column !== was);
    added = added.filter(column => column !== now);
    calls.set(was, now);
    const one = renamed(was, now);
    distrusted.set(now, `${one.name}: ${one.text}`);
    findings.push(one);
  }
  for (const column of missing)
    findings.push(
      finding('drift.column-missing', column, `column "${column}" is missing: what it told is not told any more`),
    );
  for (const column of added)
    findings.push(
      finding(
        'drift.column-new',
        column,
        `column "${column}" is new${takesNew ? '' : ': it is not taken, as the mapping does not name it'}`,
      ),
    );
  return {findings, calls, distrusted, missing, added};
}

function renamed(was: string, now: string): DriftFinding {
  const [before, after] = [takeUnit(was), takeUnit(now)];
  if (plainWords(before.base) === plainWords(after.base) && before.unit !== after.unit) {
    const text = `column "${was}" is called "${now}" now: its unit was ${before.unit ?? 'not said'} and is ${after.unit ?? 'not said'}`;
    return {...finding('drift.unit', now, text), was, quarantined: true, figures: {was: before.unit, now: after.unit}};
  }
  return {
    ...finding('drift.column-renamed', now, `column "${now}" is new and "${was}" is missing: probably the same`),
    was,
    quarantined: true,
  };
}

function finding(name: DriftFinding['name'], column: string, text: string): DriftFinding {
  return {name, column, series: null, was: null, text, figures: {}, quarantined: false, now: null};
}

/** Alike but for case, signs, a unit, or a third of the letters. */
function isLike(was: string, now: string): boolean {
  const [a, b] = [was, now].map(name => plainWords(takeUnit(name).base).replaceAll(' ', ''));
  // Numbered columns are alike, and are different things.
  if (a.replaceAll(/\d/g, '') === b.replaceAll(/\d/g, '') && a !== b) return false;
  return a === b || editDistance(a, b) <= Math.max(a.length, b.length) / 3;
}

/** Where one column is gone and one is new, and both stand in the same place. */
function atThePlaceOf(
  was: string,
  before: readonly string[],
  now: readonly string[],
  missing: readonly string[],
  added: readonly string[],
): string | undefined {
  const candidate = now[before.indexOf(was)];
  return missing.length === 1 && added.length === 1 && before.length === now.length && added.includes(candidate)
    ? candidate
    : undefined;
}
