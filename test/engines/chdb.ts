/**
 * The embedded build of ClickHouse, which is too large for every install: `npm install --prefix FOLDER chdb@3.4.0`, and
 * `FISHBONE_CHDB=FOLDER` says where it is.
 */
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {clickhouseEngine} from '../../warehouse/engines/clickhouse-engine.ts';
import type {Engine} from '../../warehouse/engines/dialect.ts';

interface Chdb {
  queryBindAsync(sql: string, values: object, how: {format: string}): Promise<{text(): string}>;
}

/** @returns null where there is none */
export async function embeddedClickhouse(place: string): Promise<Engine | null> {
  const folder = process.env.FISHBONE_CHDB;
  if (!folder) return null;
  const chdb = createRequire(join(folder, 'package.json'))('chdb') as Chdb;
  return clickhouseEngine({
    place,
    call: async ({sql, values}) => (await chdb.queryBindAsync(sql, values, {format: 'JSONCompact'})).text(),
  });
}
