/** The engine as a query meets it: the facts, read-only, and nothing else within reach. */
import {setTimeout as wait} from 'node:timers/promises';
import type {DuckDBInstance} from '@duckdb/node-api';
import {openDatabase, quoteText, Session} from '../duckdb.ts';
import type {Job} from './job.ts';

export interface Opened {
  instance: DuckDBInstance;
  session: Session;
}

/**
 * A copy that was made while another question looked through the catalogue is let go of by the process that made it when
 * that question ends.
 */
const LET_GO_MS = 30_000;

/** In this order: what is locked cannot be attached to, and what is attached before cannot be undone after. */
export async function openReadOnly(job: Job): Promise<Opened> {
  const instance = await openDatabase(
    ':memory:',
    {temporaryFolder: job.temporaryFolder, memoryLimitMb: job.memoryLimitMb, threads: 1},
    {
      max_temp_directory_size: `${job.maxTemporaryMb}MB`,
      allow_unsigned_extensions: 'false',
      allow_persistent_secrets: 'false',
      errors_as_json: 'true',
    },
  );
  const session = new Session(await instance.connect());
  await attach(session, job.database);
  for (const statement of [
    // The views of operations and inspections look names up there; whoever may not see names finds none.
    `attach ':memory:' as look_up`,
    'create table look_up.persons (person varchar, name varchar)',
  ])
    await session.run(statement);
  if (job.names.length > 0) {
    await session.run('insert into look_up.persons select unnest($persons::varchar[]), unnest($names::varchar[])', {
      persons: job.names.map(([person]) => person),
      names: job.names.map(([, name]) => name),
    });
  }
  for (const statement of [
    'use warehouse',
    "set TimeZone = 'UTC'",
    `set variable as_of = ${Math.trunc(job.asOf)}`,
    `set variable time_zone = ${quoteText(job.timeZone)}`,
    // No list of allowed folders: it would grant writing, too.
    'set enable_external_access = false',
    'set lock_configuration = true',
  ])
    await session.run(statement);
  return {instance, session};
}

async function attach(session: Session, path: string): Promise<void> {
  const until = Date.now() + LET_GO_MS;
  for (let pauseMs = 20; ; pauseMs = Math.min(2 * pauseMs, 500)) {
    try {
      await session.run(`attach ${quoteText(path)} as warehouse (read_only)`);
      return;
    } catch (error) {
      if (!(error as Error).message.includes('Could not set lock on file') || Date.now() > until) throw error;
      await wait(pauseMs);
    }
  }
}
