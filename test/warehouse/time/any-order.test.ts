import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Warehouse} from '../../../warehouse/store.ts';
import {folder} from '../plant-in-a-folder.ts';
import {allAnswers} from './all-answers.ts';
import {FILES, type File, take} from './growing-plant.ts';

/** `FISHBONE_ORDERS=200` tries that many orders. */
const ORDERS = Number(process.env.FISHBONE_ORDERS ?? 2);
const SEED = Number(process.env.FISHBONE_SEED ?? 20260105);

async function answersAfter(files: readonly File[]): Promise<Record<string, string>> {
  const w = await Warehouse.open(folder());
  try {
    for (const [k, file] of files.entries()) {
      const receipt = await take(w, file);
      expect([file.name, receipt.status, receipt.batch]).toEqual([file.name, 'accepted', k + 1]);
    }
    const answers = await allAnswers(w, files.length);
    // When the last batch came is no matter of what it says.
    return {...answers, plant: answers.plant.replace(/"lastBatchAt":"[^"]*",/, '')};
  } finally {
    await w.close();
  }
}

test('any order of the same files gives the same answers, to the last digit', async () => {
  const expected = await answersAfter(FILES);
  expect(Object.entries(expected).filter(([, answer]) => answer.startsWith('"refused'))).toEqual([]);
  const order = fc.shuffledSubarray([...FILES], {minLength: FILES.length});
  await fc.assert(
    fc.asyncProperty(order, async files => {
      const found = await answersAfter(files);
      for (const [question, answer] of Object.entries(expected))
        expect([question, found[question]]).toEqual([question, answer]);
    }),
    {seed: SEED, numRuns: ORDERS, endOnFailure: true, examples: [[FILES.toReversed()]]},
  );
}, 900_000);
