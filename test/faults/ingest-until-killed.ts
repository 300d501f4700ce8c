/** Ingests small batches for ever, printing a line for each that was acknowledged. Started, and killed, by the fault runs. */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';

export const ROWS_A_BATCH = 50;

/** The rows of batch n: unlike those of any other. */
export function batchText(n: number): string {
  const rows = Array.from({length: ROWS_A_BATCH}, (_, k) => `P${n}-${k},HX,L${n}`);
  return `part,product,lot\n${rows.join('\n')}\n`;
}

async function ingestForEver(folder: string, first: number): Promise<void> {
  const files = mkdtempSync(join(tmpdir(), 'fishbone-kill-'));
  const warehouse = await Warehouse.open(folder);
  process.stdout.write('open\n');
  for (let n = first; ; n++) {
    const path = join(files, 'parts.csv');
    writeFileSync(path, batchText(n));
    const receipt = await warehouse.load(await planFile(path), linesOfRecords);
    process.stdout.write(`acknowledged ${n} ${receipt.batch}\n`);
    if (n % 3 === 0) {
      const {seq} = await warehouse.append('note', {n});
      process.stdout.write(`decided ${n} ${seq}\n`);
    }
  }
}

if (process.argv[2]) await ingestForEver(process.argv[2], Number(process.argv[3]));
