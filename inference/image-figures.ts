import type {DecodedImage} from './decode.ts';

/** How an image looks to a model, whatever is on it: shares of full scale, of the image as the model gets it. */
export interface ImageFigures {
  /** Mean of its luma. */
  brightness: number;
  /** Standard deviation of its luma. */
  contrast: number;
  /** Standard deviation of its Laplacian (of the four neighbours); null where an image has no inner pixel. */
  sharpness: number | null;
}

/**
 * @param width of the model's input, in pixels
 * @see Pech-Pacheco et al. (2000), ICPR 3:314 (variance of the Laplacian as a measure of focus)
 */
export function figuresOf(
  {pixels, channels, content}: Pick<DecodedImage, 'pixels' | 'channels' | 'content'>,
  width: number,
): ImageFigures {
  const luma = lumaOf(pixels, channels);
  const {left, top} = content;
  const [right, bottom] = [left + content.width, top + content.height];
  // Sums of whole numbers: exact up to any size of image.
  let sum = 0;
  let squares = 0;
  let edges = 0;
  let edgeSquares = 0;
  for (let y = top; y < bottom; y++) {
    for (let at = y * width + left; at < y * width + right; at++) {
      sum += luma[at];
      squares += luma[at] * luma[at];
    }
    if (y === top || y === bottom - 1) continue;
    for (let at = y * width + left + 1; at < y * width + right - 1; at++) {
      const edge = 4 * luma[at] - luma[at - 1] - luma[at + 1] - luma[at - width] - luma[at + width];
      edges += edge;
      edgeSquares += edge * edge;
    }
  }
  const inner = Math.max(0, content.width - 2) * Math.max(0, content.height - 2);
  const all = content.width * content.height;
  return {
    brightness: asShare(sum / all),
    contrast: asShare(deviation(sum, squares, all)),
    sharpness: inner > 0 ? asShare(deviation(edges, edgeSquares, inner)) : null,
  };
}

const deviation = (sum: number, squares: number, n: number): number =>
  Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));

const asShare = (samples: number): number => Number((samples / 255).toFixed(5));

/** In whole steps of 0..255, in the integers that PIL uses. @see ITU-R BT.601 */
export function lumaOf(pixels: Uint8Array, channels: 1 | 3): Uint8Array {
  if (channels === 1) return pixels;
  const luma = new Uint8Array(pixels.length / 3);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = (pixels[i * 3] * 19595 + pixels[i * 3 + 1] * 38470 + pixels[i * 3 + 2] * 7471 + 0x8000) >> 16;
  }
  return luma;
}
