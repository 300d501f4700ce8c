import {expect, test} from 'vitest';
import {forgetDatabase} from '../../../warehouse/database-file.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {folder} from '../plant-in-a-folder.ts';
import {allAnswers} from './all-answers.ts';
import {FILES, take} from './growing-plant.ts';

/** `FISHBONE_EVERY=1` asks at every position, not at some. */
const EVERY = Number(process.env.FISHBONE_EVERY ?? 9);
const POSITIONS = FILES.map((_, k) => k + 1).filter(position => position % EVERY === 0);

type Answers = Record<string, string>;

async function expectTheSame(w: Warehouse, recorded: ReadonlyMap<number, Answers>): Promise<void> {
  for (const [position, answers] of recorded) {
    const now = await allAnswers(w, position, {screening: isScreened(position)});
    for (const [question, answer] of Object.entries(answers)) {
      expect([position, question, now[question]]).toEqual([position, question, answer]);
    }
  }
}

const isScreened = (position: number) => position % (2 * EVERY) === 0;

test('what was answered at a position is answered there for ever: while more arrives, after reopening, after a rebuild', async () => {
  const into = folder();
  const recorded = new Map<number, Answers>();
  let w = await Warehouse.open(into);
  try {
    for (const [k, file] of FILES.entries()) {
      expect((await take(w, file)).batch).toBe(k + 1);
      if (!POSITIONS.includes(k + 1)) continue;
      recorded.set(k + 1, await allAnswers(w, k + 1, {screening: isScreened(k + 1)}));
    }
    // The plant must have grown between the positions, or nothing would be tested.
    const told = [...recorded.values()].map(answers => answers.values);
    expect(new Set(told).size).toBe(told.length);
    await expectTheSame(w, recorded);
    await w.close();
    await forgetDatabase(into);
    w = await Warehouse.open(into);
    await expectTheSame(w, recorded);
  } finally {
    await w.close();
  }
}, 900_000);
