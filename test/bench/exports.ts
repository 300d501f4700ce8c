/**
 * A table out of a running server, over loopback, in every form, against the engine's own COPY of the same rows to Parquet.
 * The client reads and counts the bytes; it is in a process of its own.
 */
import {spawn} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {openApp} from '../../api/app.ts';
import {FORM_NAMES} from '../../api/exports/forms.ts';
import {ingest} from '../../api/load-files.ts';
import {serve} from '../../api/server.ts';
import {quoteText} from '../../warehouse/duckdb.ts';
import {cost, inFolder, median, round, type Table} from './measure.ts';

const RUNS = 3;
const SIZES = [250_000, 1_000_000, 4_000_000];

const CLIENT = `
const {request} = require('node:http');
let bytes = 0;
request(process.argv[1], {agent: false}, response => {
  response.on('data', piece => { bytes += piece.length; });
  response.on('end', () => console.log(response.complete ? bytes : -1));
  response.on('error', () => console.log(-1));
}).end();`;

export async function exportsBench(scale: number): Promise<Table[]> {
  const rows: (string | number)[][] = [];
  for (const size of SIZES.map(n => Math.round(n * scale))) rows.push(...(await ofSize(size)));
  return [
    {
      title:
        'Inspections out of a server, as multiples of COPY to Parquet of the same rows in their order (medians of 3)',
      head: ['rows', 'form', 'seconds', 'x COPY', 'MB', 'million rows/s', 'peak memory of the server, MB'],
      rows,
    },
  ];
}

async function ofSize(size: number): Promise<(string | number)[][]> {
  return inFolder(async folder => {
    const app = await openApp(folder, {make: true});
    const file = join(folder, 'inspections.csv');
    await pipeline(inspectionLines(size), createWriteStream(file));
    await ingest(app, [file]);
    const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
    try {
      const copies: number[] = [];
      const times = new Map<string, {ms: number[]; bytes: number; peakMb: number}>();
      for (let run = 0; run < RUNS; run++) {
        copies.push((await cost(() => copy(app, join(folder, 'baseline.parquet')))).ms);
        for (const form of FORM_NAMES) {
          const known = times.get(form) ?? {ms: [], bytes: 0, peakMb: 0};
          times.set(form, known);
          const watch = setInterval(() => {
            known.peakMb = Math.max(known.peakMb, process.memoryUsage().rss / 1e6);
          }, 50);
          const {ms, result} = await cost(() => fetched(`${server.address}/v1/tables/inspections.${form}`));
          clearInterval(watch);
          known.ms.push(ms);
          known.bytes = result;
        }
      }
      const baseline = median(copies);
      return [
        [size, 'COPY to Parquet', round(baseline / 1000, 2), 1, '', round(size / baseline / 1000, 2), ''],
        ...[...times].map(([form, {ms, bytes, peakMb}]) => {
          const time = median(ms);
          const perSecond = round(size / time / 1000, 2);
          return [
            size,
            form,
            round(time / 1000, 2),
            round(time / baseline, 2),
            round(bytes / 1e6),
            perSecond,
            round(peakMb),
          ];
        }),
      ];
    } finally {
      await server.close();
    }
  });
}

async function copy(app: Awaited<ReturnType<typeof openApp>>, path: string): Promise<void> {
  await app.warehouse.read(undefined, session =>
    session.run(`copy (from main.inspections order by inspection nulls first) to ${quoteText(path)} (format parquet)`),
  );
}

function fetched(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const client = spawn(process.execPath, ['-e', CLIENT, url], {stdio: ['ignore', 'pipe', 'inherit']});
    let out = '';
    client.stdout.on('data', piece => (out += String(piece)));
    client.on('close', () =>
      Number(out) > 0 ? resolve(Number(out)) : reject(new Error(`the download broke off: ${url}`)),
    );
  });
}

export function* inspectionLines(size: number): Generator<string> {
  yield 'inspection,part,inspected_at,step,station,inspector,result,confidence\n';
  const from = Date.UTC(2025, 0, 1);
  for (let k = 0; k < size; ) {
    let piece = '';
    for (const end = Math.min(size, k + 1000); k < end; k++) {
      const at = new Date(from + k * 1000).toISOString();
      // A multiplicative order, so that the export has to sort.
      const id = String((k * 7_919) % size).padStart(9, '0');
      piece += `INSP-${id},PART-${id},${at},final,AOI-${k % 4},surface@1.${k % 3}.0,${k % 50 === 0 ? 'fail' : 'pass'},${(k % 1000) / 1000}\n`;
    }
    yield piece;
  }
}
