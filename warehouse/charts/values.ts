/** Measured values as charts and capability take them: in subgroups, or one by one, in order of time. */
import type {ChartQuestion, Ends} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {QuestionError} from '../question-error.ts';
import type {Subgroup} from '../statistics/subgroup-sigma.ts';
import {beyondMeasure, measuredRows} from './measured-rows.ts';
import {findParameter, findParameters, type Source} from './parameters.ts';
import {looseOf, notesOfSubgroups, prepareLotNames, type SubgroupKey, subgroupKey} from './subgroup-key.ts';

export type Asked = Pick<ChartQuestion, 'parameter' | 'subgroup' | 'product' | 'from' | 'to' | 'where'>;

/** What there is to a point besides its statistic: its name, when it began (ms, NaN where nothing says when). */
export interface Places {
  nameOf: (i: number) => string;
  /** Of points whose names only count: by these people know them. */
  endsOf?: (i: number) => Ends | undefined;
  began: Float64Array;
  notes: string[];
}

export interface Subgrouped extends Places {
  subgroups: Subgroup[];
  by: SubgroupKey['by'];
}

export interface Singles extends Places {
  /** One array a parameter, in order of time, then of ids. */
  values: Float64Array[];
  /** Subgroup of each value, numbered in order of time, -1 for none, and their names; null when not asked for. */
  groups: {of: Int32Array; names: string[]; ends: Ends[] | null; by: SubgroupKey['by']} | null;
}

/**
 * Subgroups of one parameter's values, from the first run of each part. Means are taken off before anything is squared.
 * @throws QuestionError for an unknown parameter, no values, and what the filter throws
 */
export async function subgroupsOf(session: Session, question: Asked): Promise<Subgrouped> {
  const source = await findParameter(session, question.parameter);
  const rows = await measuredRows(session, source, question);
  const loose = await looseOf(session, rows);
  const beyond = await beyondNote(session, source, question);
  if (loose.all === 0) throw noValues(beyond);
  const key = subgroupKey(question.subgroup, loose);
  const [first] = await session.rows<{near: number}>(`select v0 as near from (${rows.sql}) limit 1`, rows.bindings);
  if (first === undefined) throw noValues(beyond);
  const {near} = first;
  await prepareLotNames(session);
  await session.run(
    `create or replace temp table grouped as
     select ${key.name} as name, * from (
       select grp, count(*)::integer as n, $near + avg(v0 - $near) as mean, max(v0) - min(v0) as "range",
         stddev_samp(v0 - $near) as deviation, min("at") as began, bool_or(astray) as astray, ${key.ends}
       from (${key.sql(key.isByOrder ? withIds(rows.sql) : rows.sql)}) group by grp)`,
    {...rows.bindings, near},
  );
  const {out, astray} = await session.row<{out: number | null; astray: boolean}>(
    'select sum(n) filter (grp is null)::integer as out, bool_or(astray) as astray from grouped',
  );
  if (astray) throw new Error(`lots and times do not stand beside the values of ${question.parameter}`);
  const ordered = 'from grouped where grp is not null order by began nulls last, name';
  const [n, mean, range, deviation, began] = await session.typed(
    `select n, mean, "range", coalesce(deviation, 'nan'::double), ${MILLISECONDS('began')} ${ordered}`,
  );
  const {columns} = await session.columns(`select name${key.isByOrder ? ', first_part, last_part' : ''} ${ordered}`);
  const [names, ...parts] = columns as string[][];
  return {
    by: key.by,
    subgroups: Array.from(n, (size, i) => ({n: size, mean: mean[i], range: range[i], deviation: deviation[i]})),
    nameOf: i => names[i],
    ...(key.isByOrder && {endsOf: endsFrom(parts)}),
    began: began as Float64Array,
    notes: [...beyond, ...notesOfSubgroups(key, loose, out ?? 0, 'values')],
  };
}

/**
 * The values themselves, in order of time. @param grouped whether to tell the subgroup of each, and the subgroups' names
 * @throws QuestionError for an unknown parameter, several that were not measured together, no values, and what the filter throws
 */
export async function singlesOf(session: Session, question: Asked, grouped = false): Promise<Singles> {
  const source = await findParameters(session, question.parameter);
  const rows = await measuredRows(session, source, question);
  const loose = await looseOf(session, rows);
  const beyond = await beyondNote(session, source, question);
  if (loose.all === 0) throw noValues(beyond);
  if (grouped) await prepareLotNames(session);
  const key = grouped ? subgroupKey(question.subgroup, loose) : null;
  const values = source.columns.map((_, k) => `v${k}`);
  const isNamedByParts = loose.timeless > 0 || key?.isByOrder;
  const chosen = key === null ? `select *, 0 as grp from (${withIds(rows.sql)})` : key.sql(withIds(rows.sql));
  await session.run(
    `create or replace temp table singles as
     select ${values.join(', ')}, "at", astray, ${isNamedByParts ? 'id,' : ''} ${key?.isByOrder ? 'place,' : ''}
       grp, case when grp is null then -1 else dense_rank() over (order by grp_began nulls last, grp) - 1 end::integer as grp_no
     from (select *, min("at") over (partition by grp) as grp_began from (${chosen})) order by "at" nulls last, id`,
    rows.bindings,
  );
  const {astray} = await session.row<{astray: boolean}>(
    'select coalesce(bool_or(astray), false) as astray from singles',
  );
  if (astray) throw new Error(`lots and times do not stand beside the values of ${question.parameter}`);
  const columns = await session.typed(`select ${values.join(', ')}, ${MILLISECONDS('"at"')}, grp_no from singles`);
  if (columns[0].length === 0) throw noValues(beyond);
  const of = columns[values.length + 1] as Int32Array;
  const began = columns[values.length] as Float64Array;
  const out = of.reduce((sum, g) => sum + Number(g < 0), 0);
  const notes = key === null ? [] : notesOfSubgroups(key, loose, out, 'values');
  const timed = began.findIndex(Number.isNaN);
  const timeless = timed < 0 ? [] : (await session.columns('select id from singles where "at" is null')).columns[0];
  return {
    values: columns.slice(0, values.length) as Float64Array[],
    nameOf: i => isoTime(began[i]) ?? String(i + 1),
    endsOf: i => onePart(timeless[i - timed] as string | undefined),
    began,
    groups: key === null ? null : {of, ...(await namesOf(session, key)), by: key.by},
    notes: [...beyond, ...notes],
  };
}

async function namesOf(session: Session, key: SubgroupKey): Promise<{names: string[]; ends: Ends[] | null}> {
  const {columns} = await session.columns(
    `select ${key.name} as name, first_part, last_part
     from (select grp_no, grp, ${key.ends} from singles where grp_no >= 0 group by all) order by grp_no`,
  );
  const [names, ...parts] = columns as string[][];
  return {names, ends: key.isByOrder ? names.map((_, i) => endsFrom(parts)(i)) : null};
}

const endsFrom =
  ([first, last]: string[][]) =>
  (i: number): Ends => ({first: first[i], last: last[i]});

/** Of a single value. */
export const onePart = (part: string | undefined): Ends | undefined =>
  part === undefined ? undefined : {first: part, last: part};

/** Where there are any: answers are compared and written without what is not there. */
export const withParts = (parts: Ends | undefined): {parts?: Ends} => (parts === undefined ? {} : {parts});

/** What people call a point. */
export const pointName = ({x, parts}: {x: string; parts?: Ends}): string =>
  parts === undefined ? x : parts.first === parts.last ? parts.first : `${parts.first} to ${parts.last}`;

export const isoTime = (ms: number): string | null =>
  Number.isNaN(ms) ? null : new Date(ms).toISOString().replace('.000Z', 'Z');

const MILLISECONDS = (time: string) => `coalesce(epoch_ms(${time})::double, 'nan'::double)`;

/** Equal times stand in the order of the parts' ids, in whatever order they arrived. */
export const withIds = (rows: string) => `select r.*, i.id from (${rows}) r join fact.items i on i.item = r.part`;

async function beyondNote(session: Session, source: Source, question: Asked): Promise<string[]> {
  const n = await beyondMeasure(session, source, question);
  return n === 0 ? [] : [`${n} values are only known to lie beyond what could be measured and are left out`];
}

function noValues(beyond: readonly string[]): QuestionError {
  return new QuestionError(['no values in this scope', ...beyond].join(': '));
}
