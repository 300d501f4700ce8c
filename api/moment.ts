/** @returns ms since 1970. A time without an offset is in UTC, whatever the machine's own zone is. */
export function momentOf(time: string): number {
  const iso = time.replace(' ', 'T');
  return Date.parse(!iso.includes('T') || /(Z|[+-]\d\d:\d\d)$/.test(iso) ? iso : `${iso}Z`);
}
