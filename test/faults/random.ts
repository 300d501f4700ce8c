/** Draws in [0, 1) that a seed repeats: Numerical Recipes' congruential constants. */
export function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
