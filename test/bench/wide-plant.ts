/**
 * A plant with as many parts and parameters as a large published line record (1,183,747 parts, 968 numbers on 52 steps, a
 * fifth of the cells filled, 0.58 % fails), written straight into the tables of an empty warehouse: what is timed is
 * screening, not loading.
 */
import {quoteText, type Session} from '../../warehouse/duckdb.ts';
import {makeViews} from '../../warehouse/made-views.ts';
import {viewsOfSteps} from '../../warehouse/step-tables.ts';
import {Warehouse} from '../../warehouse/store.ts';

export const STEPS = 52;
const WITH_TOOLS = 25;

export interface Size {
  parts: number;
  parameters: number;
  /** Whether values say when they were measured. */
  timed?: boolean;
}

/** Share of the lots that go through a step: six main stations see nine in ten, the others a few. */
const shareOf = (step: number) => (step % 9 === 4 ? 0.9 : 0.05 + (0.105 * (step % 6)) / 5);
const columnsOf = (step: number, {parameters}: Size) =>
  Math.floor(parameters / STEPS) + Number(step < parameters % STEPS);

/** Lots of 100 to 300 parts. */
const LOT = `((k // 1200) * 6 + case when k % 1200 < 100 then 0 when k % 1200 < 400 then 1 when k % 1200 < 550 then 2
  when k % 1200 < 800 then 3 when k % 1200 < 980 then 4 else 5 end)`;
const START = "timestamptz '2025-01-01 00:00:00+00'";
/** Between 0 and 1, from a lot or a part and the number of the draw. */
const chance = (of: 'k' | 'lot', draw: number) =>
  `((hash(${of}::bigint * 1000003 + ${draw * 7919 + (of === 'k' ? 0 : 500009)}) >> 11)::double / 9007199254740992)`;
const DRAWS = {
  product: 1,
  fate: 2,
  outcome: 3,
  defect: 4,
  goes: 100,
  skips: 200,
  station: 300,
  tool: 400,
  level: 10_000,
  one: 50_000,
  two: 90_000,
};
/** A tenth, two, three and four tenths of the lots. */
const PRODUCT = `case when ${chance('lot', DRAWS.product)} < 0.1 then 'P0' when ${chance('lot', DRAWS.product)} < 0.3 then 'P1'
  when ${chance('lot', DRAWS.product)} < 0.6 then 'P2' else 'P3' end`;
/** A number of a step: lots differ, values are rounded to three decimals, one column in five to none at all. */
const number = (step: number, column: number) => {
  const own = step * 200 + column;
  const value = `(${chance('lot', DRAWS.level + own)} + ${chance('k', DRAWS.one + own)} + ${chance('k', DRAWS.two + own)}) / 3`;
  return column % 5 === 4 ? value : `round(${value}, 3)`;
};
/** What makes parts fail: the upper tenth of one number trebles the rate, and lots have a fate of their own. */
const CAUSE = {step: 4, column: 3, above: 0.68};
const goes = (step: number) => `${chance('lot', DRAWS.goes + step)} < ${shareOf(step)}`;
const RATE = `0.0048 * (0.5 + ${chance('lot', DRAWS.fate)})
  * case when ${goes(CAUSE.step)} and ${number(CAUSE.step, CAUSE.column)} > ${CAUSE.above} then 3 else 1 end`;

/** @returns an open warehouse with this plant in the tables of its database alone, at position 0: no ledger knows of it */
export async function makeWidePlant(folder: string, size: Size): Promise<Warehouse> {
  const warehouse = await Warehouse.open(folder);
  await warehouse.read(undefined, async session => {
    await fill(session, size);
    await makeViews(session, await viewsOfSteps(session));
  });
  return warehouse;
}

async function fill(session: Session, size: Size): Promise<void> {
  await session.run(`create temp table line as
    select k::integer as k, lot::integer as lot from (select k, ${LOT} as lot from range(${size.parts}) t(k))`);
  const at = (table: string) => `${START} + to_seconds(${table}.k * 26)`;
  const inserts: [table: string, select: string][] = [
    ['items', `select k as item, 'part' as kind, format('P{:07d}', k) as id, 0 as batch from line`],
    [
      'items',
      `select (${size.parts} + lot)::integer as item, 'lot' as kind, format('L{:05d}', lot) as id, 0 as batch from (select distinct lot from line)`,
    ],
    [
      'parts',
      `select k as part, ${PRODUCT} as product, (${size.parts} + lot)::integer as lot, ${at('line')} as made_at, 0 as batch, k as ordinal, false as later from line`,
    ],
    [
      'inspections',
      `select format('I{:07d}', k) as inspection, k as part, ${at('line')} + interval 1 day as inspected_at, 'end' as step,
        case when ${chance('k', DRAWS.outcome)} < ${RATE} then 'fail' else 'pass' end as result, 0 as batch, k as ordinal, false as later from line`,
    ],
    [
      'defects',
      `select inspection, case when ${chance('k', DRAWS.defect)} < 0.5 then 'scratch' else 'void' end as defect, 1 as n, 0 as batch,
        ordinal, false as later from fact.inspections, lateral (select part as k) where result = 'fail'`,
    ],
  ];
  for (let step = 0; step < WITH_TOOLS; step++) {
    inserts.push([
      'operations',
      `select (${size.parts} + lot)::integer as lot, 's${step}' as step, 1 as run, 'S' || floor(${chance('lot', DRAWS.station + step)} * 3)::integer as station,
        'T' || floor(${chance('lot', DRAWS.tool + step)} * 6)::integer as tool, 0 as batch, (lot * 100 + ${step})::integer as ordinal, false as later
       from (select distinct lot from line) where ${goes(step)}`,
    ]);
  }
  for (const [table, select] of inserts) await session.run(`insert into fact.${table} by name ${select}`);
  for (let step = 0; step < STEPS; step++) {
    const columns = Array.from({length: columnsOf(step, size)}, (_, c) => `${number(step, c)} as c${c}`);
    if (columns.length === 0) continue;
    await session.run(`create table fact.step_${step} as select k as part, 1 as run, ${size.timed ? at('line') : 'null::timestamptz'} as measured_at,
      null::timestamptz as recorded_at, 0 as batch, k as ordinal, ${columns.join(', ')}
      from line where ${goes(step)} and ${chance('k', DRAWS.skips + step)} < 0.99`);
    await session.run(`insert into fact.step_tables values (${step}, ${quoteText(`s${step}`)}, 0)`);
    await session.run(
      `insert into fact.step_columns select ${step}, c, 'p' || c, 0 from range(${columns.length}) t(c)`,
    );
  }
  await session.run('drop table line');
}
