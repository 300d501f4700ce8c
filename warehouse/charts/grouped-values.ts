/** The values of one parameter in the order of their subgroups, and within those of time: what a capability is worked out from. */
import type {CapabilityQuestion} from '../capability-answers.ts';
import type {Ends} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {QuestionError} from '../question-error.ts';
import type {Subgroup} from '../statistics/subgroup-sigma.ts';
import {singlesOf} from './values.ts';

export interface GroupedValues {
  values: Float64Array;
  /** When each was measured, ms; NaN where nothing says when. */
  at: Float64Array;
  /** Subgroup of each value, 0, 1, ... */
  group: Int32Array;
  /** Name of each subgroup: its lot, its shift, its time. */
  names: string[];
  /** The first and the last part of each, where names only count. */
  ends: Ends[] | null;
  /** What the subgroups are. */
  by: NonNullable<CapabilityQuestion['subgroup']>;
  notes: string[];
}

/** @throws QuestionError for an unknown parameter, several, no values, and what the filter throws */
export async function groupedValues(session: Session, question: CapabilityQuestion): Promise<GroupedValues> {
  const singles = await singlesOf(session, question, true);
  if (singles.values.length > 1) throw new QuestionError('capability is about one parameter: ask for each by itself');
  const [all] = singles.values;
  const {of, names, ends, by} = singles.groups!;
  // Values stand in order of time already: putting them where their subgroup begins keeps it.
  const next = new Int32Array(names.length + 1);
  for (const g of of) if (g >= 0) next[g + 1]++;
  for (let g = 0; g < names.length; g++) next[g + 1] += next[g];
  const n = next[names.length];
  const [values, at, group] = [new Float64Array(n), new Float64Array(n), new Int32Array(n)];
  all.forEach((value, i) => {
    if (of[i] < 0) return;
    const place = next[of[i]]++;
    values[place] = value;
    at[place] = singles.began[i];
    group[place] = of[i];
  });
  return {values, at, group, names, ends, by, notes: singles.notes};
}

/** Means are taken off before anything is squared; the order of the values is fixed, so the last digit is too. */
export function subgroupsOf({values, group, names}: Pick<GroupedValues, 'values' | 'group' | 'names'>): Subgroup[] {
  const sums = names.map(() => ({
    n: 0,
    sum: 0,
    least: Number.POSITIVE_INFINITY,
    most: Number.NEGATIVE_INFINITY,
    squares: 0,
  }));
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.n++;
    g.sum += value;
    g.least = Math.min(g.least, value);
    g.most = Math.max(g.most, value);
  });
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.squares += (value - g.sum / g.n) ** 2;
  });
  return sums.map(({n, sum, least, most, squares}) => ({
    n,
    mean: sum / n,
    range: most - least,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN,
  }));
}
