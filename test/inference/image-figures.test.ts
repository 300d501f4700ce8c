import {expect, test} from 'vitest';
import {figuresOf} from '../../inference/image-figures.ts';

const whole = (size: number) => ({left: 0, top: 0, width: size, height: size});
const pixels = (size: number, value: (x: number, y: number) => number) =>
  Uint8Array.from({length: size * size}, (_, i) => value(i % size, Math.floor(i / size)));

test('flat gray is its level, without contrast or edges', () => {
  // 51 of 255 is a fifth.
  expect(figuresOf({pixels: pixels(8, () => 51), channels: 1, content: whole(8)}, 8)).toEqual({
    brightness: 0.2,
    contrast: 0,
    sharpness: 0,
  });
});

test('a chessboard has half of full scale as mean and deviation, and each inner pixel differs from four by all of it', () => {
  const board = pixels(6, (x, y) => ((x + y) % 2) * 255);
  expect(figuresOf({pixels: board, channels: 1, content: whole(6)}, 6)).toEqual({
    brightness: 0.5,
    contrast: 0.5,
    sharpness: 4,
  });
});

test('a ramp has edges nowhere: its Laplacian is nought', () => {
  const ramp = pixels(8, x => x * 10);
  expect(figuresOf({pixels: ramp, channels: 1, content: whole(8)}, 8)).toMatchObject({sharpness: 0});
});

test('of a letterboxed image the padding does not count; colours count by their luma', () => {
  // 4 columns of white between 2 and 2 of padding.
  const boxed = pixels(8, x => (x < 2 || x > 5 ? 114 : 255));
  const content = {left: 2, top: 0, width: 4, height: 8};
  expect(figuresOf({pixels: boxed, channels: 1, content}, 8)).toEqual({brightness: 1, contrast: 0, sharpness: 0});
  // Pure green is 0.587 of white (BT.601), in whole steps 150 of 255.
  const green = Uint8Array.from({length: 8 * 8 * 3}, (_, i) => (i % 3 === 1 ? 255 : 0));
  expect(figuresOf({pixels: green, channels: 3, content: whole(8)}, 8).brightness).toBeCloseTo(150 / 255, 5);
});

test('two pixels have no inside', () => {
  expect(figuresOf({pixels: Uint8Array.of(0, 255, 255, 0), channels: 1, content: whole(2)}, 2)).toEqual({
    brightness: 0.5,
    contrast: 0.5,
    sharpness: null,
  });
});
