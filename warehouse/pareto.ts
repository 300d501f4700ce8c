/** Which defects, products, stations or levels of a factor cost most: bars in descending order. */

import {type Broken, nextOf, whereOf} from './drill.ts';
import type {Session} from './duckdb.ts';
import {createFailures} from './failures.ts';
import {createLevels} from './levels.ts';
import type {ParetoAnswer, ParetoBar, ParetoQuestion} from './pareto-answers.ts';
import {compareSides, isComparison, scopesOf} from './pareto-comparison.ts';
import {createPopulation} from './population.ts';
import {aboutOf, scopeConditions} from './scope.ts';
import type {Warehouse} from './store.ts';
import {whyNobody} from './why-nobody.ts';

type Weight = NonNullable<ParetoQuestion['weight']>;

/**
 * Pareto of the defects found by each part's first valid inspection, over the parts in scope.
 *
 * A failing part has as many defects as its inspection names, and one '(not named)' if it names none. `by` a factor, a
 * part's defects count at the part's level ('(missing)' where it has none), and `ppm` is out of the parts inspected at
 * that level; `by` defect, out of all parts inspected. Severity is the code's weight, 1 where it has none; cost is the
 * code's, else the product's, once a part. 'Other' appears only when `top` cuts. With `against...` the bars are those of
 * the question, and `comparison` tells both sides.
 * @throws QuestionError, UnknownFactor, and what the filter throws
 */
export async function pareto(warehouse: Warehouse, question: ParetoQuestion): Promise<ParetoAnswer> {
  const {by = 'defect', weight = 'count', top, defect} = question;
  return warehouse.read(
    question.asOf,
    async (session, asOf) => {
      const compared = isComparison(question) ? await compareSides(session, question) : null;
      const asked = compared ? {...question, ...scopesOf(question).now} : question;
      await createPopulation(session, asked);
      await createFailures(session, defect);
      const kind = by === 'defect' ? 'category' : await createLevels(session, by);
      const basis = await session.row<ParetoAnswer['basis']>(BASIS);
      const groups = await session.rows<Group>(groupsOf(by), by === 'defect' ? {inspected: basis.parts} : {});
      const ranked = groups
        .map(group => ({group, weight: weightOf(group, weight)}))
        .sort((a, b) => b.weight - a.weight || compare(a.group.key, b.group.key));
      const total = ranked.reduce((sum, r) => sum + r.weight, 0);
      const shown = ranked.slice(0, top ?? ranked.length);
      const broken: Broken = {question: asked, by, kind};
      const bars = inOrder(
        shown.map(({group, weight}) => bar(group, weight, broken)),
        total,
      );
      const named = shown.map(({group}) => group.key);
      const other = await otherOf(session, {...broken, basis, shown: named, rest: ranked.slice(shown.length), total});
      const notes = [...(await notesOf(session, weight)), ...(compared?.notes ?? [])];
      if (basis.parts === 0) notes.push(await whyNobody(session, {}, await scopeConditions(session, asked)));
      const comparison = compared ? {comparison: compared.comparison} : {};
      return {asOf, by, weight, basis, bars, other, ...comparison, notes};
    },
    isComparison(question) ? undefined : aboutOf(question),
  );
}

/** What a bar is made of. */
export interface Group extends Record<string, unknown> {
  key: string;
  count: number;
  parts: number;
  inspected: number;
  severity: number;
  cost: number;
}

const BASIS = `select (select count(*) from population) as parts,
  (select count(distinct part) from failures) as "defectiveParts",
  (select count(*) from failures) as defects`;

/** Floats are summed in the order of their values, so that the last digit does not depend on the threads. */
const SUMS = `count(*) as count, count(distinct f.part) as parts,
  sum(coalesce(f.severity_weight, 1) order by f.severity_weight) as severity,
  coalesce(sum(f.cost order by f.cost), 0) as cost`;

/** Grain: one row per bar. */
function groupsOf(by: string): string {
  if (by === 'defect') {
    return `select f.defect as key, ${SUMS}, $inspected::bigint as inspected
      from failures f group by f.defect order by key`;
  }
  return `with inspected as (select key, count(*) as parts from levels group by key)
    select l.key, ${SUMS}, any_value(i.parts) as inspected
    from failures f join levels l on l.part = f.part join inspected i on i.key = l.key
    group by l.key order by l.key`;
}

export function weightOf(group: Group, weight: Weight): number {
  return weight === 'ppm' ? ppm(group.parts, group.inspected) : group[weight];
}

export const ppm = (parts: number, inspected: number) => (inspected === 0 ? 0 : (parts / inspected) * 1e6);
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const bar = ({key, count, parts, inspected}: Group, weight: number, broken: Broken): ParetoBar => ({
  key,
  count,
  parts,
  ppm: ppm(parts, inspected),
  weight,
  share: 0,
  cumulative: 0,
  where: whereOf([key], broken),
  next: nextOf(key, broken),
});

/** A total of nothing has no shares: they stay 0. */
export function inOrder<Bar extends Pick<ParetoBar, 'weight' | 'share' | 'cumulative'>>(
  bars: Bar[],
  total: number,
): Bar[] {
  let sum = 0;
  return bars.map(b => {
    sum += b.weight;
    return total > 0 ? {...b, share: b.weight / total, cumulative: Math.min(1, sum / total)} : b;
  });
}

interface Cut extends Broken {
  basis: ParetoAnswer['basis'];
  shown: readonly string[];
  rest: {group: Group; weight: number}[];
  total: number;
}

/** What `top` cut off, as one bar: a part with several of those defects counts once. */
async function otherOf(session: Session, {basis, shown, rest, total, ...broken}: Cut): Promise<ParetoAnswer['other']> {
  if (rest.length === 0) return null;
  const keys = rest.map(r => r.group.key);
  const sum = (of: (group: Group) => number) => rest.reduce((all, {group}) => all + of(group), 0);
  // A part is at one level, and may have several defects. What is shown is little, what is not may be a hundred thousand lots.
  const {parts, inspected} =
    broken.by === 'defect'
      ? await session.row<{parts: number; inspected: number}>(
          `select count(distinct part) as parts, $inspected::bigint as inspected
           from failures where not list_contains($shown::varchar[], defect)`,
          {shown, inspected: basis.parts},
        )
      : {parts: sum(group => group.parts), inspected: sum(group => group.inspected)};
  const weight = rest.reduce((sum, r) => sum + r.weight, 0);
  return {
    key: 'Other',
    count: sum(group => group.count),
    parts,
    ppm: ppm(parts, inspected),
    weight,
    share: total > 0 ? weight / total : 0,
    cumulative: total > 0 ? 1 : 0,
    where: whereOf(keys, broken),
    next: null,
    keys: keys.length,
  };
}

async function notesOf(session: Session, weight: Weight): Promise<string[]> {
  const open = await session.row<{several: number; unnamed: number; weightless: number; costless: number}>(
    `select (select count(*) from (select part from failures group by part having count(*) > 1)) as several,
       count(*) filter (defect = '(not named)') as unnamed,
       count(distinct defect) filter (severity_weight is null) as weightless,
       count(*) filter (cost is null) as costless
     from failures`,
  );
  const notes: string[] = [];
  if (open.several > 0)
    notes.push(`${told(open.several, 'part has', 'parts have')} several defects: bars count defects, not parts`);
  if (open.unnamed > 0)
    notes.push(`${told(open.unnamed, 'failing inspection names', 'failing inspections name')} no defect`);
  if (weight === 'severity' && open.weightless > 0)
    notes.push(
      `${told(open.weightless, 'defect code has', 'defect codes have')} no severity_weight: each of ${open.weightless === 1 ? 'its' : 'their'} defects weighs 1`,
    );
  if (weight === 'cost' && open.costless > 0)
    notes.push(
      `${told(open.costless, 'defect has', 'defects have')} no cost, neither by code nor by product: ${open.costless === 1 ? 'it weighs' : 'they weigh'} 0`,
    );
  return notes;
}

const told = (n: number, one: string, several: string) => `${n} ${n === 1 ? one : several}`;
