import sharp from 'sharp';
import {MOST_PIXELS} from './image-header.ts';

/** At most so many pixels wide and high. */
const LONGEST = 256;

/** A small picture of an image for people, as WebP. @throws if it cannot be decoded */
export async function thumbnailOf(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, {limitInputPixels: MOST_PIXELS})
    .resize(LONGEST, LONGEST, {fit: 'inside', withoutEnlargement: true})
    .webp({quality: 80})
    .toBuffer();
}
