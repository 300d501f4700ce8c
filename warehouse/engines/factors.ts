/** What could have acted on a part, by its contract name, as an engine can be asked for it over all plants. */
import type {Branch} from '../answers.ts';
import {nearNames} from '../near-names.ts';
import {QuestionError} from '../question-error.ts';
import type {Asking, Company} from './company.ts';
import {sqlName} from './dialect.ts';
import {materials, mustBeShallow} from './materials.ts';
import {firstInspections, startedFirst} from './parts.ts';
import {newestBefore, visits} from './visits.ts';

export interface CompanyFactor {
  name: string;
  step: string | null;
  branch: Branch;
  kind: 'category' | 'number';
  unit: string | null;
  /** A clock or a calendar rather than a thing that could be repaired. */
  time?: boolean;
  /** The column of the parts in scope that is the value; null where it stands elsewhere. */
  column: string | null;
  /** Where the values stand, which other factors may share; null where the parts themselves have them. */
  from: Source | null;
  /** Its levels are names of a plant, which are not those of another. */
  isOfPlant: boolean;
}

/** A relation that holds the values of several factors, so that it need be made but once for all of them. */
interface Source {
  /** Its name: no other has the same. */
  name: string;
  /** SQL of it: plant, part, its columns, and `step` where what is told apart by `at` stands in it; at most one row a part of each. */
  relation: (asking: Asking) => string;
  /** Whose rows the factor takes: of a step, or of a material; null where all are its own. */
  at: string | null;
  /** SQL of the value, over `r`. */
  value: string;
}

/** SQL of a relation (plant, part, value) of one factor, at most one row a part. */
export function relationOf(asking: Asking, {from}: CompanyFactor): string {
  const {relation, at, value} = from!;
  const own = at === null ? '' : ` where r.step = ${asking.value(at)}`;
  return `(select r.plant as plant, r.part as part, ${value} as value from ${relation(asking)} r${own})`;
}

const alone = (name: string, relation: Source['relation']): Source => ({name, relation, at: null, value: 'r.value'});

const category = {kind: 'category', unit: null} as const;

/** Factors that are columns of the parts. */
const OF_PARTS: readonly CompanyFactor[] = [
  {name: 'part.plant', branch: 'environment', column: 'plant', isOfPlant: false},
  {name: 'part.product', branch: 'method', column: 'product', isOfPlant: false},
  {name: 'part.work_order', branch: 'method', column: 'work_order', isOfPlant: true},
  {name: 'part.lot', branch: 'material', column: 'lot', isOfPlant: true},
  {name: 'part.part', branch: 'method', column: 'part', isOfPlant: true},
  {name: 'inspection.station', branch: 'measurement', column: 'station', isOfPlant: true},
  {name: 'inspection.inspector', branch: 'measurement', column: 'inspector', isOfPlant: false},
].map(one => ({...category, step: null, from: null, ...one}) as CompanyFactor);

/** Columns of a part that may be named without their table. */
const SHORT_NAMES: Record<string, string> = {
  plant: 'part.plant',
  part: 'part.part',
  product: 'part.product',
  work_order: 'part.work_order',
  lot: 'part.lot',
};

const OF_VISITS: {suffix: string; branch: Branch; column?: string; isOfPlant?: boolean; number?: true; time?: true}[] =
  [
    {suffix: 'station', branch: 'machine', isOfPlant: true},
    {suffix: 'tool', branch: 'machine', isOfPlant: true},
    {suffix: 'cavity', branch: 'machine', isOfPlant: true},
    {suffix: 'operator', branch: 'man', isOfPlant: true},
    {suffix: 'program', branch: 'method'},
    {suffix: 'shift', branch: 'man', time: true},
    {suffix: 'crew', branch: 'man', isOfPlant: true},
    {suffix: 'queue', branch: 'method', number: true},
    {suffix: 'since_changeover', branch: 'machine', number: true},
    {suffix: 'since_maintenance', branch: 'machine', number: true},
  ];

/** What is known of a plant's sensors is linked by time, which has no equi-join. */
const NOT_HAD = 'readings of sensors are linked to parts by time, which an engine is not asked for: ask at the plant';

/** All factors that a company's plants have, in the order of their names; one pass over the operations says which. */
export async function companyFactors(asking: Asking): Promise<CompanyFactor[]> {
  const factors = [
    ...OF_PARTS,
    ...(await ofVisits(asking)),
    ...(await measured(asking)),
    ...(await ofMaterials(asking)),
  ];
  factors.push(...ofTime(asking));
  return factors.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const known = new WeakMap<Company, Promise<CompanyFactor[]>>();

/** What a company's plants have does not change while it is open. Asked with values of its own: another query may be in the making. */
function knownFactors({company, signal}: Asking): Promise<CompanyFactor[]> {
  const before = known.get(company);
  if (before !== undefined) return before;
  const factors = companyFactors(company.asking(signal));
  known.set(company, factors);
  factors.catch(() => known.delete(company));
  return factors;
}

/** @throws QuestionError for a name that no factor bears, or one that an engine is not asked for */
export async function factorCalled(asking: Asking, name: string): Promise<CompanyFactor> {
  const wanted = SHORT_NAMES[name] ?? name;
  const own = OF_PARTS.find(factor => factor.name === wanted);
  if (own !== undefined) return own;
  const factors = await knownFactors(asking);
  const found = factors.find(factor => factor.name === wanted);
  if (found !== undefined) return found;
  const near = nearNames(
    name,
    factors.map(factor => factor.name),
  );
  throw new QuestionError(
    `there is no factor "${name}" that an engine can be asked for${near.length > 0 ? `; near it: ${near.join(', ')}` : ''}`,
    {hint: NOT_HAD},
  );
}

async function ofVisits(asking: Asking): Promise<CompanyFactor[]> {
  const counts = ['station', 'tool', 'cavity', 'operator', 'program', 'started_at']
    .map(column => `count(${column}) as n_${column}`)
    .join(', ');
  const {company} = asking;
  const steps = await asking.rows<Record<string, number> & {step: string}>(
    `select step, ${counts} from ${asking.table('operations', 'step', 'station', 'tool', 'cavity', 'operator', 'program', 'started_at')} o
     group by step order by step`,
  );
  const rowsOf = (table: string) => company.tables.get(table)?.rows ?? 0;
  const has = (row: Record<string, number>, suffix: string): boolean => {
    if (suffix === 'shift' || suffix === 'crew') return row.n_started_at > 0 && rowsOf('shifts') > 0;
    if (suffix.startsWith('since_')) return row.n_started_at > 0 && rowsOf('events') > 0;
    return suffix === 'queue' ? row.n_started_at > 0 : row[`n_${suffix}`] > 0;
  };
  return steps.flatMap(row =>
    OF_VISITS.filter(({suffix}) => has(row, suffix)).map(
      ({suffix, branch, isOfPlant = false, number, time}): CompanyFactor => ({
        name: `${row.step}.${suffix}`,
        step: row.step,
        branch,
        kind: number ? 'number' : 'category',
        unit: number ? 's' : null,
        time,
        column: null,
        isOfPlant,
        from: visitSource(row.step, suffix),
      }),
    ),
  );
}

/** Of all steps at once: which run counts is worked out over all of them. */
function visitSource(at: string, suffix: string): Source {
  const seconds = (from: string) => `(r.started_at - ${from}) / 1000000.0e0`;
  if (suffix.startsWith('since_')) {
    const kind = suffix.slice('since_'.length);
    const events = (asking: Asking) =>
      `(select plant, station, "at" as at_time from ${asking.table('events', 'station', 'at', 'kind')} e where kind = '${kind}')`;
    const relation = (asking: Asking) => newestBefore(asking, visits(asking), events(asking), {byStation: true});
    return {name: `visits since ${kind}`, relation, at, value: seconds('r.since')};
  }
  if (suffix === 'shift' || suffix === 'crew')
    return {name: 'visits in shifts', relation: inShifts, at, value: `r.${suffix}`};
  return {name: 'visits', relation: visits, at, value: suffix === 'queue' ? seconds('r.before') : `r.${suffix}`};
}

/** Grain: one row per part and step that began in a shift. Of shifts that begin together the first name; the rule of `visits.sql`. */
function inShifts(asking: Asking): string {
  const calendar = `(select plant, starts_at, max(ends_at) as ends_at, min(shift) as shift, min(crew) as crew
    from ${asking.table('shifts', 'shift', 'crew', 'starts_at', 'ends_at')} c group by plant, starts_at)`;
  const begun = `(select plant, starts_at as at_time from ${asking.table('shifts', 'starts_at')} b)`;
  return `(select v.plant as plant, v.part as part, v.step as step, c.shift as shift, c.crew as crew
    from ${newestBefore(asking, visits(asking), begun, {byStation: false})} v
    join ${calendar} c on c.plant = v.plant and c.starts_at = v.since where v.started_at < c.ends_at)`;
}

/** Numbers of the steps' tables, and of measurements that name no step; texts measured in the place of numbers. */
async function measured(asking: Asking): Promise<CompanyFactor[]> {
  const facts = await parameterFacts(asking);
  const factors: CompanyFactor[] = [];
  for (const [table, {columns}] of asking.company.tables) {
    if (!table.startsWith('step_')) continue;
    const step = table.slice('step_'.length);
    const parameters = [...columns.keys()].filter(name => !['part', 'run', 'measured_at'].includes(name));
    for (const parameter of await withNumbers(asking, table, parameters))
      factors.push(
        number(step, parameter, facts, {
          name: table,
          relation: another => stepRelation(another, step, parameters),
          at: null,
          value: `r.p${parameters.indexOf(parameter)}`,
        }),
      );
  }
  const long = await asking.rows<{step: string | null; parameter: string; numbers: number; texts: number}>(
    `select step, parameter, count(value) as numbers, count(text_value) as texts
     from ${asking.table('measurements', 'step', 'parameter', 'value', 'text_value')} m
     where step is null or text_value is not null group by step, parameter order by 1, 2`,
  );
  for (const {step, parameter, numbers, texts} of long) {
    if (step === null && numbers > 0)
      factors.push(
        number(
          '',
          parameter,
          facts,
          alone(`value ${parameter}`, another => longRelation(another, '', parameter, 'value')),
        ),
      );
    if (texts === 0) continue;
    const name = step === null ? parameter : `${step}.${parameter}`;
    const taken = factors.some(factor => factor.name === name);
    factors.push({
      ...category,
      name: taken ? `${name}.text` : name,
      step,
      branch: facts(step ?? '', parameter).branch ?? 'machine',
      column: null,
      isOfPlant: false,
      from: alone(`text ${name}`, another => longRelation(another, step ?? '', parameter, 'text_value')),
    });
  }
  return factors;
}

async function withNumbers(asking: Asking, table: string, parameters: readonly string[]): Promise<string[]> {
  if (parameters.length === 0) return [];
  const counts = parameters.map((name, k) => `count(${sqlName(name)}) as n${k}`).join(', ');
  const row = await asking.row<Record<string, number>>(`select ${counts} from ${asking.table(table, ...parameters)} t`);
  return parameters.filter((_, k) => row[`n${k}`] > 0);
}

type Facts = (step: string, parameter: string) => {branch: Branch | null; unit: string | null};

function number(step: string, parameter: string, facts: Facts, from: Source): CompanyFactor {
  const {branch, unit} = facts(step, parameter);
  const name = step === '' ? parameter : `${step}.${parameter}`;
  return {
    name,
    step: step || null,
    branch: branch ?? 'machine',
    kind: 'number',
    unit,
    column: null,
    isOfPlant: false,
    from,
  };
}

/** What `parameters` says of each; a row without a step speaks for all steps, the newest for those before. */
async function parameterFacts(asking: Asking): Promise<Facts> {
  const rows = await asking.rows<{step: string | null; parameter: string; branch: Branch | null; unit: string | null}>(
    `select step, parameter, branch, unit from ${asking.table('parameters', 'step', 'parameter', 'product', 'branch', 'unit', 'valid_from')} p
     order by valid_from nulls first, product nulls last, plant desc`,
  );
  const facts = new Map<string, {branch: Branch | null; unit: string | null}>();
  for (const {step, parameter, branch, unit} of rows) {
    const key = `${step ?? ''}\n${parameter}`;
    const before = facts.get(key);
    facts.set(key, {branch: branch ?? before?.branch ?? null, unit: unit ?? before?.unit ?? null});
  }
  return (step, parameter) =>
    facts.get(`${step}\n${parameter}`) ?? facts.get(`\n${parameter}`) ?? {branch: null, unit: null};
}

/** What was measured in the run that `visits` chose, or where a part has no recorded run there, the last one before the inspection. */
function stepRelation(asking: Asking, step: string, parameters: readonly string[]): string {
  const values = parameters.map((name, k) => `${sqlName(name)} as p${k}`).join(', ');
  const rows = `(select plant, part, run, measured_at, ${values}
    from ${asking.table(`step_${step}`, 'part', 'run', 'measured_at', ...parameters)} m)`;
  return inTheRunThatCounts(
    asking,
    step,
    rows,
    parameters.map((_, k) => `p${k}`),
  );
}

/** A value that is only known to lie below or above a limit ranks as the lowest or highest. */
const LEAST = '-1.7976931348623157e308';
const MOST = '1.7976931348623157e308';

function longRelation(asking: Asking, step: string, parameter: string, what: 'value' | 'text_value'): string {
  const value =
    what === 'text_value'
      ? what
      : `case when qualifier = '<' then ${LEAST} when qualifier = '>' then ${MOST} else value end`;
  const columns = ['part', 'step', 'run', 'measured_at', 'parameter', 'value', 'text_value', 'qualifier'];
  const rows = `(select plant, part, run, measured_at, ${value} as value from ${asking.table('measurements', ...columns)} m
    where coalesce(step, '') = ${asking.value(step)} and parameter = ${asking.value(parameter)} and ${what} is not null)`;
  return inTheRunThatCounts(asking, step, rows, ['value']);
}

function inTheRunThatCounts(asking: Asking, step: string, rows: string, columns: readonly string[]): string {
  const chosen = `(select plant, part, run from ${visits(asking)} v where step = ${asking.value(step)})`;
  const counted = `(select m.plant as plant, m.part as part, max(m.run) as run from ${rows} m
    left join ${chosen} v on v.plant = m.plant and v.part = m.part
    left join ${firstInspections(asking)} s on s.plant = m.plant and s.part = m.part
    where v.run = m.run or (v.run is null and (m.measured_at is null or s.inspected_at is null or m.measured_at <= s.inspected_at))
    group by m.plant, m.part)`;
  const values = columns.map(column => `m.${column} as ${column}`).join(', ');
  return `(select m.plant as plant, m.part as part, ${values} from ${rows} m
    join ${counted} c on c.plant = m.plant and c.part = m.part and c.run = m.run)`;
}

async function ofMaterials(asking: Asking): Promise<CompanyFactor[]> {
  if (asking.company.tables.get('genealogy')!.rows === 0) return [];
  await mustBeShallow(asking);
  const rows = await asking.rows<{material: string; suppliers: number}>(
    `select material, count(supplier) as suppliers from ${asking.table('lots', 'lot', 'material', 'supplier')} l
     where material is not null group by material order by material`,
  );
  return rows.flatMap(({material, suppliers}) =>
    (suppliers > 0 ? (['lot', 'supplier'] as const) : (['lot'] as const)).map(what => ({
      ...category,
      name: `material.${material}.${what}`,
      step: null,
      branch: 'material' as const,
      column: null,
      isOfPlant: what === 'lot',
      from: {name: 'materials', relation: materials, at: material, value: `r.${what}`},
    })),
  );
}

const DAY = 86_400_000_000;
const WEEKDAYS = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'];

/** When the part was made. The hour and the day are told only where all plants keep UTC: others share no clock. */
function ofTime({company}: Asking): CompanyFactor[] {
  const of = (name: string, kind: 'category' | 'number', relation: Source['relation']): CompanyFactor => ({
    name,
    kind,
    from: alone(name, relation),
    step: null,
    branch: 'environment',
    unit: null,
    time: true,
    column: null,
    isOfPlant: false,
  });
  const modulo = (sql: string, by: number) => `(((${sql} % ${by}) + ${by}) % ${by})`;
  const sinceMidnight = modulo('m.made_at', DAY);
  const hour = (asking: Asking) => `(select m.plant as plant, m.part as part,
      (${sinceMidnight} - ${sinceMidnight} % 3600000000) / 3600000000.0e0 as value
    from ${whenMade(asking)} m where m.made_at is not null)`;
  const day = modulo('m.made_at', 7 * DAY);
  const names = WEEKDAYS.map((name, k) => `when ${day} < ${(k + 1) * DAY} then '${name}'`).join(' ');
  const weekday = (asking: Asking) => `(select m.plant as plant, m.part as part, case ${names} end as value
    from ${whenMade(asking)} m where m.made_at is not null)`;
  const position = (asking: Asking) => `(select plant, part,
      case when earliest < latest then (place - 1.0e0) / (others - 1.0e0) end as value
    from (select plant, part, rank() over (partition by plant, lot order by made_at) as place,
        count(*) over (partition by plant, lot) as others, min(made_at) over (partition by plant, lot) as earliest,
        max(made_at) over (partition by plant, lot) as latest
      from ${whenMade(asking)} m where lot is not null and made_at is not null) r)`;
  const factors = [of('time.position_in_lot', 'number', position)];
  const isUtc = company.snapshots.every(({manifest}) => manifest.timeZone === 'UTC');
  return isUtc ? [...factors, of('time.hour', 'number', hour), of('time.weekday', 'category', weekday)] : factors;
}

/** Grain: one row per part: its lot, and when it was made. Of all parts, since a place in a lot is among all of it. */
function whenMade(some: Asking): string {
  const asking = some.whole();
  return `(select p.plant as plant, p.part as part, p.lot as lot,
      coalesce(p.made_at, o.first_start, f.inspected_at) as made_at
    from ${asking.table('parts', 'part', 'lot', 'made_at')} p
    left join ${startedFirst(asking)} o on o.plant = p.plant and o.part = p.part
    left join ${firstInspections(asking)} f on f.plant = p.plant and f.part = p.part)`;
}

/** Why factors that a plant knows are not among a company's, each with its reason. */
export function notHad({company}: Asking): {factor: string; reason: string}[] {
  const found = [
    {
      factor: 'time.shift',
      reason: 'shifts of several calendars overlap: an engine is asked for the shift of a step, not of a time',
    },
  ];
  if ((company.tables.get('readings')?.rows ?? 0) > 0) found.push({factor: 'readings', reason: NOT_HAD});
  if (company.snapshots.some(({manifest}) => manifest.timeZone !== 'UTC'))
    for (const factor of ['time.hour', 'time.weekday'])
      found.push({factor, reason: 'the plants do not all keep UTC: they share no clock'});
  return found;
}
