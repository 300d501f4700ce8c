/** What the fault runs interrupt: files of every kind, one with rejects, and a decision. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type IngestOptions, planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import type {Warehouse} from '../../warehouse/store.ts';

const PARTS = 200;
const range = (n: number) => Array.from({length: n}, (_, k) => k);

/** Each with a condition on the readable tables that its rows alone meet, and how many those are. */
export const FILES: {
  name: string;
  text: string;
  options: IngestOptions;
  rows: number;
  from: string;
}[] = [
  {
    name: 'parts.csv',
    // Two rows of it are refused.
    text: `part,product,lot,made_at\n${range(PARTS)
      .map(k => `P${k},HX,L${k % 7},2024-05-01T00:00:00Z`)
      .join('\n')}\nP-bad,HX,L1,yesterday\n,HX,L1,\n`,
    options: {table: 'parts'},
    rows: PARTS,
    from: "parts where product = 'HX'",
  },
  {
    name: 'wide.csv',
    text: `part,step,run,torque,heat\n${range(PARTS)
      .map(k => `P${k},bore,1,${4 + k / 100},${90 - k}`)
      .join('\n')}\n`,
    options: {table: 'measurements', wide: true},
    rows: 2 * PARTS,
    from: "measurements where parameter in ('torque', 'heat')",
  },
  {
    name: 'late.csv',
    text: `part,parameter,step,value\n${range(PARTS / 2)
      .map(k => `P${k},colour,bore,${k}`)
      .join('\n')}\n`,
    options: {table: 'measurements'},
    rows: PARTS / 2,
    from: "measurements where parameter = 'colour'",
  },
];

/**
 * Feeds all of it that is not there yet.
 * @param say hears `acknowledged <file>` and `decided`, each as soon as it is so
 */
export async function live(
  warehouse: Warehouse,
  say: (line: string) => void = () => undefined,
  fed = FILES,
): Promise<void> {
  const files = mkdtempSync(join(warehouse.folder, 'files-'));
  try {
    for (const {name, text, options} of fed) {
      const path = join(files, name);
      writeFileSync(path, text);
      const {status} = await warehouse.load(await planFile(path, options), linesOfRecords);
      say(`acknowledged ${name} ${status}`);
    }
    if (!warehouse.entries().some(({kind}) => kind === 'hold')) await warehouse.append('hold', {hold: 'H1'});
    say('decided');
  } finally {
    rmSync(files, {recursive: true, force: true});
  }
}
