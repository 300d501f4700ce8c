import {openImage} from './decode.ts';
import type {ImageHeader} from './image-header.ts';

/** At most so many pixels wide and high. */
const LONGEST = 256;

/**
 * What makes a small picture of an image that was decoded before, for people: WebP. Null where the image itself is small
 * and of a kind that browsers show.
 */
export function thumbnailOf(bytes: Buffer, header: ImageHeader): (() => Promise<Buffer>) | null {
  const {format, width, height} = header;
  if (width <= LONGEST && height <= LONGEST && (format === 'PNG' || format === 'JPEG')) return null;
  return async () => {
    const image = openImage(bytes, header);
    if ('reason' in image) throw new Error(image.reason);
    return image.resize(LONGEST, LONGEST, {fit: 'inside', withoutEnlargement: true}).webp({quality: 80}).toBuffer();
  };
}
