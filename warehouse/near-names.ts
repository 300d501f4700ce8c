/**
 * Names that somebody may have meant: those that hold the last word of what was written, and those a slip of the
 * fingers away.
 * @returns at most `most` of them, the nearest first
 */
export function nearNames(written: string, known: readonly string[], most = 5): string[] {
  const asked = written.toLowerCase();
  const word = asked.split('.').at(-1) ?? asked;
  const scored = known.map(name => {
    const other = name.toLowerCase();
    const slips = Math.min(edits(asked, other), edits(word, other.split('.').at(-1) ?? other) + 0.5);
    return {name, slips: word.length > 1 && other.includes(word) ? Math.min(slips, 1) : slips};
  });
  return scored
    .filter(({slips}) => slips <= Math.max(1, Math.min(3, word.length / 3)) + 0.5)
    .sort((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({name}) => name);
}

/**
 * Letters to insert, delete, change or swap with a neighbour to make one text from the other.
 * @see Damerau (1964), Commun. ACM 7:171
 */
function edits(a: string, b: string): number {
  let [before, last] = [new Array<number>(b.length + 1).fill(0), Array.from({length: b.length + 1}, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
