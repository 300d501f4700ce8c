/**
 * Everything that could have acted on a part, by its contract name: where its values are, what kind they are, on which
 * branch of the fishbone it belongs. Screening, filters and groupings all take their factors from here.
 */
import type {Branch} from './answers.ts';
import {type Bindings, quoteName, quoteText, type Session} from './duckdb.ts';
import {type HistoryTable, measuredAt, prepareHistory, runsThatDoNotCount, UNCOUNTED} from './history.ts';
import {nearNames} from './near-names.ts';
import {QuestionError} from './question-error.ts';
import {heard} from './statements.ts';
import {stepTables} from './step-tables.ts';

export interface FactorSource {
  name: string;
  step: string | null;
  branch: Branch;
  kind: 'category' | 'number';
  /** SQL of a relation with at most one row per part. */
  relation: string;
  /** SQL of the value, over `r`. */
  value: string;
  unit: string | null;
  /** A clock or a calendar rather than a thing that could be repaired. */
  time?: boolean;
  /** The step's wide table that holds it. */
  stepTable?: number;
  /** The column of `subjects` that is the value, whichever inspection counts. */
  subjectColumn?: string;
}

/** A name that no factor bears. */
export class UnknownFactor extends Error {
  readonly code = 'USAGE';
  readonly hint?: string;
  constructor(name: string, known: readonly string[]) {
    const near = nearNames(name, known);
    super(`there is no factor "${name}"${near.length > 0 ? `; near it: ${near.join(', ')}` : ''}`);
    this.name = 'UnknownFactor';
    if (near.length === 0) this.hint = thereAre(name, known);
  }
}

const NAMED = 8;

/** Factors of the same step or thing, else the steps and things that have any. */
function thereAre(name: string, known: readonly string[]): string {
  const stemOf = (factor: string) => factor.split('.')[0];
  const listed = (names: readonly string[]) =>
    `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;
  if (known.length === 0) return 'there are none yet: factors come from parts, operations and measurements';
  const fellows = known.filter(other => stemOf(other) === stemOf(name));
  if (fellows.length > 0) return `of ${stemOf(name)} there are ${listed(fellows)}`;
  const example = known.find(other => /\.(station|tool)$/.test(other)) ?? 'part.product';
  return `factors are named like ${example}; the first word is one of ${listed([...new Set(known.map(stemOf))])}`;
}

interface Group {
  needs: HistoryTable[];
  list: (session: Session) => Promise<FactorSource[]> | FactorSource[];
}

/** Where factors come from, and which history each needs, the cheapest first. */
const GROUPS: Group[] = [
  {needs: ['subjects'], list: partFactors},
  {needs: ['subjects', 'visits'], list: visitFactors},
  {needs: ['subjects', 'visits'], list: measuredFactors},
  {needs: ['subjects', 'visits'], list: textFactors},
  {needs: ['subjects', 'visits', 'station_readings'], list: readingFactors},
  {needs: ['materials'], list: materialFactors},
  {needs: ['subjects'], list: timeFactors},
];

const listed = (session: Session, {needs, list}: Group): Promise<readonly FactorSource[]> =>
  prepareHistory(session, ...needs).then(() => session.once(list, () => list(session)));

/** All factors that have values at the session's position. */
export async function factorCatalogue(session: Session): Promise<FactorSource[]> {
  const factors: FactorSource[] = [];
  for (const group of GROUPS) factors.push(...(await listed(session, group)));
  const taken = new Set(factors.map(({name}) => name));
  factors.push(...(await derivedFactors(session)).filter(({name}) => !taken.has(name)));
  // By name: the order in which tables and columns came to be is no matter of the plant's.
  return factors.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * One factor's values.
 * @returns `sql`, a select of `part` and `value` with one row per part that has a value; `subjectColumn`, where it is one
 * @throws UnknownFactor
 */
export async function factorRelation(
  session: Session,
  name: string,
): Promise<{sql: string; bindings: Bindings; kind: 'category' | 'number'; subjectColumn: string | null}> {
  const wanted = SHORT_NAMES[name] ?? name;
  const known: string[] = [];
  for (const group of [...GROUPS, null]) {
    const factors = await (group === null ? derivedFactors(session) : listed(session, group));
    const source = factors.find(f => f.name === wanted);
    if (source) {
      const {step, stepTable} = source;
      const relation =
        stepTable === undefined ? source.relation : await measuredOnce(session, {step: step ?? '', id: stepTable});
      const sql = `select part, value from (select r.part, ${source.value} as value from (${relation}) r) where value is not null`;
      return {sql, bindings: {}, kind: source.kind, subjectColumn: source.subjectColumn ?? null};
    }
    known.push(...factors.map(f => f.name));
  }
  const trouble = (await session.variables?.prepare(session))?.troubles.get(wanted);
  if (trouble) throw new QuestionError(`the variable ${name} cannot be used: ${trouble.reason}`);
  throw new UnknownFactor(name, known);
}

/** What modules of others add; a name that is taken stays what it is. */
const derivedFactors = async (session: Session): Promise<FactorSource[]> =>
  (await session.variables?.prepare(session))?.sources ?? [];

/** Variables of others that are no factor at the session's position, and why. @param catalogue all factors there */
export async function variableTroubles(
  session: Session,
  catalogue: readonly FactorSource[],
): Promise<{factor: string; reason: string; branch: Branch}[]> {
  const prepared = await session.variables?.prepare(session);
  if (!prepared) return [];
  const used = new Set(catalogue.map(({name, relation}) => `${name} ${relation}`));
  const hidden = prepared.sources.filter(({name, relation}) => !used.has(`${name} ${relation}`));
  return [
    ...[...prepared.troubles].map(([factor, {reason, branch}]) => ({factor, reason, branch})),
    ...hidden.map(({name, branch}) => ({
      factor: name,
      reason: 'the variable of this name is not used: there is a factor that bears it already',
      branch,
    })),
  ];
}

/** Columns of a part that may be named without their table. */
const SHORT_NAMES: Record<string, string> = {
  part: 'part.part',
  product: 'part.product',
  work_order: 'part.work_order',
  lot: 'part.lot',
};

/** Steps in the order in which parts come to them: by the middle of the time since the part's first step. */
export async function stepOrder(session: Session): Promise<Map<string, number>> {
  await prepareHistory(session, 'visits');
  const rows = await session.rows<{step: string}>(
    `select step, median(since_s) as middle from (
       select step, epoch(started_at) - min(epoch(started_at)) over (partition by part) as since_s from visits
       where started_at is not null) group by step order by middle, step`,
  );
  return new Map(rows.map((r, k) => [r.step, k]));
}

function partFactors(): FactorSource[] {
  const of = (name: string, branch: Branch, value: string) => ({
    name,
    step: null,
    branch,
    kind: 'category' as const,
    relation: 'from subjects',
    value,
    unit: null,
  });
  const column = (name: string, branch: Branch, subjectColumn: string): FactorSource => ({
    ...of(name, branch, `r.${subjectColumn}`),
    subjectColumn,
  });
  return [
    column('part.part', 'method', 'id'),
    column('part.product', 'method', 'product'),
    column('part.work_order', 'method', 'work_order'),
    column('part.lot', 'material', 'lot_id'),
    column('inspection.station', 'measurement', 'inspection_station'),
    column('inspection.inspector', 'measurement', 'inspector'),
    of('inspection.result', 'measurement', "case r.failed when true then 'fail' when false then 'pass' end"),
  ];
}

const VISIT_COLUMNS: {
  column: string;
  suffix: string;
  branch: Branch;
  kind: 'category' | 'number';
  unit?: string;
  time?: boolean;
}[] = [
  {column: 'station', suffix: 'station', branch: 'machine', kind: 'category'},
  {column: 'tool', suffix: 'tool', branch: 'machine', kind: 'category'},
  {column: 'cavity', suffix: 'cavity', branch: 'machine', kind: 'category'},
  {column: 'operator', suffix: 'operator', branch: 'man', kind: 'category'},
  {column: 'program', suffix: 'program', branch: 'method', kind: 'category'},
  {column: 'shift', suffix: 'shift', branch: 'man', kind: 'category', time: true},
  {column: 'crew', suffix: 'crew', branch: 'man', kind: 'category'},
  {column: 'queue_s', suffix: 'queue', branch: 'method', kind: 'number', unit: 's'},
  {column: 'since_changeover_s', suffix: 'since_changeover', branch: 'machine', kind: 'number', unit: 's'},
  {column: 'since_maintenance_s', suffix: 'since_maintenance', branch: 'machine', kind: 'number', unit: 's'},
];

async function visitFactors(session: Session): Promise<FactorSource[]> {
  const counts = VISIT_COLUMNS.map(({column}) => `count(${column}) as ${column}`).join(', ');
  const steps = await session.rows<Record<string, number> & {step: string}>(
    `select step, ${counts} from visits group by step order by step`,
  );
  return steps.flatMap(row =>
    VISIT_COLUMNS.filter(({column}) => row[column] > 0).map(({column, suffix, branch, kind, unit, time}) => ({
      name: `${row.step}.${suffix}`,
      step: row.step as string,
      branch,
      kind,
      relation: `from visits where step = ${quoteText(row.step)}`,
      value: `r.${column}`,
      unit: unit ?? null,
      time,
    })),
  );
}

interface ParameterFacts {
  branch: Branch | null;
  unit: string | null;
}

/**
 * What `parameters` says of each, by step and parameter; a row without a step speaks for all steps. Of several versions
 * the one that was valid when the newest part was made.
 */
async function parameterFacts(session: Session): Promise<(step: string, parameter: string) => ParameterFacts> {
  const rows = await session.rows<{step: string | null; parameter: string; branch: Branch | null; unit: string | null}>(
    `with ranked as (
       select *, row_number() over (
         partition by step, parameter
         order by valid_from > newest nulls first, case when valid_from > newest then valid_from end,
           valid_from desc nulls last, product nulls first
       ) as place
       from now.parameters cross join (select max(made_at) as newest from subjects)
     )
     select step, parameter, arg_min(branch, place) filter (branch is not null) as branch,
       arg_min(unit, place) filter (unit is not null) as unit
     from ranked group by step, parameter`,
  );
  const facts = new Map(rows.map(r => [`${r.step ?? ''}\n${r.parameter}`, r]));
  return (step, parameter) =>
    facts.get(`${step}\n${parameter}`) ?? facts.get(`\n${parameter}`) ?? {branch: null, unit: null};
}

const factorName = (step: string, parameter: string) => (step === '' ? parameter : `${step}.${parameter}`);

/** Of parameters with numbers at this position: a column may hold none yet, or its values as texts. */
async function measuredFactors(session: Session): Promise<FactorSource[]> {
  const facts = await session.once(parameterFacts, () => parameterFacts(session));
  const measured = await measuredColumns(session);
  return (await stepTables(session)).flatMap(table =>
    table.parameters
      .filter(({column}) => measured.has(`${table.id}.${column}`))
      .map(({parameter, column}) => ({
        name: factorName(table.step, parameter),
        step: table.step || null,
        branch: facts(table.step, parameter).branch ?? 'machine',
        kind: 'number' as const,
        relation: measuredAt(table.step, `now.step_${table.id}`, 'm.* exclude (part)'),
        value: `r.${column}`,
        unit: facts(table.step, parameter).unit,
        stepTable: table.id,
      })),
  );
}

/** `<table>.<column>` of the step tables that hold a number at the session's position; counted once a position. */
async function measuredColumns(session: Session): Promise<Set<string>> {
  const {known} = await session.row<{known: boolean}>(
    "select count(*) > 0 as known from duckdb_tables() where temporary and table_name = 'measured_columns'",
  );
  if (!known) {
    await session.run('create temp table measured_columns (name varchar)');
    for (const {id, parameters} of (await stepTables(session)).filter(t => t.parameters.length > 0)) {
      const names = parameters.map(({column}) => quoteText(`${id}.${column}`)).join(', ');
      const counts = parameters.map(({column}) => `count(${column})`).join(', ');
      await session.run(`insert into measured_columns
        select name from (select unnest([${names}]) as name, unnest([${counts}]) as n from now.step_${id}) where n > 0`);
    }
  }
  const rows = await session.rows<{name: string}>('from measured_columns');
  return new Set(rows.map(r => r.name));
}

/** SQL of the relation of `measuredFactors`, of one step; which of its runs do not count is found once a position. */
async function measuredOnce(session: Session, {step, id}: {step: string; id: number}): Promise<string> {
  await prepareHistory(session, 'subjects', 'visits');
  const name = `${UNCOUNTED}${id}`;
  await session.once(name, async () => {
    const sql = `create temp table ${name} as ${await runsThatDoNotCount(session, step, id)}`;
    heard(sql);
    const [made] = await session.rows('select 1 from duckdb_tables() where temporary and table_name = $name', {name});
    if (!made) await session.run(sql);
  });
  // No anti join: the engine takes none in a statement where a value is looked up a part.
  return `select m.* from now.step_${id} m left join ${name} u on u.part = m.part and u.run = m.run where u.part is null`;
}

async function textFactors(session: Session): Promise<FactorSource[]> {
  const facts = await session.once(parameterFacts, () => parameterFacts(session));
  const taken = new Set((await session.once(measuredFactors, () => measuredFactors(session))).map(m => m.name));
  const rows = await session.rows<{step: string; parameter: string}>(
    'select distinct step, parameter from now.cells where text_value is not null order by step, parameter',
  );
  return rows.map(({step, parameter}) => ({
    // A parameter that is measured now as a number, now as a text, is told apart.
    name: taken.has(factorName(step, parameter)) ? `${factorName(step, parameter)}.text` : factorName(step, parameter),
    step: step || null,
    branch: facts(step, parameter).branch ?? 'machine',
    kind: 'category',
    relation: measuredAt(
      step,
      `(select * from now.cells where text_value is not null and step = ${quoteText(step)} and parameter = ${quoteText(parameter)})`,
      'm.text_value',
    ),
    value: 'r.text_value',
    unit: null,
  }));
}

const READING_COLUMNS: {column: string; suffix: string; unit?: string}[] = [
  {column: 'mean', suffix: ''},
  {column: 'lowest', suffix: '.min'},
  {column: 'highest', suffix: '.max'},
  {column: 'last', suffix: '.last'},
  {column: 'time_above_s', suffix: '.time_above', unit: 's'},
  {column: 'time_below_s', suffix: '.time_below', unit: 's'},
];

async function readingFactors(session: Session): Promise<FactorSource[]> {
  const taken = new Set((await session.once(measuredFactors, () => measuredFactors(session))).map(m => m.name));
  const facts = await session.once(parameterFacts, () => parameterFacts(session));
  const counts = READING_COLUMNS.map(({column}) => `count(${column}) as ${column}`).join(', ');
  const rows = await session.rows<Record<string, number> & {step: string; parameter: string}>(
    `select step, parameter, ${counts} from station_readings group by step, parameter order by step, parameter`,
  );
  return rows.flatMap(row => {
    const {step, parameter} = row as {step: string; parameter: string};
    const name = factorName(step, parameter);
    return READING_COLUMNS.filter(({column}) => row[column] > 0).map(({column, suffix, unit}) => ({
      // A sensor that shares its name with a measured parameter is told apart.
      name: suffix === '' && taken.has(name) ? `${name}.mean` : `${name}${suffix}`,
      step,
      branch: facts(step, parameter).branch ?? 'machine',
      kind: 'number' as const,
      relation: `from station_readings where step = ${quoteText(step)} and parameter = ${quoteText(parameter)}`,
      value: `r.${column}`,
      unit: unit ?? facts(step, parameter).unit,
    }));
  });
}

async function materialFactors(session: Session): Promise<FactorSource[]> {
  const rows = await session.rows<{material: string; suppliers: number}>(
    'select material, count(supplier) as suppliers from materials group by material order by material',
  );
  return rows.flatMap(({material, suppliers}) => {
    const of = (column: 'lot' | 'supplier'): FactorSource => ({
      name: `material.${material}.${column}`,
      step: null,
      branch: 'material',
      kind: 'category',
      relation: `from materials where material = ${quoteText(material)}`,
      value: `r.${quoteName(column)}`,
      unit: null,
    });
    return suppliers > 0 ? [of('lot'), of('supplier')] : [of('lot')];
  });
}

/** When the part was made, in the plant's calendar. */
function timeFactors(): FactorSource[] {
  const zone = "coalesce(getvariable('time_zone'), 'UTC')";
  const of = (name: string, kind: 'category' | 'number', relation: string, value: string): FactorSource => ({
    name,
    step: null,
    branch: 'environment',
    kind,
    relation,
    value,
    unit: null,
    time: true,
  });
  const local = `(r.made_at at time zone ${zone})`;
  const positions = `select part, percent_rank() over (partition by lot order by made_at) as position,
    count(distinct made_at) over (partition by lot) as moments from subjects where lot is not null and made_at is not null`;
  const shifts = `select s.part, h.shift || ' ' || strftime(h.starts_at at time zone ${zone}, '%Y-%m-%d') as shift
    from subjects s join now.shifts h on s.made_at >= h.starts_at and s.made_at < h.ends_at
    qualify row_number() over (partition by s.part order by h.starts_at desc, h.shift) = 1`;
  return [
    of('time.shift', 'category', shifts, 'r.shift'),
    of('time.hour', 'number', 'from subjects where made_at is not null', `hour(${local})::double`),
    of('time.weekday', 'category', 'from subjects where made_at is not null', `dayname(${local})`),
    of('time.position_in_lot', 'number', positions, 'case when r.moments > 1 then r.position end'),
  ];
}
