import sharp from 'sharp';
import {type ImageHeader, MOST_PIXELS, readHeader} from './image-header.ts';

export interface DecodedImage {
  /** Row by row, 8 bits a sample, at the size that was asked for. */
  pixels: Uint8Array;
  channels: 1 | 3;
  /** What the file itself says: locations are told in its pixels. */
  header: ImageHeader;
}

// Parallel work is spread over images; threads within one image would only get in their way.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Checks the header, then decodes and brings the image to the model's size. 16 bits are cut to 8, CMYK becomes RGB, what
 * is transparent lies on white, of several pages the first counts. It runs outside JavaScript's thread.
 * @returns the image, or the reason why it cannot be used
 */
export async function decode(
  bytes: Buffer,
  size: {width: number; height: number},
): Promise<DecodedImage | {reason: string}> {
  const header = readHeader(bytes);
  if ('reason' in header) return header;
  const {width, height} = size;
  // Warnings count: an image that ends early would be filled up with gray.
  const image = sharp(bytes, {limitInputPixels: MOST_PIXELS, failOn: 'warning'}).flatten({background: 'white'});
  // The same triangle filter as PIL's "bilinear", widened when shrinking; JPEG's own shrinking is another filter.
  if (header.width !== width || header.height !== height) {
    image.resize(width, height, {fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false});
  }
  try {
    const {data, info} = await image.raw({depth: 'uchar'}).toBuffer({resolveWithObject: true});
    if (info.channels !== 1 && info.channels !== 3) return {reason: `${header.format} with ${info.channels} channels`};
    return {pixels: data, channels: info.channels, header};
  } catch (error) {
    return {reason: `${header.format} is damaged or cut off (${firstLine(error)})`};
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].trim();
}
