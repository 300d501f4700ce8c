import {expect, test} from 'vitest';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {shortestDecimal} from '../../../warehouse/screening/shortest-decimal.ts';

// Worked out by hand.
test.each([
  [4.2081, 4.2134, 4.21],
  // The nearest with three digits, 4.22, would lie above the value.
  [4.2081, 4.2161, 4.21],
  [4.211, 4.2134, 4.213],
  [99.97, 100.02, 100],
  [58.25, 58.26, 58.26],
  [1179.4, 1180.2, 1180],
  [0.0065591, 0.0065612, 0.00656],
  [-100.03, -99.98, -100],
  [-4.2161, -4.2081, -4.21],
  // What is below does not count as at least the cut.
  [4, 4.0000001, 4.0000001],
  [0.1 + 0.2 - 2 ** -54, 0.1 + 0.2, 0.1 + 0.2],
])('between %d and %d: %d', (below, value, cut) => {
  expect(shortestDecimal(below, value)).toBe(cut);
});

test('nothing below: the value itself', () => {
  expect(shortestDecimal(Number.NaN, 4.2134)).toBe(4.2134);
  expect(shortestDecimal(Number.NEGATIVE_INFINITY, 4.2134)).toBe(4.2134);
  expect(shortestDecimal(4.3, 4.2134)).toBe(4.2134);
});

test('of any two neighbours it lies above the one and at most at the other, printed and read again', () => {
  const {uniform} = random(20_261);
  for (let k = 0; k < 5000; k++) {
    const value = (uniform() - 0.5) * 10 ** Math.floor(uniform() * 12 - 6);
    const below = value - Math.abs(value) * 10 ** -Math.floor(uniform() * 15);
    if (below === value) continue;
    const cut = Number(String(shortestDecimal(below, value)));
    expect(below < cut && cut <= value, `seed 20261: ${below} < ${cut} <= ${value}`).toBe(true);
  }
});
