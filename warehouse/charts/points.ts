/** What a chart is made of: measured values in order of time, or counts, each with the subgroup it belongs to. */
import type {ChartQuestion} from '../chart-answers.ts';
import {quoteName, quoteText, type Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import {nearNames} from '../near-names.ts';
import {QuestionError} from '../question-error.ts';
import {allOf, scopeConditions} from '../scope.ts';
import {stepTables} from '../step-tables.ts';

/** Measured values of one or more parameters, in order of time within subgroups in order of time. */
export interface Measured {
  /** One array a parameter. */
  values: Float64Array[];
  /** ISO 8601, null where nothing says when. */
  at: (string | null)[];
  /** Subgroup of each value, 0, 1, ... */
  group: Int32Array;
  /** Name of each subgroup: its lot, its shift, its time. */
  names: string[];
  /** When each subgroup began. */
  from: (string | null)[];
  notes: string[];
}

/**
 * The first runs' values of `parameters` (`<step>.<parameter>`, or a name that only one step has).
 * @throws QuestionError for an unknown parameter, or several that were not measured together
 */
export async function measuredPoints(session: Session, question: ChartQuestion): Promise<Measured> {
  const sources = await findParameters(session, question.parameter.split(','));
  await prepareHistory(session, 'subjects', 'visits');
  const {conditions, bindings} = await scopeConditions(session, question);
  const values = sources.columns.map((column, k) => `m.${column} as v${k}`);
  const present = sources.columns.map(column => `m.${column} is not null and isfinite(m.${column})`);
  await session.run(
    `create or replace temp table points as
     select s.id, s.lot_id, coalesce(m.measured_at, v.started_at, s.made_at) as "at", ${values.join(', ')}
     from now.step_${sources.table} m
     join subjects s on s.part = m.part
     left join visits v on v.part = m.part and v.step = ${quoteText(sources.step)} and v.run = m.run
     where m.run = 1 and ${present.join(' and ')} and ${allOf(conditions)}`,
    bindings,
  );
  const {notes, key} = await groupBy(session, question.subgroup, 'points');
  const {columns} = await session.columns(
    `select ${sources.columns.map((_, k) => `v${k}`).join(', ')}, strftime("at", '%Y-%m-%dT%H:%M:%SZ') as "at", "group", strftime(group_at, '%Y-%m-%dT%H:%M:%SZ') as group_at
     from (select *, ${key} as "group", min("at") over (partition by ${key}) as group_at from points)
     where "group" is not null order by group_at nulls last, "group", "at" nulls last, id`,
  );
  const width = sources.columns.length;
  return {
    values: columns.slice(0, width).map(column => Float64Array.from(column as number[])),
    at: columns[width] as (string | null)[],
    ...numbered(columns[width + 1] as string[], columns[width + 2] as (string | null)[]),
    notes,
  };
}

/** @throws QuestionError for a name that is not measured, that several steps have, or parameters of several steps */
async function findParameters(session: Session, names: readonly string[]) {
  const tables = await stepTables(session);
  const found = names.map(name => {
    const matches = tables.flatMap(table =>
      table.parameters
        .filter(({parameter}) => name === parameter || name === `${table.step}.${parameter}`)
        .map(({column}) => ({table: table.id, step: table.step, column})),
    );
    if (matches.length === 1) return matches[0];
    const known = tables.flatMap(t =>
      t.parameters.map(p => (t.step === '' ? p.parameter : `${t.step}.${p.parameter}`)),
    );
    if (matches.length > 1) {
      throw new QuestionError(
        `${name} is measured at several steps: ask for ${matches.map(({step}) => `${step}.${name}`).join(' or ')}`,
      );
    }
    const near = nearNames(name, known);
    const there = near.length > 0 ? `; near it: ${near.join(', ')}` : `; there are ${known.slice(0, 8).join(', ')}`;
    throw new QuestionError(
      `no parameter "${name}" is measured${known.length > 0 ? there : ': no measurements are loaded'}`,
    );
  });
  if (new Set(found.map(f => f.table)).size > 1)
    throw new QuestionError('parameters of one chart must be measured at one step');
  return {table: found[0].table, step: found[0].step, columns: found.map(f => quoteName(f.column))};
}

/** SQL of the subgroup of a point, null where it has none; by default the lot, or where no lots are known five in a row. */
async function groupBy(session: Session, subgroup: ChartQuestion['subgroup'], points: string) {
  const {loose, all, timeless} = await session.row<{loose: number; all: number; timeless: number}>(
    `select count(*) filter (lot_id is null) as loose, count(*) as "all", count(*) filter ("at" is null) as timeless from ${points}`,
  );
  const notes =
    timeless > 0 ? [`${timeless} of ${all} values have no time: they come last, in the order of their ids`] : [];
  const by = subgroup ?? (loose < all ? 'lot' : 5);
  if (typeof by === 'number') {
    await session.run(
      `create or replace temp table ${points} as select *, row_number() over (order by "at" nulls last, id) - 1 as place from ${points}`,
    );
    return {notes, key: by === 1 ? "lpad(place::varchar, 9, '0')" : `lpad((place // ${by})::varchar, 9, '0')`};
  }
  const zone = "coalesce(getvariable('time_zone'), 'UTC')";
  if (by === 'hour') return {notes, key: `strftime("at" at time zone ${zone}, '%Y-%m-%d %H:00')`};
  if (by === 'lot') {
    if (loose > 0) notes.push(`${loose} of ${all} values name no lot and are left out`);
    return {notes, key: 'lot_id'};
  }
  await session.run(
    `create or replace temp table ${points} as
     select p.*, h.shift || ' ' || strftime(h.starts_at at time zone ${zone}, '%Y-%m-%d') as shift
     from ${points} p asof left join now.shifts h on h.starts_at <= p."at"
     where h.ends_at is null or p."at" < h.ends_at`,
  );
  const {outside} = await session.row<{outside: number}>(`select ${all} - count(shift) as outside from ${points}`);
  if (outside > 0) notes.push(`${outside} of ${all} values fall into no shift of the calendar and are left out`);
  return {notes, key: 'shift'};
}

function numbered(groups: readonly string[], began: readonly (string | null)[]) {
  const names: string[] = [];
  const from: (string | null)[] = [];
  const group = new Int32Array(groups.length);
  groups.forEach((name, i) => {
    if (i === 0 || name !== groups[i - 1]) {
      names.push(name);
      from.push(began[i]);
    }
    group[i] = names.length - 1;
  });
  return {group, names, from};
}
