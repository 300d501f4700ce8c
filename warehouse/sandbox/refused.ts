/** Why a query has no answer. */
import {QuestionError} from '../question-error.ts';

/** SQL that cannot or may not be run; `pointer` says which field of the request it was. */
export class SqlRefused extends QuestionError {
  override name = 'SqlRefused';
  readonly pointer = '/sql';

  constructor({message, hint, position}: {message: string; hint?: string; position: number | null}, sql: string) {
    super(position === null ? message : `${message} (${placeIn(sql, position)})`, {hint});
  }
}

/** It took too long or too much. */
export class QueryStopped extends Error {
  override name = 'QueryStopped';
  readonly code = 'QUERY_STOPPED';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** More is asked than can wait. */
export class QueriesWaiting extends Error {
  override name = 'QueriesWaiting';
  readonly code = 'OVERLOADED';
  readonly hint = 'try again in some seconds';
}

/** @param position in bytes, as the engine counts */
function placeIn(sql: string, position: number): string {
  const before = Buffer.from(sql).subarray(0, position).toString();
  const line = before.split('\n');
  return `line ${line.length}, column ${line.at(-1)!.length + 1}`;
}
