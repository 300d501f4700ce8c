/** What would get through an engine that is only locked: each is refused before it is run. */
import {existsSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {type Asked, plantToAsk} from './plant.ts';

let plant: Asked;
beforeAll(async () => {
  plant = await plantToAsk();
});
afterAll(() => plant.remove());

const written = join(tmpdir(), `fishbone-written-${process.pid}`);
const secret = join(tmpdir(), `fishbone-secret-${process.pid}.csv`);
const ONLY_SELECT = /only a SELECT|statements|may not be shown|syntax error/;
const HOLES: [what: string, sql: string, why: RegExp][] = [
  ['writing by explaining', `explain analyze copy (select 1) to '${written}'`, ONLY_SELECT],
  ['running by explaining', 'explain analyze select 1', ONLY_SELECT],
  ['the same with options', 'explain (analyze, format json) select 1', ONLY_SELECT],
  ['explaining a copy', `explain copy (select 1) to '${written}'`, ONLY_SELECT],
  ['explaining what may not be asked', "explain select * from read_text('/etc/passwd')", /read_text/],
  ['a prepared statement', 'prepare p as select 1', ONLY_SELECT],
  ['its execution', 'execute p', ONLY_SELECT],
  [
    'logging to a file',
    "select * from enable_logging(storage := 'file', storage_config := {'path': '/tmp'})",
    /enable_logging/,
  ],
  ['a call', "call enable_logging('QueryLog')", ONLY_SELECT],
  ['writing to the log', "select write_log('x')", /write_log/],
  ['SQL in JSON', "select * from json_execute_serialized_sql('{}')", /json_execute_serialized_sql/],
  ['SQL in a text', "select * from query('select 42')", /query\(\)/],
  ['a table in a text', "select * from query_table('fact.rejects')", /query_table/],
  ['a table in a text of a macro', "from histogram_values('fact.rejects', x)", /histogram_values/],
  ['a file as text', "select * from read_text('/etc/passwd')", /read_text/],
  ['a file as bytes', "select * from read_blob('/etc/passwd')", /read_blob/],
  ['a CSV file', `select * from read_csv('${secret}')`, /read_csv/],
  ['a Parquet file', "select * from read_parquet('x.parquet')", /read_parquet/],
  ['a JSON file', "select * from read_json('x.json')", /read_json/],
  ['a database file', "select * from read_duckdb('x.db')", /read_duckdb/],
  ['names of files', "select * from glob('/etc/*')", /glob/],
  ['what a file looks like', `from sniff_csv('${secret}')`, /sniff_csv/],
  ['a file in the place of a table', `select * from '${secret}'`, /no table/],
  ['the same in quotes of names', `select * from "${secret}"`, /no table/],
  ['the same in a subquery', `select (select count(*) from '${secret}')`, /no table/],
  ['describing a file', `describe '${secret}'`, /no table/],
  ['summarizing a file', `summarize '${secret}'`, /no table/],
  ['the environment', "select getenv('HOME')", /getenv/],
  ['settings one by one', "select current_setting('temp_directory')", /current_setting/],
  ['variables', "select getvariable('as_of')", /getvariable/],
  ['settings', 'select * from duckdb_settings()', /duckdb_settings/],
  ['secrets', 'select * from duckdb_secrets()', /duckdb_secrets/],
  ['a secret', "from which_secret('s3://x', 's3')", /which_secret/],
  ['the catalogue', 'select * from duckdb_tables()', /duckdb_tables/],
  ['the catalogue as a table', 'select * from sqlite_master', /no table/],
  ['the catalogue by the standard', 'select * from information_schema.tables', /no table/],
  ['the catalogue of another', 'select * from pg_catalog.pg_class', /no table/],
  ['what a pragma tells', "select * from pragma_table_info('parts')", /pragma_table_info/],
  ['how it is stored', "select * from pragma_storage_info('parts')", /pragma_storage_info/],
  ['all tables', 'show all tables', ONLY_SELECT],
  ['databases', 'show databases', ONLY_SELECT],
  ['rejected rows', 'select * from fact.rejects', /no table "fact.rejects"/],
  ['decisions', 'select * from warehouse.fact.decisions', /no table/],
  ['how far the ledger went', 'select * from applied', /no table/],
  ['facts of all versions', 'select * from now.parts', /no table/],
  ['the names of persons', 'select * from look_up.persons', /no table/],
  ['another database', "attach '/tmp/x.db'", ONLY_SELECT],
  ['copying out', `copy parts to '${written}'`, ONLY_SELECT],
  ['copying the database out', `export database '${written}'`, ONLY_SELECT],
  ['installing', 'install httpfs', ONLY_SELECT],
  ['loading', "load '/tmp/x.duckdb_extension'", ONLY_SELECT],
  ['a setting', 'set enable_external_access = true', ONLY_SELECT],
  ['a setting taken back', 'reset enable_external_access', ONLY_SELECT],
  ['a pragma', 'pragma database_list', ONLY_SELECT],
  ['a macro', "create temp macro f() as table select * from read_text('/etc/passwd')", ONLY_SELECT],
  ['a table', 'create temp table t as select 1', ONLY_SELECT],
  ['a view', 'create temp view v as select 1', ONLY_SELECT],
  ['a row', 'insert into parts select 1', ONLY_SELECT],
  ['a change', "update parts set product = 'X'", ONLY_SELECT],
  ['a removal', 'delete from parts', ONLY_SELECT],
  ['a checkpoint', 'checkpoint', ONLY_SELECT],
  ['a checkpoint as a table', 'from checkpoint()', /checkpoint/],
  ['a transaction', 'begin', ONLY_SELECT],
  ['two statements', 'select 1; select 2', ONLY_SELECT],
  ['a second one behind a comment', `select 1 /* ; */ ; copy parts to '${written}'`, ONLY_SELECT],
  ['a second one named pivot', `select 1 as pivot; copy parts to '${written}'`, /PIVOT/],
  ['a function in a comment that ends', "select /* */ getenv/**/('HOME')", /getenv/],
  ['a function in quotes', `select "getenv"('HOME')`, /getenv/],
  ['a function in capitals', `select GETENV('HOME')`, /getenv/],
  ['a function behind its value', `select ('HOME').getenv()`, /getenv/],
  ['a function of a schema', `select main.getenv('HOME')`, /getenv/],
  ['a function in a lambda', `select list_transform(['HOME'], lambda x: getenv(x))`, /getenv/],
  ['a function in a filter', `select count(*) filter (getenv('HOME') = '/') from parts`, /getenv/],
  ['a function in an order', `select part from parts order by getenv(part)`, /getenv/],
  ['a function in a window', `select count(*) over (partition by getenv('HOME')) from parts`, /getenv/],
  ['a function in a limit', `select part from parts limit (select length(getenv('HOME')))`, /getenv/],
  ['a function in a join', `select 1 from parts p join parts q on p.part = getenv(q.part)`, /getenv/],
  ['a function in a list of values', `values (getenv('HOME'))`, /getenv/],
  ['a function in replaced columns', `select * replace (getenv('HOME') as part) from parts`, /getenv/],
  ['a function in a named window', `select count(*) over w from parts window w as (order by getenv('HOME'))`, /getenv/],
  ['a function in a union', `select 1 union all select getenv('HOME')`, /getenv/],
  ['a table function beside each row', `from parts p, lateral (select * from read_text(p.part))`, /read_text/],
  ['a table function as an argument', `from unnest((select list(content) from read_text('/etc/passwd')))`, /read_text/],
  ['a table in a pivot', `pivot fact.rejects on field in ('x') using count(*)`, /no table/],
  ['a table as a value', `select sqlite_master from sqlite_master`, /no table/],
  [
    'a name that is a table inside only',
    'select * from (with applied as (select 1) from applied), applied',
    /no table/,
  ],
  ['a name before it is defined', 'with a as (from applied), applied as (select 1) from a', /no table/],
  ['a name in its own definition', 'with applied as (from applied) from applied', /no table/],
  ['a letter that looks alike', `select gete\u0438v('HOME')`, /may not be used/],
  ['a space that is none', `select\u00a0getenv('HOME')`, /getenv/],
  ['an end of text inside', `select 1\u0000; copy parts to '${written}'`, /./],
  ['nothing', '   ', /0 statements/],
  ['a comment', '-- select 1', /0 statements/],
  ['deep nesting', `select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, /./],
  ['a long chain', `select ${'not '.repeat(20_000)} true`, /./],
  ['half a query put around', 'select 1) union all (select 2', /syntax error/],
];

test.each(HOLES)('%s', async (_what, sql, why) => {
  writeFileSync(secret, 'a,b\n1,2\n');
  const {told} = await plant.ask(sql);
  expect(told).toHaveProperty('refused.message', expect.stringMatching(why));
  expect(existsSync(written)).toBe(false);
});

test('SQL in JSON, which the engine takes for a SELECT while it extracts statements', async () => {
  const [{json}] = await jsonOf('select * from fact.rejects');
  const {told} = await plant.ask(`pragma json_execute_serialized_sql('${json}')`);
  expect(told).toHaveProperty('refused.message', expect.stringMatching(ONLY_SELECT));
  expect(await plant.rows('select 1 as x')).toEqual([{x: 1}]);
});

test('behind the checks are settings that nothing can undo', async () => {
  const {openReadOnly} = await import('../../../warehouse/sandbox/open.ts');
  const {session, instance} = await openReadOnly(plant.job(''));
  const fails = (sql: string) => expect(session.rows(sql)).rejects;
  await fails(`select * from read_csv('${secret}')`).toThrow(/disabled by configuration/);
  await fails(`copy (select 1) to '${written}'`).toThrow(/disabled by configuration/);
  await fails('set enable_external_access = true').toThrow(/locked/);
  await fails('create table warehouse.main.t as select 1').toThrow(/read-only/);
  await fails(`attach '${written}' as w2`).toThrow(/disabled by configuration/);
  await fails('install httpfs').toThrow(/disabled|configuration/);
  expect(existsSync(written)).toBe(false);
  instance.closeSync();
});

async function jsonOf(sql: string): Promise<{json: string}[]> {
  const instance = await openDatabase(':memory:', {temporaryFolder: tmpdir(), memoryLimitMb: 200, threads: 1});
  const session = await openSession(instance);
  const rows = await session.rows<{json: string}>('select json_serialize_sql($sql::varchar) as json', {sql});
  instance.closeSync();
  return rows;
}
