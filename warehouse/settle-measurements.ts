/** Settling of measurements: wide rows that are wholly new stay wide; everything else is compared cell by cell. */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {type Settled, settle} from './settle.ts';
import {factTable, stepTables} from './step-tables.ts';

/**
 * Makes `settled_wide` (new rows of `valid`, parameters in columns named `p:<parameter>`) and `settled` (cells, in long form)
 * from `valid`. Counts are rows of the file.
 */
export async function settleWide(session: Session, parameters: readonly string[]): Promise<Settled> {
  await session.run(`create or replace temp table wide as
    select v.*, i.item as "$item", count(*) over (partition by v.part, v.step, v.run) = 1 as "$alone"
    from valid v left join fact.items i on i.id = v.part and i.kind = 'part'`);
  const known = (await stepTables(session)).map(
    t => `select ${quoteText(t.step)} as step, part, run from ${factTable(t)}`,
  );
  const stored = known.length
    ? known.join(' union all ')
    : 'select null::varchar as step, 0 as part, 0 as run where false';
  const isNew = `"$alone" and not exists (select 1 from (${stored}) s
    where s.part = w."$item" and s.step = coalesce(w.step, '') and s.run = w.run)`;
  await session.run(`create or replace temp table settled_wide as
    select * exclude ("$item", "$alone") from wide w where ${isNew} order by ordinal`);
  const whole = await session.row<{n: number; rows: number}>(
    'select (select count(*) from settled_wide) as n, (select count(*) from wide) as rows',
  );
  const names = parameters.map(p => quoteText(p)).join(', ');
  const values = parameters.map(p => quoteName(`p:${p}`)).join(', ');
  await session.run(`create or replace temp table valid as
    select ordinal, part, parameter, value, null::varchar as text_value, null::varchar as qualifier, step, run, measured_at, recorded_at
    from (select ordinal, part, unnest([${names}]) as parameter, unnest([${values}]) as value, step, run, measured_at, recorded_at
          from wide w anti join settled_wide n on n.ordinal = w.ordinal)
    where value is not null order by ordinal`);
  await session.run('drop table wide');
  const cells = await settleLong(session);
  const late = await session.row<{n: number}>('select count(distinct ordinal) as n from settled');
  return {accepted: whole.n + late.n, duplicates: whole.rows - whole.n - late.n, conflicts: cells.conflicts};
}

/** Makes `settled` (new cells in long form) from `valid`. */
export async function settleLong(session: Session): Promise<Settled> {
  const sameVisit = (table: string) =>
    `exists (select 1 from keyed k where k."$item:part" = ${table}.part and k.run = ${table}.run`;
  const wide = (await stepTables(session)).map(({id, step, parameters}) => {
    const names = parameters.map(p => quoteText(p.parameter)).join(', ');
    const values = parameters.map(p => p.column).join(', ');
    return `select * from (select part, unnest([${names}]) as parameter, unnest([${values}]) as value, null::varchar as text_value,
      null::varchar as qualifier, ${quoteText(step)} as step, run, measured_at, recorded_at
      from ${factTable({id})} b where ${sameVisit('b')} and coalesce(k.step, '') = ${quoteText(step)})) where value is not null`;
  });
  const cells = `select part, parameter, value, text_value, qualifier, step, run, measured_at, recorded_at
    from fact.cells c where ${sameVisit('c')} and coalesce(k.step, '') = c.step)`;
  return settle(
    session,
    'measurements',
    `select i.id as part, m.parameter, m.value, m.text_value, m.qualifier, nullif(m.step, '') as step, m.run, m.measured_at,
       m.recorded_at
     from (${[...wide, cells].join('\nunion all\n')}) m join fact.items i on i.item = m.part`,
  );
}
