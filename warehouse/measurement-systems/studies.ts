/** Which studies there are: parts that were measured again and again, and who or what measured them. */
import {parameterName} from '../charts/parameters.ts';
import {quoteText, type Session} from '../duckdb.ts';
import type {StudiesAnswer, StudiesQuestion} from '../msa-answers.ts';
import {query} from '../queries.ts';
import {type StepTable, stepTables} from '../step-tables.ts';
import type {Warehouse} from '../store.ts';

/**
 * Parts of one product and work order are one study. What is measured a second time now and then, after a rework, is none:
 * each part has to have been measured twice or more by two appraisers, or all of them by an appraiser each.
 */
export function studies(warehouse: Warehouse, {asOf}: StudiesQuestion): Promise<StudiesAnswer> {
  return warehouse.read(asOf, async (session, asOf) => {
    // Operations, and with them appraisers, always name a step.
    const tables = (await stepTables(session)).filter(({step, parameters}) => step !== '' && parameters.length > 0);
    const again = new Set<StepTable>();
    for (const table of tables) if (await hasRepeats(session, table)) again.add(table);
    const answer: StudiesAnswer = {asOf, gage: [], linearity: [], agreement: []};
    for (const table of again) {
      answer.gage.push(...(await gageStudies(session, table)));
      for (const reference of tables)
        if (reference !== table) answer.linearity.push(...(await linearityStudies(session, table, reference)));
    }
    answer.gage.sort(byParameter);
    answer.linearity.sort(byParameter);
    answer.agreement = await session.rows(query('inspected-steps'));
    return answer;
  });
}

async function hasRepeats(session: Session, {id}: StepTable): Promise<boolean> {
  const {found} = await session.row<{found: boolean}>(`select exists (from now.step_${id} where run > 1) as found`);
  return found;
}

/** Parts of one product and work order, and whether others were measured at the same step. */
interface Group extends Record<string, unknown> {
  product: string | null;
  work_order: string | null;
  /** Of all with values at this step: of the same work order, of the same product, and all of them. */
  parts: number;
  of_order: number;
  of_product: number;
  of_all: number;
}

/** The filter that lets the parts of a group through, no wider than it has to be. */
function filterOf({product, work_order, parts, of_order, of_product, of_all}: Group): string | null {
  if (parts === of_all) return null;
  const term = (factor: string, value: string | null) =>
    value === null ? `${factor} is missing` : `${factor} = ${quoteText(value)}`;
  if (parts === of_order) return term('part.work_order', work_order);
  if (parts === of_product) return term('part.product', product);
  return `${term('part.work_order', work_order)} and ${term('part.product', product)}`;
}

/** SQL: one row per part with a visit to this step, with its group and how many are in it. */
const grouped = ({id}: StepTable) => `
  measured as (select distinct part from now.step_${id}),
  member as (
    select m.part, p.product, p.work_order,
      count(*) over (partition by p.work_order, p.product)::integer as parts,
      count(*) over (partition by p.work_order)::integer as of_order,
      count(*) over (partition by p.product)::integer as of_product,
      count(*) over ()::integer as of_all
    from measured m left join now.parts p on p.part = m.part
  )`;

type Appraiser = StudiesAnswer['gage'][number]['appraiser'];
const APPRAISERS: readonly Appraiser[] = ['operator', 'station', 'tool'];

async function gageStudies(session: Session, table: StepTable): Promise<StudiesAnswer['gage']> {
  const found: StudiesAnswer['gage'] = [];
  for (const group of await candidates(session, table)) {
    const {product, work_order, kind} = group;
    const counted = await session.rows<Counted>(cellsOf(table, group), {kind, product, work_order});
    for (const {parameter, column} of table.parameters) {
      const own = counted.filter(cells => cells.column === column);
      if (own.length === 0) continue;
      const study = sizesOf(own, group.crossed);
      if (study.appraisers < 2 || study.parts < 2 || study.trials < 2) continue;
      found.push({
        parameter: parameterName(table.step, parameter),
        appraiser: kind,
        ...study,
        where: filterOf(group),
      });
    }
  }
  return found;
}

interface Candidate extends Group {
  kind: Appraiser;
  /** Whether parts were measured again by two appraisers or more; else each is measured by its own. */
  crossed: boolean;
}

/** Groups of parts that may be a study, by who did the operation, else by where or with what. */
async function candidates(session: Session, table: StepTable): Promise<Candidate[]> {
  await session.run(
    `-- One row per part and appraiser that measured it more than once at this step.
     create or replace temp table repeats as
     with ${grouped(table)}, named as (
       select o.part, o.run, unnest([${APPRAISERS.map(by => `{kind: '${by}', name: o.${by}}`).join(', ')}]) as named
       from now.operations o
       where o.step = ${quoteText(table.step)} and o.part in (select part from now.step_${table.id} where run > 1)
     ), visits as (
       select distinct n.named.kind as kind, n.named.name as appraiser, n.part, n.run
       from named n semi join now.step_${table.id} s on s.part = n.part and s.run = n.run
       where n.named.name is not null
     )
     select kind, appraiser, m.*, count(*) over (partition by kind, m.part) as appraisers
     from (select kind, appraiser, part from visits group by all having count(*) > 1) v join member m on m.part = v.part`,
  );
  const rows = await session.rows<Group & {kind: Appraiser; shared: number; own: number}>(
    `-- One row per product, work order and appraiser: parts that others measured again too, and those of its own.
     select kind, appraiser, product, work_order, parts, of_order, of_product, of_all,
       count(*) filter (appraisers > 1)::integer as shared, count(*) filter (appraisers = 1)::integer as own
     from repeats group by all order by product, work_order, appraiser`,
  );
  const groups = new Map<string, Candidate>();
  for (const kind of APPRAISERS)
    for (const row of rows.filter(row => row.kind === kind)) {
      const key = JSON.stringify([row.product, row.work_order]);
      if (groups.has(key)) continue;
      const all = rows.filter(r => r.kind === kind && r.product === row.product && r.work_order === row.work_order);
      const crossed = all.some(({shared}) => shared > 1);
      const nested =
        all.reduce((sum, {own}) => sum + own, 0) === row.parts && all.filter(({own}) => own > 1).length > 1;
      if (crossed || nested) groups.set(key, {...row, crossed});
    }
  return [...groups.values()];
}

/** So many parts were measured so often by an appraiser. */
interface Counted extends Record<string, unknown> {
  column: string;
  appraiser: string;
  part: number;
  values: number;
}

const cellsOf = ({id, step, parameters}: StepTable, {kind, crossed}: {kind: Appraiser; crossed: boolean}) =>
  `-- One row per parameter, appraiser and part of the study.
   with chosen as (
     select distinct part from repeats
     where kind = $kind and product is not distinct from $product and work_order is not distinct from $work_order
       ${crossed ? 'and appraisers > 1' : ''}
   ), valued as (
     select s.part, s.run, unnest([${parameters.map(({column}) => quoteText(column)).join(', ')}]) as "column",
       unnest([${parameters.map(({column}) => `s.${column}`).join(', ')}]) as value
     from now.step_${id} s semi join chosen c on c.part = s.part
   )
   select v."column", o.${kind} as appraiser, v.part, count(*)::integer as values
   from valued v join now.operations o on o.part = v.part and o.run = v.run and o.step = ${quoteText(step)}
   where v.value is not null and o.${kind} is not null
   group by all`;

function sizesOf(cells: readonly Counted[], crossed: boolean) {
  const times = new Map<number, number>();
  const byAppraiser = new Map<string, number>();
  for (const {values, appraiser} of cells) {
    times.set(values, (times.get(values) ?? 0) + 1);
    byAppraiser.set(appraiser, (byAppraiser.get(appraiser) ?? 0) + 1);
  }
  const [trials] = [...times].sort(([a, n], [b, m]) => m - n || b - a)[0];
  const parts = new Set(cells.map(({part}) => part)).size;
  const even = times.size === 1 && new Set(byAppraiser.values()).size === 1;
  return {
    parts,
    appraisers: byAppraiser.size,
    trials,
    values: cells.reduce((sum, {values}) => sum + values, 0),
    balanced: even && (!crossed || cells.length === parts * byAppraiser.size),
  };
}

interface Linear extends Group {
  values: number;
  smallest: number;
  largest: number;
}

/** Each part with a reference value was measured at least twice, and more often than the reference was. */
async function linearityStudies(
  session: Session,
  table: StepTable,
  reference: StepTable,
): Promise<StudiesAnswer['linearity']> {
  const found: StudiesAnswer['linearity'] = [];
  for (const {parameter, column} of table.parameters) {
    const truth = reference.parameters.find(other => other.parameter === parameter);
    if (truth === undefined) continue;
    const groups = await session.rows<Linear>(
      `-- One row per product and work order whose parts were measured at both steps, again and again at the first.
       with ${grouped(table)}, studied as (
         select part, count(*) as n from now.step_${table.id} where ${column} is not null group by part
       ), known as (
         select part, count(*) as n, avg(${truth.column}) as value
         from now.step_${reference.id} where ${truth.column} is not null group by part
       )
       select m.product, m.work_order, count(*)::integer as parts, any_value(m.of_order) as of_order,
         any_value(m.of_product) as of_product, any_value(m.of_all) as of_all, sum(s.n)::integer as values,
         min(k.value) as smallest, max(k.value) as largest
       from studied s join known k on k.part = s.part join member m on m.part = s.part
       group by m.product, m.work_order
       having min(s.n) > 1 and sum(s.n) > sum(k.n) and min(k.value) < max(k.value)
         and isfinite(min(k.value)) and isfinite(max(k.value))
       order by m.product, m.work_order`,
    );
    for (const group of groups)
      found.push({
        parameter: parameterName(table.step, parameter),
        reference: reference.step,
        parts: group.parts,
        values: group.values,
        smallest: group.smallest,
        largest: group.largest,
        where: groups.length === 1 && group.parts === group.of_all ? null : filterOf(group),
      });
  }
  return found;
}

const byParameter = (a: {parameter: string}, b: {parameter: string}) => (a.parameter < b.parameter ? -1 : 1);
