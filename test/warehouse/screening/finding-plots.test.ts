// Twelve lots of ten parts, an hour apart, counted by hand: T2 in every third lot, where the first three parts fail.
import {expect, test} from 'vitest';
import {finding} from '../../../warehouse/screening/findings.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {sharedPlant} from '../plant-in-a-folder.ts';

function plant(): [string, string][] {
  const parts = ['part,product,lot,made_at'];
  const operations = ['part,step,tool,started_at'];
  const inspections = ['inspection,part,result,inspected_at'];
  const measurements = ['part,step,parameter,value'];
  for (let lot = 0; lot < 12; lot++) {
    const at = `2026-03-01T${String(lot).padStart(2, '0')}`;
    for (let n = 0; n < 10; n++) {
      const part = `P${lot}-${n}`;
      const fails = lot % 3 === 0 && n < 3;
      parts.push(`${part},HX,L${lot},${at}:0${n}:00Z`);
      operations.push(`${part},bore,${lot % 3 === 0 ? 'T2' : 'T1'},${at}:0${n}:30Z`);
      inspections.push(`I${part},${part},${fails ? 'fail' : 'pass'},${at}:30:00Z`);
      // The values of failing parts are 100 to 102, of the others 0 to 9.
      measurements.push(`${part},bore,heat,${fails ? 100 + n : n}`);
    }
  }
  return [
    ['parts', parts.join('\n')],
    ['operations', operations.join('\n')],
    ['inspections', inspections.join('\n')],
    ['measurements', measurements.join('\n')],
  ];
}

const warehouse = sharedPlant(plant());

async function opened(factor: string) {
  const {findings} = await screen(warehouse(), {anyFail: true});
  return finding(warehouse(), findings.find(f => f.factor === factor)!.id);
}

test('over time: a point a lot in order of time, exposed parts apart from the others', async () => {
  const {strip, histogram} = await opened('bore.tool');
  expect(histogram).toBe(null);
  expect(strip).toMatchObject({unit: 'lot', marks: true, timeless: 0});
  expect(strip!.points.map(({name}) => name)).toEqual(Array.from({length: 12}, (_, k) => `L${k}`));
  expect(strip!.points[0]).toMatchObject({
    from: '2026-03-01T00:00:00.000Z',
    lots: 1,
    exposed: {parts: 10, rate: 0.3},
    others: {parts: 0, rate: null},
  });
  expect(strip!.points[1]).toMatchObject({exposed: {parts: 0, rate: null}, others: {parts: 10, rate: 0}});
});

test('a number by outcome: every part of a group is in a bin or beyond the ends', async () => {
  const {histogram} = await opened('bore.heat');
  const {from, width, defective, others, below, above} = histogram!;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  expect(sum(defective) + below.defective + above.defective).toBe(12);
  expect(sum(others) + below.others + above.others).toBe(108);
  // Twice the cube root of 12 is below 8, the fewest bins; from the 0.5 % quantile 0 to the 99.5 % quantile, 102.
  expect(defective).toHaveLength(8);
  expect(from).toBe(0);
  expect(from + 8 * width).toBeCloseTo(102, 1);
  // All failing parts are in the last bin or, at the quantile, beyond it; all others in the first.
  expect(defective.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(others[0]).toBe(108);
});
