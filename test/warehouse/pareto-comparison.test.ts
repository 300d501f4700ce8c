import {describe, expect, test} from 'vitest';
import {pareto} from '../../warehouse/pareto.ts';
import {ParetoAnswer, type ParetoQuestion} from '../../warehouse/pareto-answers.ts';
import {sharedPlant, type Table} from './plant-in-a-folder.ts';

/**
 * Ten lots of 20 parts in May, ten in June; lots 1 to 5 of each month are of product A, the others of B; a lot C of May
 * only. In every lot of May four parts are scratched and one is stained, in every lot of June none is scratched and one is
 * stained (and a stained part is chipped too). Half the lots ran on station X, half on Y.
 */
const lots = [
  ...['05', '06'].flatMap(month =>
    Array.from({length: 10}, (_, k) => ({
      lot: `${month}-${k}`,
      month,
      product: k < 5 ? 'A' : 'B',
      station: k % 2 ? 'X' : 'Y',
    })),
  ),
  {lot: '05-c', month: '05', product: 'C', station: 'X'},
];
const parts = lots.flatMap(lot =>
  Array.from({length: 20}, (_, k) => ({
    ...lot,
    part: `${lot.lot}-${k}`,
    defects: k < 4 && lot.month === '05' ? ['scratch'] : k === 4 ? ['stain', 'chip'] : [],
  })),
);
const PLANT: Table[] = [
  ['parts', `part,product,lot\n${parts.map(p => `${p.part},${p.product},${p.lot}`).join('\n')}`],
  [
    'inspections',
    `inspection,part,inspected_at,station,result\n${parts
      .map(
        p => `i${p.part},${p.part},2026-${p.month}-10T00:00:00Z,${p.station},${p.defects.length > 0 ? 'fail' : 'pass'}`,
      )
      .join('\n')}`,
  ],
  ['defects', `inspection,defect\n${parts.flatMap(p => p.defects.map(d => `i${p.part},${d}`)).join('\n')}`],
  ['defect_codes', 'defect,group\nscratch,surface\nstain,surface\nchip,edge'],
];
const plant = sharedPlant(PLANT);
const ask = async (question: ParetoQuestion) => ParetoAnswer.parse(await pareto(plant(), question));
const June = {from: '2026-06-01', againstTo: '2026-06-01'};

describe('before and after', () => {
  test('each bar on both sides, in parts per million, with a verdict; what vanished is there too', async () => {
    const {comparison, basis} = await ask(June);
    expect(basis.parts).toBe(200);
    expect(
      comparison?.bars.map(b => [b.key, b.now.defective, b.now.parts, b.against.defective, b.against.parts]),
    ).toEqual([
      ['scratch', 0, 200, 44, 220],
      ['chip', 10, 200, 11, 220],
      ['stain', 10, 200, 11, 220],
    ]);
    const [scratch, chip] = comparison!.bars;
    // Without product C, of May alone: 40 of 200.
    expect(scratch).toMatchObject({verdict: 'better', now: {standardised: 0}, ratio: {value: 0, low: 0}});
    expect(scratch.against.standardised).toBeCloseTo(200_000, 6);
    expect(chip.verdict).not.toMatch(/better|worse/);
    expect(chip.ratio?.value).toBeCloseTo(1, 12);
  });

  test('the mix is stated, and what is of one side only', async () => {
    const {comparison, notes} = await ask(June);
    expect(comparison).toMatchObject({
      unit: 'lot',
      tests: 3,
      mix: [
        {product: 'A', share: 0.5},
        {product: 'B', share: 0.5},
      ],
    });
    expect(comparison?.leftOut).toEqual([{product: 'C', parts: 20, side: 'against'}]);
    expect(notes.join()).toContain('product C (20 parts) is only in what it is compared with: left out');
  });

  test('the answer to "did it work?" is of all failures, or of the defect asked about', async () => {
    expect((await ask(June)).comparison?.sentence).toMatch(
      /^Better: 50,000 ppm defective against 250,000 \(0\.20 times, 95 % interval 0\.\d+ to 0\.\d+\), at the same mix of products; 10 lots against 11\.$/,
    );
    const stain = (await ask({...June, defect: 'stain'})).comparison!;
    expect(stain.overall.verdict).not.toMatch(/better|worse/);
    expect(stain.bars.map(b => b.key)).toEqual(['stain']);
  });

  test('a period that ends is compared with what comes after it', async () => {
    expect((await ask({againstTo: '2026-06-01'})).comparison?.bars).toEqual((await ask(June)).comparison?.bars);
  });

  test('what top cuts is Other, the last, and a part counts once in it', async () => {
    const {bars} = (await ask({...June, top: 1})).comparison!;
    // Chip and stain are on the same parts.
    expect(bars.map(b => [b.key, b.now.defective])).toEqual([
      ['scratch', 0],
      ['Other (2)', 10],
    ]);
  });
});

describe('groups', () => {
  test('a filter alone is compared with everything else', async () => {
    const {comparison} = await ask({against: "inspection.station = 'Y'", from: '2026-06-01'});
    expect(comparison).toMatchObject({
      now: "from 2026-06-01, with not (inspection.station = 'Y')",
      against: "from 2026-06-01, with inspection.station = 'Y'",
      overall: {now: {parts: 100, lots: 5}, against: {parts: 100, lots: 5}},
    });
  });

  test('by a level: rates are out of the parts of that level', async () => {
    const {comparison} = await ask({...June, by: 'product'});
    expect(comparison?.bars.map(b => [b.key, b.now.parts, b.against.parts, b.verdict])).toEqual([
      ['A', 100, 100, 'better'],
      ['B', 100, 100, 'better'],
      ['C', 0, 20, 'not-comparable'],
    ]);
    expect(comparison?.bars[2].now.ppm).toBeNull();
  });
});

describe('what cannot be compared is refused, with what is wrong', () => {
  test.each<[ParetoQuestion, string]>([
    [
      {from: '2026-07-01', againstTo: '2026-06-01'},
      'nothing to compare: no part was inspected in what the question is about',
    ],
    [
      {againstFrom: '2026-07-01', from: '2026-05-01'},
      'no part was inspected in what it is to be compared with (from 2026-07-01)',
    ],
    [
      {from: '2026-05-01', againstTo: '2026-06-01'},
      '220 parts would be on both sides, of 420 (from 2026-05-01) and 220',
    ],
    [{where: "part.product = 'A'", against: "inspection.station = 'X'"}, '80 parts would be on both sides, of 200'],
    [{...June, defect: 'scrach'}, 'no defect "scrach" is known; there are chip, scratch, stain, (not named)'],
    [{...June, against: "bore.tool = 'T7'"}, 'there is no factor "bore.tool"'],
  ])('%o', async (question, message) => {
    await expect(ask(question)).rejects.toThrow(message);
  });
});

describe('from bar to bar', () => {
  test('the filter of a bar selects its parts, the next question its count, until there is nothing left to ask', async () => {
    const path: string[] = [];
    const walk = async (question: ParetoQuestion): Promise<void> => {
      const {bars, by} = await ask(question);
      for (const bar of bars) {
        const {by: _, defect: __, ...scope} = question;
        const selected = await ask({...scope, where: bar.where!});
        expect(selected.basis, `${bar.where}`).toMatchObject({parts: bar.parts, defectiveParts: bar.parts});
        path.push(`${by} ${bar.key}`);
        if (bar.next === null) continue;
        const {basis} = await ask({...scope, ...bar.next});
        expect([basis.defectiveParts, basis.defects], JSON.stringify(bar.next)).toEqual([bar.parts, bar.count]);
      }
      if (bars[0]?.next) await walk({...question, ...bars[0].next});
    };
    await walk({});
    expect(path.filter((step, k) => path.findIndex(s => s.split(' ')[0] === step.split(' ')[0]) === k)).toEqual([
      'defect scratch',
      'product A',
      'inspection.station Y',
      'part.lot 05-0',
    ]);
  });

  test('any factor leads on; parts without a level and bars cut off can be selected too', async () => {
    const byLot = await ask({by: 'part.lot', top: 2, where: "part.product = 'A'"});
    expect(byLot.bars[0]).toMatchObject({
      where: "(part.product = 'A') and part.lot = '05-0' and inspection.result = 'fail'",
      next: {by: 'defect', where: "(part.product = 'A') and part.lot = '05-0'"},
    });
    expect((await ask({where: byLot.other!.where!})).basis.defectiveParts).toBe(byLot.other!.parts);
    const hours = await ask({by: 'time.hour'});
    expect((await ask({where: hours.bars[0].where!})).basis.defectiveParts).toBe(hours.bars[0].parts);
    const orders = await ask({by: 'part.work_order'});
    expect(orders.bars[0].where).toBe("part.work_order is missing and inspection.result = 'fail'");
    expect((await ask({where: orders.bars[0].where!})).basis.defectiveParts).toBe(orders.bars[0].parts);
  });

  test('a group of defects, and parts with or without a defect', async () => {
    expect((await ask({defect: 'surface'})).basis).toEqual({parts: 420, defectiveParts: 65, defects: 65});
    expect((await ask({where: "inspection.defect = 'edge'"})).basis.parts).toBe(21);
    expect((await ask({where: "not inspection.defect in ('scratch', 'chip')"})).basis.defectiveParts).toBe(0);
    await expect(ask({where: "inspection.defect != 'chip'"})).rejects.toThrow('a part may have several defects');
  });
});
