/** Puts published tables into a Trino that has no connector for files: its memory connector, row by row. For small plants. */
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {type CompanyTable, type Kind, sqlName, sqlText} from '../../warehouse/engines/dialect.ts';
import {TrinoClient, type TrinoServer} from '../../warehouse/engines/trino-client.ts';

const TYPES: Record<Kind, string> = {text: 'varchar', number: 'double', integer: 'bigint', time: 'timestamp(6)'};
const ROWS = 2000;

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
      // One text that is read there: planning a list of so many values takes Trino a minute.
      const row = kinds.map(([, kind], k) => `c${k} ${kind === 'time' ? 'varchar' : TYPES[kind]}`).join(', ');
      const read = kinds.map(([, kind], k) => (kind === 'time' ? `cast(c${k} as ${TYPES.time})` : `c${k}`)).join(', ');
      for (let from = 0; from < told.length; from += ROWS) {
        const rows = told.slice(from, from + ROWS).map(one => kinds.map(([c, kind]) => plain(one[c], kind)));
        await client.run(
          `insert into ${into} select ${sqlText(plant)}, ${read}
           from unnest(cast(json_parse(${sqlText(JSON.stringify(rows))}) as array(row(${row}))))`,
        );
      }
    }
  }
  session.connection.closeSync();
  database.closeSync();
}

function plain(told: unknown, kind: Kind): unknown {
  return kind === 'time' && typeof told === 'string' ? told.replace('T', ' ').replace('Z', '') : (told ?? null);
}
