/** Reviews are facts: what they say of an inspection holds everywhere, at every position, in any order of arrival. */

import {expect, test} from 'vitest';
import {erasePerson} from '../../../warehouse/erase.ts';
import {inspection, inspections} from '../../../warehouse/inspectors/cards.ts';
import {reviews} from '../../../warehouse/inspectors/reviews.ts';
import {agreement} from '../../../warehouse/measurement-systems/agreement.ts';
import {pareto} from '../../../warehouse/pareto.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {trace} from '../../../warehouse/trace.ts';
import {rebuild, verify} from '../../../warehouse/verify.ts';
import {yieldOf} from '../../../warehouse/yield.ts';
import {feed, folder, orders, plantOf, type Table} from '../plant-in-a-folder.ts';

const PARTS: Table = [
  'parts',
  'part, product, lot, made_at\nA, HX, L1, 2026-01-05T06:00:00Z\nB, HX, L1, 2026-01-05T06:01:00Z\nC, HX, L2, 2026-01-05T06:02:00Z\nD, HX, L2, 2026-01-05T06:03:00Z',
];
const INSPECTIONS: Table = [
  'inspections',
  `inspection, part, inspected_at, inspector, result, confidence, verification
   a, A, 2026-01-05T07:00:00Z, m@1, fail, 0.95,
   b, B, 2026-01-05T07:01:00Z, m@1, fail, 0.55,
   c, C, 2026-01-05T07:02:00Z, m@1, pass, 0.99,
   d, D, 2026-01-05T07:03:00Z, m@1, pass, 0.97, confirmed`,
];
const DEFECTS: Table = ['defects', 'inspection, defect\na, scratch\nb, scratch'];
const review = (rows: string): Table => [
  'reviews',
  `inspection, reviewer, verdict, defect, reason, recorded_at\n${rows}`,
];
const HEAD = '2026-01-06T00:00';

/** What each inspection's verification is, as everybody sees it. */
async function said(w: Warehouse, asOf?: number): Promise<string> {
  const rows = await w.read(asOf, s =>
    s.rows<{v: string}>("select coalesce(verification, '-') as v from inspections order by inspection"),
  );
  return rows.map(({v}) => v).join(' ');
}

test('the newest word of each reviewer counts, most of them decide, a tie decides nothing', async () => {
  const w = await plantOf([PARTS, INSPECTIONS, DEFECTS]);
  expect(await said(w)).toBe('- - - confirmed');
  await feed(w, review(`b, Ada Berg, disagree, , glare, ${HEAD}:01Z`));
  expect(await said(w)).toBe('- rejected - confirmed');
  await feed(w, review(`b, Bo Ek, agree, , , ${HEAD}:02Z\nd, Bo Ek, disagree, void, , ${HEAD}:02Z`));
  expect(await said(w)).toBe('- unverified - rejected');
  await feed(w, review(`b, Cy Falk, disagree, , , ${HEAD}:03Z`));
  expect(await said(w)).toBe('- rejected - rejected');
  // What is taken back says nothing any more: the source's own word stands again.
  await feed(w, review(`d, Bo Ek, withdrawn, , , ${HEAD}:04Z\nb, Ada Berg, agree, , , ${HEAD}:04Z`));
  expect(await said(w)).toBe('- confirmed - confirmed');
  // An older word that arrives late changes nothing.
  await feed(w, review(`b, Ada Berg, disagree, , , ${HEAD}:00Z`));
  expect(await said(w)).toBe('- confirmed - confirmed');
  // Each position as it was.
  expect(await Promise.all([3, 4, 5, 6, 7].map(at => said(w, at)))).toEqual([
    '- - - confirmed',
    '- rejected - confirmed',
    '- unverified - rejected',
    '- rejected - rejected',
    '- confirmed - confirmed',
  ]);
});

test('in any order of arrival, reviews before what they review, and made anew the same', async () => {
  const files = [
    PARTS,
    INSPECTIONS,
    DEFECTS,
    review(`b, Ada Berg, disagree, , glare, ${HEAD}:01Z`),
    review(`b, Ada Berg, agree, , , ${HEAD}:02Z\nc, Ada Berg, disagree, void, missed it, ${HEAD}:02Z`),
  ];
  for (const order of orders(files)) {
    const at = folder();
    const w = await plantOf(order, at);
    expect(await said(w)).toBe('- confirmed rejected confirmed');
    await w.close();
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
    await rebuild(at);
    const again = await Warehouse.open(at);
    expect(await said(again)).toBe('- confirmed rejected confirmed');
    await again.close();
  }
});

test('a rejected fail is no fail: Pareto, yield and screening, also of what was kept in memory before', async () => {
  const w = await plantOf([PARTS, INSPECTIONS, DEFECTS]);
  const figures = async (asOf?: number) => {
    const {basis} = await pareto(w, {by: 'defect', asOf});
    const {fpy} = await yieldOf(w, {asOf});
    const {population} = await screen(w, {anyFail: true, asOf});
    return [basis.defectiveParts, fpy, population.defective];
  };
  expect(await figures()).toEqual([2, 0.5, 2]);
  await feed(w, review(`b, Ada Berg, disagree, , glare, ${HEAD}:01Z`));
  expect(await figures()).toEqual([1, 0.75, 1]);
  expect(await figures(3)).toEqual([2, 0.5, 2]);
  await feed(w, review(`b, Ada Berg, withdrawn, , , ${HEAD}:02Z`));
  expect(await figures()).toEqual([2, 0.5, 2]);
});

test('a true defect counts in Pareto, screening and filters, beside what the inspector said, which stays', async () => {
  const w = await plantOf([PARTS, INSPECTIONS, DEFECTS]);
  const codes = async (asOf?: number) =>
    (await pareto(w, {by: 'defect', asOf})).bars.map(({key, count}) => `${key} ${count}`);
  const defective = async (defect: string, asOf?: number) => (await screen(w, {defect, asOf})).population.defective;
  expect(await codes()).toEqual(['scratch 2']);
  await feed(w, review(`b, Ada Berg, agree, void, , ${HEAD}:01Z`));
  expect((await codes()).sort()).toEqual(['scratch 1', 'void 1']);
  expect(await Promise.all(['scratch', 'void'].map(defect => defective(defect)))).toEqual([1, 1]);
  expect((await pareto(w, {by: 'defect', where: "inspection.defect = 'void'"})).basis.defectiveParts).toBe(1);
  // The part is no better and no worse for it.
  expect((await yieldOf(w, {})).fpy).toBe(0.5);
  // A position from before is as it was, and so is what the inspector said: it is told as its own, and measured by it.
  expect(await codes(3)).toEqual(['scratch 2']);
  expect(await inspection(w, 'b')).toMatchObject({defects: [{defect: 'scratch'}], reviews: [{defect: 'void'}]});
  const {inspectors} = await agreement(w, {by: 'defect'});
  expect(inspectors.map(({level}) => level)).toEqual(['scratch']);
  // Who agrees without naming one says that the inspector's is right: one against one decides nothing.
  await feed(w, review(`b, Bo Ek, agree, , , ${HEAD}:02Z`));
  expect(await codes()).toEqual(['scratch 2']);
  await feed(w, review(`b, Cy Falk, agree, void, , ${HEAD}:03Z`));
  expect((await codes()).sort()).toEqual(['scratch 1', 'void 1']);
  // Taken back, and on a pass that was missed: that stays a pass.
  await feed(w, review(`b, Cy Falk, withdrawn, , , ${HEAD}:04Z\nc, Cy Falk, disagree, void, , ${HEAD}:04Z`));
  expect(await codes()).toEqual(['scratch 2']);
});

test('a true defect that the inspector found too keeps its place; the others are not told', async () => {
  const w = await plantOf([
    PARTS,
    INSPECTIONS,
    [
      'defects',
      'inspection, defect, x, y, width, height, confidence\na, scratch, 1, 2, 3, 4, 0.9\na, stain, 5, 6, 7, 8, 0.8',
    ],
    review(`a, Ada Berg, agree, stain, , ${HEAD}:01Z`),
  ]);
  const rows = await w.read(undefined, s => s.rows('select inspection, defect, x, width, confidence from defects'));
  expect(rows).toEqual([{inspection: 'a', defect: 'stain', x: 5, width: 7, confidence: 0.8}]);
});

test('who said it and why is told: by the inspection, the list, and the trace of the part', async () => {
  const w = await plantOf([
    PARTS,
    INSPECTIONS,
    DEFECTS,
    review(`c, Ada Berg, disagree, void, missed a void, ${HEAD}:01Z\nc, Bo Ek, disagree, , , ${HEAD}:02Z`),
  ]);
  const shown = await inspection(w, 'c');
  expect(shown).toMatchObject({part: 'C', lot: 'L2', verification: 'rejected', result: 'pass'});
  expect(shown.reviews).toMatchObject([
    {reviewer: 'Bo Ek', verdict: 'disagree', authenticated: false},
    {reviewer: 'Ada Berg', verdict: 'disagree', defect: 'void', reason: 'missed a void'},
  ]);
  const {history} = await trace(w, {id: 'C'});
  expect(history.find(({what}) => what === 'inspection')).toMatchObject({
    text: 'pass by m@1 (rejected by review)',
    details: {
      verification: 'rejected',
      reviews: 'Ada Berg disagrees (true defect: void): missed a void; Bo Ek disagrees',
    },
  });
  const {inspections: rejected} = await inspections(w, {verification: 'rejected'});
  expect(rejected.map(({inspection: id}) => id)).toEqual(['c']);
  await expect(inspection(w, 'x')).rejects.toThrow('no inspection "x"');
});

test('reviewers are persons: pseudonyms in the facts, and gone when they are erased; what they said stays', async () => {
  const w = await plantOf([PARTS, INSPECTIONS, DEFECTS, review(`b, Ada Berg, disagree, , , ${HEAD}:01Z`)]);
  const facts = () => w.read(undefined, s => s.rows<{reviewer: string}>('select reviewer from fact.reviews'));
  expect((await facts())[0].reviewer).toMatch(/^person-/);
  await erasePerson(w, 'Ada Berg', 'Bo Ek');
  expect((await reviews(w, {})).reviews).toMatchObject([
    {reviewer: expect.stringMatching(/^person-/), verdict: 'disagree'},
  ]);
  expect(await said(w)).toBe('- rejected - confirmed');
});

test('reviewers against each other: kappa of what both looked at', async () => {
  // Of six that both reviewed: bad by both 2, by Ada alone 1, by Bo alone 1, good by both 2: p_o 4/6, p_e 1/2, kappa 1/3.
  const fails = Array.from({length: 6}, (_, k) => `f${k}, P${k}, m@1, fail`).join('\n');
  const words = (who: string, agrees: string) =>
    Array.from(agrees, (a, k) => `f${k}, ${who}, ${a === 'y' ? 'agree' : 'disagree'}`).join('\n');
  const w = await plantOf([
    ['inspections', `inspection, part, inspector, result\n${fails}`],
    [
      'reviews',
      `inspection, reviewer, verdict\n${words('Ada Berg', 'yyynnn')}\n${words('Bo Ek', 'yynynn')}\nf9, Cy Falk, agree`,
    ],
  ]);
  const {between, total} = await reviews(w, {});
  expect(total).toBe(13);
  expect(between).toHaveLength(1);
  expect(between[0]).toMatchObject({first: 'Ada Berg', second: 'Bo Ek', decisions: 6, agree: 4});
  expect(between[0].kappa!.value).toBeCloseTo(1 / 3, 12);
});
