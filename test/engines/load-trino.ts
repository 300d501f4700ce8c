/** Puts published tables into a Trino that has no connector for files: its memory connector, row by row. For small plants. */
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {type CompanyTable, type Kind, sqlName, sqlText} from '../../warehouse/engines/dialect.ts';
import {TrinoClient, type TrinoServer} from '../../warehouse/engines/trino-client.ts';

const TYPES: Record<Kind, string> = {text: 'varchar', number: 'double', integer: 'bigint', time: 'timestamp(6)'};
const ROWS = 500;

/** @param place the folder that plants published into */
export async function loadTrino(server: TrinoServer, place: string, tables: readonly CompanyTable[]): Promise<void> {
  const client = new TrinoClient(server);
  const database = await openDatabase(':memory:', {temporaryFolder: place, memoryLimitMb: 500, threads: 1});
  const session = await openSession(database);
  await client.run(`create schema if not exists ${sqlName(server.catalog)}.${sqlName(server.schema)}`);
  for (const {name, columns, slices} of tables) {
    const into = [server.catalog, server.schema, name].map(sqlName).join('.');
    const kinds = [...columns];
    await client.run(
      `create table ${into} (plant varchar, ${kinds.map(([c, kind]) => `${sqlName(c)} ${TYPES[kind]}`).join(', ')})`,
    );
    for (const {plant, files} of slices) {
      const some = files.map(file => sqlText(`${place}/${file}`)).join(', ');
      const told = await session.rows(`from read_parquet([${some}], hive_partitioning = false)`);
      for (let from = 0; from < told.length; from += ROWS) {
        const rows = told
          .slice(from, from + ROWS)
          .map(row => `(${[sqlText(plant), ...kinds.map(([c, kind]) => literal(row[c], kind))].join(', ')})`);
        await client.run(`insert into ${into} values ${rows.join(', ')}`);
      }
    }
  }
  session.connection.closeSync();
  database.closeSync();
}

function literal(told: unknown, kind: Kind): string {
  const value = told as string | number | null | undefined;
  if (value === null || value === undefined) return 'null';
  if (kind === 'text') return sqlText(String(value));
  if (kind === 'time') return `timestamp ${sqlText(String(value).replace('T', ' ').replace('Z', ''))}`;
  if (kind === 'integer') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return value > 0 ? 'infinity()' : '-infinity()';
  return `${Number(value)}${/e/.test(String(value)) ? '' : 'e0'}`;
}
