/** Ingests small batches for ever, printing a line for each that was acknowledged. Started, and killed, by the random runs. */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';

const [folder, first, rows] = process.argv.slice(2);
let warehouse = await Warehouse.open(folder);
const files = mkdtempSync(join(folder, 'files-'));
process.stdout.write('open\n');
for (let n = Number(first); ; n++) {
  const path = join(files, 'parts.csv');
  writeFileSync(path, batchText(n));
  const receipt = await warehouse.load(await planFile(path), linesOfRecords);
  process.stdout.write(`acknowledged ${n} ${receipt.batch}\n`);
  if (n % 3 === 0) {
    const {seq} = await warehouse.append('note', {n});
    process.stdout.write(`decided ${n} ${seq}\n`);
  }
  if (n % 5 === 4) {
    // Closing is a checkpoint.
    await warehouse.close();
    warehouse = await Warehouse.open(folder);
  }
}

/** The rows of batch n: unlike those of any other. */
function batchText(n: number): string {
  const parts = Array.from({length: Number(rows)}, (_, k) => `P${n}-${k},HX,L${n}`);
  return `part,product,lot\n${parts.join('\n')}\n`;
}
