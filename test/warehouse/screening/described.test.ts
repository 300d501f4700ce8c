import {expect, test} from 'vitest';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {rowsWhere} from '../../../warehouse/screening/planted/rows-where.ts';

test('whoever selects parts by the filter of a finding counts as many as it tells, and as many defective', () => {
  let compared = 0;
  for (const seed of [31, 32, 33, 34]) {
    const cause = {kind: seed % 2 === 1 ? 'high' : 'spread', ratio: 4} as const;
    const {frame} = makePlant({
      seed,
      lots: 80,
      steps: 6,
      numbers: 6,
      sampled: 0.6,
      rework: 0.2,
      partsPerLot: 60,
      cause,
    });
    for (const {kind, factor, where, parts, defective, threshold, sentence} of evaluate(frame).findings) {
      if (where === null || kind === 'interaction') continue;
      const rows = rowsWhere(frame, where);
      const told = rows.reduce((sum, one) => sum + one, 0);
      const failed = rows.reduce((sum, one, i) => sum + one * frame.outcome[i], 0);
      expect([parts, defective], `${factor}: ${where}`).toEqual([told, failed]);
      if (threshold !== null && sentence.includes('times as frequent')) {
        expect(where).toBe(`${factor} ${threshold.op} ${threshold.value}`);
        expect(sentence).toContain(`${threshold.op === '<' ? 'below' : 'at least'} ${threshold.value}`);
        // The values are drawn with all digits of a double: the cut between two of them needs far fewer.
        expect(String(threshold.value).length, where).toBeLessThan(10);
      }
      compared += Number(kind === 'number');
    }
  }
  expect(compared).toBeGreaterThan(8);
});
