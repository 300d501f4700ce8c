/** Times as a form writes them ("2026-05-14T08:12"), in the plant's time zone whatever the reader's is. */

/** "2026-05-14T06:12:09Z" in Europe/Vienna → "2026-05-14T08:12:09" */
export function toPlantTime(at: string, timeZone: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() + offsetMs(date, timeZone)).toISOString().slice(0, 19);
}

/** "2026-05-14T08:12" in Europe/Vienna → "2026-05-14T06:12:00Z"; '' for what is no time */
export function fromPlantTime(local: string, timeZone: string): string {
  const asUtc = new Date(`${local}Z`);
  if (local === '' || Number.isNaN(asUtc.getTime())) return '';
  // The offset there and then; asked twice, because it may change between the first guess and the time meant.
  const guess = new Date(asUtc.getTime() - offsetMs(asUtc, timeZone));
  return new Date(asUtc.getTime() - offsetMs(guess, timeZone)).toISOString().replace('.000Z', 'Z');
}

function offsetMs(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find(part => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at.getTime() / 1000) * 1000;
}
