/** Parquet that is damaged between its first bytes and its footer. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {ingestFiles} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {file, temporaryFolder} from '../folder.ts';

const SEED = Number(process.env.FISHBONE_SEED ?? 20260301);
const ROWS = 20_000;
const home = temporaryFolder();
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(join(home.path, 'warehouse'));
});
afterAll(async () => {
  await warehouse.close();
  home.remove();
});

/** Ten groups of rows, with many pages in each column. */
async function written(compression: string): Promise<Buffer> {
  const path = join(home.path, `${compression}.parquet`);
  const duckdb = await DuckDBInstance.create();
  const connection = await duckdb.connect();
  await connection.run(
    `copy (select 'P' || i as part, 'A' || i % 7 as product, 'L' || hash(i) as lot from range(${ROWS}) t(i))
     to '${path}' (format parquet, compression ${compression}, row_group_size 2048)`,
  );
  connection.closeSync();
  duckdb.closeSync();
  return readFileSync(path);
}

async function outcome(bytes: Buffer): Promise<string> {
  const path = file('parts.parquet', bytes);
  const [{status, tables, notices}] = await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path], {
    dryRun: true,
  });
  return status === 'rejected' ? notices[0].replace(path, 'parts.parquet') : `${tables[0].accepted} taken`;
}

const bodyOf = (bytes: Buffer): number => bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);

test.each(['snappy', 'zstd', 'uncompressed'])(
  '%s: cut in the middle with a valid footer, it is refused as a whole',
  async how => {
    const whole = await written(how);
    expect(await outcome(whole)).toBe(`${ROWS} taken`);
    const body = bodyOf(whole);
    for (const [from, to] of [
      [body >> 1, (body >> 1) + 1],
      [body >> 1, (body >> 1) + 5000],
      [4, body >> 1],
      [4, body],
    ]) {
      const cut = Buffer.concat([whole.subarray(0, from), whole.subarray(to)]);
      expect(await outcome(cut), `${from} to ${to}`).toMatch(/^parts\.parquet: .*(damaged|cut off)/);
    }
  },
);

test(`many pages damaged: refused as a whole with a reason, in one sentence (seed ${SEED})`, async () => {
  const whole = await written('snappy');
  const {below} = random(SEED);
  const body = bodyOf(whole);
  for (let round = 0; round < 8; round++) {
    const bytes = Buffer.from(whole);
    for (let flips = 0; flips < 400; flips++) bytes[4 + below(body - 4)] ^= 1 << below(8);
    expect(await outcome(bytes), `round ${round}`).toMatch(/^parts\.parquet: .*damaged/);
  }
});
