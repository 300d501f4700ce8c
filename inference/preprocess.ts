import type {DecodedImage} from './decode.ts';
import {lumaOf} from './image-figures.ts';
import type {ModelCard} from './model-card.ts';

type Wanted = Pick<ModelCard['input'], 'channels' | 'divideBy'> &
  Partial<Pick<ModelCard['input'], 'mean' | 'std' | 'order'>>;

/**
 * Writes one image into the tensor of a batch, as the model's card asks.
 * @param tensor [images, channels, height, width], filled at `at`
 */
export function preprocess(
  {pixels, channels}: Pick<DecodedImage, 'pixels' | 'channels'>,
  wanted: Wanted,
  tensor: Float32Array,
  at: number,
): void {
  const size = pixels.length / channels;
  const start = at * wanted.channels * size;
  const luma = wanted.channels === 1 ? lumaOf(pixels, channels) : null;
  for (let c = 0; c < wanted.channels; c++) {
    const values = valuesOf(wanted, c);
    const to = start + c * size;
    if (luma !== null) {
      for (let i = 0; i < size; i++) tensor[to + i] = values[luma[i]];
    } else {
      const from = channels === 1 ? 0 : wanted.order === 'BGR' ? 2 - c : c;
      for (let i = 0; i < size; i++) tensor[to + i] = values[pixels[i * channels + from]];
    }
  }
}

/** What each of the 256 samples becomes in a channel. */
function valuesOf({divideBy, mean, std}: Wanted, channel: number): Float64Array {
  return Float64Array.from(
    {length: 256},
    (_, sample) => (sample / divideBy - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1),
  );
}
