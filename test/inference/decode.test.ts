import sharp from 'sharp';
import {describe, expect, test} from 'vitest';
import {decode} from '../../inference/decode.ts';
import {readHeader} from '../../inference/image-header.ts';

const SIZE = {width: 40, height: 30};
/** A ramp with a stripe, so that a decoder which fills up with gray would be seen. */
const RAMP = Buffer.from(Array.from({length: 40 * 30}, (_, i) => (i % 40) * 6 + (i % 7 === 0 ? 15 : 0)));
const ramp = () => sharp(RAMP, {raw: {...SIZE, channels: 1}});

describe('what an image says about itself', () => {
  test.each(['png', 'jpeg', 'tiff'] as const)('%s: its size, as sharp wrote it', async format => {
    const header = readHeader(await ramp().toFormat(format).toBuffer());
    expect(header).toEqual({format: format.toUpperCase(), ...SIZE});
  });

  test('a header of more than 50 megapixels is refused before anything is decoded', async () => {
    const png = await ramp().png().toBuffer();
    png.writeUInt32BE(10_000, 16);
    png.writeUInt32BE(6000, 20);
    const reason = 'PNG of 10000 x 6000 pixels: more than 50 megapixels are not decoded';
    expect(await decode(png, SIZE)).toEqual({reason});
    png.writeUInt32BE(5000, 20);
    expect(readHeader(png)).toMatchObject({width: 10_000, height: 5000});
  });

  test.each([
    ['nothing', '', 'the file is empty'],
    ['a text', 'serial;result\n1;pass\n', 'not a PNG, JPEG or TIFF image'],
    ['a few bytes', '\x89P', 'the file ends within its header'],
    ['a bitmap', 'BM0000000000000000000000000000', 'BMP is not read: send PNG, JPEG or TIFF'],
    ['a web page', '<!doctype html><svg/>', 'not a PNG, JPEG or TIFF image'],
  ])('%s is refused', async (_, content, reason) => {
    expect(await decode(Buffer.from(content, 'latin1'), SIZE)).toEqual({reason});
  });
});

describe('decoding', () => {
  test('a gray PNG comes back sample by sample', async () => {
    const image = await decode(await ramp().png().toBuffer(), SIZE);
    expect(image).toMatchObject({header: {format: 'PNG', ...SIZE}});
    expect(gray(image)).toEqual([...RAMP]);
  });

  test.each(['png', 'jpeg', 'tiff'] as const)('a %s that ends early is refused at every cut', async format => {
    const whole = await ramp().toFormat(format).toBuffer();
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = await decode(whole.subarray(0, Math.floor(whole.length * share)), SIZE);
      expect(cut, `${format} at ${share}`).toHaveProperty('reason');
    }
  });

  test('a damaged PNG is refused with what the decoder says', async () => {
    const png = await ramp().png().toBuffer();
    png[png.length >> 1] ^= 0xff;
    expect(await decode(png, SIZE)).toEqual({reason: expect.stringMatching(/^PNG is damaged or cut off \(.+\)$/)});
  });

  test('16 bits are cut to 8, CMYK becomes RGB, what is transparent lies on white', async () => {
    const flat = {create: {...SIZE, channels: 3 as const, background: {r: 200, g: 200, b: 200}}};
    const deep = await decode(await ramp().toColourspace('grey16').png().toBuffer(), SIZE);
    expect(gray(deep)).toEqual([...RAMP]);
    const cmyk = await decode(await sharp(flat).toColourspace('cmyk').jpeg().toBuffer(), SIZE);
    expect(gray(cmyk).every(sample => Math.abs(sample - 200) < 12)).toBe(true);
    const clear = {create: {...SIZE, channels: 4 as const, background: {r: 0, g: 0, b: 0, alpha: 0}}};
    expect(new Set(gray(await decode(await sharp(clear).png().toBuffer(), SIZE)))).toEqual(new Set([255]));
  });

  test('an image of another size is brought to that of the model', async () => {
    const image = await decode(await ramp().png().toBuffer(), {width: 20, height: 15});
    expect(gray(image)).toHaveLength(20 * 15);
    expect(image).toMatchObject({header: SIZE});
  });
});

function gray(image: Awaited<ReturnType<typeof decode>>): number[] {
  if ('reason' in image) throw new Error(image.reason);
  return [...image.pixels].filter((_, i) => i % image.channels === 0);
}
