/** Hotelling's T squared of several parameters at once, by subgroup where all have one size, else by part. */
import type {ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';
import {type Reference, referenceOf, tSquared, tSquaredLimit, tSquaredTail} from '../statistics/hotelling.ts';
import {BEYOND_LIMITS} from '../statistics/shewhart.ts';
import type {Chartable, Lines} from './chartable.ts';
import type {Singles} from './values.ts';

export interface VectorLines extends Lines {
  reference: Reference;
}

/** @throws QuestionError for a single parameter */
export function vectorChart(question: ChartQuestion, points: Singles): Chartable<VectorLines> {
  const width = points.values.length;
  if (width < 2) throw new QuestionError('t2 takes several parameters: name them with commas');
  const {subgroups, began, nameOf, endsOf, notes} = subgroupsOf(question, points);
  const grouped = subgroups.some(rows => rows.length > 1);
  return {
    nameOf,
    endsOf,
    began,
    sizes: subgroups.map(rows => rows.length),
    notes: [...points.notes, ...notes],
    least: width + 2,
    estimate({from, to}) {
      const reference = refusing(() => referenceOf(subgroups.slice(from, to)));
      return {
        center: width,
        sigma: 1,
        sigmaBy: grouped ? 'covariance within subgroups' : 'covariance of the baseline',
        subgroups: to - from,
        degrees: grouped ? (to - from) * (reference.n - 1) : to - from - 1,
        reference,
      };
    },
    draw({from, to}, {reference}, baseline) {
      const values = refusing(() => tSquared(subgroups.slice(from, to), reference));
      const limits = {
        baseline: tSquaredLimit(reference, 'baseline', BEYOND_LIMITS),
        next: tSquaredLimit(reference, 'new', BEYOND_LIMITS),
      };
      const ucl = values.map((_, i) =>
        from + i >= baseline.from && from + i < baseline.to ? limits.baseline : limits.next,
      );
      return {
        values,
        center: values.map(() => width),
        lcl: values.map(() => 0),
        ucl,
        z: values.map((value, i) => (3 * value) / ucl[i]),
      };
    },
    rulesThatApply: 'limits',
    chances(i, {reference}) {
      const [value] = refusing(() => tSquared([subgroups[i]], reference));
      return [{what: 'vector', side: 'above', p: tSquaredTail(value, reference), value}];
    },
    runLength: () => 1 / BEYOND_LIMITS,
  };
}

function subgroupsOf({subgroup}: ChartQuestion, {values, groups, began, nameOf, endsOf}: Singles) {
  const rows = Array.from(began, (_, i) => values.map(column => column[i]));
  const singles = {subgroups: rows.map(row => [row]), began, nameOf, endsOf};
  if (subgroup === undefined || subgroup === 1 || groups === null) return {...singles, notes: []};
  const count = groups.names.length;
  const subgroups: number[][][] = Array.from({length: count}, () => []);
  const since = new Float64Array(count).fill(Number.NaN);
  for (const [i, row] of rows.entries()) {
    const g = groups.of[i];
    if (g < 0) continue;
    subgroups[g].push(row);
    if (!(began[i] >= since[g])) since[g] = began[i];
  }
  const notes: string[] = [];
  // So many in a row leave a rest at the end, which is no subgroup like the others.
  if (typeof subgroup === 'number' && count > 1 && subgroups[count - 1].length < subgroup) {
    subgroups.pop();
    notes.push('the last values do not fill a subgroup and are left out');
  }
  if (subgroups.some(g => g.length !== subgroups[0].length))
    return {...singles, notes: ['subgroups differ in size: each part is a point of its own']};
  return {
    subgroups,
    began: since.subarray(0, subgroups.length),
    nameOf: (i: number) => groups.names[i],
    endsOf: (i: number) => groups.ends?.[i],
    notes,
  };
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new QuestionError(error.message, {cause: error});
    throw error;
  }
}
