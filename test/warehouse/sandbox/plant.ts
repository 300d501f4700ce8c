/** A small plant in a database file, for SQL to be asked of it in this process. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openApp} from '../../../api/app.ts';
import {ingest} from '../../../api/load-files.ts';
import type {QueryAnswer} from '../../../warehouse/query-answers.ts';
import {answer} from '../../../warehouse/sandbox/answer.ts';
import type {Job, Told} from '../../../warehouse/sandbox/job.ts';
import {plantFiles} from '../../api/plant.ts';

export const MEASUREMENTS = `part,step,run,torque,depth
${Array.from({length: 12}, (_, k) => `P${k + 1},bore,1,${k + 1},${k % 3}`).join('\n')}
`;

export interface Asked {
  job(sql: string): Job;
  ask(sql: string, more?: Partial<Job>): Promise<{told: Told; body: Buffer}>;
  rows(sql: string, more?: Partial<Job>): Promise<Record<string, unknown>[]>;
  remove(): void;
}

export async function plantToAsk(): Promise<Asked> {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-sandbox-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  plantFiles(files);
  writeFileSync(join(files, 'events.csv'), 'station,at,kind\nB1,2024-03-01T05:30:00Z,maintenance\n');
  writeFileSync(join(files, 'work_orders.csv'), 'work_order,product,quantity\nW1,A,many\n');
  const app = await openApp(join(folder, 'W'), {make: true});
  await ingest(app, [files]);
  const wide = join(folder, 'measurements.csv');
  writeFileSync(wide, MEASUREMENTS);
  await ingest(app, [wide], {wide: true});
  const {position: asOf} = app.warehouse;
  await app.close();

  const job = (sql: string): Job => ({
    sql,
    params: {},
    form: 'json',
    database: join(folder, 'W', 'warehouse.duckdb'),
    asOf,
    timeZone: 'UTC',
    names: [],
    maxRows: 1000,
    maxBytes: 10_000_000,
    memoryLimitMb: 200,
    temporaryFolder: folder,
    maxTemporaryMb: 10,
  });
  const ask = async (sql: string, more: Partial<Job> = {}) => {
    const {told, body} = await answer({...job(sql), ...more});
    return {told, body: Buffer.concat(body)};
  };
  return {
    job,
    ask,
    rows: async (sql, more) => {
      const {told, body} = await ask(sql, more);
      if (!('head' in told)) throw new Error(JSON.stringify(told));
      return (JSON.parse(body.toString()) as QueryAnswer).rows;
    },
    remove: () => rmSync(folder, {recursive: true, force: true}),
  };
}
