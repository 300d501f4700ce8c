import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {LoadPlan} from './load-plan.ts';

/** A file that looked right and cannot be read to its end: nothing of it is taken. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * Whose fault it is that records could not be read. Damage inside a Parquet file shows only when its pages are unpacked:
 * so they are, once more and for nothing else.
 * @returns `Unreadable` if it is the file's, otherwise the error as it was
 */
export async function faultOf(session: Session, {path, records}: LoadPlan, error: unknown): Promise<unknown> {
  if (records.format !== 'parquet') return error;
  const values = records.columns.map((c, i) => `max(hash(${quoteName(c)})) as c${i}`).join(', ');
  const cause: unknown = await session.rows(`select ${values} from read_parquet(${quoteText(path)})`).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(cause instanceof Error) || /out of memory/i.test(cause.message)) return error;
  const why = cause.message.split('\n')[0].slice(0, 200);
  return new Unreadable(`is a Parquet file whose data are damaged (${why}): copy or export it again`, {cause});
}
