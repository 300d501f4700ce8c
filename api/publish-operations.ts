import {resolve} from 'node:path';
import {z} from 'zod';
import {openBucket} from '../warehouse/publish/bucket.ts';
import {type Published, type PublishQuestion, publish} from '../warehouse/publish/publish.ts';
import {publishToBucket, type Uploaded} from '../warehouse/publish/to-bucket.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {operation} from './operation.ts';
import {readSecret} from './secret-file.ts';

export const PUBLISH_OPERATIONS = {
  publish: operation({
    summary:
      'Writes an immutable snapshot into a folder of the machine that the warehouse is on: Parquet, DuckDB, manifest',
    input: z.strictObject({
      folder: z.string().min(1),
      asOf: z.number().int().nonnegative().optional(),
      names: z.boolean().optional().describe('persons by their names instead of pseudonyms'),
      company: z.boolean().optional().describe('into a place that plants share, in a folder of its own'),
      parquetOnly: z.boolean().optional().describe('no DuckDB file'),
      keep: z.number().int().positive().optional().describe('so many snapshots, the newest; all by default'),
      bucket: z.string().optional().describe('s3://bucket/prefix: put there as well, once it is in the folder'),
    }),
    output: z.object({
      folder: z.string(),
      position: z.number().int(),
      tables: z.number().int(),
      rows: z.number(),
      bytes: z.number(),
      already: z.boolean().describe('it had been published before'),
      removed: z.array(z.string()),
      bucket: z
        .object({
          to: z.string(),
          files: z.number().int().describe('that were not there before'),
          bytes: z.number(),
          removed: z.array(z.string()),
        })
        .optional(),
    }),
    run: (app, {folder, ...question}) => publishSnapshot(app, folder, question),
  }),
};

/** Into a folder, and from there into a bucket where one is named. */
export async function publishSnapshot(
  {warehouse, config}: App,
  folder: string,
  {bucket: address, ...question}: PublishQuestion & {bucket?: string},
): Promise<Published & {bucket?: Uploaded}> {
  if (address === undefined) return publish(warehouse, folder, question);
  if (!question.company)
    throw new FishboneError('USAGE', 'a bucket is a place that the plants of a company share', {
      hint: 'say --company as well',
    });
  const bucket = await openBucket(address, config.store, path => readSecret(resolve(config.folder, path)));
  const published = await publish(warehouse, folder, question);
  const isOurs = ({seq, hash}: {seq: number; hash: string}) =>
    warehouse.entries().find(entry => entry.seq === seq)?.hash === hash;
  return {...published, bucket: await publishToBucket(bucket, published.folder, {keep: question.keep, isOurs})};
}
