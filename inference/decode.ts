import sharp, {type Sharp} from 'sharp';
import {decodeBmp} from './bmp.ts';
import {type ImageHeader, MOST_PIXELS, readHeader} from './image-header.ts';
import type {ModelCard} from './model-card.ts';
import {decodePlainPng} from './png.ts';

export interface DecodedImage {
  /** Row by row, 8 bits a sample, at the size that was asked for. */
  pixels: Uint8Array;
  channels: 1 | 3;
  /** What the file itself says: locations are told in its pixels. */
  header: ImageHeader;
  /** Where the image lies in the model's input, in pixels: all of it unless it was letterboxed. */
  content: Rectangle;
}

interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Wanted = Pick<ModelCard['input'], 'width' | 'height'> &
  Partial<Pick<ModelCard['input'], 'resize' | 'padding' | 'bits'>>;

// Parallel work is spread over images; threads within one image would only get in their way.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Checks the header, then decodes and brings the image to the model's size. 16 bits are cut to 8 (of the `bits` that
 * count), CMYK becomes RGB, what is transparent lies on white, of several pages the first counts. It runs outside
 * JavaScript's thread.
 * @returns the image, or the reason why it cannot be used
 */
export async function decode(bytes: Buffer, wanted: Wanted): Promise<DecodedImage | {reason: string}> {
  const header = readHeader(bytes);
  if ('reason' in header) return header;
  const content = contentOf(header, wanted);
  const isAsWanted = header.width === content.width && header.height === content.height;
  const plain = header.format === 'PNG' && isAsWanted ? decodePlainPng(bytes) : null;
  if (plain) return {...plain, pixels: padded(plain.pixels, plain.channels, content, wanted), header, content};
  const opened = openImage(bytes, header);
  if ('reason' in opened) return opened;
  const image = opened.flatten({background: 'white'});
  // The same triangle filter as PIL's "bilinear", widened when shrinking; JPEG's own shrinking is another filter.
  if (!isAsWanted) {
    image.resize(content.width, content.height, {fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false});
  }
  try {
    const samples = header.bits > 8 ? await deepSamples(image, header, wanted.bits) : await plainSamples(image);
    if ('reason' in samples) return samples;
    const {pixels, channels} = samples;
    if (channels !== 1 && channels !== 3) return {reason: `${header.format} with ${channels} channels`};
    return {pixels: padded(pixels, channels, content, wanted), channels, header, content};
  } catch (error) {
    const {channels} = await image.metadata().catch(() => ({channels: 0}));
    if (channels > 4) return {reason: `${header.format} with ${channels} channels`};
    return {reason: `${header.format} is damaged or cut off (${firstLine(error)})`};
  }
}

/** An image whose header was found good, to be worked on. */
export function openImage(bytes: Buffer, header: ImageHeader): Sharp | {reason: string} {
  // Warnings count: an image that ends early would be filled up with gray.
  if (header.format !== 'BMP') return sharp(bytes, {limitInputPixels: MOST_PIXELS, failOn: 'warning'});
  const bitmap = decodeBmp(bytes);
  if ('reason' in bitmap) return bitmap;
  const {pixels, ...raw} = bitmap;
  return sharp(pixels, {raw});
}

interface Samples {
  pixels: Uint8Array;
  channels: number;
}

async function plainSamples(image: Sharp): Promise<Samples> {
  const {data, info} = await image.raw({depth: 'uchar'}).toBuffer({resolveWithObject: true});
  return {pixels: data, channels: info.channels};
}

/** What a camera of 12 bits can say in 16. */
const TWELVE_BITS = 4095;

async function deepSamples(
  image: Sharp,
  {format, bits}: ImageHeader,
  told?: number,
): Promise<Samples | {reason: string}> {
  if (bits !== 16) return {reason: `${format} of ${bits} bits a sample: 8 and 16 are read`};
  const {space} = await image.metadata();
  const {data, info} = await image
    .toColourspace(space === 'b-w' || space === 'grey16' ? 'grey16' : 'rgb16')
    .raw({depth: 'ushort'})
    .toBuffer({resolveWithObject: true});
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const most = samples.reduce((highest, sample) => Math.max(highest, sample), 0);
  if (told === undefined && most > 0 && most <= TWELVE_BITS) {
    return {
      reason: `${format} of 16 bits of which at most 12 are used, almost black: say in the model's card how many "bits" count`,
    };
  }
  const count = told ?? 16;
  if (most >= 2 ** count) return {reason: `${format} with a sample of ${most}: the model's card says ${count} bits`};
  return {pixels: Uint8Array.from(samples, sample => sample >> (count - 8)), channels: info.channels};
}

function contentOf(header: ImageHeader, {width, height, resize}: Wanted): Rectangle {
  if (resize !== 'letterbox') return {left: 0, top: 0, width, height};
  const scale = Math.min(width / header.width, height / header.height);
  const [w, h] = [Math.max(1, Math.round(header.width * scale)), Math.max(1, Math.round(header.height * scale))];
  return {left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h};
}

/** What the image does not fill gets the padding of the card. */
function padded(
  pixels: Uint8Array,
  channels: 1 | 3,
  {left, top, width, height}: Rectangle,
  wanted: Wanted,
): Uint8Array {
  if (width === wanted.width && height === wanted.height) return pixels;
  const whole = new Uint8Array(wanted.width * wanted.height * channels).fill(wanted.padding ?? 0);
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width * channels, (y + 1) * width * channels);
    whole.set(row, ((top + y) * wanted.width + left) * channels);
  }
  return whole;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].trim();
}
