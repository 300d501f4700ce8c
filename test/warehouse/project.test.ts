/** How ledger entries are grouped when they are projected must make no difference to the facts, to the last key. */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {checksums} from '../../warehouse/content.ts';
import {forgetDatabase} from '../../warehouse/database-file.ts';
import {runsOf} from '../../warehouse/project.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {folder} from './plant-in-a-folder.ts';

const SEED = 20261122;
const BATCHES = 36;

/** Small batches that overlap: parts and visits that come again, parameters and steps that appear, values out of range. */
function batches(random: () => number): {name: string; bytes: string; wide: boolean}[] {
  const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)];
  const part = () => `P${Math.floor(random() * 12)}`;
  const rows = (make: () => string) => Array.from({length: 1 + Math.floor(random() * 4)}, make).join('\n');
  const number = () => pick('', (random() * 10).toFixed(2), '1.5', '2.5');
  const at = () => pick('', `2026-01-0${pick(1, 2, 3)}T00:00:00Z`);
  const kinds = [
    () => ({
      name: 'parts',
      wide: false,
      bytes: `part,product,lot,recorded_at\n${rows(() => `${part()},HX,L${pick(1, 2, 3)},${at()}`)}`,
    }),
    () => ({
      name: 'genealogy',
      wide: false,
      bytes: `parent,parent_kind,child,child_kind\n${rows(() => `L${pick(1, 2, 7, 8)},lot,${part()},part`)}`,
    }),
    () => ({
      name: 'inspections',
      wide: false,
      bytes: `inspection,part,result,recorded_at\n${rows(() => `I${pick(1, 2, 3, 4, 5)},${part()},${pick('pass', 'fail', 'perhaps')},${at()}`)}`,
    }),
    () => {
      const parameters = pick(['a', 'b'], ['b', 'c'], ['z', 'd', 'a']);
      const row = () => `${part()},${pick('s1', 's2')},${at()},${parameters.map(number).join(',')}`;
      return {
        name: 'measurements',
        wide: true,
        bytes: `part,step,recorded_at,${parameters.join(',')}\n${rows(row)}`,
      };
    },
    () => ({
      name: 'measurements',
      wide: false,
      bytes: `part,parameter,value,qualifier,step,measured_at\n${rows(
        () =>
          `${part()},${pick('a', 'b', 'e')},${pick('1', '2', '3')},${pick('', '', '<')},${pick('s1', 's3', '')},${at()}`,
      )}`,
    }),
  ];
  return Array.from({length: BATCHES}, () => pick(...kinds)());
}

test('many batches together make the same facts as one by one', async () => {
  const into = folder();
  let warehouse = await Warehouse.open(into);
  for (const {name, bytes, wide} of batches(seeded(SEED))) {
    const path = join(mkdtempSync(join(into, 'feed-')), `${name}.csv`);
    writeFileSync(path, `${bytes}\n`);
    await warehouse.load(await planFile(path, wide ? {table: name, wide} : {}), linesOfRecords);
    if (warehouse.position % 7 === 0) await warehouse.append('note', {after: warehouse.position});
  }
  const runs = [...runsOf(warehouse.entries())];
  expect(runs.length, 'runs of several batches').toBeLessThan(warehouse.entries().length);
  const oneByOne = await warehouse.read(undefined, session => checksums(session));
  expect(Object.keys(oneByOne).filter(table => table.startsWith('step_') && oneByOne[table].rows > 0)).toContain(
    'step_2',
  );
  expect(oneByOne.cells.rows, `seed ${SEED}: late cells`).toBeGreaterThan(0);
  const views = await viewsOf(warehouse);
  await warehouse.close();
  // Opening makes all views; a batch only those of the steps to which it brought something.
  warehouse = await Warehouse.open(into);
  expect(await viewsOf(warehouse), `seed ${SEED}`).toEqual(views);
  expect(views.filter(v => v.comment === null)).toEqual([]);
  expect(views.map(v => v.name)).toEqual(expect.arrayContaining(['step_s1', 'step_s2', 'step_s3']));
  await warehouse.close();
  await forgetDatabase(into);
  warehouse = await Warehouse.open(into);
  expect(await warehouse.read(undefined, session => checksums(session)), `seed ${SEED}`).toEqual(oneByOne);
  await warehouse.close();
});

const viewsOf = (warehouse: Warehouse) =>
  warehouse.read(undefined, session =>
    session.rows<{name: string; comment: string | null}>(
      // As its comment every view bears the digest of what it was made from; the engine's own text of it is not the same once read from the file.
      'select schema_name as schema, view_name as name, comment from duckdb_views() where not internal order by all',
    ),
  );

/** Lehmer's generator: the same numbers everywhere. */
function seeded(seed: number): () => number {
  let state = seed % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
