/** Settling of measurements: wide rows that are wholly new stay wide; everything else is compared cell by cell. */
import {quoteName, quoteText} from './duckdb.ts';
import type {Scratch} from './scratch.ts';
import {type Settled, settle} from './settle.ts';
import {factTable, type StepTable, stepTables} from './step-tables.ts';

/**
 * Makes `settled_<k>_wide` (new rows of `valid_<k>`, parameters in columns named `p:<parameter>`) and, unless all rows are
 * new, `settled_<k>` (cells, in long form). Counts are rows of the file.
 */
export async function settleWide(
  scratch: Scratch,
  parameters: readonly string[],
  k: number,
): Promise<Settled & {whole: number; cells: number}> {
  const {session} = scratch;
  const {rows, unique} = await session.row<{rows: number; unique: boolean}>(
    `select count(*) as rows, count(*) = (select count(*) from (select distinct hash(part, step, run) from valid_${k})) as "unique"
     from valid_${k}`,
  );
  if (unique && !(await anyVisitStored(scratch, k))) {
    await scratch.view(`settled_${k}_wide`, `select * from valid_${k}`);
    return {accepted: rows, duplicates: 0, conflicts: 0, isNew: true, hashes: null, whole: rows, cells: 0};
  }
  await scratch.table(
    `wide_${k}`,
    `select v.*, i.item as "$item", count(*) over (partition by v.part, v.step, v.run) = 1 as "$alone"
     from valid_${k} v left join fact.items i on i.id = v.part and i.kind = 'part'`,
  );
  const isNew = `"$alone" and not exists (select 1 from (${await storedVisits(scratch, k)}) s
    where s.part = w."$item" and s.step = coalesce(w.step, '') and s.run = w.run)`;
  await scratch.table(
    `settled_${k}_wide`,
    `select * exclude ("$item", "$alone") from wide_${k} w where ${isNew} order by ordinal`,
  );
  const {whole} = await session.row<{whole: number}>(`select count(*) as whole from settled_${k}_wide`);
  const names = parameters.map(p => quoteText(p)).join(', ');
  const values = parameters.map(p => quoteName(`p:${p}`)).join(', ');
  await scratch.table(
    `cells_${k}`,
    `select ordinal, part, parameter, value, null::varchar as text_value, null::varchar as qualifier, step, run, measured_at, recorded_at
     from (select ordinal, part, unnest([${names}]) as parameter, unnest([${values}]) as value, step, run, measured_at, recorded_at
           from wide_${k} w anti join settled_${k}_wide n on n.ordinal = w.ordinal)
     where value is not null order by ordinal`,
  );
  await scratch.view(`valid_${k}`, `select * from cells_${k}`);
  const cells = await settleLong(scratch, k);
  const late = await session.row<{n: number}>(`select count(*) as n from (select distinct ordinal from settled_${k})`);
  return {
    accepted: whole + late.n,
    duplicates: rows - whole - late.n,
    conflicts: cells.conflicts,
    isNew: false,
    hashes: null,
    whole,
    cells: cells.accepted,
  };
}

/** Makes `settled_<k>` (new cells in long form) from `valid_<k>`. */
export async function settleLong(scratch: Scratch, k: number): Promise<Settled> {
  const sameVisit = (table: string) =>
    `exists (select 1 from keyed_${k} k where k."$item:part" = ${table}.part and k.run = ${table}.run`;
  const wide = (await tablesNamed(scratch, k)).map(({id, step, parameters}) => {
    const names = parameters.map(p => quoteText(p.parameter)).join(', ');
    const values = parameters.map(p => p.column).join(', ');
    return `select * from (select part, unnest([${names}]) as parameter, unnest([${values}]) as value, null::varchar as text_value,
      null::varchar as qualifier, ${quoteText(step)} as step, run, measured_at, recorded_at
      from ${factTable({id})} b where ${sameVisit('b')} and coalesce(k.step, '') = ${quoteText(step)})) where value is not null`;
  });
  const cells = `select part, parameter, value, text_value, qualifier, step, run, measured_at, recorded_at
    from fact.cells c where ${sameVisit('c')} and coalesce(k.step, '') = c.step)`;
  const versions = `select i.id as part, m.parameter, m.value, m.text_value, m.qualifier, nullif(m.step, '') as step, m.run, m.measured_at,
       m.recorded_at
     from (${[...wide, cells].join('\nunion all\n')}) m join fact.items i on i.item = m.part`;
  // Every visit of which anything is stored has a row in the wide table of its step.
  const surelyNone = async () => !(await anyVisitStored(scratch, k));
  const settled = await settle(scratch, 'measurements', k, null, {versions, surelyNone});
  return {...settled, hashes: null};
}

/** Whether a row of the file is of a visit that has one stored already. */
async function anyVisitStored(scratch: Scratch, k: number): Promise<boolean> {
  const {any} = await scratch.session.row<{any: boolean}>(
    `select exists (
       select 1 from valid_${k} v join fact.items i on i.id = v.part and i.kind = 'part'
       join (${await storedVisits(scratch, k)}) s on s.part = i.item and s.step = coalesce(v.step, '') and s.run = v.run) as any`,
  );
  return any;
}

async function storedVisits(scratch: Scratch, k: number): Promise<string> {
  const known = (await tablesNamed(scratch, k)).map(
    t => `select ${quoteText(t.step)} as step, part, run from ${factTable(t)}`,
  );
  return known.length ? known.join(' union all ') : 'select null::varchar as step, 0 as part, 0 as run where false';
}

/** Tables of the steps that the file speaks of: a plant has many more. */
async function tablesNamed({session}: Scratch, k: number): Promise<StepTable[]> {
  const steps = await session.rows<{step: string}>(`select distinct coalesce(step, '') as step from valid_${k}`);
  const named = new Set(steps.map(s => s.step));
  return (await stepTables(session)).filter(t => named.has(t.step));
}
