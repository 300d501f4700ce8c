/**
 * Where a file comes from: the name of its folder and its own, in which days, times and running numbers are left out, so that
 * `parts_2026-11-26.csv` and `parts_2026-11-27.csv` are of one source. A number that belongs to a word (`press3`) stays: it
 * mostly says which machine. What is no file (`POST /v1/inspections`, a feed's name) is a source as it stands.
 */
export function sourceOf(name: string): string {
  if (/^[A-Z]+ \/|^[a-z][a-z0-9+-]+:(?!\\)/.test(name)) return name;
  const parts = name.split(/[\\/]/).filter(part => part !== '');
  return parts.slice(-2).map(withoutNumbers).join('/') || name;
}

function withoutNumbers(text: string): string {
  return (
    text
      // A day, with its time if any, a running number of four digits or more, wherever they stand.
      .replaceAll(/\d{2,4}[-_.]\d{1,2}[-_.]\d{2,4}(?:[T _-]?\d{1,2}(?:[-_.:h]?\d{2}){0,2}Z?)?|\d{4,}T?\d*Z?/g, '*')
      // A short one, where it stands for itself.
      .replaceAll(/(^|[^\p{L}\d*])\d{1,3}(?=$|[^\p{L}\d*])/gu, '$1*')
      .replaceAll(/\*(?:[-_. ]?\*)+/g, '*')
  );
}
