/** A finding stays as it was found; it can be recomputed; a question can be taken back. */
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import {evaluateElsewhere} from '../../../warehouse/screening/evaluator.ts';
import {finding} from '../../../warehouse/screening/findings.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {recompute} from '../../../warehouse/screening/recompute.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {plantOf} from '../plant-in-a-folder.ts';

test('a finding is recomputed the same, and what differs is named where it was found otherwise', async () => {
  const rows = Array.from({length: 120}, (_, i) => ({part: `P${i}`, lot: `L${Math.floor(i / 6)}`, fails: i % 6 === 0}));
  const warehouse = await plantOf([
    ['parts', `part,product,lot\n${rows.map(r => `${r.part},HX,${r.lot}`).join('\n')}`],
    [
      'operations',
      `part,step,tool,started_at,ended_at\n${rows.map((r, i) => `${r.part},bore,T${i % 3},2026-01-01T06:00:00Z,2026-01-01T06:10:00Z`).join('\n')}`,
    ],
    [
      'inspections',
      `inspection,part,result,inspected_at\n${rows.map(r => `I${r.part},${r.part},${r.fails ? 'fail' : 'pass'},2026-01-01T07:00:00Z`).join('\n')}`,
    ],
  ]);
  const {findings} = await screen(warehouse, {anyFail: true});
  const {id} = findings[0];
  expect(await recompute(warehouse, id)).toMatchObject({same: true, differs: []});
  expect(await finding(warehouse, id)).toMatchObject({code: expect.stringMatching(/^[0-9a-f]{16}$/)});
  // As if it had been found by other code: what is kept is shown, and the recomputation says what is other today.
  const [name] = (await readdir(join(warehouse.folder, 'answers'))).filter(file => file.startsWith('screen-'));
  const path = join(warehouse.folder, 'answers', name);
  const kept = JSON.parse(await readFile(path, 'utf8'));
  kept.findings[0].p = 0.5;
  await writeFile(path, JSON.stringify(kept));
  expect((await finding(warehouse, id)).finding.p).toBe(0.5);
  const again = await recompute(warehouse, id);
  expect(again.differs).toEqual([{field: 'p', found: 0.5, now: findings[0].p}]);
});

test('the first findings alone are those of the whole answer, and are found again by id whichever was asked first', async () => {
  const rows = Array.from({length: 240}, (_, i) => ({
    part: `P${i}`,
    lot: `L${Math.floor(i / 6)}`,
    fails: i % 18 === 0,
  }));
  const warehouse = await plantOf([
    ['parts', `part,product,lot\n${rows.map(r => `${r.part},HX,${r.lot}`).join('\n')}`],
    [
      'operations',
      `part,step,tool,station\n${rows.map((r, i) => `${r.part},bore,T${Math.floor(i / 6) % 3},S${i % 2}`).join('\n')}`,
    ],
    [
      'inspections',
      `inspection,part,result\n${rows.map(r => `I${r.part},${r.part},${r.fails ? 'fail' : 'pass'}`).join('\n')}`,
    ],
  ]);
  const cut = await screen(warehouse, {anyFail: true, top: 1});
  const whole = await screen(warehouse, {anyFail: true});
  expect(whole.findings.length).toBeGreaterThan(1);
  expect(cut).toEqual({...whole, question: {...whole.question, top: 1}, findings: whole.findings.slice(0, 1)});
  expect(await screen(warehouse, {anyFail: true, top: 1})).toEqual(cut);
  for (const {id} of [cut.findings[0], whole.findings[1]]) {
    expect(await recompute(warehouse, id)).toMatchObject({same: true});
  }
});

test('a question that is taken back ends at once; the next in line is answered all the same', async () => {
  const frame = (seed: number, lots: number) => makePlant({seed, lots, correlation: 0.01, steps: 9}).frame;
  const [long, short] = [frame(1, 200), frame(2, 30)];
  const taken = new AbortController();
  const first = evaluateElsewhere(long, [], {signal: taken.signal});
  const second = evaluateElsewhere(short, []);
  taken.abort();
  await expect(first).rejects.toThrow('taken back');
  expect(JSON.stringify(await second)).toBe(JSON.stringify(evaluate(short)));
  await expect(evaluateElsewhere(short, [], {signal: AbortSignal.abort()})).rejects.toThrow('taken back');
});
