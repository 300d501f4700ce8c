/** Measured values into the wide step tables: first arrivals as rows, later single values as cells. */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {nameItems} from './items.ts';
import {extendStepTable, factTable} from './step-tables.ts';

/**
 * `incoming`: part, step, run, measured_at, recorded_at, ordinal, then one column `p:<parameter>` each. Rows are new, unless
 * another table of the same file has made the visit's row already: their values then become cells.
 */
export async function projectWide(session: Session, batch: number): Promise<void> {
  await nameItems(session, 'part', "'part'", batch);
  const described = await session.rows<{column_name: string}>('describe incoming');
  const parameters = described
    .map(d => d.column_name)
    .filter(n => n.startsWith('p:'))
    .map(n => n.slice(2));
  const steps = await session.rows<{step: string}>(
    "select distinct coalesce(step, '') as step from incoming order by step",
  );
  for (const {step} of steps) {
    const table = await extendStepTable(session, step, parameters, batch);
    const columns = parameters.map(p => table.parameters.find(t => t.parameter === p)!.column);
    const values = parameters.map(p => `n.${quoteName(`p:${p}`)}`);
    await session.run(
      `insert into ${factTable(table)} (part, run, measured_at, recorded_at, batch, ordinal${columns.map(c => `, ${c}`).join('')})
       select i.item, n.run, n.measured_at, n.recorded_at, $batch::integer, n.ordinal${values.map(v => `, ${v}`).join('')}
       from incoming n join fact.items i on i.id = n.part and i.kind = 'part'
       where coalesce(n.step, '') = $step and not exists (
         select 1 from ${factTable(table)} f where f.part = i.item and f.run = n.run) order by n.ordinal`,
      {batch, step},
    );
    await session.run(
      `insert into fact.cells
       select item, $step, run, parameter, value, null, null, measured_at, recorded_at, $batch::integer, ordinal from (
         select i.item, n.run, n.measured_at, n.recorded_at, n.ordinal,
           unnest([${parameters.map(quoteText).join(', ')}]) as parameter, unnest([${values.join(', ')}]) as value
         from incoming n join fact.items i on i.id = n.part and i.kind = 'part'
         where coalesce(n.step, '') = $step and not exists (
           select 1 from ${factTable(table)} f
           where f.part = i.item and f.run = n.run and f.batch = $batch::integer and f.ordinal = n.ordinal
             and ${columns.map((c, k) => `f.${c} is not distinct from ${values[k]}`).join(' and ') || 'true'}))
       where value is not null`,
      {batch, step},
    );
  }
}

/**
 * `incoming`: measurements in long form. A visit (part, step, run) that has no wide row yet gets one, made of the values
 * that share its earliest time; what does not fit into it (late, text, beyond a limit, a second version) becomes a cell.
 */
export async function projectCells(session: Session, batch: number): Promise<void> {
  await nameItems(session, 'part', "'part'", batch);
  const steps = await session.rows<{step: string}>(
    "select distinct coalesce(step, '') as step from incoming order by step",
  );
  for (const {step} of steps) {
    const parameters = await session.rows<{parameter: string}>(
      `select distinct parameter from incoming where coalesce(step, '') = $step order by parameter`,
      {step},
    );
    const table = await extendStepTable(
      session,
      step,
      parameters.map(p => p.parameter),
      batch,
    );
    const same = 'n.measured_at is not distinct from n.first_at.m and n.recorded_at is not distinct from n.first_at.r';
    await session.run(
      `create or replace temp table visits as
       select *, "$new" and "$plain" and ${same}
         and row_number() over (partition by part, run, parameter, "$plain", measured_at, recorded_at order by ordinal desc) = 1 as "$base"
       from (
         select i.item as part, n.run, n.parameter, n.value, n.text_value, n.qualifier, n.measured_at, n.recorded_at, n.ordinal,
           not exists (select 1 from ${factTable(table)} f where f.part = i.item and f.run = n.run) as "$new",
           n.value is not null and n.qualifier is null as "$plain",
           min({m: n.measured_at, r: n.recorded_at}) filter (n.value is not null and n.qualifier is null)
             over (partition by i.item, n.run) as first_at
         from incoming n join fact.items i on i.id = n.part and i.kind = 'part'
         where coalesce(n.step, '') = $step) n`,
      {step},
    );
    const columns = parameters.map(({parameter}) => table.parameters.find(t => t.parameter === parameter)!.column);
    const values = parameters.map(
      ({parameter}) => `max(value) filter ("$base" and parameter = ${quoteText(parameter)})`,
    );
    await session.run(
      `insert into ${factTable(table)} (part, run, measured_at, recorded_at, batch, ordinal, ${columns.join(', ')})
       select part, run, any_value(first_at.m), any_value(first_at.r), $batch::integer, min(ordinal), ${values.join(', ')}
       from visits where "$new" group by part, run order by min(ordinal)`,
      {batch},
    );
    await session.run(
      `insert into fact.cells
       select part, $step, run, parameter, value, text_value, qualifier, measured_at, recorded_at, $batch::integer, ordinal
       from visits where not "$base" order by ordinal`,
      {batch, step},
    );
    await session.run('drop table visits');
  }
}
