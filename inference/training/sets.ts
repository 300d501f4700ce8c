import {drawSurface, type Surface, type SurfaceKind} from '../../ingest/demo-plant/image.ts';

/** What the model tells apart, in the order of its outputs. */
const KINDS: readonly SurfaceKind[] = ['good', 'scratch', 'void', 'stain'];

export interface DrawnSet {
  /** The seed of the first image; the next ones follow one by one. */
  firstSeed: number;
  images: number;
}

/**
 * The images that the model learned from, was chosen by and was measured on. No seed is in two sets. A plant hashes its
 * images' seeds over all 32 bits, so that one of its images has a chance of 3 in a million to be among these.
 */
export const SETS = {
  train: {firstSeed: 1_000_000_000, images: 8000},
  validation: {firstSeed: 1_100_000_000, images: 1600},
  test: {firstSeed: 1_200_000_000, images: 4000},
} as const satisfies Record<string, DrawnSet>;

export interface DrawnImage extends Surface {
  seed: number;
  kind: SurfaceKind;
}

/** Draws a set image by image, the kinds by turns, so that every set is balanced. */
export function* drawSet({firstSeed, images}: DrawnSet): Generator<DrawnImage> {
  for (let i = 0; i < images; i++) {
    const [seed, kind] = [firstSeed + i, KINDS[i % KINDS.length]];
    yield {seed, kind, ...drawSurface({kind, seed})};
  }
}
