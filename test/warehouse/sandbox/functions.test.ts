/** The list of allowed functions against the engine's own: whatever an upgrade brings has to be decided on by somebody. */
import {tmpdir} from 'node:os';
import {expect, test} from 'vitest';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {FUNCTIONS, TABLE_FUNCTIONS} from '../../../warehouse/sandbox/functions.ts';

/** Looked at and refused: state, settings, catalogue, SQL in texts, internals, pauses. */
const REFUSED = new Set(
  `col_description current_catalog current_connection_id current_database current_query current_query_id current_role
  current_schema current_schemas current_setting current_transaction_id current_user currval format_pg_type format_type
  get_block_size getvariable has_any_column_privilege has_column_privilege has_database_privilege
  has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege has_schema_privilege has_sequence_privilege
  has_server_privilege has_table_privilege has_tablespace_privilege in_search_path inet_client_addr inet_client_port
  inet_server_addr inet_server_port json_deserialize_sql json_serialize_plan json_serialize_sql map_to_pg_oid nextval
  obj_description parse_duckdb_log_message session_user setseed shobj_description sleep_ms stats txid_current user vector_type
  write_log can_cast_implicitly cast_to_type combine create_sort_key error finalize make_type remap_struct replace_type
  timetz_byte_comparable variant_bytes_to_variant variant_normalize variant_to_parquet_variant`.split(/\s+/),
);
const REFUSED_KINDS = /^(__internal_|icu_collate_|st_|pg_(?!size_pretty$|typeof$))/;

test('every function that gives a value is allowed or refused by somebody', async () => {
  const instance = await openDatabase(':memory:', {temporaryFolder: tmpdir(), memoryLimitMb: 200, threads: 1});
  const session = await openSession(instance);
  const known = await session.rows<{name: string}>(
    "select distinct lower(function_name) as name from duckdb_functions() where function_type in ('scalar', 'aggregate', 'macro')",
  );
  const undecided = known.filter(({name}) => !FUNCTIONS.has(name) && !REFUSED.has(name) && !REFUSED_KINDS.test(name));
  expect(undecided).toEqual([]);
  expect([...FUNCTIONS].filter(name => REFUSED.has(name))).toEqual([]);
  // What the engine calls pure is what is allowed: others only if they tell the time or a random number.
  const impure = await session.rows<{name: string}>(
    "select distinct lower(function_name) as name from duckdb_functions() where stability = 'VOLATILE' or has_side_effects",
  );
  expect(
    impure
      .map(({name}) => name)
      .filter(name => FUNCTIONS.has(name))
      .sort(),
  ).toEqual(['gen_random_uuid', 'random', 'uuid', 'uuidv4', 'uuidv7']);
  expect([...TABLE_FUNCTIONS].sort()).toEqual(['generate_series', 'json_each', 'json_tree', 'range', 'unnest']);
  instance.closeSync();
});
