import type {DecodedImage} from './decode.ts';
import type {ModelCard} from './model-card.ts';

/**
 * Writes one image into the tensor of a batch, as the model's card asks.
 * @param tensor [images, channels, height, width], filled at `at`
 */
export function preprocess(
  {pixels, channels}: Pick<DecodedImage, 'pixels' | 'channels'>,
  {channels: wanted, divideBy}: ModelCard['input'],
  tensor: Float32Array,
  at: number,
): void {
  const size = pixels.length / channels;
  const start = at * wanted * size;
  if (wanted === 1) {
    for (let i = 0; i < size; i++) tensor[start + i] = gray(pixels, channels, i) / divideBy;
  } else {
    for (let c = 0; c < wanted; c++) {
      const from = channels === 1 ? 0 : c;
      for (let i = 0; i < size; i++) tensor[start + c * size + i] = pixels[i * channels + from] / divideBy;
    }
  }
}

/** Luma in whole steps of 0..255, in the integers that PIL uses. @see ITU-R BT.601 */
function gray(pixels: Uint8Array, channels: 1 | 3, i: number): number {
  if (channels === 1) return pixels[i];
  const [r, g, b] = [pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]];
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}
