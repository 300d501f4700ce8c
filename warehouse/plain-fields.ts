/**
 * The quick way from fields to values: SQL that is exact for what is plainly right, and calls a row doubtful where it might
 * not be. Each step is a query around the one before, so that nothing is worked out twice.
 */
import {CANONICAL, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName, quoteText} from './duckdb.ts';
import {distrusted, hasOffset, holdsNul, isShare, localTime, mayHoldNul, plainNumber} from './field-checks.ts';
import type {TablePlan} from './load-plan.ts';
import {isSkewed, type LifeOfPlant, tellsOfThePast} from './skewed-times.ts';
import {fieldOf, type Reading, taken} from './texts.ts';
import type {Source} from './validate.ts';

export interface PlainFields {
  /** SQL of a relation with the columns that the rest speaks of, and `"$doubtful"`. */
  relation: string;
  /** SQL of each source's value. */
  values: string[];
  /** SQL of each source's text, and of whether it is unmapped, where it can be. */
  texts: string[];
  /** SQL of the record's fields as they were sent. */
  sent: string[];
  /** SQL: a local time that the clock showed twice. */
  ambiguous: {field: string; twice: string}[];
}

/** @param keepsSent whether the relation carries all fields of the record along */
export function plainFields(
  sources: readonly Source[],
  reading: Reading,
  table: TablePlan,
  life: LifeOfPlant,
  keepsSent: boolean,
): PlainFields {
  const {plan, records} = reading;
  const sent = keepsSent ? plan.records.columns.map((_, i) => `"$f${i}"`) : [];
  const columns = sources.map((source, i) => columnOf(source, i, reading));
  const given = [
    ...(records.ordinal === null ? [] : [`(${records.ordinal})::integer as "$ordinal"`]),
    ...sent.map((name, i) => `${fieldOf(plan.records.columns[i], reading)} as ${name}`),
    ...columns.flatMap(c => c.given),
  ];
  const steps = [
    `select ${given.join(', ')} from ${records.relation} s where ${taken(table, reading)}`,
    ...[0, 1, 2].map(step => columns.flatMap(c => c.steps[step] ?? []).join(', ')),
    `(${doubts(sources, columns, table, life).join('\n or ')}) as "$doubtful"`,
  ];
  return {
    relation: steps.filter(step => step !== '').reduce((inner, more) => `select *, ${more} from (${inner})`),
    values: columns.map(c => c.value),
    texts: columns.flatMap(c => c.texts),
    sent,
    ambiguous: columns.flatMap((c, i) => (c.twice ? [{field: sources[i].name, twice: c.twice}] : [])),
  };
}

interface PlainColumn {
  given: string[];
  /** What each further query adds. */
  steps: (string | undefined)[];
  value: string;
  texts: string[];
  doubts: string[];
  twice?: string;
  /** Of a number that was a text or is not known to be finite. */
  number?: {text: string | null; value: string};
}

const INTEGERS = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'];
/** Types whose values are those of their texts. Floats are not: their shortest text is another double. */
const SAME_AS_TEXT: Partial<Record<string, readonly string[]>> = {
  number: ['DOUBLE', ...INTEGERS],
  integer: INTEGERS,
  time: ['TIMESTAMP WITH TIME ZONE'],
};

function columnOf(source: Source, i: number, reading: Reading): PlainColumn {
  const {plan, records} = reading;
  const type = source.field === null ? undefined : records.types.get(source.field);
  const asIs = plan.decimal === '.' && plan.missing.every(text => text === '');
  if (type && asIs && SAME_AS_TEXT[source.column.type]?.includes(type)) return nativeColumn(source, i);
  const text = `"$t${i}"`;
  const column: PlainColumn = {
    given: [`${source.text} as ${text}`],
    steps: [],
    value: text,
    texts: [text],
    doubts: [],
  };
  if (source.unmapped) {
    column.given.push(`(${source.unmapped}) as "$u${i}"`);
    column.texts.push(`"$u${i}"::varchar`);
    column.doubts.push(`coalesce("$u${i}", false)`);
  }
  const {type: kind, name} = source.column;
  const value = `"$v${i}"`;
  if (kind === 'number' || kind === 'integer') {
    const double = kind === 'number' ? value : `"$d${i}"`;
    column.steps = [`try_cast(${plainNumber(text, plan)} as double) as ${double}`];
    column.number = {text, value: double};
    column.value = value;
  }
  if (kind === 'integer') {
    column.steps[1] = `try_cast("$d${i}" as integer) as ${value}`;
    column.doubts.push(`coalesce("$d${i}" <> trunc("$d${i}") or abs("$d${i}") > 2147483647, false)`);
  }
  if (source.column.isShare) column.doubts.push(`not coalesce(${isShare(value)}, true)`);
  if (name === 'run') column.value = `coalesce(${value}, 1)`;
  if (kind === 'time') Object.assign(column, timeColumn(text, i, reading), {value});
  if (mayHoldNul(source.column, plan)) column.doubts.push(`coalesce(${holdsNul(text)}, false)`);
  return column;
}

function nativeColumn(source: Source, i: number): PlainColumn {
  const field = `"$n${i}"`;
  const value = `"$v${i}"`;
  const column: PlainColumn = {
    given: [`s.${quoteName(source.field!)} as ${field}`],
    steps: [`${field} as ${value}`],
    value,
    texts: [`${field}::varchar`],
    doubts: [],
  };
  const {type, name} = source.column;
  if (type === 'number') {
    column.steps = [`${field}::double as ${value}`];
    column.number = {text: null, value};
  }
  if (source.column.isShare) column.doubts.push(`not coalesce(${isShare(value)}, true)`);
  if (type === 'integer') {
    column.steps = [`try_cast(${field} as integer) as ${value}`];
    column.doubts.push(`(${field} is null) <> (${value} is null)`, `coalesce(${value} = -2147483648, false)`);
    if (name === 'run') column.value = `coalesce(${value}, 1)`;
  }
  if (type === 'time')
    column.doubts.push(`not coalesce(${field} between '0001-01-01'::timestamptz and '9999-12-31'::timestamptz, true)`);
  return column;
}

/** A time as nearly all systems write it is known by its shape, without a regular expression. */
const USUAL_TIME = '____-__-__T__:__:%Z';

function timeColumn(text: string, i: number, {plan}: Reading): Partial<PlainColumn> {
  const offset = `"$o${i}"`;
  const local = `"$l${i}"`;
  const steps = [`case when ${text} like '${USUAL_TIME}' then true else ${hasOffset(text)} end as ${offset}`];
  const missing = `${text} is not null and "$v${i}" is null`;
  if (!plan.timeZone) {
    steps.push(`case when ${offset} then try_cast(${text} as timestamptz) end as "$v${i}"`);
    return {steps, doubts: [missing]};
  }
  const zone = quoteText(plan.timeZone);
  const at = `(${local} at time zone ${zone})`;
  steps.push(`case when not ${offset} then ${localTime(text, plan)} end as ${local}`);
  steps.push(`case when ${offset} then try_cast(${text} as timestamptz) else ${at} end as "$v${i}"`);
  const moved = (hours: string) => `((${at} ${hours}) at time zone ${zone}) = ${local}`;
  return {
    steps,
    doubts: [missing, `coalesce((${at} at time zone ${zone}) <> ${local}, false)`],
    twice: `coalesce(${moved('+ interval 1 hour')} or ${moved('- interval 1 hour')}, false)`,
  };
}

/** SQL of each thing that makes a row doubtful; never null. */
function doubts(
  sources: readonly Source[],
  columns: readonly PlainColumn[],
  table: TablePlan,
  life: LifeOfPlant,
): string[] {
  const valueNamed = (name: string) => columns[sources.findIndex(s => s.as === name)].value;
  const found = columns.flatMap(c => c.doubts);
  for (const [i, {column}] of sources.entries()) {
    const {value} = columns[i];
    if (column.required) found.push(`${value} is null`);
    if (column.values) found.push(`coalesce(${value} not in (${column.values.map(quoteText).join(', ')}), false)`);
    if (tellsOfThePast(column)) found.push(isSkewed(value, life));
  }
  for (const {column, is} of table.distrust ?? [])
    found.push(distrusted(column === undefined ? '' : valueNamed(column), column, is));
  const {exactlyOne, ordered} = CANONICAL[table.table];
  if (exactlyOne && !table.parameters) {
    const given = exactlyOne.filter(c => table.columns[c]).map(c => `(${valueNamed(c)} is not null)::integer`);
    found.push(`${given.join(' + ') || '0'} <> 1`);
  }
  if (table.table === 'defects' && table.columns.defect) {
    found.push(`coalesce(${valueNamed('defect')} = '${NO_EARLIER_DEFECTS}', false)`);
  }
  for (const [start, end] of ordered ?? []) {
    if (table.columns[start] && table.columns[end])
      found.push(`coalesce(${valueNamed(end)} < ${valueNamed(start)}, false)`);
  }
  const numbers = columns.flatMap(c => c.number ?? []);
  found.push(...numbers.filter(n => n.text !== null).map(n => `(${n.text} is null) <> (${n.value} is null)`));
  // A sum is finite only if its summands are, and a text has an underscore only where one of its pieces has.
  for (const some of inPortions(numbers)) {
    found.push(`not isfinite(${some.map(n => `coalesce(${n.value}, 0)`).join(' + ')})`);
    const texts = some.flatMap(n => n.text ?? []);
    if (texts.length > 0) found.push(`contains(concat(${texts.join(', ')}), '_')`);
  }
  return found.length > 0 ? found : ['false'];
}

const PORTION = 64;

function inPortions<T>(all: readonly T[]): T[][] {
  return Array.from({length: Math.ceil(all.length / PORTION)}, (_, k) => all.slice(k * PORTION, (k + 1) * PORTION));
}
