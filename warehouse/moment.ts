/** @returns ms since 1970, NaN for what is no time. One without an offset is in UTC, whatever the machine's own zone is. */
export function momentOf(time: string): number {
  const iso = time.trim().replace(/^(\S+) (?=\d)/, '$1T');
  return Date.parse(!iso.includes('T') || /(?:z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso}Z`);
}
