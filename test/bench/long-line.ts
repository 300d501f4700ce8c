/** A line of two gigabytes in each text format: how long it takes to be refused or put into quarantine, and in what memory. */
import {closeSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {ingestFiles} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {cost, inFolder, print, printRow, round} from './measure.ts';

const BYTES = Number(process.argv[2] ?? 2 ** 31 + 1);
const PIECE = Buffer.alloc(1 << 20, 'x');

/** Good records, the start of a bad one that goes on, and a good one behind it. */
const FILES: Record<string, {before: string; after: string}> = {
  'parts.csv': {before: 'part,product\nP1,A\nP2,', after: '\nP3,C\n'},
  'quoted/parts.csv': {before: 'part,product\nP1,A\nP2,"', after: '"\nP3,C\n'},
  'parts.ndjson': {
    before: '{"part":"P1","product":"A"}\n{"part":"P2","product":"',
    after: '"}\n{"part":"P3","product":"C"}\n',
  },
  'shaft.dfq': {before: 'K0100 1\nK1001/1 A\nK2002/1 Bore\nK0001/1 5.1\nK0001/1 ', after: '\nK0001/1 5.2\n'},
  'line.ndjson': {before: '{"MessageName":"CFX.Heartbeat"}\n{"MessageName":"', after: '"}\n'},
};

const TITLE = `A line of ${round(BYTES / 1e6)} MB`;
const HEAD = ['file', 'status', 'accepted+rejected', 'says', 's', 'peak RSS MB'];
print({title: TITLE, head: HEAD, rows: []});
for (const [name, {before, after}] of Object.entries(FILES)) {
  await inFolder(async folder => {
    const path = join(folder, name.split('/').at(-1)!);
    const file = openSync(path, 'w');
    writeSync(file, before);
    for (let left = BYTES; left > 0; left -= PIECE.length) writeSync(file, PIECE, 0, Math.min(left, PIECE.length));
    writeSync(file, after);
    closeSync(file);
    const warehouse = await Warehouse.open(join(folder, 'warehouse'));
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
    const {ms, result} = await cost(() => ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path]));
    clearInterval(watch);
    await warehouse.close();
    const [{status, tables, notices}] = result;
    const counts = tables.map(t => `${t.table} ${t.accepted}+${t.rejected}`).join(', ');
    const says = notices.join('; ').replaceAll(folder, '');
    printRow([name, status, counts, says, round(ms / 1000, 1), round(peak / 1e6)]);
  });
}
