/**
 * The views of the database, made again only where their text is another: what is as it should be is not written, so that a
 * warehouse opens and answers also where the disk takes nothing.
 */
import {createHash} from 'node:crypto';
import {quoteName, quoteText, type Session} from './duckdb.ts';

export interface View {
  schema: string;
  /** Unquoted. */
  name: string;
  /** Its query. */
  sql: string;
}

/** In one transaction, which is opened only where there is something to make. */
export async function makeViewsAtOnce(session: Session, views: readonly View[]): Promise<void> {
  const statements = await statementsFor(session, views);
  if (statements.length > 0) await session.run(['begin', ...statements, 'commit'].join(';\n'));
}

/** Within a transaction that others opened. */
export async function makeViews(session: Session, views: readonly View[]): Promise<void> {
  const statements = await statementsFor(session, views);
  if (statements.length > 0) await session.run(statements.join(';\n'));
}

/** Each bears the digest of its query as its comment, and of the tables' version that it was bound to. */
async function statementsFor(session: Session, views: readonly View[]): Promise<string[]> {
  const made = await session.rows<{view: string; comment: string | null}>(
    `select schema_name || '.' || view_name as view, "comment" from duckdb_views()
     where not internal and database_name = current_database()`,
  );
  const digests = new Map(made.map(({view, comment}) => [view, comment]));
  const {number} = await session.row<{number: number}>('select max(number) as number from migrations');
  return views.flatMap(({schema, name, sql}) => {
    const digest = createHash('sha256').update(`${number} ${sql}`).digest('hex');
    if (digests.get(`${schema}.${name}`) === digest) return [];
    const called = `${quoteName(schema)}.${quoteName(name)}`;
    return [`create or replace view ${called} as\n${sql}`, `comment on view ${called} is ${quoteText(digest)}`];
  });
}
