import {version} from '@duckdb/node-api';

/** DuckDB's own version, such as v1.5.6. */
export const databaseVersion = (): string => version();
