/** Numbered, forward-only changes of the database's tables; each is recorded with the digest of its text. */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import type {Session} from './duckdb.ts';

const folder = new URL('./schema/', import.meta.url);

interface Migration {
  number: number;
  name: string;
  sql: string;
  digest: string;
}

/** The database's tables are not of a kind that this program knows. */
export class SchemaUnknown extends Error {
  override name = 'SchemaUnknown';
  readonly hint =
    'use the Fishbone that wrote it; or, as the database is only made from ledger and archive, "fishbone rebuild" makes it anew for this one';
}

/** All migrations, oldest first. */
export function migrations(): Migration[] {
  return readdirSync(folder)
    .filter(name => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map(name => {
      const sql = readFileSync(new URL(name, folder), 'utf8');
      return {number: Number(name.slice(0, 3)), name, sql, digest: createHash('sha256').update(sql).digest('hex')};
    });
}

/**
 * Brings a database up to this version. Each migration is one transaction, so a kill leaves it either done or not begun;
 * each is followed by a checkpoint, so that no log of the former tables has to be read by what comes next.
 * @throws SchemaUnknown if the database is newer than this program, or was migrated by another text of the same number
 */
export async function migrate(session: Session): Promise<void> {
  await session.run('create table if not exists migrations (number integer, name varchar, digest varchar)');
  const done = await session.rows<{number: number; digest: string}>('select number, digest from migrations');
  const known = migrations();
  const newest = known.at(-1)?.number ?? 0;
  for (const {number, digest} of done) {
    if (number > newest) {
      throw new SchemaUnknown(
        `the database was written by a newer Fishbone (schema ${number}, this one knows ${newest})`,
      );
    }
    if (known.find(m => m.number === number)?.digest !== digest) {
      throw new SchemaUnknown(`schema change ${number} of the database differs from the one that this Fishbone knows`);
    }
  }
  for (const {number, name, sql, digest} of known) {
    if (done.some(d => d.number === number)) continue;
    await session.run('begin');
    try {
      await session.run(sql);
      await session.run('insert into migrations values ($number, $name, $digest)', {number, name, digest});
      await session.run('commit');
    } catch (error) {
      await session.run('rollback').catch(() => undefined);
      throw error;
    }
    await session.run('checkpoint');
  }
}
