import type {Warehouse} from './store.ts';

/** What DuckDB holds in memory, in bytes. */
export async function databaseMemory(warehouse: Warehouse): Promise<number> {
  const {bytes} = await warehouse.read(undefined, session =>
    session.row<{bytes: number}>('select coalesce(sum(memory_usage_bytes), 0)::double as bytes from duckdb_memory()'),
  );
  return bytes;
}
