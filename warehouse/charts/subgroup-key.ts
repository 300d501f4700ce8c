import type {ChartQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import type {MeasuredRows} from './measured-rows.ts';

/** How the points of a chart are put into rational subgroups, over a relation of rows with `lot` and `"at"`. */
export interface SubgroupKey {
  by: NonNullable<ChartQuestion['subgroup']>;
  /** SQL of the relation with the key added as `grp`, null where a row belongs to no subgroup. */
  sql: (rows: string) => string;
  /** SQL of a subgroup's name, from its `grp`. */
  name: string;
  /** Whether the relation must have `id`, which settles the order of equal times. */
  isByOrder: boolean;
  /** SQL of the columns `first_part` and `last_part` of a subgroup: ids, null where its name says enough. */
  ends: string;
}

export interface Loose {
  all: number;
  /** Rows that name no lot. */
  lotless: number;
  /** Rows without a time. */
  timeless: number;
}

const NO_ENDS = 'null::varchar as first_part, null::varchar as last_part';
const ZONE = "coalesce(getvariable('time_zone'), 'UTC')";
const LOCAL = `("at" at time zone ${ZONE})`;

/** How many in a row make a subgroup where no lots are known. */
const IN_A_ROW = 5;

/** By default the lot, or where no lots are known five in a row. */
export function subgroupKey(subgroup: ChartQuestion['subgroup'], loose: Loose): SubgroupKey {
  const by = subgroup ?? (loose.lotless < loose.all ? 'lot' : IN_A_ROW);
  if (by === 'lot')
    return {
      by,
      sql: rows => `select *, lot as grp from (${rows})`,
      name: '(select id from lot_names where item = grp)',
      isByOrder: false,
      ends: NO_ENDS,
    };
  if (by === 'hour')
    return {
      by,
      // The moment that the hour began: of the hour that the clock shows twice there are two.
      sql: rows => `select *, "at" - (${LOCAL} - date_trunc('hour', ${LOCAL})) as grp from (${rows})`,
      name: `strftime(grp at time zone ${ZONE}, '%Y-%m-%d %H:00') ||
        case when (grp - interval 1 hour) at time zone ${ZONE} = grp at time zone ${ZONE} then ' again' else '' end`,
      isByOrder: false,
      ends: NO_ENDS,
    };
  if (by === 'shift')
    return {
      by,
      sql: rows => `select r.*, case when r."at" < c.ends_at then c.starts_at end as grp from (${rows}) r
        asof left join (${CALENDAR}) c on c.starts_at <= r."at"`,
      name: `(select shift || ' ' || strftime(starts_at at time zone ${ZONE}, '%Y-%m-%d') from (${CALENDAR}) where starts_at = grp)`,
      isByOrder: false,
      ends: NO_ENDS,
    };
  return {
    by,
    sql: rows =>
      `select *, (place // ${by})::integer as grp
       from (select *, row_number() over (order by "at" nulls last, id) - 1 as place from (${rows}))`,
    name: "lpad(grp::varchar, 9, '0')",
    isByOrder: true,
    // Counting tells them apart; people know the parts.
    ends: 'arg_min(id, place) as first_part, arg_max(id, place) as last_part',
  };
}

/** Grain: one row per shift of the calendar; of shifts that begin together the first name. As the visits of a part see it. */
const CALENDAR = `select starts_at, max(ends_at) as ends_at, min(shift) as shift from now.shifts group by starts_at`;

/** What is left out by a subgroup, in words. @param out rows that belong to none */
export function notesOfSubgroups({by}: SubgroupKey, {all, timeless}: Loose, out: number, unit: string): string[] {
  const notes: string[] = [];
  if (timeless > 0) {
    notes.push(
      by === 'hour' || by === 'shift'
        ? `${timeless} of ${all} ${unit} have no time`
        : `${timeless} of ${all} ${unit} have no time: they come last, in the order of their ids`,
    );
  }
  if (out === 0) return notes;
  if (by === 'lot') notes.push(`${out} of ${all} ${unit} name no lot and are left out`);
  else if (by === 'shift') notes.push(`${out} of ${all} ${unit} fall into no shift of the calendar and are left out`);
  else notes.push(`${out} of ${all} ${unit} belong to no ${by} and are left out`);
  return notes;
}

/** Whether any row belongs nowhere; not looked at where all rows are known to be whole. */
export async function looseOf(session: Session, {sql, bindings, isWhole}: MeasuredRows): Promise<Loose> {
  if (isWhole) return {all: 1, lotless: 0, timeless: 0};
  return session.row<Loose & Record<string, unknown>>(
    `select count(*) as "all", count(*) filter (lot is null) as lotless, count(*) filter ("at" is null) as timeless from (${sql})`,
    bindings,
  );
}

/** The names of lots, once for all charts at a position. */
export async function prepareLotNames(session: Session): Promise<void> {
  await session.run(`create temp table if not exists lot_names as select item, id from fact.items where kind = 'lot'`);
}
