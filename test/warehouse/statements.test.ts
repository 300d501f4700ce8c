// The SQL that an answer tells of, run statement by statement by somebody else, gives that answer.
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Bindings, openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {pareto} from '../../warehouse/pareto.ts';
import {preludeOf, withStatements} from '../../warehouse/statements.ts';
import {folder, plantOf} from './plant-in-a-folder.ts';

test('what is told of a Pareto gives its bars in a shell of the engine, also when asked a second time', async () => {
  const warehouse = await plantOf([
    ['parts', 'part,product\np1,A\np2,A\np3,B\np4,B'],
    [
      'inspections',
      'inspection,part,result,inspected_at\ni1,p1,fail,2026-01-01T06:00:00Z\ni2,p2,fail,2026-01-01T06:00:00Z\ni3,p3,fail,2026-01-01T06:00:00Z\ni4,p4,pass,2026-01-01T06:00:00Z',
    ],
    ['defects', 'inspection,defect\ni1,scratch\ni1,void\ni2,scratch\ni3,scratch'],
  ]);
  const question = {by: 'defect', where: "part.product = 'A'"};
  // The second time a session has stand ready what the first made.
  await pareto(warehouse, question);
  const {answer, statements} = await withStatements(() => pareto(warehouse, question));
  expect(answer.bars.map(({key, count}) => [key, count])).toEqual([
    ['scratch', 2],
    ['void', 1],
  ]);
  const path = join(warehouse.folder, 'warehouse.duckdb');
  await warehouse.close();

  const database = await openDatabase(path, {temporaryFolder: folder(), memoryLimitMb: 256, threads: 1});
  const session = await openSession(database);
  await session.run(preludeOf(answer.asOf, 'UTC'));
  const bars: unknown[] = [];
  for (const {sql, values} of statements) {
    if (/^(create|set)/.test(sql)) await session.run(sql, values as Bindings);
    else bars.push(...(await session.rows(sql, values as Bindings)));
  }
  session.connection.closeSync();
  database.closeSync();
  expect(bars).toContainEqual(expect.objectContaining({key: 'scratch', count: 2, parts: 2, inspected: 2}));
  expect(bars).toContainEqual(expect.objectContaining({key: 'void', count: 1, parts: 1}));
});

test('what nobody listens to is told to nobody, and two who listen hear their own', async () => {
  const warehouse = await plantOf([['parts', 'part,product\np1,A']]);
  const [one, two] = await Promise.all([
    withStatements(() => pareto(warehouse, {by: 'product'})),
    withStatements(() => warehouse.read(undefined, session => session.rows('select 1 as one'))),
  ]);
  expect(two.statements.map(({sql}) => sql)).toEqual(['select 1 as one']);
  expect(one.statements.length).toBeGreaterThan(3);
  expect(one.statements.map(({sql}) => sql)).not.toContain('select 1 as one');
});
