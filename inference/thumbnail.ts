import {openImage} from './decode.ts';
import type {ImageHeader} from './image-header.ts';

/** At most so many pixels wide and high. */
const LONGEST = 256;

/** A small picture of an image that was decoded before, for people: WebP. */
export async function thumbnailOf(bytes: Buffer, header: ImageHeader): Promise<Buffer> {
  const image = openImage(bytes, header);
  if ('reason' in image) throw new Error(image.reason);
  return image.resize(LONGEST, LONGEST, {fit: 'inside', withoutEnlargement: true}).webp({quality: 80}).toBuffer();
}
