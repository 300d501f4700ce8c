/** Measured values into the wide step tables: first arrivals as rows, later single values as cells. */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Incoming} from './project.ts';
import {extendStepTables, type FirstOfStep, factTable, type StepTable, stepTables} from './step-tables.ts';

/**
 * What comes: part, step, run, measured_at, recorded_at, ordinal, then one column `p:<parameter>` each. The row that is the
 * first of its visit (part, step, run) becomes the visit's row; the values of others become cells.
 * @returns the steps that have a new table, column or late parameter
 */
export async function projectWide(session: Session, incoming: Incoming): Promise<Set<string>> {
  const {relation, isNew, severalFiles} = incoming;
  const described = await session.rows<{column_name: string}>(`describe ${relation}`);
  const parameters = described
    .map(d => d.column_name)
    .filter(n => n.startsWith('p:'))
    .map(n => n.slice(2));
  const firsts = await firstsOfWide(session, incoming, parameters);
  const changed = await extendStepTables(session, firsts);
  for (const table of await tablesOf(session, firsts)) {
    const here = table.parameters.filter(({parameter}) => isIn(firsts, table.step, parameter));
    const columns = here.map(p => `, ${p.column}`).join('');
    const values = here.map(p => `, n.${quoteName(`p:${p.parameter}`)}`).join('');
    const rows = `select i.item, n.* from ${relation} n join named_items i on i.id = n.part and i.kind = 'part'
      where ${isOfStep(table)}`;
    const into = `insert into ${factTable(table)} (part, run, measured_at, recorded_at, batch, ordinal${columns})
      select n.item, n.run, n.measured_at, n.recorded_at, n.batch, n.ordinal${values}`;
    if (isNew) {
      await session.run(`${into} from (${rows}) n ${severalFiles ? IN_ORDER : 'order by n.ordinal'}`);
      continue;
    }
    await session.run(`create or replace temp table visits as
      select n.*, ${isFirstOfVisit(table)} as "$new" from (${rows}) n`);
    await session.run(`${into} from visits n where "$new" ${IN_ORDER}`);
    const names = here.map(p => quoteText(p.parameter)).join(', ');
    await session.run(`create or replace temp table late as
      select * from (
        select item, run, measured_at, recorded_at, batch, "$file", ordinal, unnest([${names}]) as parameter,
          unnest([${values.replace(', ', '')}]) as value
        from visits n where not "$new")
      where value is not null`);
    await session.run(`insert into fact.cells
      select item, ${quoteText(table.step)}, run, parameter, value, null, null, measured_at, recorded_at, batch, ordinal
      from late n ${IN_ORDER}`);
    if (await rememberLate(session, table.step)) changed.add(table.step);
    await session.run('drop table visits');
  }
  return changed;
}

/**
 * What comes: measurements in long form. A visit (part, step, run) that has no row yet gets one, made of the values of the
 * first file that share its earliest time; what does not fit into it (late, text, beyond a limit, a second version) becomes
 * a cell.
 * @returns the steps that have a new table, column or late parameter
 */
export async function projectCells(session: Session, {relation, isNew}: Incoming): Promise<Set<string>> {
  const firsts = await session.rows<FirstOfStep & Record<string, unknown>>(
    `select coalesce(step, '') as step, parameter, min(batch) as batch, min_by("$file", (batch, "$file")) as file
     from ${relation} group by all order by batch, file, step, parameter`,
  );
  const changed = await extendStepTables(session, firsts);
  for (const table of await tablesOf(session, firsts)) {
    const here = table.parameters.filter(({parameter}) => isIn(firsts, table.step, parameter));
    if (isNew && (await projectPlainVisits(session, relation, table, here))) continue;
    const same = 'n.measured_at is not distinct from n.first_at.m and n.recorded_at is not distinct from n.first_at.r';
    await session.run(`create or replace temp table visits as
      select *, "$new" and "$plain" and ${same}
        and count(*) over (partition by item, run, parameter, batch, "$file") = 1 as "$base"
      from (
        select n.*, ${isFirstOfVisit(table)} as "$new",
          min({m: n.measured_at, r: n.recorded_at}) filter ("$plain")
            over (partition by n.item, n.run, n.batch, n."$file") as first_at
        from (select i.item, n.*, n.value is not null and n.qualifier is null as "$plain"
              from ${relation} n join named_items i on i.id = n.part and i.kind = 'part'
              where ${isOfStep(table)}) n) n`);
    const columns = here.map(p => `, ${p.column}`).join('');
    const values = here.map(p => `, max(value) filter ("$base" and parameter = ${quoteText(p.parameter)})`).join('');
    await session.run(`insert into ${factTable(table)} (part, run, measured_at, recorded_at, batch, ordinal${columns})
      select item, run, any_value(first_at.m), any_value(first_at.r), any_value(batch), min(ordinal)${values}
      from visits where "$new" group by item, run order by any_value(batch), any_value("$file"), min(ordinal)`);
    await session.run('create or replace temp table late as from visits where not "$base"');
    await session.run(`insert into fact.cells
      select item, ${quoteText(table.step)}, run, parameter, value, text_value, qualifier, measured_at, recorded_at,
        batch, ordinal
      from late n ${IN_ORDER}`);
    if (await rememberLate(session, table.step)) changed.add(table.step);
    await session.run('drop table visits');
  }
  return changed;
}

/**
 * The short way for a file whose keys are new and occur once: where its visits are new too, each at one time and all its
 * values plain, they become rows as they are.
 * @returns whether that was so; otherwise nothing is done
 */
async function projectPlainVisits(
  session: Session,
  relation: string,
  table: StepTable,
  here: StepTable['parameters'],
): Promise<boolean> {
  const places = here.map(({parameter}, k) => `(${quoteText(parameter)}, ${k + 1})`).join(', ');
  const once = (time: string) =>
    `min(n.${time}) is not distinct from max(n.${time}) and count(n.${time}) in (0, count(*))`;
  await session.run(`create or replace temp table visits as
    select i.item, n.run, any_value(n.batch) as batch, min(n.ordinal) as ordinal, min(n.measured_at) as measured_at,
      min(n.recorded_at) as recorded_at, list(p.place) as places, list(n.value) as found,
      count(n.value) = count(*) and count(n.qualifier) = 0 and ${once('measured_at')} and ${once('recorded_at')} as plain
    from ${relation} n join named_items i on i.id = n.part and i.kind = 'part'
    join (values ${places}) p (parameter, place) on p.parameter = n.parameter
    where ${isOfStep(table)} group by i.item, n.run`);
  const {
    plain,
    patterns,
    places: pattern,
  } = await session.row<{plain: boolean; patterns: number; places: number[]}>(
    `select bool_and(plain) and not exists (select 1 from visits n join ${factTable(table)} f on f.part = n.item and f.run = n.run)
       as plain, count(distinct hash(places)) as patterns, any_value(places) as places
     from visits`,
  );
  if (plain) {
    // Nearly always every visit has its values in the same order, and none needs to be looked for.
    const value = (place: number) =>
      patterns === 1 ? `found[${pattern.indexOf(place) + 1}]` : `found[list_position(places, ${place})]`;
    await session.run(`insert into ${factTable(table)}
        (part, run, measured_at, recorded_at, batch, ordinal${here.map(p => `, ${p.column}`).join('')})
      select item, run, measured_at, recorded_at, batch, ordinal${here.map((_, k) => `, ${value(k + 1)}`).join('')}
      from visits order by ordinal`);
  }
  await session.run('drop table visits');
  return plain;
}

const IN_ORDER = 'order by n.batch, n."$file", n.ordinal';

const isOfStep = (table: StepTable) => `coalesce(n.step, '') = ${quoteText(table.step)}`;

const isIn = (firsts: readonly FirstOfStep[], step: string, parameter: string) =>
  firsts.some(f => f.step === step && f.parameter === parameter);

/** SQL: no row is stored of the visit of `n`, and no earlier file has one. */
const isFirstOfVisit = (table: StepTable) =>
  `(not exists (select 1 from ${factTable(table)} f where f.part = n.item and f.run = n.run)
    and {b: n.batch, f: n."$file"} = min({b: n.batch, f: n."$file"}) over (partition by n.item, n.run))`;

/** Steps and parameters with a value, in the order in which they come first; of one file, by name. */
async function firstsOfWide(
  session: Session,
  {relation}: Incoming,
  parameters: readonly string[],
): Promise<FirstOfStep[]> {
  const counts = parameters.map((p, k) => `, count(${quoteName(`p:${p}`)}) as "${k}"`).join('');
  const files = await session.rows<{step: string; batch: number} & Record<string, unknown>>(
    `select coalesce(step, '') as step, batch, "$file" as file${counts} from ${relation}
     group by all order by batch, file, step`,
  );
  const sorted = parameters
    .map((parameter, k) => ({parameter, k}))
    .sort((a, b) => (a.parameter < b.parameter ? -1 : 1));
  return files.flatMap(({step, batch, ...filled}) => [
    {step, parameter: null, batch},
    ...sorted.filter(({k}) => filled[k] !== 0).map(({parameter}) => ({step, parameter, batch})),
  ]);
}

async function tablesOf(session: Session, firsts: readonly FirstOfStep[]): Promise<StepTable[]> {
  const steps = new Set(firsts.map(f => f.step));
  return (await stepTables(session)).filter(t => steps.has(t.step));
}

/** Notes the parameters of temporary table `late`, and drops it. @returns whether any is new */
async function rememberLate(session: Session, step: string): Promise<boolean> {
  const found = await session.rows(
    `insert into fact.late_parameters
     select distinct $step, parameter from late
     where parameter not in (select parameter from fact.late_parameters where step = $step)
     returning parameter`,
    {step},
  );
  await session.run('drop table late');
  return found.length > 0;
}
