import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {folder} from './plant-in-a-folder.ts';

const FILES = 4;
const ROWS = 3_000;

async function partsFile(into: string, k: number) {
  const path = join(into, `parts-${k}.csv`);
  const rows = Array.from({length: ROWS}, (_, n) => `P${k}-${n},HX,L${k}`);
  writeFileSync(path, `part,product,lot\n${rows.join('\n')}\n`);
  return planFile(path, {table: 'parts'});
}

test('notes do not wait for batches; both are in the ledger in one order, and in the database', async () => {
  const [W, files] = [folder(), folder()];
  const warehouse = await Warehouse.open(W);
  const plans = await Promise.all(Array.from({length: FILES}, (_, k) => partsFile(files, k)));
  let loading = true;
  const loads = Promise.all(plans.map(plan => warehouse.load(plan, linesOfRecords))).finally(() => {
    loading = false;
  });
  const noted: number[] = [];
  while (loading) {
    const together = Array.from({length: 5}, (_, n) =>
      warehouse.note('hold', {text: `Ü "${noted.length + n}" \\ 1e21`}),
    );
    noted.push(...(await Promise.all(together)).map(({seq}) => seq));
  }
  expect((await loads).map(({status, batch}) => `${status} ${batch}`)).toEqual([1, 2, 3, 4].map(n => `accepted ${n}`));
  const batches = warehouse.entries().flatMap(({seq, kind}) => (kind === 'batch' ? [seq] : []));
  // Notes stand between the batches, which a queue behind them would not let happen.
  const before = (seq: number) => noted.filter(other => other < seq).length;
  expect(before(batches[1])).toBeGreaterThan(before(batches[0]));
  await warehouse.note('hold', {last: true});
  await warehouse.close();

  // As deep as it goes: the database has each note to the letter, and each batch folder its entry's number.
  expect((await verify(W)).problems).toEqual([]);
  const again = await Warehouse.open(W);
  expect(again.entries().filter(({kind}) => kind === 'hold')).toHaveLength(noted.length + 1);
  await again.read(undefined, async session => {
    expect(await session.row('select count(*) as n from parts')).toEqual({n: FILES * ROWS});
    expect(await session.row('select count(*) as n from fact.decisions')).toEqual({n: noted.length + 1});
  });
  await again.close();
});
