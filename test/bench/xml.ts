/**
 * What reading B2MML costs, beside its parser alone, and how much memory for files of growing size.
 * npx tsx test/bench/xml.ts [--megabytes 20,200]
 */
import {execFile} from 'node:child_process';
import {createReadStream} from 'node:fs';
import {join} from 'node:path';
import {parseArgs, promisify} from 'node:util';
import {SaxesParser} from 'saxes';
import {read} from '../../ingest/readers/readers.ts';
import {writeJobs} from './b2mml-jobs.ts';
import {bytesIn, cost, inFolder, print, round} from './measure.ts';

const BYTES_A_JOB = 1100;
const {values: options} = parseArgs({
  options: {megabytes: {type: 'string', default: '20,200'}, one: {type: 'string'}, with: {type: 'string'}},
});

if (options.one === undefined) await all(options.megabytes.split(',').map(Number));
else await one(options.one, options.with!);

async function all(sizes: number[]): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const size of sizes)
    await inFolder(async folder => {
      const path = join(folder, 'jobs.xml');
      writeJobs(path, Math.round((size * 1e6) / BYTES_A_JOB));
      for (const how of ['parser', 'reader']) {
        // A process each, as memory is told of the whole process.
        const script = new URL(import.meta.url).pathname;
        const {stdout} = await promisify(execFile)(process.execPath, [
          '--import',
          'tsx',
          script,
          '--one',
          path,
          '--with',
          how,
        ]);
        const {ms, peakBytes} = JSON.parse(stdout) as {ms: number; peakBytes: number};
        const megabytes = bytesIn(path) / 1e6;
        rows.push([
          round(megabytes),
          how,
          round(ms / 1000, 1),
          round(megabytes / (ms / 1000), 1),
          round(peakBytes / 1e6),
        ]);
      }
    });
  print({title: 'B2MML: responses of jobs', head: ['MB', 'with', 's', 'MB/s', 'most memory of the process, MB'], rows});
}

async function one(path: string, how: string): Promise<void> {
  const {ms, result: tables} = await cost(() => (how === 'parser' ? parse(path) : made(path)));
  console.log(JSON.stringify({ms, tables, peakBytes: process.resourceUsage().maxRSS * 1024}));
}

/** @returns how many tables */
function made(path: string): Promise<number> {
  return inFolder(async into => (await read(path, {into})).tables!.length);
}

async function parse(path: string): Promise<number> {
  const parser = new SaxesParser({xmlns: true});
  for await (const chunk of createReadStream(path, {encoding: 'utf8', highWaterMark: 1 << 20}))
    parser.write(chunk as string);
  parser.close();
  return 0;
}
