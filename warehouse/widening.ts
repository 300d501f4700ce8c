/** How far the boundary of a suspect population would move if what is not known turned out badly. */
import type {Scope} from './answers.ts';
import {counted} from './counted.ts';
import type {Session} from './duckdb.ts';
import {factorRelation} from './factors.ts';
import {type Filter, parseFilter} from './filter-grammar.ts';
import type {Plant} from './habits.ts';
import {prepareHistory} from './history.ts';
import {lotlessFellows, missingLinks, type Suspects} from './missing-links.ts';
import {NAMES} from './names-table.ts';
import {allOf, scopeConditions} from './scope.ts';

/** What a population was contained for. A finding is a filter within the scope of the question that it answered. */
export type Target = {
  scope: Pick<Scope, 'product' | 'where'>;
  words: string;
  /** What makes a part bad, where the finding is about one defect. */
  defect?: string;
} /** Without an expression: all parts. */ & (
  | {kind: 'filter'; expression: string | null}
  | {kind: 'lot'; lot: number}
  | {kind: 'list'; parts: number[]; lots: number[]}
);

/**
 * In words, with counts: parts whose exposure was not recorded, parts that were exposed in another run than the one that
 * counts, lots and parts that do not name the input that may have been a suspect one. Over temporary tables `suspects`,
 * `suspect_lots`.
 */
export async function widening(plant: Plant, target: Target, narrowed: Scope, suspects: Suspects): Promise<string[]> {
  const {session} = plant;
  const words: string[] = [];
  if (target.kind === 'filter' && target.expression !== null) {
    await prepareHistory(session, 'subjects');
    await createInScope(session, target, narrowed);
    const filter = parseFilter(target.expression);
    for (const factor of comparedFactors(filter)) words.push(...(await unrecorded(session, factor)));
    for (const asked of levelsAsked(filter)) words.push(...(await otherRuns(session, asked)));
  }
  words.push(...(await missingLinks(plant, suspects)));
  if (target.kind === 'lot') words.push(...(await lotlessFellows(plant, suspects)));
  return words;
}

/** Temporary table `in_scope`: the parts that could have been suspects. */
export async function createInScope(session: Session, {scope}: Pick<Target, 'scope'>, narrowed: Scope): Promise<void> {
  const asked = await scopeConditions(session, scope, {prefix: 'asked'});
  const more = await scopeConditions(session, narrowed, {prefix: 'narrowed'});
  await session.run(
    `create or replace temp table in_scope as
     select s.part from subjects s where ${allOf([...asked.conditions, ...more.conditions])}`,
    {...asked.bindings, ...more.bindings},
  );
}

/** The factors of which a filter asks for values, not whether they are missing. */
function comparedFactors(filter: Filter): string[] {
  if (filter.is === 'missing') return [];
  if (filter.is === 'not') return comparedFactors(filter.of);
  if ('left' in filter) {
    return [...new Set([...comparedFactors(filter.left), ...comparedFactors(filter.right)])];
  }
  return [filter.factor];
}

/**
 * Parts made in the time of the suspects that have no value of a factor which other parts of their product do have: of
 * suspect lots, of lots that say nothing (or of no lot), and of lots all of whose recorded parts are no suspects.
 */
async function unrecorded(session: Session, factor: string): Promise<string[]> {
  const {sql, bindings} = await factorRelation(session, factor);
  const rows = await session.rows<{place: 'suspect' | 'silent' | 'other'; parts: number; lots: number}>(
    `with given as (${sql}), period as (
       select min(s.made_at) as since, max(s.made_at) as until from subjects s semi join suspects u on u.part = s.part
     ), having_it as (
       select distinct s.product, s.lot from subjects s semi join given g on g.part = s.part
     )
     select
       case when s.lot in (select lot from suspect_lots) then 'suspect'
         when s.lot in (select lot from having_it where lot is not null) then 'other' else 'silent' end as place,
       count(*) as parts, count(distinct s.lot) as lots
     from subjects s
     semi join in_scope n on n.part = s.part
     cross join period t
     where s.part not in (select part from given)
       and s.part not in (select part from suspects)
       and (s.product is null or s.product in (select product from having_it where product is not null))
       and coalesce(s.made_at between t.since and t.until, true)
     group by place order by place desc`,
    bindings,
  );
  return rows.map(({place, parts, lots}) => {
    const without = `no ${factor} recorded`;
    if (place === 'suspect') {
      return `${counted(parts, 'more part')} of the suspect lots: ${without}, so exposure cannot be ruled out`;
    }
    if (place === 'silent') {
      return `${counted(parts, 'part')} of ${lots === 0 ? 'no lot' : counted(lots, 'other lot')}, made in the same time: ${without} of any part of it, so exposure cannot be ruled out`;
    }
    return `${counted(parts, 'part')} of ${counted(lots, 'other lot')}, made in the same time: ${without}; no recorded part of these lots was exposed, so exposure is unlikely, not ruled out`;
  });
}

const RUN_COLUMNS: Record<string, string> = {
  station: 'o.station',
  tool: 'o.tool',
  cavity: "coalesce(o.tool || '/', '') || o.cavity",
  operator: 'o.operator',
  program: 'o.program',
};

/** Every `factor = level` that a filter asks for, outside of `not`. */
function levelsAsked(filter: Filter): {factor: string; level: string}[] {
  if ('left' in filter) return [...levelsAsked(filter.left), ...levelsAsked(filter.right)];
  if (filter.is === 'in') return filter.values.map(level => ({factor: filter.factor, level: String(level)}));
  if (filter.is === 'comparison' && filter.operator === '=') {
    return [{factor: filter.factor, level: String(filter.value)}];
  }
  return [];
}

/** A factor goes by one run of a part through a step; rework may have exposed further parts. */
async function otherRuns(session: Session, {factor, level}: {factor: string; level: string}): Promise<string[]> {
  const dot = factor.lastIndexOf('.');
  const step = factor.slice(0, dot);
  const column = RUN_COLUMNS[factor.slice(dot + 1)];
  if (column === undefined) return [];
  const {parts} = await session.row<{parts: number}>(
    `select count(distinct o.part) as parts from now.operations o
     semi join in_scope n on n.part = o.part
     where o.step = $step and ${column} = coalesce((select name from ${NAMES} where person = $level), $level) and o.part not in (select part from suspects)`,
    {step, level},
  );
  return parts > 0
    ? [`${counted(parts, 'more part')} met ${factor} ${level} in another run through ${step} than the one that counts`]
    : [];
}
