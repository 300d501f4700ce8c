/**
 * The name that was probably meant, as the end of a sentence: ` (did you mean "Case ID"?)`, or nothing if none is near.
 * Names alike but for case, spaces and signs are near; otherwise a third of the letters may differ.
 */
export function didYouMean(name: string, known: Iterable<string>): string {
  const letters = plain(name);
  let best: {known: string; distance: number} | undefined;
  for (const candidate of known) {
    const distance = editDistance(letters, plain(candidate));
    if (distance <= Math.max(letters.length, candidate.length) / 3 && (!best || distance < best.distance))
      best = {known: candidate, distance};
  }
  return best ? ` (did you mean "${best.known}"?)` : '';
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** @see Levenshtein (1966), Soviet Physics Doklady 10:707 */
export function editDistance(a: string, b: string): number {
  let above = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    above = row;
  }
  return above[b.length];
}
