/**
 * From records to typed values, in one pass over the file. What is plainly right is taken as it stands; a row with anything
 * doubtful keeps its texts, and only these are looked at again, exactly.
 */
import {missingOf} from './all-columns.ts';
import {type Column, columnsOf, WIDE_COLUMNS} from './canonical.ts';
import {quoteName, quoteText} from './duckdb.ts';
import {type Check, columnChecks, numberOf, tableChecks, typedValue, wrongNumber} from './field-checks.ts';
import type {TablePlan} from './load-plan.ts';
import {plainFields} from './plain-fields.ts';
import type {Scratch} from './scratch.ts';
import {type LifeOfPlant, skewChecks} from './skewed-times.ts';
import {fieldOf, type Reading, textOf, unmappable} from './texts.ts';

/** A field that keeps its row out. */
interface FieldError {
  ordinal: number;
  field: string | null;
  reason: string;
}

export interface Validated {
  errors: FieldError[];
  /** Columns with times that the clock showed twice, read as the second of the two. */
  ambiguous: {field: string; rows: number}[];
  /** Of each record that is kept out: its fields as sent, as JSON, and its line where it is known. */
  sent: Map<number, {row: string; line: number | null}>;
}

/** A canonical column, or the column of a parameter in a wide file, and where its text comes from. */
export interface Source {
  /** Its name while it is a text. */
  name: string;
  /** Its name as a value. */
  as: string;
  column: Column;
  /** SQL of its text, over record `s`. */
  text: string;
  /** SQL that is true where a look-up does not list it. */
  unmapped: string | null;
  /** The field that it is taken from as it stands; null when it is made. */
  field: string | null;
}

/**
 * Makes relation `valid_<k>` (`ordinal`, then the table's columns, typed; for wide measurements a column `p:<parameter>`
 * each) of the records that are right. @returns what kept the others out
 */
export async function validate(
  scratch: Scratch,
  reading: Reading,
  table: TablePlan,
  k: number,
  life: LifeOfPlant,
): Promise<Validated> {
  const {records} = reading;
  const sources = sourcesOf(reading, table);
  const absent = absentColumns(table).map(c => `${absentValue(c)} as ${quoteName(c.name)}`);
  const hasRowids = records.ordinal === null;
  const plain = plainFields(sources, reading, table, life, hasRowids);
  const checked = await scratch.table(
    `checked_${k}`,
    `select ${[
      ...(hasRowids ? [] : ['"$ordinal"']),
      ...plain.values.map((value, i) => `${value} as ${quoteName(sources[i].as)}`),
      ...absent,
      ...plain.ambiguous.map(({twice}, i) => `${twice} as "$twice${i}"`),
      `case when "$doubtful" then [${plain.texts.join(', ')}] end as "$texts"`,
      ...(hasRowids ? [`case when "$doubtful" then [${plain.sent.join(', ')}] end as "$sent"`] : []),
    ].join(',\n  ')}
    from (${plain.relation})`,
  );
  const ordinal = hasRowids ? 'rowid::integer' : '"$ordinal"';
  const counts = await scratch.session.row<Record<string, number>>(
    `select count("$texts") as doubtful${plain.ambiguous.map((_, i) => `, count(*) filter ("$twice${i}") as "twice${i}"`).join('')}
     from ${checked}`,
  );
  const ambiguous = plain.ambiguous.map(({field}, i) => ({field, rows: counts[`twice${i}`]}));
  const names = [...sources.map(s => quoteName(s.as)), ...absentColumns(table).map(c => quoteName(c.name))].join(', ');
  if (counts.doubtful === 0) {
    await scratch.view(`valid_${k}`, `select ${ordinal} as ordinal, ${names} from ${checked}`);
    return {errors: [], ambiguous, sent: new Map()};
  }
  const errors = await judge(scratch, reading, table, sources, k, ordinal, life);
  await scratch.view(
    `valid_${k}`,
    `select ${ordinal} as ordinal, ${names} from ${checked} where "$texts" is null
     union all by name select * from judged_${k}`,
  );
  return {errors, ambiguous, sent: errors.length > 0 ? await sentOf(scratch, reading, k) : new Map()};
}

function sourcesOf(reading: Reading, table: TablePlan): Source[] {
  const canonical = columnsOf(table.table).filter(
    c => table.columns[c.name] && (!table.parameters || WIDE_COLUMNS.has(c.name)),
  );
  return [
    ...canonical.map(column => {
      const expression = table.columns[column.name];
      return {
        name: column.name,
        as: column.name,
        column,
        text: textOf(expression, reading),
        unmapped: unmappable(expression, reading),
        field: expression.from === 'column' ? expression.column : null,
      };
    }),
    ...Object.entries(table.parameters ?? {}).map(([field, parameter]) => ({
      name: field,
      as: `p:${parameter}`,
      column: {name: field, type: 'number' as const},
      text: textOf({from: 'column', column: field}, reading),
      unmapped: null,
      field,
    })),
  ];
}

const absentColumns = (table: TablePlan): Column[] =>
  columnsOf(table.table).filter(c => !table.columns[c.name] && (!table.parameters || WIDE_COLUMNS.has(c.name)));

function absentValue(column: Column): string {
  return column.name === 'run' ? '1::integer' : missingOf(column);
}

/** Looks at the doubtful rows exactly; makes `judged_<k>` of those that are right. @returns the errors of the others */
async function judge(
  scratch: Scratch,
  {plan}: Reading,
  table: TablePlan,
  sources: readonly Source[],
  k: number,
  ordinal: string,
  life: LifeOfPlant,
): Promise<FieldError[]> {
  let at = 0;
  const columns: string[] = [];
  const checks: Check[] = [];
  for (const {name, column, unmapped} of sources) {
    columns.push(`"$texts"[${++at}] as ${quoteName(name)}`);
    if (!unmapped) continue;
    columns.push(`"$texts"[${++at}] = 'true' as "$unmapped${at}"`);
    const reason = `case when "$unmapped${at}" then 'not in the mapping: "' || ${quoteName(name)} || '"' end`;
    checks.push({field: column.name, reason});
  }
  const isParameter = (source: Source) => source.name !== source.as;
  const present = sources.filter(s => !isParameter(s)).map(s => s.column);
  checks.push(
    ...present.flatMap(c => columnChecks(c, plan)),
    ...sources.filter(isParameter).map(s => ({field: s.name, reason: wrongNumber(quoteName(s.name), plan)})),
    ...tableChecks(table, plan),
  );
  const doubtful = await scratch.table(
    `doubtful_${k}`,
    `select ${ordinal} as "$ordinal", ${columns.join(', ')} from checked_${k} where "$texts" is not null`,
  );
  const errors = withoutRepeats(await fieldErrors(scratch, doubtful, checks));
  await scratch.table(`wrong_${k}`, ordinalsOf(errors));
  const plausible = `(from ${doubtful} anti join wrong_${k} on ordinal = "$ordinal")`;
  const skewed = await fieldErrors(scratch, plausible, skewChecks(present, plan, life));
  for (const error of skewed) errors.push(error);
  if (skewed.length > 0) await scratch.table(`wrong_${k}`, ordinalsOf(errors));
  const values = sources.map(s =>
    isParameter(s)
      ? `${numberOf(quoteName(s.name), plan)} as ${quoteName(s.as)}`
      : `${typedValue(s.column, plan)} as ${quoteName(s.as)}`,
  );
  const absent = absentColumns(table).map(c => `${absentValue(c)} as ${quoteName(c.name)}`);
  await scratch.table(
    `judged_${k}`,
    `select ${['"$ordinal" as ordinal', ...values, ...absent].join(', ')} from ${plausible}`,
  );
  return errors.sort((a, b) => a.ordinal - b.ordinal);
}

async function fieldErrors({session}: Scratch, relation: string, checks: readonly Check[]): Promise<FieldError[]> {
  if (checks.length === 0) return [];
  const hits = await session.row<Record<string, number>>(
    `select ${checks.map(({reason}, i) => `count(${reason}) as "${i}"`).join(', ')} from ${relation}`,
  );
  const errors: FieldError[] = [];
  for (const [i, {field, reason}] of checks.entries()) {
    if (hits[i] === 0) continue;
    const rows = await session.rows<{ordinal: number; reason: string}>(
      `select * from (select "$ordinal" as ordinal, ${reason} as reason from ${relation}) where reason is not null`,
    );
    for (const row of rows) errors.push({...row, field});
  }
  return errors;
}

/** A text that the mapping does not know is none that the column takes either: said once. */
function withoutRepeats(errors: readonly FieldError[]): FieldError[] {
  const unmapped = new Map(errors.filter(isUnmapped).map(error => [`${error.ordinal} ${error.field}`, error]));
  return errors.filter(error => (unmapped.get(`${error.ordinal} ${error.field}`) ?? error) === error);
}

const isUnmapped = ({reason}: FieldError) => reason.startsWith('not in the mapping: ');

const ordinalsOf = (errors: readonly FieldError[]) =>
  `select distinct unnest([${errors.map(e => e.ordinal).join(', ')}]::integer[]) as ordinal`;

/** The records that are kept out, as they were sent. */
async function sentOf({session}: Scratch, reading: Reading, k: number): Promise<Validated['sent']> {
  const {plan, records} = reading;
  const {columns} = plan.records;
  const json = (field: (column: string, i: number) => string) => {
    const all = `to_json({${columns.map((c, i) => `${quoteText(c)}: ${field(c, i)}`).join(', ')}})`;
    // Made records are of several kinds: each lacks most of the columns, and nobody sent them empty.
    const isMade = plan.records.format === 'ndjson' && plan.records.made;
    return `${isMade ? `json_merge_patch('{}', ${all})` : all}::varchar`;
  };
  const rows = await session.rows<{ordinal: number; row: string; line: number | null}>(
    records.ordinal === null
      ? `select c.rowid as ordinal, ${json((_, i) => `"$sent"[${i + 1}]`)} as "row", ${records.line} as line
         from checked_${k} c join wrong_${k} w on w.ordinal = c.rowid`
      : `select w.ordinal, ${json(c => fieldOf(c, reading))} as "row", ${records.line} as line
         from ${records.relation} s join wrong_${k} w on w.ordinal = ${records.ordinal}`,
  );
  return new Map(rows.map(({ordinal, row, line}) => [ordinal, {row, line}]));
}
