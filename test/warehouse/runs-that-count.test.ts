/** Which run's measurement counts: what is kept of the few that do not is held against the rule over all of them. */
import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import type {Session} from '../../warehouse/duckdb.ts';
import {factorCatalogue, factorRelation} from '../../warehouse/factors.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {feed, folder, startEmpty} from './plant-in-a-folder.ts';

const hour = (h: number) => `2024-05-01T${String(h).padStart(2, '0')}:00:00Z`;

const inPlant = async (parts: readonly Part[]) => {
  const into = folder();
  await startEmpty(into);
  const warehouse = await Warehouse.open(into);
  onTestFinished(() => warehouse.close());
  const rows = (of: (part: Part, id: string) => string[]) => parts.flatMap((part, k) => of(part, `P${k}`)).join('\n');
  await feed(warehouse, [
    'inspections',
    `inspection,part,inspected_at,result\n${rows(({inspected}, id) => (inspected === null ? [] : [`I${id},${id},${hour(inspected)},pass`]))}`,
  ]);
  const visits = rows(({visits}, id) => visits.map(([run, at]) => `${id},bore,${run},${hour(at)},${hour(at)}`));
  if (visits !== '') await feed(warehouse, ['operations', `part,step,run,started_at,ended_at\n${visits}`]);
  await feed(warehouse, [
    'measurements',
    `part,step,run,parameter,value,measured_at\n${rows(({measured}, id) =>
      measured.map(([run, at], k) => `${id},bore,${run},depth,${k + run / 10},${at === null ? '' : hour(at)}`),
    )}`,
  ]);
  return warehouse;
};

interface Part {
  inspected: number | null;
  visits: [run: number, at: number][];
  measured: [run: number, at: number | null][];
}

const hours = fc.integer({min: 1, max: 20});
const partOf = (runs: fc.Arbitrary<number>): fc.Arbitrary<Part> =>
  fc.record({
    inspected: fc.option(hours),
    visits: fc.uniqueArray(fc.tuple(fc.integer({min: 1, max: 3}), hours), {maxLength: 2, selector: ([run]) => run}),
    measured: fc.uniqueArray(fc.tuple(runs, fc.option(hours)), {minLength: 1, maxLength: 2, selector: ([run]) => run}),
  });

const values = (session: Session, sql: string) => session.rows(`select part, value from (${sql}) order by part`);

test.each([
  ['all measured in the same run', fc.constant(1)],
  ['measured in up to three', fc.integer({min: 1, max: 3})],
])('parts %s', async (_, runs) => {
  let different = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(partOf(runs), {minLength: 12, maxLength: 24}), async parts => {
      const warehouse = await inPlant(parts);
      await warehouse.read(undefined, async session => {
        const source = (await factorCatalogue(session)).find(({name}) => name === 'bore.depth')!;
        const byTheRule = `select r.part, ${source.value} as value from (${source.relation}) r where ${source.value} is not null`;
        const expected = await values(session, byTheRule);
        const {sql} = await factorRelation(session, 'bore.depth');
        expect(await values(session, sql)).toEqual(expected);
        if (expected.length < parts.reduce((sum, {measured}) => sum + measured.length, 0)) different++;
      });
    }),
    {numRuns: 5, seed: 7},
  );
  expect(different).toBe(5);
});
