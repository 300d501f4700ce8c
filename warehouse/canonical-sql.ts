/**
 * SQL over the warehouse's own tables, told as one SELECT over the canonical tables that people's SQL may read: what
 * `fishbone sql` runs gives the same rows. The views that analysis reads (`now.<table>`) and the history of parts become
 * named tables of a WITH clause; parts and lots, which have one dense key each inside, are told apart by their kind.
 */
import {columnsOf} from './canonical.ts';
import {type Bindings, quoteName, quoteText, type Session} from './duckdb.ts';
import {historyQuery, otherRuns, UNCOUNTED} from './history.ts';
import {NAMES} from './names-table.ts';
import {QuestionError} from './question-error.ts';
import {columnNames, type StepTable, stepTables, viewNames} from './step-tables.ts';
import {firstInspections, POSITION} from './views.ts';

const HISTORY = ['subjects', 'visits', 'step_firsts', 'materials', 'station_readings'] as const;

/** A named table of the statement; its SQL may name others. */
export interface Named {
  name: string;
  sql: string;
}

/**
 * @param tables named tables of the caller's, in an order in which each names earlier ones only
 * @param body the SELECT itself
 * @param bindings values of `$name`; they become literals, so that the statement stands alone
 * @throws QuestionError for what only the names of persons could tell
 */
export async function overCanonical(
  session: Session,
  {tables, body, bindings, timeZone}: {tables: readonly Named[]; body: string; bindings: Bindings; timeZone: string},
): Promise<string> {
  const steps = await stepTables(session);
  const own = tables.map(({name, sql}) => ({name, sql: withValues(portable(sql, timeZone), bindings)}));
  const main = withValues(portable(body, timeZone), bindings);
  const needed = new Map<string, string>();
  const seen = new Set<string>();
  const need = (sql: string): void => {
    for (const name of namesIn(sql)) {
      // A query may have a named table of its own that is called like itself.
      if (seen.has(name)) continue;
      seen.add(name);
      const definition = portable(definitionOf(name, steps), timeZone);
      need(definition);
      // After what it names itself.
      needed.set(name, definition);
    }
  };
  for (const {sql} of [...own, {sql: main}]) need(sql);
  const all = [...needed].map(([name, sql]) => ({name, sql})).concat(own);
  const sql = `with ${all.map(one => `${one.name} as (\n${indented(one.sql)}\n)`).join(', ')}\n${main}`;
  if (sql.includes(NAMES))
    throw new QuestionError('a pseudonym stands for a name here, which the canonical tables do not tell');
  return sql;
}

/** What a statement names that has to be defined before it. */
function namesIn(sql: string): Set<string> {
  const words = sql.match(
    /\b(?:now_[a-z]\w*|items_of_all|subjects|visits|step_firsts|materials|station_readings|uncounted_\d+)\b/g,
  );
  return new Set(words ?? []);
}

function definitionOf(name: string, steps: readonly StepTable[]): string {
  if ((HISTORY as readonly string[]).includes(name)) return historyQuery(name as (typeof HISTORY)[number]);
  if (name === 'items_of_all') return ITEMS;
  if (name.startsWith(UNCOUNTED)) {
    const id = Number(name.slice(UNCOUNTED.length));
    return otherRuns(steps.find(table => table.id === id)!.step, `now.step_${id}`);
  }
  const table = name.slice('now_'.length);
  if (table === 'first_inspections') return firstInspections('now_inspections');
  if (table === 'cells') return keyed('measurements', {step: "coalesce(step, '')"});
  const step = /^step_(\d+)$/.exec(table)?.[1];
  return step === undefined ? keyed(table) : stepOf(steps.find(({id}) => id === Number(step))!, viewNames(steps));
}

/** Keys of parts and lots, told apart as the dense ones are. */
const keyOf = (kind: string, id: string) => `${kind} || ':' || ${id}`;

const ITEMS = `select 'part:' || id as item, 'part' as kind, id, 0 as batch from (
  select part as id from parts union select part from inspections
) union all select 'lot:' || id, 'lot', id, 0 from (
  select lot as id from lots union select lot from parts where lot is not null
)`;

function keyed(table: string, other: Record<string, string> = {}): string {
  const columns = columnsOf(table).map(({name, type, kindColumn}) => {
    const column = quoteName(name);
    if (type === 'part' || type === 'lot') return `${keyOf(quoteText(type), column)} as ${column}`;
    if (type === 'item') return `${keyOf(quoteName(kindColumn!), column)} as ${column}`;
    return other[name] === undefined ? column : `${other[name]} as ${column}`;
  });
  return `select ${columns.join(', ')} from ${quoteName(table)}`;
}

function stepOf(table: StepTable, views: ReadonlyMap<StepTable, string>): string {
  const {parameters} = table;
  const head = `select ${keyOf("'part'", 'part')} as part, run`;
  const view = views.get(table);
  if (view !== undefined) {
    const called = columnNames(table);
    const values = parameters.map(({column}, k) => `, ${quoteName(called[k])} as ${column}`).join('');
    return `${head}, measured_at${values} from ${quoteName(view)}`;
  }
  // Measurements that name no step have no wide table of their own there.
  const cells = parameters.map(
    ({parameter, column}) =>
      `, max(case qualifier when '<' then '-infinity'::double when '>' then 'infinity'::double else value end) filter (parameter = ${quoteText(parameter)}) as ${column}`,
  );
  return `${head}, min(measured_at) as measured_at${cells.join('')} from measurements where step is null group by part, run`;
}

/** Everything that holds nothing to be renamed: texts, and comments, which may hold an apostrophe. */
const TEXTS = /--[^\n]*|'(?:[^']|'')*'/g;

function portable(sql: string, timeZone: string): string {
  const plain = sql.replaceAll(POSITION, '2147483647').replaceAll(PLANT_CLOCK, () => quoteText(timeZone));
  return besideTexts(plain, code =>
    code.replaceAll('fact.items', 'items_of_all').replaceAll(/\bnow\.([a-z]\w*)/g, 'now_$1'),
  );
}

const PLANT_CLOCK = "coalesce(getvariable('time_zone'), 'UTC')";

/** Values in their places. */
function withValues(sql: string, bindings: Bindings): string {
  return besideTexts(sql, code =>
    code.replaceAll(/\$([a-z_]\w*)/g, (text, name: string) => {
      if (!Object.hasOwn(bindings, name)) return text;
      const value = bindings[name];
      return typeof value === 'number' ? String(value) : quoteText(String(value));
    }),
  );
}

function besideTexts(sql: string, change: (code: string) => string): string {
  let from = 0;
  let changed = '';
  for (const {index, 0: text} of sql.matchAll(TEXTS)) {
    changed += change(sql.slice(from, index)) + text;
    from = index + text.length;
  }
  return changed + change(sql.slice(from));
}

const indented = (sql: string) => sql.trim().replaceAll(/^/gm, '  ');
