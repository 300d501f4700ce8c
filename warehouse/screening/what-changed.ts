/** What else changed when the rate did, told from margins and the calendar alone. */
import type {Tested} from './candidate.ts';
import type {Change} from './change-point.ts';
import type {Ground} from './ground.ts';
import type {AlikeEntry} from './team.ts';

const MOST_TOLD = 5;
/** A factor changed with the moment if it is at least so alike to "before or after". */
const ALIKE = 0.5;

/**
 * Levels that came into use or went out of it within the span, factors whose mix or height shifted, and events at
 * stations, the nearest to the moment first.
 */
export function whatChanged(
  ground: Ground,
  change: Change,
  alikeToMoment: readonly AlikeEntry[],
  tested: readonly Tested[],
): string[] {
  const {lot, low, high} = change;
  const found: {words: string; distance: number}[] = [];
  for (const one of tested) {
    if (one.kind === 'missing' || one.factor.time) continue;
    const own = alikeToMoment.filter(({entry}) => entry.tested === one);
    const most = own.toSorted((a, b) => Math.abs(b.alike) - Math.abs(a.alike))[0];
    if (most !== undefined && Math.abs(most.alike) >= ALIKE) {
      found.push({words: shiftWords(one, most.entry.candidate.level), distance: -Math.abs(most.alike)});
    } else {
      const begun = firstUse(ground, one, low, high);
      if (begun !== null) {
        const far = Math.abs(begun.lot - lot) / Math.max(1, high - low);
        found.push({words: `${one.factor.name} ${begun.level} came into use`, distance: far});
      }
    }
  }
  const {events = [], lotStart: start} = ground.frame;
  if (start !== undefined) {
    const from = start.reduce((latest, at) => (at < start[low] && at > latest ? at : latest), Number.NEGATIVE_INFINITY);
    const width = Math.max(1, start[high] - Math.max(from, start[0]));
    for (const {at, words} of events) {
      if (at >= from && at <= start[high]) found.push({words, distance: Math.abs(at - start[lot]) / width});
    }
  }
  const ordered = found.toSorted((a, b) => a.distance - b.distance || (a.words < b.words ? -1 : 1));
  const told = ordered.slice(0, MOST_TOLD).map(({words}) => words);
  return ordered.length > MOST_TOLD ? [...told, `${ordered.length - MOST_TOLD} more`] : told;
}

function shiftWords({factor, candidates}: Tested, level: string | null): string {
  if (level === null) return `${factor.name} shifted`;
  const others = candidates.length === 2 ? candidates.map(one => one.level).filter(one => one !== level) : [];
  return others.length === 1
    ? `${factor.name} changed between ${others[0]} and ${level}`
    : `${factor.name} ${level} came or went`;
}

/** The level whose first lot lies within the span and which stays for some lots. */
function firstUse({frame, cells}: Ground, {factor}: Tested, low: number, high: number) {
  if (factor.kind !== 'category' || factor.levels.length < 2) return null;
  const first = new Int32Array(factor.levels.length).fill(-1);
  const seen = new Int32Array(factor.levels.length);
  const last = new Int32Array(factor.levels.length).fill(-1);
  for (const row of cells.rows) {
    const code = factor.codes[row];
    if (code < 0) continue;
    if (first[code] < 0 || frame.lot[row] < first[code]) first[code] = frame.lot[row];
    if (frame.lot[row] !== last[code]) seen[code]++;
    last[code] = frame.lot[row];
  }
  const begun = [...first.keys()].filter(code => first[code] >= low && first[code] <= high && seen[code] >= 3);
  if (begun.length === 0) return null;
  const [code] = begun.sort((a, b) => seen[b] - seen[a] || a - b);
  return {level: factor.levels[code], lot: first[code]};
}
