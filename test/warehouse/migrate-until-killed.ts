/**
 * Migrates a warehouse and is killed, by the real signal, at a statement of a migration: `FOLDER STATEMENT N [after]` dies
 * before (or after) the Nth `begin`, `commit` or `checkpoint`. Started by the migrations' test.
 */
import {join} from 'node:path';
import {type Bindings, openDatabase, openSession, type Session} from '../../warehouse/duckdb.ts';
import {migrate} from '../../warehouse/migrations.ts';

async function migrateUntilKilled([folder, statement, nth, after]: string[]): Promise<void> {
  const instance = await openDatabase(join(folder, 'warehouse.duckdb'), {
    temporaryFolder: join(folder, 'tmp'),
    memoryLimitMb: 500,
    threads: 1,
  });
  const session: Session = await openSession(instance);
  const run = session.run.bind(session);
  let seen = 0;
  session.run = async (sql: string, bindings?: Bindings) => {
    const isHere = sql === statement && ++seen === Number(nth);
    if (isHere && !after) process.kill(process.pid, 'SIGKILL');
    await run(sql, bindings);
    if (isHere) process.kill(process.pid, 'SIGKILL');
  };
  await migrate(session);
}

await migrateUntilKilled(process.argv.slice(2));
