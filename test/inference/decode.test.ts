import sharp from 'sharp';
import {describe, expect, test} from 'vitest';
import {decode} from '../../inference/decode.ts';
import {readHeader} from '../../inference/image-header.ts';
import {hugePng} from './huge-png.ts';
import {tiff} from './tiff.ts';

const SIZE = {width: 40, height: 30};
/** A ramp with a stripe, so that a decoder which fills up with gray would be seen. */
const RAMP = Buffer.from(Array.from({length: 40 * 30}, (_, i) => (i % 40) * 6 + (i % 7 === 0 ? 15 : 0)));
const ramp = () => sharp(RAMP, {raw: {...SIZE, channels: 1}});

describe('what an image says about itself', () => {
  test.each(['png', 'jpeg', 'tiff'] as const)('%s: its size, as sharp wrote it', async format => {
    const header = readHeader(await ramp().toFormat(format).toBuffer());
    expect(header).toEqual({format: format.toUpperCase(), ...SIZE, bits: 8});
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
    ['a text', 'serial;result\n1;pass\n', 'not a PNG, JPEG, TIFF or BMP image'],
    ['a few bytes', '\x89P', 'the file ends within its header'],
    ['a bitmap without its header', 'BM0000000000000000', 'the file ends within its header'],
    ['a web page', '<!doctype html><svg/>', 'not a PNG, JPEG, TIFF or BMP image'],
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
    const colours = await decode(await sharp(flat).toColourspace('rgb16').png().toBuffer(), SIZE);
    expect(new Set(gray(colours))).toEqual(new Set([200]));
    const cmyk = await decode(await sharp(flat).toColourspace('cmyk').jpeg().toBuffer(), SIZE);
    expect(gray(cmyk).every(sample => Math.abs(sample - 200) < 12)).toBe(true);
    const clear = {create: {...SIZE, channels: 4 as const, background: {r: 0, g: 0, b: 0, alpha: 0}}};
    expect(new Set(gray(await decode(await sharp(clear).png().toBuffer(), SIZE)))).toEqual(new Set([255]));
  });

  test('12 bits in 16 are almost black: the card has to say so, and then they count', async () => {
    const samples = Uint16Array.from({length: 40 * 30}, (_, i) => (i % 40) * 100);
    const image = tiff({...SIZE, channels: 1, bits: 16}, Buffer.from(samples.buffer));
    expect(readHeader(image)).toMatchObject({format: 'TIFF', bits: 16});
    expect(await decode(image, SIZE)).toEqual({
      reason: `TIFF of 16 bits of which at most 12 are used, almost black: say in the model's card how many "bits" count`,
    });
    // By hand: the upper 8 of 12 bits.
    expect(gray(await decode(image, {...SIZE, bits: 12}))).toEqual(
      Array.from(samples, sample => Math.floor(sample / 16)),
    );
    expect(await decode(image, {...SIZE, bits: 10})).toEqual({
      reason: "TIFF with a sample of 3900: the model's card says 10 bits",
    });
  });

  test('more channels than colours have are refused', async () => {
    const five = tiff({...SIZE, channels: 5, bits: 8}, Buffer.alloc(40 * 30 * 5, 9));
    expect(readHeader(five)).toEqual({format: 'TIFF', ...SIZE, bits: 8});
    expect(await decode(five, SIZE)).toEqual({reason: 'TIFF with 5 channels'});
  });

  test('an image of another size is brought to that of the model', async () => {
    const image = await decode(await ramp().png().toBuffer(), {width: 20, height: 15});
    expect(gray(image)).toHaveLength(20 * 15);
    expect(image).toMatchObject({header: SIZE});
  });
});

describe('bitmaps', () => {
  // The example of a 2 x 2 bitmap on https://en.wikipedia.org/wiki/BMP_file_format: blue, green / red, white.
  const EXAMPLE = Buffer.from(
    '424d46000000000000003600000028000000020000000200000001001800000000001000000' +
      '0130b0000130b000000000000000000000000ffffffff0000ff000000ff000000',
    'hex',
  );
  const TWO = {width: 2, height: 2};
  const COLOURS = [0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255];

  test('24 bits, the lowest row first', async () => {
    expect(readHeader(EXAMPLE)).toEqual({format: 'BMP', ...TWO, bits: 8});
    expect(pixels(await decode(EXAMPLE, TWO))).toEqual(COLOURS);
  });

  test('32 bits, and rows from the top', async () => {
    const header = Buffer.from(EXAMPLE.subarray(0, 54));
    header.writeInt32LE(-2, 22);
    header.writeUInt16LE(32, 28);
    const samples = [255, 0, 0, 7, 0, 255, 0, 7, 0, 0, 255, 7, 255, 255, 255, 7];
    expect(pixels(await decode(Buffer.concat([header, Buffer.from(samples)]), TWO))).toEqual(COLOURS);
  });

  test('8 bits are colours of the palette', async () => {
    const header = Buffer.from(EXAMPLE.subarray(0, 54));
    header.writeUInt32LE(54 + 8, 10);
    header.writeUInt16LE(8, 28);
    header.writeUInt32LE(2, 46);
    const bitmap = Buffer.concat([header, Buffer.from([9, 9, 9, 0, 200, 200, 200, 0, 0, 1, 0, 0, 1, 0, 0, 0])]);
    expect(gray(await decode(bitmap, TWO))).toEqual([200, 9, 9, 200]);
    bitmap[62] = 5;
    expect(await decode(bitmap, TWO)).toEqual({reason: 'BMP is damaged: colour 5 of a palette of 2'});
  });

  test('one that is cut off, compressed or enormous is refused', async () => {
    expect(await decode(EXAMPLE.subarray(0, 66), TWO)).toEqual({
      reason: 'BMP is cut off: 70 bytes announced, 66 there',
    });
    const packed = Buffer.from(EXAMPLE);
    packed.writeUInt32LE(1, 30);
    expect(await decode(packed, TWO)).toEqual({
      reason: 'a BMP of 24 bits, compression 1: 8, 24 or 32 bits without compression are read',
    });
    const huge = Buffer.from(EXAMPLE);
    huge.writeInt32LE(14_000, 18);
    huge.writeInt32LE(14_000, 22);
    expect(await decode(huge, TWO)).toEqual({
      reason: 'BMP of 14000 x 14000 pixels: more than 50 megapixels are not decoded',
    });
  });
});

test('14,000 x 14,000 pixels in less than 600 kB are refused by their header', async () => {
  const png = hugePng();
  expect(png.length).toBeLessThan(600_000);
  expect(await decode(png, SIZE)).toEqual({
    reason: 'PNG of 14000 x 14000 pixels: more than 50 megapixels are not decoded',
  });
});

test('letterboxed, an image is as large as fits, in the middle, and the padding is around it', async () => {
  const wide = await sharp({create: {width: 80, height: 40, channels: 3, background: {r: 200, g: 200, b: 200}}})
    .png()
    .toBuffer();
  const image = await decode(wide, {width: 8, height: 8, resize: 'letterbox', padding: 114});
  expect(image).toMatchObject({content: {left: 0, top: 2, width: 8, height: 4}});
  // By hand: half as high as wide, so two rows above and two below.
  expect(gray(image)).toEqual([...Array(16).fill(114), ...Array(32).fill(200), ...Array(16).fill(114)]);
});

function pixels(image: Awaited<ReturnType<typeof decode>>): number[] {
  if ('reason' in image) throw new Error(image.reason);
  return [...image.pixels];
}

function gray(image: Awaited<ReturnType<typeof decode>>): number[] {
  if ('reason' in image) throw new Error(image.reason);
  return [...image.pixels].filter((_, i) => i % image.channels === 0);
}
