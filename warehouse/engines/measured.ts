/** Measured values of all plants, by subgroup or one by one: what charts and capability are worked out from. */
import type {Ends} from '../chart-answers.ts';
import type {Asked} from '../charts/values.ts';
import {isoTime, onePart, type Places} from '../charts/values.ts';
import {nearNames} from '../near-names.ts';
import {QuestionError} from '../question-error.ts';
import type {Subgroup} from '../statistics/subgroup-sigma.ts';
import type {Asking, Company} from './company.ts';
import {sqlName} from './dialect.ts';
import {everyPart, inScope, SUBJECT} from './parts.ts';
import {visits} from './visits.ts';

/** More values than this are not fetched one by one. */
const MOST_VALUES = 1_000_000;
/** Beyond it a number is infinite: only known to lie beyond what could be measured. */
const LARGEST = '1.7976931348623157e308';
const HOUR = 3_600_000_000;
const IN_A_ROW = 5;

type By = NonNullable<Asked['subgroup']>;

interface Loose {
  all: number;
  lotless: number;
  timeless: number;
  beyond: number;
}

/** @throws QuestionError for an unknown parameter, or one of several steps */
function sourceOf(company: Company, asked: string): {step: string; parameter: string} {
  const known = [...company.tables].flatMap(([table, {columns}]) => {
    if (!table.startsWith('step_')) return [];
    const step = table.slice('step_'.length);
    const parameters = [...columns.keys()].filter(name => !['part', 'run', 'measured_at'].includes(name));
    return parameters.map(parameter => ({step, parameter, name: `${step}.${parameter}`}));
  });
  const exact = known.filter(({name}) => name === asked);
  const found = exact.length > 0 ? exact : known.filter(({parameter}) => parameter === asked);
  if (found.length === 1) return found[0];
  if (found.length > 1)
    throw new QuestionError(`${asked} is measured at several steps: ask for ${found.map(k => k.name).join(' or ')}`);
  const names = known.map(({name}) => name);
  const near = nearNames(asked, names);
  throw new QuestionError(`no parameter "${asked}" is measured at a step of these plants`, {
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${names.slice(0, 8).join(', ')}`,
  });
}

/**
 * SQL of a relation: plant, part, lot, at_time, value: the first runs' values of a parameter in scope, those beyond measure
 * among them. The time is that of the value, else of the run, else of the part.
 */
async function valuesOf(whole: Asking, question: Asked): Promise<string> {
  const asking = whole.within(question);
  const {step, parameter} = sourceOf(asking.company, question.parameter);
  const table = `step_${step}`;
  const {timeless} = await asking.row<{timeless: number | null}>(
    `select sum(case when measured_at is null then 1 else 0 end) as timeless from ${asking.table(table, 'measured_at')} t`,
  );
  const runs = `(select plant, part, run, started_at from ${visits(asking)} v where step = ${asking.value(step)})`;
  const run = timeless ? `left join ${runs} v on v.plant = m.plant and v.part = m.part and v.run = m.run` : '';
  const own = SUBJECT.map(column => `s.${column} as ${column}`).join(', ');
  const rows = `(select ${own}, m.value as value, coalesce(m.measured_at, ${timeless ? 'v.started_at, ' : ''}s.made_at) as at_time
    from (select plant, part, run, measured_at, ${sqlName(parameter)} as value
      from ${asking.table(table, 'part', 'run', 'measured_at', parameter)} t
      where run = 1 and ${sqlName(parameter)} is not null) m
    join ${everyPart(asking)} s on s.plant = m.plant and s.part = m.part ${run})`;
  return `(select plant, part, lot, at_time, value from ${await inScope(asking, rows, question, ['value', 'at_time'])} r)`;
}

const FINITE = `abs(value) <= ${LARGEST}`;

async function looseOf(asking: Asking, rows: string): Promise<Loose> {
  const count = (condition: string) => `sum(case when ${condition} then 1 else 0 end)`;
  const row = await asking.row<Record<keyof Loose, number | null>>(
    `select ${count(FINITE)} as "all", ${count(`${FINITE} and lot is null`)} as lotless,
       ${count(`${FINITE} and at_time is null`)} as timeless, ${count(`not ${FINITE}`)} as beyond from ${rows} r`,
  );
  return {all: row.all ?? 0, lotless: row.lotless ?? 0, timeless: row.timeless ?? 0, beyond: row.beyond ?? 0};
}

export interface Key {
  by: By;
  /** SQL over a relation with plant, part, lot and at_time: the same with `grp`, a text, null where a row belongs to none. */
  sql: (rows: string) => string;
  /** What a subgroup is called. */
  name: (plant: string, grp: string) => string;
  /** Whether names only count, and subgroups are known by their first and last parts. */
  isByOrder: boolean;
}

/**
 * SQL of aggregates over rows of `withMembers`: where names only count the ids of the first and the last part, else none.
 */
export const endsOf = ({isByOrder}: Key): string =>
  isByOrder
    ? `, max(case when place = grp then part end) as first_part,
       max(case when place = grp + members - 1 then part end) as last_part`
    : '';

/** SQL of window columns that `endsOf` wants. */
export const withMembers = ({isByOrder}: Key): string =>
  isByOrder ? ', count(*) over (partition by plant, grp) as members' : '';

/** What a part is called among those of all plants. */
const partOf = ({isSeveral}: Company, plant: string, part: string): string => (isSeveral ? `${plant}/${part}` : part);

/** What rows say of subgroups that are known by their parts. */
export interface PartsAtEnds {
  plant: string;
  first_part?: string;
  last_part?: string;
}

export const endsTold = (company: Company, {plant, first_part: first, last_part: last}: PartsAtEnds): Ends => ({
  first: partOf(company, plant, first!),
  last: partOf(company, plant, last!),
});

/** How rows are put into rational subgroups: never of two plants. @throws QuestionError for one that an engine is not asked for */
export function keyOf(company: Company, asked: Asked['subgroup'], loose: Pick<Loose, 'all' | 'lotless'>): Key {
  const by = asked ?? (loose.lotless < loose.all ? 'lot' : IN_A_ROW);
  const own = (name: (grp: string) => string) => (plant: string, grp: string) =>
    company.isSeveral ? `${plant}/${name(grp)}` : name(grp);
  if (by === 'shift')
    throw new QuestionError('subgroups by shift are not asked of an engine', {
      hint: 'by lot, by hour or so many in a row',
    });
  if (by === 'lot')
    return {by, sql: rows => `(select r.*, lot as grp from ${rows} r)`, name: own(grp => grp), isByOrder: false};
  const modulo = (sql: string, n: number) => `(${sql} - ((${sql} % ${n}) + ${n}) % ${n})`;
  if (by === 'hour') {
    if (company.snapshots.some(({manifest}) => manifest.timeZone !== 'UTC'))
      throw new QuestionError('the plants do not all keep UTC, so an hour of one is not an hour of the others', {
        hint: 'by lot, or so many in a row',
      });
    return {
      by,
      sql: rows => `(select r.*, ${modulo('at_time', HOUR)} as grp from ${rows} r)`,
      name: own(grp => new Date(Number(grp) / 1000).toISOString().slice(0, 13).replace('T', ' ').concat(':00')),
      isByOrder: false,
    };
  }
  const place = `(row_number() over (partition by plant order by at_time nulls last, part) - 1)`;
  return {
    by,
    sql: rows => `(select q.*, ${modulo('place', by)} as grp from (select r.*, ${place} as place from ${rows} r) q)`,
    name: own(grp => String(Number(grp) / by).padStart(9, '0')),
    isByOrder: true,
  };
}

export function notesOf({by}: Key, {all, timeless, beyond}: Loose, out: number, unit: string): string[] {
  const notes =
    beyond === 0 ? [] : [`${beyond} values are only known to lie beyond what could be measured and are left out`];
  if (timeless > 0)
    notes.push(
      by === 'hour'
        ? `${timeless} of ${all} ${unit} have no time`
        : `${timeless} of ${all} ${unit} have no time: they come last, in the order of their ids`,
    );
  if (out > 0)
    notes.push(
      by === 'lot'
        ? `${out} of ${all} ${unit} name no lot and are left out`
        : `${out} of ${all} ${unit} belong to no ${by} and are left out`,
    );
  return notes;
}

/** Microseconds as ms, NaN where there is none. */
export const milliseconds = (micros: number | null): number =>
  micros === null ? Number.NaN : Math.floor(micros / 1000);

/** In order of time, then of names. */
export function inOrder<T extends {began: number | null; name: string}>(groups: T[]): T[] {
  const late = Number.POSITIVE_INFINITY;
  return groups.sort((a, b) => {
    const [x, y] = [a.began ?? late, b.began ?? late];
    return x < y ? -1 : x > y ? 1 : a.name < b.name ? -1 : Number(a.name > b.name);
  });
}

/** Subgroups from sums that the engine makes: a mean is taken off before anything is squared. @throws QuestionError */
export async function subgroupsOf(asking: Asking, question: Asked): Promise<Places & {subgroups: Subgroup[]; by: By}> {
  const loose = await looseOf(asking, await valuesOf(asking, question));
  if (loose.all === 0) throw new QuestionError('no values in this scope');
  const key = keyOf(asking.company, question.subgroup, loose);
  const rows = key.sql(`(select * from ${await valuesOf(asking, question)} f where ${FINITE})`);
  const groups = await asking.rows<
    PartsAtEnds & {
      grp: string | null;
      n: number;
      mean: number;
      lowest: number;
      highest: number;
      squares: number;
      began: number | null;
    }
  >(
    `select plant, grp, count(*) as n, min(mean) as mean, min(value) as lowest, max(value) as highest,
       sum((value - mean) * (value - mean)) as squares, min(at_time) as began${endsOf(key)}
     from (select g.*, avg(value) over (partition by plant, grp) as mean${withMembers(key)} from ${rows} g) c group by plant, grp`,
  );
  const out = groups.filter(({grp}) => grp === null).reduce((sum, {n}) => sum + n, 0);
  const named = groups.flatMap(group =>
    group.grp === null ? [] : [{...group, name: key.name(group.plant, group.grp)}],
  );
  const ordered = inOrder(named);
  return {
    by: key.by,
    subgroups: ordered.map(({n, mean, lowest, highest, squares}) => ({
      n,
      mean,
      range: highest - lowest,
      deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN,
    })),
    nameOf: i => ordered[i].name,
    ...(key.isByOrder && {endsOf: (i: number) => endsTold(asking.company, ordered[i])}),
    began: Float64Array.from(ordered, ({began}) => milliseconds(began)),
    notes: notesOf(key, loose, out, 'values'),
  };
}

export interface CompanyValues extends Places {
  values: Float64Array;
  /** Subgroup of each value, in order of time, and their names. */
  group: Int32Array;
  names: string[];
  /** The first and the last part of each, where names only count. */
  ends: Ends[] | null;
  by: By;
}

/**
 * The values themselves, by subgroup in order of time where `grouped`, else all in order of time.
 * @throws QuestionError for none, and for more than are fetched one by one
 */
export async function singlesOf(asking: Asking, question: Asked, grouped: boolean): Promise<CompanyValues> {
  const loose = await looseOf(asking, await valuesOf(asking, question));
  if (loose.all === 0) throw new QuestionError('no values in this scope');
  if (loose.all > MOST_VALUES)
    throw new QuestionError(`${loose.all} values are too many to be looked at one by one: at most ${MOST_VALUES}`, {
      hint: 'narrow it with product, from and to or plants; charts of subgroups need only sums',
    });
  const key = grouped ? keyOf(asking.company, question.subgroup, loose) : keyOf(asking.company, 1, loose);
  const rows = key.sql(`(select * from ${await valuesOf(asking, question)} f where ${FINITE})`);
  const told = await asking.rows<{
    plant: string;
    part: string;
    grp: string | null;
    at_time: number | null;
    value: number;
  }>(`select plant, part, grp, at_time, value from ${rows} g order by at_time nulls last, part, plant`);
  const groups = new Map<string, {name: string; began: number | null; members: number[]}>();
  let out = 0;
  for (const [i, {plant, grp, at_time: began}] of told.entries()) {
    if (grp === null) out++;
    else {
      const name = key.name(plant, grp);
      const group = groups.get(name) ?? {name, began, members: []};
      groups.set(name, group);
      group.members.push(i);
    }
  }
  const called = (i: number) => partOf(asking.company, told[i].plant, told[i].part);
  const ordered = grouped ? inOrder([...groups.values()]) : [];
  const order = grouped ? ordered.flatMap(({members}) => members) : told.map((_, i) => i);
  const began = Float64Array.from(order, i => milliseconds(told[i].at_time));
  return {
    values: Float64Array.from(order, i => told[i].value),
    group: Int32Array.from(ordered.flatMap(({members}, g) => members.map(() => g))),
    names: ordered.map(({name}) => name),
    ends: key.isByOrder
      ? ordered.map(({members}) => ({first: called(members[0]), last: called(members[members.length - 1])}))
      : null,
    by: key.by,
    began,
    nameOf: i => isoTime(began[i]) ?? String(i + 1),
    endsOf: i => (Number.isNaN(began[i]) ? onePart(called(order[i])) : undefined),
    notes: notesOf(key, loose, grouped ? out : 0, 'values'),
  };
}
