/** Pareto over all plants: what the engine counts by group becomes bars where those of one plant do. */
import {compare, type Group, inOrder, ppm, weightOf} from '../pareto.ts';
import type {CompanyPareto, CompanyParetoQuestion} from './answers.ts';
import type {Company} from './company.ts';
import {levels} from './levels.ts';
import {type CompanyScope, failures, mustBeDefect, population} from './parts.ts';

/**
 * As `pareto` of one plant; sums of severity and cost agree with it to rounding.
 * @throws QuestionError, EngineError
 */
export async function companyPareto(
  company: Company,
  {by = 'defect', weight = 'count', top, defect, ...scope}: CompanyParetoQuestion & CompanyScope,
  signal?: AbortSignal,
): Promise<CompanyPareto> {
  const asking = company.asking(signal).within(scope);
  if (defect !== undefined) await mustBeDefect(asking, defect);
  const people = () => population(asking, scope);
  const found = async () => failures(asking, await people(), defect);
  const open = await asking.row<Open>(
    `select count(*) as defective, sum(n) as defects, sum(case when n > 1 then 1 else 0 end) as several,
       sum(unnamed) as unnamed, sum(costless) as costless from (
       select plant, part, count(*) as n, sum(case when defect = '(not named)' then 1 else 0 end) as unnamed,
         sum(case when cost is null then 1 else 0 end) as costless
       from ${await found()} f group by plant, part) p`,
  );
  const {parts} = await asking.row<{parts: number}>(`select count(*) as parts from ${await people()} p`);
  const groups =
    by === 'defect' ? await byDefect(asking, await found(), parts) : await byLevel(asking, by, people, found);
  const ranked = groups
    .map(group => ({group, weight: weightOf(group, weight)}))
    .sort((a, b) => b.weight - a.weight || compare(a.group.key, b.group.key));
  const total = ranked.reduce((sum, r) => sum + r.weight, 0);
  const bar = ({group: {key, count, parts: some, inspected}, weight: own}: (typeof ranked)[number]) => ({
    key,
    count,
    parts: some,
    ppm: ppm(some, inspected),
    weight: own,
    share: 0,
    cumulative: 0,
  });
  const rest = ranked.slice(top ?? ranked.length);
  const keys = rest.map(({group}) => group.key);
  return {
    by,
    weight,
    basis: {parts, defectiveParts: open.defective, defects: open.defects ?? 0},
    bars: inOrder(ranked.slice(0, top ?? ranked.length).map(bar), total),
    other: rest.length === 0 ? null : await otherOf(keys),
    notes: [...company.notes, ...notesOf(open, weight)],
  };

  /** A part with several of the defects that `top` cut off counts once. */
  async function otherOf(cut: readonly string[]): Promise<CompanyPareto['other']> {
    const among = () => cut.map(key => asking.value(key)).join(', ');
    const some = await asking.row<{parts: number; inspected: number}>(
      by === 'defect'
        ? `select count(*) as parts, ${parts} as inspected from (
             select distinct plant, part from ${await found()} f where defect in (${among()})) d`
        : `select count(f.part) as parts, count(*) as inspected
           from (select plant, part from ${await levels(asking, await people(), by)} l where key in (${among()})) l
           left join (select distinct plant, part from ${await found()} f) f on f.plant = l.plant and f.part = l.part`,
    );
    const own = rest.reduce((sum, r) => sum + r.weight, 0);
    return {
      key: 'Other',
      count: rest.reduce((sum, r) => sum + r.group.count, 0),
      parts: some.parts,
      ppm: ppm(some.parts, some.inspected),
      weight: own,
      share: total > 0 ? own / total : 0,
      cumulative: total > 0 ? 1 : 0,
      keys: cut.length,
    };
  }
}

interface Open {
  defective: number;
  defects: number | null;
  several: number | null;
  unnamed: number | null;
  costless: number | null;
}

/** By group and part first, so that a part counts once whatever was found on it. */
const SUMS = `count(*) as parts, sum(n) as n, sum(severity) as severity, sum(cost) as cost`;
const OF_PART = `count(*) as n, sum(coalesce(f.severity_weight, 1)) as severity, sum(coalesce(f.cost, 0)) as cost`;

type Counted = {key: string; n: number; parts: number; inspected: number; severity: number; cost: number};
type Asking = ReturnType<Company['asking']>;

async function byDefect(asking: Asking, found: string, inspected: number): Promise<Group[]> {
  const rows = await asking.rows<Counted>(
    `select key, ${SUMS} from (select f.defect as key, f.plant as plant, f.part as part, ${OF_PART} from ${found} f
       group by f.defect, f.plant, f.part) g group by key order by key`,
  );
  return rows.map(row => groupOf({...row, inspected}));
}

async function byLevel(
  asking: Asking,
  by: string,
  people: () => Promise<string>,
  found: () => Promise<string>,
): Promise<Group[]> {
  const inspected = await asking.rows<{key: string; parts: number}>(
    `select key, count(*) as parts from ${await levels(asking, await people(), by)} l group by key`,
  );
  const of = new Map(inspected.map(row => [row.key, row.parts]));
  const ofParts = `(select l.key as key, f.plant as plant, f.part as part, ${OF_PART} from ${await found()} f
    join ${await levels(asking, await people(), by)} l on l.plant = f.plant and l.part = f.part group by l.key, f.plant, f.part)`;
  const rows = await asking.rows<Counted>(`select key, ${SUMS} from ${ofParts} g group by key order by key`);
  return rows.map(row => groupOf({...row, inspected: of.get(row.key)!}));
}

const groupOf = ({n, ...row}: Counted): Group => ({...row, count: n});

function notesOf({several, unnamed, costless}: Open, weight: string): string[] {
  const notes: string[] = [];
  if (several) notes.push(`${several} parts have several defects: bars count defects, not parts`);
  if (unnamed) notes.push(`${unnamed} failing inspections name no defect`);
  if (weight === 'cost' && costless)
    notes.push(`${costless} defects have no cost, neither by code nor by product: they weigh 0`);
  return notes;
}
