/** Plain PNGs, beside what libvips makes of the same bytes; what is not plain is left to it. */
import sharp from 'sharp';
import {expect, test} from 'vitest';
import {decodePlainPng} from '../../inference/png.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';

const raw = async (png: Buffer, space: 'b-w' | 'srgb') => [...(await sharp(png).toColourspace(space).raw().toBuffer())];
const noise = (length: number) => Buffer.from(Array.from({length}, (_, i) => (i * 7919 + (i >> 3) * 104_729) % 256));

test('an image as the demo plant draws it', async () => {
  const png = encodePng(drawSurface({kind: 'scratch', seed: 1_300_000_001}));
  const plain = decodePlainPng(png);
  expect(plain?.channels).toBe(1);
  expect([...plain!.pixels]).toEqual(await raw(png, 'b-w'));
});

test.each([
  ['gray', 1, 'b-w'],
  ['RGB', 3, 'srgb'],
] as const)('%s with all filters, each row its own', async (_, channels, space) => {
  // Ramps, flat pieces and noise, so that each filter is the best somewhere.
  const samples = Buffer.concat([
    noise(50 * channels * 10),
    Buffer.from(
      Array.from({length: 50 * channels * 30}, (_, i) => (i % (50 * channels)) + Math.floor(i / (50 * channels)) * 3),
    ),
    Buffer.alloc(50 * channels * 10, 77),
  ]);
  const png = await sharp(samples, {raw: {width: 50, height: 50, channels}})
    .toColourspace(space)
    .png({adaptiveFiltering: true})
    .toBuffer();
  const plain = decodePlainPng(png);
  expect(plain?.channels).toBe(channels);
  expect([...plain!.pixels]).toEqual([...samples]);
});

test('what is not plain, or not whole, is left to whoever decodes everything', async () => {
  const gray = () => sharp(noise(2500), {raw: {width: 50, height: 50, channels: 1}}).toColourspace('b-w');
  const plain = await gray().png().toBuffer();
  expect(decodePlainPng(plain)).not.toBeNull();
  expect(decodePlainPng(await gray().png({progressive: true}).toBuffer())).toBeNull();
  expect(decodePlainPng(await gray().png({palette: true}).toBuffer())).toBeNull();
  expect(decodePlainPng(await gray().toColourspace('grey16').png().toBuffer())).toBeNull();
  expect(decodePlainPng(await gray().withIccProfile('srgb').png().toBuffer())).toBeNull();
  for (const at of [0.3, 0.6, 0.95]) {
    expect(decodePlainPng(plain.subarray(0, Math.floor(plain.length * at)))).toBeNull();
    const altered = Buffer.from(plain);
    altered[Math.floor(plain.length * at)] ^= 1;
    expect(decodePlainPng(altered)).toBeNull();
  }
});
