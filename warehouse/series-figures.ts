/** Quartiles and missing shares of what a file tells, by its own columns: to be compared with what came before. */
import {columnsOf} from './canonical.ts';
import {quoteName, type Session} from './duckdb.ts';
import {numberOf} from './field-checks.ts';
import type {Expression, LoadPlan, TablePlan} from './load-plan.ts';
import {Scratch} from './scratch.ts';
import {openSample} from './staging.ts';
import type {LotFigures} from './statistics/scale-change.ts';
import {type Reading, taken, textOf, unmappable} from './texts.ts';

/** Records looked at: a source that changes in the middle of a larger file is seen with its next one. */
const RECORDS_MAX = 20_000;
/** Fewer values than this say nothing of a scale. */
const VALUES_MIN = 5;
const LEVELS_MAX = 2000;

export interface Figures {
  /** By column, or column and parameter where a record is a value: see `seriesKey`. */
  series: Record<string, LotFigures>;
  /** Share of records without a value, by column. */
  missing: Record<string, number>;
  records: number;
  /** Texts that a look-up of the mapping does not list. */
  unlisted: {column: string; codes: string[]; records: number}[];
}

export const seriesKey = (column: string, level?: string): string =>
  level === undefined ? column : `${column} of ${level}`;

/** Numbers of a table plan that are read from a column as they stand, and the column that says of which parameter each is. */
export function numbersOf(table: TablePlan): {field: string; column: string; level: string | null}[] {
  if (table.parameters) return Object.keys(table.parameters).map(column => ({field: column, column, level: null}));
  const parameter = table.columns.parameter;
  const level = parameter?.from === 'column' ? parameter.column : null;
  return columnsOf(table.table).flatMap(({name, type}) => {
    const made = table.columns[name];
    if (made?.from !== 'column' || (type !== 'number' && type !== 'integer') || name === 'run' || name === 'n')
      return [];
    return [{field: name, column: made.column, level: name === 'value' ? level : null}];
  });
}

export async function figuresOf(session: Session, plan: LoadPlan): Promise<Figures> {
  const figures: Figures = {series: {}, missing: {}, records: 0, unlisted: []};
  const scratch = new Scratch(session);
  try {
    const reading = {plan, records: await openSample(scratch, plan.records, RECORDS_MAX)};
    await addMissing(session, reading, figures);
    for (const table of plan.tables) {
      await addNumbers(session, reading, table, figures);
      await addUnlisted(session, reading, table, figures);
    }
    return figures;
  } finally {
    await scratch.clear();
  }
}

async function addMissing(session: Session, reading: Reading, figures: Figures): Promise<void> {
  const columns = [...new Set(reading.plan.tables.flatMap(usedColumns))];
  const counts = columns.map((column, k) => `count(${textOf({from: 'column', column}, reading)}) as "c${k}"`);
  const row = await session.row<Record<string, number>>(
    `select ${['count(*) as records', ...counts].join(', ')} from ${reading.records.relation} s`,
  );
  figures.records = row.records;
  if (row.records > 0)
    for (const [k, column] of columns.entries()) figures.missing[column] = 1 - row[`c${k}`] / row.records;
}

async function addNumbers(session: Session, reading: Reading, table: TablePlan, figures: Figures): Promise<void> {
  const numbers = numbersOf(table);
  const numeric = (column: string) => numberOf(textOf({from: 'column', column}, reading), reading.plan);
  const from = `from ${reading.records.relation} s where ${taken(table, reading)}`;
  const quartiles = (value: string) => `quantile_cont(${value}, [0.25, 0.5, 0.75])`;
  const alone = numbers.filter(({level}) => level === null);
  if (alone.length > 0) {
    const parts = alone.map((_, k) => `count("v${k}") as "n${k}", ${quartiles(`"v${k}"`)} as "q${k}"`);
    const values = alone.map(({column}, k) => `${numeric(column)} as "v${k}"`);
    const row = await session.row(`select ${parts.join(', ')} from (select ${values.join(', ')} ${from})`);
    for (const [k, {column}] of alone.entries()) add(figures, seriesKey(column), row[`n${k}`], row[`q${k}`]);
  }
  for (const {column, level} of numbers) {
    if (level === null) continue;
    const rows = await session.rows<{level: string | null; n: number; q: number[]}>(
      `select level, count(v) as n, ${quartiles('v')} as q
       from (select ${textOf({from: 'column', column: level}, reading)} as level, ${numeric(column)} as v ${from})
       group by level order by n desc, level limit ${LEVELS_MAX}`,
    );
    for (const {level: of, n, q} of rows) if (of !== null) add(figures, seriesKey(column, of), n, q);
  }
}

function add(figures: Figures, key: string, n: unknown, quartiles: unknown): void {
  if (typeof n !== 'number' || n < VALUES_MIN || !Array.isArray(quartiles)) return;
  const [q1, median, q3] = quartiles as number[];
  figures.series[key] = {n, q1: short(q1), median: short(median), q3: short(q3)};
}

/** The ledger keeps them: ten digits are plenty. */
const short = (value: number): number => Number(value.toPrecision(10));

async function addUnlisted(session: Session, reading: Reading, table: TablePlan, figures: Figures): Promise<void> {
  for (const expression of Object.values(table.columns).flatMap(mapsIn)) {
    const strange = unmappable(expression, reading);
    if (strange === null || figures.unlisted.some(({column}) => column === expression.column)) continue;
    const rows = await session.rows<{code: string; records: number}>(
      `select s.${quoteName(expression.column)}::varchar as code, count(*) as records
       from ${reading.records.relation} s where ${taken(table, reading)} and ${strange}
       group by code order by records desc, code`,
    );
    if (rows.length === 0) continue;
    const records = rows.reduce((sum, row) => sum + row.records, 0);
    figures.unlisted.push({column: expression.column, codes: rows.slice(0, 5).map(({code}) => code), records});
  }
}

function mapsIn(expression: Expression): Extract<Expression, {from: 'map'}>[] {
  if (expression.from === 'join') return expression.pieces.flatMap(mapsIn);
  return expression.from === 'map' ? [expression] : [];
}

function usedColumns(table: TablePlan): string[] {
  const within = (expression: Expression): string[] => {
    if (expression.from === 'join') return expression.pieces.flatMap(within);
    if (expression.from === 'occurrence') return expression.of;
    return 'column' in expression ? [expression.column] : [];
  };
  return [...Object.values(table.columns).flatMap(within), ...Object.keys(table.parameters ?? {})];
}
