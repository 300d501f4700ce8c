/** Compiles the language of `--where` to bound SQL over the factors. */
import {createHash} from 'node:crypto';
import type {Bindings, Session} from './duckdb.ts';
import {factorRelation, UnknownFactor} from './factors.ts';
import {type Filter, parseFilter} from './filter-grammar.ts';
import {momentRelation} from './filter-times.ts';
import {NAMES} from './names-table.ts';
import {isPseudonym} from './persons.ts';
import {QuestionError} from './question-error.ts';
import {heard} from './statements.ts';

/**
 * The parts that a filter expression describes, as SQL that can be run anywhere.
 * @param prefix of the names of its bindings, for a query that holds several filters
 * @returns `sql`, a select with one column `part` (item keys, distinct)
 * @throws FilterError when it cannot be read, UnknownFactor, QuestionError for a number compared with a text or the like
 */
export async function partsSpelledOut(
  session: Session,
  expression: string,
  prefix: string,
): Promise<{sql: string; bindings: Bindings}> {
  const {sql, bindings} = await compiled(session, expression, {form: CONDITION, prefix});
  return {sql: `select s.part from subjects s where ${sql}`, bindings};
}

/** The same as SQL for this session, for as long as it looks from its position. */
export async function filteredParts(session: Session, expression: string): Promise<string> {
  const {sql} = await filterCondition(session, expression);
  return `select s.part from subjects s where ${sql}`;
}

/**
 * The same as a condition over `s`, the subjects. Which parts they are is found once and kept as a bit an item: a look at a
 * bit takes a tenth of the time of writing down what parts are like.
 * @returns `sql`, the condition, and `bits`, SQL of what it looks into
 */
export async function filterCondition(session: Session, expression: string): Promise<{sql: string; bits: string}> {
  const {items} = await session.row<{items: number}>('select coalesce(max(item), 0) + 1 as items from fact.items');
  const {sql, bindings} = await compiled(session, expression, {form: bitsOf(items), prefix: 'filter'});
  const bits = `getvariable('${await keptFilter(session, sql, bindings)}')`;
  return {sql: `get_bit(${bits}, s.part) = 1`, bits};
}

/** How many parts a filter lets through, of how many items. @param bits SQL of them, as `filterCondition` gives it */
export const countBits = (session: Session, bits: string): Promise<{parts: number; items: number}> =>
  session.row(`select bit_count(${bits}) as parts, bit_length(${bits}) as items`);

/** How sets of parts are written, and put together. */
interface Form {
  /** @param relation SQL with a column `part` */
  of: (relation: string) => string;
  and: (left: string, right: string) => string;
  or: (left: string, right: string) => string;
  not: (of: string) => string;
}

const CONDITION: Form = {
  of: relation => `s.part in (${relation})`,
  and: (left, right) => `(${left}) and (${right})`,
  or: (left, right) => `(${left}) or (${right})`,
  not: of => `not (${of})`,
};

const bitsOf = (items: number): Form => ({
  of: relation =>
    `coalesce((select bitstring_agg(part, 0, ${items - 1}) from (${relation})), bitstring('0', ${items}))`,
  and: (left, right) => `(${left}) & (${right})`,
  or: (left, right) => `(${left}) | (${right})`,
  not: of => `~(${of})`,
});

/** A session keeps the last ones: what a question asks about is always among them. */
const FILTERS_MAX = 8;

/** @returns the session's variable that holds the bits: named by how they are found, so that it never holds others */
async function keptFilter(session: Session, bits: string, bindings: Bindings): Promise<string> {
  const asked = createHash('sha256')
    .update(JSON.stringify([bits, bindings]))
    .digest('hex');
  const name = `filter_${asked.slice(0, 20)}`;
  const sql = `set variable ${name} = (select ${bits})`;
  const {filters} = session;
  if (filters.delete(name)) heard(sql, bindings);
  else await session.run(sql, bindings);
  filters.add(name);
  if (filters.size > FILTERS_MAX) {
    const [oldest] = filters;
    filters.delete(oldest);
    await session.run(`reset variable ${oldest}`);
  }
  return name;
}

async function compiled(
  session: Session,
  expression: string,
  {form, prefix}: {form: Form; prefix: string},
): Promise<{sql: string; bindings: Bindings}> {
  const bindings: Bindings = {};
  let bound = 0;
  const bind = (value: string | number) => {
    const name = `${prefix}_${bound++}`;
    bindings[name] = value;
    return `$${name}`;
  };
  const compile = async (filter: Filter): Promise<string> => {
    switch (filter.is) {
      case 'and':
        return form.and(await compile(filter.left), await compile(filter.right));
      case 'or':
        return form.or(await compile(filter.left), await compile(filter.right));
      case 'not':
        return form.not(await compile(filter.of));
      case 'missing': {
        const {sql} = await relationOf(session, filter);
        return form.not(form.of(`select part from (${sql})`));
      }
      case 'in': {
        const {sql, kind} = await relationOf(session, filter);
        const values = filter.values.map(value => typed(filter.factor, kind, value, bind));
        return form.of(`select part from (${sql}) where value in (${values.join(', ')})`);
      }
      case 'comparison': {
        const {sql, kind} = await relationOf(session, filter);
        const value = typed(filter.factor, kind, filter.value, bind);
        const operator = filter.operator === '!=' ? '<>' : filter.operator;
        return form.of(`select part from (${sql}) where value ${operator} ${value}`);
      }
    }
  };
  return {sql: await compile(parseFilter(expression)), bindings};
}

/** What inspection found, as filters name it: the defects, and their groups, of a part that failed. A part may have several. */
export const DEFECT_FACTOR = 'inspection.defect';

/** SQL of a relation (part, value): the defects of the parts that failed, and the groups of these. */
export const FOUND = `select s.part, coalesce(d.defect, '(not named)') as value
  from subjects s left join now.defects d on d.inspection = s.inspection where s.failed
  union all
  select s.part, c."group" from subjects s join now.defects d on d.inspection = s.inspection
  join now.defect_codes c on c.defect = d.defect where s.failed and c."group" is not null`;

/**
 * SQL of the main defect of each part that failed: of those that its first inspection found, the one that has a place and
 * that the inspector was surest of. One a part, so that conditions on x and y are about the same defect.
 */
export const MAIN_DEFECT = `select s.part, d.defect, d.view,
    d.x + coalesce(d.width, 0) / 2 as middle_x, d.y + coalesce(d.height, 0) / 2 as middle_y
  from subjects s join now.defects d on d.inspection = s.inspection
  where s.failed and d.x is not null and d.y is not null
  qualify row_number() over (partition by s.part order by d.confidence desc nulls last, d.defect, d.n) = 1`;

/** Where on the part, as filters name it: the middle of the main defect's box, in the units in which boxes were sent. */
const PLACES: Readonly<Record<string, {column: string; kind: 'category' | 'number'}>> = {
  'defect.x': {column: 'middle_x', kind: 'number'},
  'defect.y': {column: 'middle_y', kind: 'number'},
  'defect.view': {column: 'view', kind: 'category'},
};

type Kind = 'category' | 'number' | 'moment';

async function relationOf(
  session: Session,
  filter: Extract<Filter, {factor: string}>,
): Promise<{sql: string; kind: Kind}> {
  const place = Object.hasOwn(PLACES, filter.factor) ? PLACES[filter.factor] : null;
  if (place !== null) {
    const {column, kind} = place;
    return {sql: `select part, ${column} as value from (${MAIN_DEFECT}) where ${column} is not null`, kind};
  }
  if (filter.factor !== DEFECT_FACTOR) return factorOrMoment(session, filter.factor);
  if (filter.is === 'comparison' && filter.operator !== '=')
    throw new QuestionError(
      `a part may have several defects: ask for those with one (${DEFECT_FACTOR} = 'x') or without`,
      {
        hint: `not ${DEFECT_FACTOR} = '${filter.value}'`,
      },
    );
  return {sql: FOUND, kind: 'category'};
}

/** A factor that bears the name of a moment stays what it is. */
async function factorOrMoment(session: Session, name: string): Promise<{sql: string; kind: Kind}> {
  try {
    return await factorRelation(session, name);
  } catch (error) {
    if (!(error instanceof UnknownFactor)) throw error;
    const sql = await momentRelation(session, name);
    if (sql === null) throw error;
    return {sql, kind: 'moment'};
  }
}

function typed(factor: string, kind: Kind, value: string | number, bind: (value: string | number) => string): string {
  if (kind === 'number' && typeof value !== 'number') {
    throw new QuestionError(`${factor} is a number: compare it with a number, not with '${value}'`);
  }
  if (kind === 'moment') return moment(factor, value, bind);
  if (kind === 'category' && typeof value === 'number') {
    throw new QuestionError(`${factor} is a category: compare it with a text, '${value}' in single quotes`);
  }
  if (kind === 'number') return `${bind(value)}::double`;
  const text = `${bind(value)}::varchar`;
  // As links say it that are kept or were sent away.
  return isPseudonym(String(value)) ? `coalesce((select name from ${NAMES} where person = ${text}), ${text})` : text;
}

function moment(factor: string, value: string | number, bind: (value: string | number) => string): string {
  if (typeof value === 'number' || Number.isNaN(Date.parse(value)))
    throw new QuestionError(`${factor} is a time: compare it with one in ISO 8601, such as '2026-05-03T06:00:00Z'`, {
      hint: `not with ${value}`,
    });
  return `${bind(value)}::timestamptz`;
}
