/** The values of one derived variable at a position. */
import {setImmediate} from 'node:timers/promises';
import {inspect} from 'node:util';
import {QueryError, type Session} from '../duckdb.ts';
import {asPlain} from '../plain-values.ts';
import {type DerivedVariable, type HistoryRow, VariableTrouble} from './variable.ts';

/** One entry a part that has a value. */
export interface PartValues {
  parts: string[];
  values: (number | string)[];
}

/** Parts after which others get their turn. */
const TURN = 2_000;
/** Ids that are looked up at once. */
const AT_ONCE = 20_000;

/**
 * @param session that looks from the position in question; an SQL of somebody else may break what it has begun
 * @throws VariableTrouble
 */
export async function valuesOf(session: Session, variable: DerivedVariable): Promise<PartValues> {
  const {names, columns, rows} = await answerOf(session, variable);
  // Row objects are made a part at a time: all of them at once would hold up everybody else.
  const rowAt = (r: number): HistoryRow => Object.fromEntries(names.map((name, c) => [name, told(columns[c][r])]));
  const ids = columns[names.indexOf('part')];
  const found: PartValues = {parts: [], values: []};
  const seen = new Set<string>();
  for (let at = 0, done = 0; at < rows; done++) {
    const part = ids[at];
    if (typeof part !== 'string') throw new VariableTrouble('its SQL gives a row whose part is missing or no text');
    let end = at + 1;
    while (end < rows && ids[end] === part) end++;
    if (seen.has(part)) {
      throw new VariableTrouble(`rows of part ${part} do not stand together: end its SQL by order by part`);
    }
    seen.add(part);
    const ofPart = Array.from({length: end - at}, (_, k) => rowAt(at + k));
    const value = checked(variable, part, workedOut(variable, part, ofPart));
    if (value !== null) {
      found.parts.push(part);
      found.values.push(value);
    }
    at = end;
    if (done % TURN === TURN - 1) await setImmediate();
  }
  for (let at = 0; at < found.parts.length; at += AT_ONCE) {
    const [unknown] = await session.rows<{id: string}>(
      `select u.id from (select unnest($parts::varchar[]) as id) u
       anti join (select id from fact.items where kind = 'part') i on i.id = u.id limit 1`,
      {parts: found.parts.slice(at, at + AT_ONCE)},
    );
    if (unknown) throw new VariableTrouble(`its SQL names part ${unknown.id}, which is not known`);
  }
  return found;
}

async function answerOf(session: Session, {sql, fromRows}: DerivedVariable) {
  try {
    // As a subquery it can be nothing but a SELECT.
    const answer = await session.columns(`select * from (${sql}\n)`);
    const needed = fromRows ? ['part'] : ['part', 'value'];
    const lacking = needed.filter(name => !answer.names.includes(name));
    if (lacking.length > 0) {
      const all = answer.names.join(', ');
      throw new VariableTrouble(`its SQL gives no column ${lacking.join(' and none ')}: it gives ${all}`);
    }
    return answer;
  } catch (cause) {
    if (!(cause instanceof QueryError)) throw cause;
    throw new VariableTrouble(`its SQL failed: ${cause.message.split('\n')[0]}`, {cause});
  }
}

/** Decimals as numbers: a history is there to be reckoned with. */
function told(value: unknown): HistoryRow[string] {
  const plain = asPlain(value as Parameters<typeof asPlain>[0]);
  if (typeof plain === 'object' && plain !== null) {
    return 'toDouble' in plain ? (plain as {toDouble(): number}).toDouble() : JSON.stringify(plain);
  }
  return (plain ?? null) as HistoryRow[string];
}

function workedOut(variable: DerivedVariable, part: string, rows: readonly HistoryRow[]): unknown {
  if (!variable.fromRows) {
    if (rows.length > 1)
      throw new VariableTrouble(
        `its SQL gives ${rows.length} rows for part ${part}: without fromRows it is one a part`,
      );
    return rows[0].value;
  }
  try {
    return variable.fromRows(rows);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VariableTrouble(`it failed for part ${part}: ${reason}`, {cause});
  }
}

function checked({kind}: DerivedVariable, part: string, value: unknown): number | string | null {
  if (value === null) return null;
  if (kind === 'number') {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new VariableTrouble(
      `it gave ${shown(value)} for part ${part}: a number has to be finite, and null where there is none`,
    );
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new VariableTrouble(
    `it gave ${shown(value)} for part ${part}: a category is a text that is not empty, and null where there is none`,
  );
}

const shown = (value: unknown): string => inspect(value, {depth: 0, maxStringLength: 40});
