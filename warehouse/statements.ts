/** The SQL behind an answer, in the order in which it ran: so that every number can be opened. */
import {AsyncLocalStorage} from 'node:async_hooks';
import {NAMES} from './names-table.ts';

export interface Statement {
  sql: string;
  /** What stands for `$name`. */
  values: Record<string, unknown>;
}

const listening = new AsyncLocalStorage<Statement[]>();

/** Does work and hears what it asks of the database. */
export async function withStatements<T>(work: () => Promise<T>): Promise<{answer: T; statements: Statement[]}> {
  const statements: Statement[] = [];
  const answer = await listening.run(statements, work);
  return {answer, statements: statements.filter(isAsked)};
}

/** Whether somebody wants the SQL behind an answer: then nothing is left out because its answer is known already. */
export const isListening = (): boolean => listening.getStore() !== undefined;

/** Told of every statement, and of what stands ready because an earlier question made it. */
export function heard(sql: string, values: Record<string, unknown> = {}): void {
  const statements = listening.getStore();
  if (statements === undefined || statements.some(one => one.sql === sql && isMaking(sql))) return;
  statements.push({sql, values});
}

const isMaking = (sql: string) => sql.startsWith('create temp table ');

/** Not what only looks after the session itself, or stands for what is told in full. */
function isAsked({sql}: Statement): boolean {
  return !(
    /^(begin|commit|rollback|drop |reset |set (?!variable filter_))/.test(sql) ||
    /duckdb_(tables|views)\(\)|\bnewest\.main\./.test(sql)
  );
}

/**
 * What has to stand before them in a copy of the database file: the position that the views of current rows know, the
 * plant's clock, and a place for names of persons, which the file never says: they stay pseudonyms there.
 */
export const preludeOf = (asOf: number, timeZone: string): string =>
  [
    "attach if not exists ':memory:' as look_up",
    `create table if not exists ${NAMES} (person varchar, name varchar)`,
    "set TimeZone = 'UTC'",
    `set variable time_zone = '${timeZone.replaceAll("'", "''")}'`,
    `set variable as_of = ${Math.trunc(asOf)}`,
  ].join(';\n');
