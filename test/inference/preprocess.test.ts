import {expect, test} from 'vitest';
import {preprocess} from '../../inference/preprocess.ts';

const input = {divideBy: 255} as const;

test('red, green, blue and white become the luma of BT.601: 0.299, 0.587, 0.114 of 255, rounded', () => {
  const tensor = new Float32Array(4);
  const pixels = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
  preprocess({pixels, channels: 3}, {...input, channels: 1}, tensor, 0);
  expect([...tensor].map(sample => Math.round(sample * 255))).toEqual([76, 150, 29, 255]);
});

test('colours become planes, at the place of the image in its batch', () => {
  const tensor = new Float32Array(12);
  preprocess({pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), channels: 3}, {...input, channels: 3, divideBy: 1}, tensor, 1);
  expect([...tensor]).toEqual([0, 0, 0, 0, 0, 0, 1, 4, 2, 5, 3, 6]);
});

test('a gray image fills all three planes of a model for colours', () => {
  const tensor = new Float32Array(6);
  preprocess({pixels: Uint8Array.of(7, 8), channels: 1}, {...input, channels: 3, divideBy: 1}, tensor, 0);
  expect([...tensor]).toEqual([7, 8, 7, 8, 7, 8]);
});

test('mean and standard deviation are those of each channel, after dividing', () => {
  const tensor = new Float32Array(3);
  const wanted = {...input, channels: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]} as const;
  preprocess(
    {pixels: Uint8Array.of(255, 0, 51), channels: 3},
    {...wanted, mean: [...wanted.mean], std: [...wanted.std]},
    tensor,
    0,
  );
  // By hand: (1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0.2 - 0.406) / 0.225.
  expect([...tensor].map(value => value.toFixed(4))).toEqual(['2.2489', '-2.0357', '-0.9156']);
});

test('BGR turns the order of the planes around', () => {
  const tensor = new Float32Array(3);
  preprocess({pixels: Uint8Array.of(1, 2, 3), channels: 3}, {channels: 3, divideBy: 1, order: 'BGR'}, tensor, 0);
  expect([...tensor]).toEqual([3, 2, 1]);
});
