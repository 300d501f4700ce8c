import {resolve} from 'node:path';
import type {Command} from 'commander';
import {publishedText} from './print/publish.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

interface Asked extends Common {
  asOf?: number;
  names?: boolean;
  company?: boolean;
  parquetOnly?: boolean;
  keep?: number;
  bucket?: string;
}

export function publishCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('publish'))
    .argument('<folder>', 'on the machine that the warehouse is on; outside the warehouse')
    .description('writes an immutable snapshot: every table as Parquet, a DuckDB file, a manifest')
    .option('--as-of <batch>', 'as it was after this batch', wholeNumber)
    .option('--names', 'persons by their names instead of pseudonyms')
    .option('--company', 'a place that the plants of a company share: into a folder of its own there')
    .option('--parquet-only', 'without the DuckDB file')
    .option('--keep <snapshots>', 'so many are kept, the newest', wholeNumber)
    .option('--bucket <s3://bucket/prefix>', 'with --company: put there as well, in the store that is configured')
    .action((folder: string, {warehouse, json, ...question}: Asked) =>
      terminal.tell({warehouse, json}, 'publish', {folder: resolve(folder), ...question}, publishedText),
    );
}
